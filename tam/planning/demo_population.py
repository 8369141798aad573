"""The population values behind the demonstration: what a very large attentive sample of coded answers gives.

Cutting answers into seven categories weakens every relation a little, so the generating parameters are not
what an analysis of coded answers should find. ``python -m tam.planning.demo_content --population`` computes
what it should find and stores it in ``instruments/demo/truth.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tam.planning.simulate import GeneratingModel, simulate_attentive
from tam.spec.model import Model

SIZE = 1_000_000


def population_answers(plan: Mapping[str, Any], size: int = SIZE) -> pd.DataFrame:
    """Coded answers (size, items) of attentive respondents, reverse-keyed items reversed, nothing missing.

    Drawn from a stream of their own, so they share nobody with the demonstration survey.
    """
    rng = np.random.default_rng(np.random.SeedSequence([int(plan["seed"]), size]))
    _, answers = simulate_attentive(GeneratingModel.from_mapping(plan), size, rng)
    return answers.astype(np.float64)


def population_truth(plan: Mapping[str, Any], model: Model, size: int = SIZE) -> dict[str, Any]:
    """Paths, loadings, fit and the latent interaction in the population, in the form of ``truth.yaml``."""
    from tam.analysis.moderation import moderation
    from tam.engine import Moments, fit_model

    answers = population_answers(plan, size)
    names = tuple(answers.columns)
    moments = Moments(names, np.cov(answers.to_numpy(), rowvar=False), None, size)
    fit = fit_model(model.to_lavaan(), moments)
    estimates = fit.estimates
    paths = estimates[estimates["op"] == "~"]
    loadings = estimates[estimates["op"] == "=~"]
    interaction = moderation(model, answers).analyses[0]
    return {
        "respondents": size,
        "measures": {name: _digits(fit.measures[name]) for name in ("cfi", "rmsea", "srmr")},
        "paths": {
            f"{row.lhs} ~ {row.rhs}": {"est": _digits(row.est), "std": _digits(row.std)}
            for row in paths.itertuples()
        },
        "loadings": {f"{row.lhs} =~ {row.rhs}": _digits(row.std) for row in loadings.itertuples()},
        "r2": {name: _digits(value) for name, value in fit.r2.items() if name in model.constructs},
        "interaction": {
            "path": f"{interaction.predictor} -> {interaction.outcome} by {interaction.moderator}",
            "method": interaction.method,
            "est": _digits(interaction.est),
            "std": _digits(interaction.std),
        },
    }


def _digits(value: Any) -> float:
    """Six digits: the sampling error of a million respondents is in the third."""
    return round(float(value), 6)
