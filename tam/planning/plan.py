"""A planned study: its population, the model that will be fitted, and how answers come about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tam.engine.statements import Syntax
from tam.engine.syntax import parse_model
from tam.errors import TamError, problem
from tam.planning.population import Population, build_population, population_syntax
from tam.planning.population_values import (
    Assignment,
    NamedNumbers,
    as_fixed,
    fitted_model,
    model_of_instrument,
    model_of_paths,
    raise_for_values,
    with_reliability,
    with_values,
)
from tam.planning.survey import Sampler, Survey, SurveyDesign, rows_by_form
from tam.spec.model import Model


@dataclass(frozen=True, slots=True)
class Plan:
    """``syntax`` the model with all its values, ``population`` what it says, ``fitted`` the model that a
    study fits, ``design`` how answers come about."""

    syntax: Syntax
    population: Population
    fitted: str
    design: SurveyDesign = field(default_factory=SurveyDesign)


def make_plan(
    model: str | Model | None = None,
    values: Sequence[Assignment] = (),
    *,
    reliability: NamedNumbers | None = None,
    items: NamedNumbers | None = None,
    groups: Mapping[str, float] | None = None,
    design: SurveyDesign | None = None,
    fitted: str | None = None,
) -> Plan:
    """The plan of a study.

    ``model``: lavaan syntax with population values, the model of an instrument, or None: ``values`` then name
    the constructs, each with ``items`` items. ``values`` add to or replace those in the model.
    ``reliability`` of the scales gives loadings where the model has none. ``groups``: labels and shares.
    ``fitted``: the model that will be fitted, if it is not the population's. Raises TamError with everything
    that is wrong.
    """
    count, known = items or NamedNumbers(), reliability or NamedNumbers()
    if model is None and not values:
        raise TamError(problem("planning-nothing-to-plan"))
    if isinstance(model, str):
        syntax = parse_model(model)
    elif model is None:
        syntax = model_of_paths(values, count)
    else:
        syntax = model_of_instrument(model, count)
    syntax = with_values(as_fixed(syntax), values, closed=model is not None)
    syntax = with_reliability(syntax, known, count)
    raise_for_values(syntax)
    labels = tuple(groups) if groups else (None,)
    shares = _shares(groups)
    population = build_population(syntax, labels, shares)
    return Plan(syntax, population, fitted or fitted_model(syntax), design or SurveyDesign())


def _shares(groups: Mapping[str, float] | None) -> tuple[float, ...]:
    if not groups:
        return (1.0,)
    total = sum(groups.values())
    return tuple(share / total for share in groups.values())


def simulate(plan: Plan, n: int, seed: int) -> tuple[Survey, dict[str, Any]]:
    """A simulated survey of n respondents and the truth behind it, ready for JSON.

    The seed is the only source of chance. Respondents of all groups stand in random order.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, n]))
    survey = Sampler(plan.population, plan.design).draw(n, rng)
    if len(plan.population.labels) > 1:
        order = rng.permutation(n)
        survey = Survey(survey.answers[order], survey.group[order], survey.forms[order])
    return survey, truth(plan, n, seed, survey)


def truth(plan: Plan, n: int, seed: int, survey: Survey) -> dict[str, Any]:
    """Everything the survey was made from: the model with all its values, thresholds, gaps, who was
    careless."""
    population, design = plan.population, plan.design
    labels = population.labels
    return {
        "simulated": True,
        "n": n,
        "seed": seed,
        "population": population_syntax(population),
        "fitted": plan.fitted,
        "groups": {
            str(label): int((survey.group == at).sum())
            for at, label in enumerate(labels)
            if label is not None
        },
        "latent_correlations": {
            str(label or "all"): _correlations(population, at) for at, label in enumerate(labels)
        },
        "points": design.points,
        "thresholds": list(design.cuts),
        "skew": {"all": design.skew.default or 0.0, **(design.skew.named or {})},
        "missing": {
            "share": design.missing,
            "mechanism": design.mechanism if design.missing else None,
            "answers": int(np.isnan(survey.answers).sum()),
        },
        "careless": {"share": design.careless, "rows": dict(rows_by_form(survey))},
    }


def _correlations(population: Population, group: int) -> dict[str, dict[str, float]]:
    names = population.names[: population.latents]
    total = population.groups[group].total[: len(names), : len(names)]
    spread = np.sqrt(np.diag(total))
    table = total / np.outer(spread, spread)
    return {a: {b: float(table[i, j]) for j, b in enumerate(names)} for i, a in enumerate(names)}
