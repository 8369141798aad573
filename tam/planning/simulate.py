"""Simulated surveys: answers drawn from a latent model whose every parameter is known.

Latent variables are normal, linked by linear equations and latent products; each item is a noisy reading of
one latent variable, cut into ordered categories by fixed thresholds. Nothing here knows a questionnaire: the
demonstration study gives the parameters. Randomness comes in as a ``numpy.random.Generator``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Equation:
    """``outcome = sum(paths * predictors) + sum(products * predictor * moderator) + disturbance * noise``.

    ``disturbance`` is a standard deviation. A first-order facet of a second-order construct is an equation as
    well: its path is the second-order loading.
    """

    outcome: str
    paths: Mapping[str, float]
    products: Mapping[tuple[str, str], float]
    disturbance: float


@dataclass(frozen=True, slots=True)
class Reading:
    """How an item reads its construct: ``loading * latent + sqrt(1 - loading^2) * noise``, then cut.

    ``thresholds`` rise; m of them make m + 1 categories.
    """

    construct: str
    loading: float
    thresholds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A trait of the respondent with fixed shares; ``shifts[level][construct]`` moves that latent mean."""

    shares: Mapping[str, float]
    shifts: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class GeneratingModel:
    """All that is needed to draw a respondent.

    ``exogenous`` names the latent variables without an equation (variance 1, ``correlations`` between them);
    ``equations`` stand in the order in which they can be evaluated. Products are of the variables as they
    are, so shifts should average to zero over the shares if the products are to be mean-centred.
    """

    exogenous: tuple[str, ...]
    correlations: Mapping[tuple[str, str], float]
    equations: tuple[Equation, ...]
    readings: Mapping[str, Reading]
    groupings: Mapping[str, Grouping]

    @classmethod
    def from_mapping(cls, plan: Mapping[str, Any]) -> GeneratingModel:
        """Read the form of ``instruments/demo/generating.yaml``: pairs stand as ``A * B`` and ``A ~~ B``."""
        base = tuple(float(cut) for cut in plan["thresholds"])
        return cls(
            exogenous=tuple(plan["exogenous"]),
            correlations={_pair(key, "~~"): float(r) for key, r in plan["correlations"].items()},
            equations=tuple(_equation(name, entry) for name, entry in plan["equations"].items()),
            readings={item: _reading(entry, base) for item, entry in plan["items"].items()},
            groupings={
                name: Grouping(dict(entry["shares"]), dict(entry.get("shifts", {})))
                for name, entry in plan.get("groupings", {}).items()
            },
        )


def _pair(text: str, separator: str) -> tuple[str, str]:
    first, second = (part.strip() for part in text.split(separator))
    return first, second


def _equation(outcome: str, entry: Mapping[str, Any]) -> Equation:
    products = {_pair(key, "*"): float(value) for key, value in entry.get("products", {}).items()}
    paths = {name: float(value) for name, value in entry["paths"].items()}
    return Equation(outcome, paths, products, float(entry["disturbance"]))


def _reading(entry: Mapping[str, Any], base: tuple[float, ...]) -> Reading:
    shift = float(entry.get("shift", 0.0))
    return Reading(entry["construct"], float(entry["loading"]), tuple(cut - shift for cut in base))


def draw_groups(model: GeneratingModel, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One level of every grouping for n respondents: a frame (n, groupings) of text."""
    drawn = {
        name: rng.choice(np.array(list(one.shares)), size=n, p=np.array(list(one.shares.values())))
        for name, one in model.groupings.items()
    }
    return pd.DataFrame(drawn, index=range(n))


def draw_latent(model: GeneratingModel, groups: pd.DataFrame, rng: np.random.Generator) -> dict[str, Floats]:
    """Latent scores of the respondents of ``groups`` (n, groupings): construct -> (n,), variance near 1."""
    n, names = len(groups), model.exogenous
    correlation = np.eye(len(names))
    for (a, b), r in model.correlations.items():
        i, j = names.index(a), names.index(b)
        correlation[i, j] = correlation[j, i] = r
    start = rng.standard_normal((n, len(names))) @ np.linalg.cholesky(correlation).T
    scores = {name: start[:, i] + _shift(model, groups, name) for i, name in enumerate(names)}
    for equation in model.equations:
        value = equation.disturbance * rng.standard_normal(n) + _shift(model, groups, equation.outcome)
        for predictor, path in equation.paths.items():
            value = value + path * scores[predictor]
        for (predictor, moderator), effect in equation.products.items():
            value = value + effect * scores[predictor] * scores[moderator]
        scores[equation.outcome] = value
    return scores


def _shift(model: GeneratingModel, groups: pd.DataFrame, construct: str) -> Floats:
    total = np.zeros(len(groups))
    for name, grouping in model.groupings.items():
        moves = {level: grouping.shifts.get(level, {}).get(construct, 0.0) for level in grouping.shares}
        if any(moves.values()):
            total = total + groups[name].map(moves).to_numpy(dtype=float)
    return total


def draw_answers(
    model: GeneratingModel, scores: Mapping[str, Floats], rng: np.random.Generator
) -> pd.DataFrame:
    """Coded answers (n, items), 1 to categories, all items pointing with their construct (none reversed)."""
    answers: dict[str, Codes] = {}
    for item, reading in model.readings.items():
        latent = scores[reading.construct]
        response = reading.loading * latent
        response = response + np.sqrt(1.0 - reading.loading**2) * rng.standard_normal(len(latent))
        answers[item] = np.searchsorted(np.array(reading.thresholds), response, side="right") + 1
    return pd.DataFrame(answers)


def simulate_attentive(
    model: GeneratingModel, n: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """n attentive respondents: their groups (n, groupings) and coded answers (n, items), nothing missing."""
    groups = draw_groups(model, n, rng)
    return groups, draw_answers(model, draw_latent(model, groups, rng), rng)


def straight_lines(n: int, items: int, points: int, rng: np.random.Generator) -> Codes:
    """n respondents (n, items) who tick one and the same category everywhere."""
    return np.repeat(rng.integers(1, points + 1, size=(n, 1)), items, axis=1)


def random_answers(n: int, items: int, points: int, rng: np.random.Generator) -> Codes:
    """n respondents (n, items) who tick every category with the same chance."""
    return rng.integers(1, points + 1, size=(n, items))


def see_saws(n: int, items: int, points: int, rng: np.random.Generator) -> Codes:
    """n respondents (n, items) who walk up and down the scale: 1 2 3 .. points .. 3 2 1 2 .."""
    turn = np.concatenate([np.arange(1, points), np.arange(points, 1, -1)])
    starts = rng.integers(0, len(turn), size=n)
    walked: Codes = turn[(starts[:, None] + np.arange(items)[None, :]) % len(turn)]
    return walked
