"""``python -m benchmarks.interaction_recovery FOLDER``: do the estimators of a latent interaction find it?

In every cell (respondents, reliability, skewness of the factors, true interaction) samples are drawn from a
known population and every estimator of ``tam.analysis.moderation_estimators`` is asked for the interaction.
One sample of 100,000 of each population comes first: it shows bias almost without chance. One file per cell
in FOLDER holds every sample's answers. All cells go on together, fifty samples at a time; a file that is
there is read, and only what it lacks is computed, so that the study may be interrupted and go on.
``--store`` puts the rates and errors of all cells into interaction_recovery.json, from which
``docs/which_interaction_estimator.py`` makes its tables.

    python -m benchmarks.interaction_recovery FOLDER [--samples 500] [--estimators lms,qml] [--store]
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from tam.analysis.moderation_estimators import available
from tam.analysis.triangulation import Estimate, triangulate
from tam.engine.syntax import parse_model
from tam.errors import Unavailable
from tam.planning.population import build_population
from tam.planning.population_values import NamedNumbers, loading_for, with_reliability
from tam.planning.skewed import normal_correlation, skewed_margin
from tam.planning.survey import Sampler, SurveyDesign
from tam.spec.model import Model, Moderation
from tam.spec.model import Path as ModelPath
from tam.spec.text import Text

RESULT = Path(__file__).resolve().parent / "interaction_recovery.json"
SEED = 20240501
SAMPLES = 500
#: Samples by which all cells go on together: an interrupted study has as many of each.
ROUND = 50
#: Effects of X and Z, their correlation, items of each construct.
EFFECTS, CORRELATION, ITEMS = (0.4, 0.3), 0.3, 3
SIZES, RELIABILITIES, SKEWS, INTERACTIONS = (200, 500), (0.7, 0.9), (0.0, 2.0), (0.2, 0.0)
#: Respondents of the one sample that shows where an estimator ends with ever more of them.
LARGE = 100_000
#: Answers of one sample that are kept, in the order of the columns of a cell's file.
KEPT = ("est", "se", "ci_low", "ci_high", "std")
#: A path this far from the truth, in standardised units, is no estimate of it: counted, and kept out of the
#: root mean square error, which one such sample would decide.
ASTRAY = 1.0

MEASUREMENT = {name: tuple(f"{name.lower()}{k}" for k in range(1, ITEMS + 1)) for name in "XZY"}
MODERATION = Moderation("X", "Y", "Z")
MODEL = Model(
    "recovery", Text("Recovery"), MEASUREMENT, {}, (ModelPath("Y", "X"), ModelPath("Y", "Z")), (MODERATION,)
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One condition: ``n`` respondents, composite ``reliability`` of every scale, ``skew`` of the factors X
    and Z (``other`` that of Z, where it is not the same), ``interaction``: effect of X Z on Y, all three of
    variance 1 where factors are normal."""

    n: int
    reliability: float
    skew: float
    interaction: float
    other: float | None = None

    @property
    def key(self) -> str:
        skews = f"{self.skew:g}" if self.other is None else f"{self.skew:g},{self.other:g}"
        return f"n{self.n}-r{self.reliability:g}-s{skews}-i{self.interaction:g}"

    @property
    def loading(self) -> float:
        return loading_for(self.reliability, ITEMS)

    @property
    def markers(self) -> float:
        """The true coefficient in the units of estimators: each construct in those of its first item."""
        return self.interaction / self.loading

    @property
    def standardised(self) -> float:
        """The true coefficient for X, Z and Y of unit variance: skewed factors move the variance of Y."""
        return self.interaction / float(np.sqrt(outcome_variance(self.skew, self.interaction)))


CELLS = tuple(Cell(*one) for one in product(SIZES, RELIABILITIES, SKEWS, INTERACTIONS))
LIMITS = tuple(Cell(LARGE, *one) for one in product(RELIABILITIES, SKEWS, INTERACTIONS))
#: Other shapes of X and Z, with weak items and no interaction.
SHAPES = tuple(Cell(LARGE, 0.7, *one) for one in ((1, 0, 1), (-2, 0, -2), (2, 0, 0), (2, 0, -2)))


@cache
def outcome_variance(skew: float, interaction: float) -> float:
    """Variance of Y in the population: what the paths, the product and the disturbance give."""
    x, z, weights = factor_nodes(skew)
    structural = EFFECTS[0] * x + EFFECTS[1] * z + interaction * x * z
    mean = float(weights @ structural)
    return float(weights @ (structural - mean) ** 2) + disturbance(interaction)


def factor_nodes(skew: float, count: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes of X and Z and their weights for expectations (Gauss-Hermite, of the normal copula)."""
    inner = normal_correlation(CORRELATION, skew, skew)
    assert inner is not None
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    a, b = (one.ravel() for one in np.meshgrid(nodes, nodes))
    both = np.outer(weights, weights).ravel() / (2 * np.pi)
    return skewed_margin(a, skew), skewed_margin(inner * a + np.sqrt(1 - inner**2) * b, skew), both


def disturbance(interaction: float) -> float:
    """Variance of Y that nothing explains: Y has variance 1 where X and Z are normal."""
    first, second = EFFECTS
    linear = first**2 + second**2 + 2 * first * second * CORRELATION
    return 1.0 - linear - interaction**2 * (1.0 + CORRELATION**2)


@cache
def sampler(cell: Cell) -> Sampler:
    lines = [f"{name} =~ {' + '.join(items)}" for name, items in MEASUREMENT.items()]
    lines += [f"Y ~ {EFFECTS[0]}*X + {EFFECTS[1]}*Z + {cell.interaction}*X:Z", f"X ~~ {CORRELATION}*Z"]
    syntax = with_reliability(parse_model("\n".join(lines)), NamedNumbers(cell.reliability), NamedNumbers())
    named = {} if cell.other is None else {"Z": cell.other}
    return Sampler(build_population(syntax), SurveyDesign(skew=NamedNumbers(cell.skew, named)))


def sample(cell: Cell, number: int) -> pd.DataFrame:
    """Answers (n, 9) of the cell's sample ``number``, which depends on nothing but the seed and these two."""
    stream = np.random.SeedSequence(SEED, spawn_key=((*CELLS, *LIMITS, *SHAPES).index(cell), number))
    drawn = sampler(cell).draw(cell.n, np.random.default_rng(stream))
    return pd.DataFrame(drawn.answers, columns=list(sampler(cell).population.items))


def answers(cell: Cell, number: int, estimators: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each estimator says of one sample: the numbers of ``KEPT`` (None where it has none), whether it
    converged and is admissible, why it has no answer, and its processor time."""
    data = sample(cell, number)
    found = {}
    for name in estimators:
        begun = time.process_time()
        (one,) = triangulate(MODEL, data, MODERATION, estimators=[name]).estimates
        found[name] = _answer(one) | {"seconds": round(time.process_time() - begun, 4)}
    return found


def _answer(one: Estimate) -> dict[str, Any]:
    numbers = {key: getattr(one, key) for key in KEPT}
    kept = {
        key: None if isinstance(value, Unavailable) else float(f"{value:.7g}")
        for key, value in numbers.items()
    }
    return {**kept, "converged": one.converged, "admissible": one.admissible, "reason": one.reason}


def studied(
    cell: Cell, samples: int, estimators: Sequence[str], known: Mapping[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """The answers of all samples by estimator; what is ``known`` is not computed again."""
    found = {name: list(rows) for name, rows in known.items()}
    for number in range(samples):
        missing = [name for name in estimators if len(found.get(name, ())) <= number]
        for name, row in answers(cell, number, missing).items() if missing else ():
            found.setdefault(name, []).append(row)
    return found


def summary(cell: Cell, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rates and errors of one estimator in one cell.

    Answers that count are those a triangulation would use: converged, admissible, with an interval. Bias and
    root mean square error are of the standardised coefficient; coverage is that of the true coefficient in
    the units of the first items, in which every estimator gives its interval. ``se_ratio``: the median
    standard error in those of the estimates' ``spread``.
    """
    used = [one for one in rows if one["admissible"] and None not in [one[key] for key in KEPT]]
    table = {key: np.array([one[key] for one in used], dtype=float) for key in KEPT}
    near = np.abs(table["std"] - cell.standardised) < ASTRAY
    std = table["std"][near]
    covered = (table["ci_low"] <= cell.markers) & (cell.markers <= table["ci_high"])
    positive, negative = table["ci_low"] > 0, table["ci_high"] < 0
    return {
        "samples": len(rows),
        "used": len(used),
        "not_converged": sum(not one["converged"] for one in rows),
        "inadmissible": sum(one["converged"] and not one["admissible"] for one in rows),
        "astray": int((~near).sum()),
        "bias": float(std.mean() - cell.standardised),
        "rmse": float(np.sqrt(np.mean((std - cell.standardised) ** 2))),
        "median": float(np.median(table["std"])),
        "bias_markers": float(np.mean(table["est"][near]) - cell.markers),
        "se_ratio": float(np.median(table["se"]) / spread(table["est"])),
        "coverage": float(covered.mean()),
        "positive": float(positive.mean()),
        "negative": float(negative.mean()),
        "seconds": float(np.mean([one["seconds"] for one in rows])),
        "first": [one["est"] for one in rows[:3]],
    }


def spread(values: np.ndarray) -> float:
    """Standard deviation of a normal variable with the quartiles of ``values`` (n,): strays do not count."""
    low, high = np.quantile(values, [0.25, 0.75])
    return float((high - low) / (norm.ppf(0.75) - norm.ppf(0.25)))


def gathered(folder: Path) -> dict[str, Any]:
    """All that the tables are made of."""
    return {
        "seed": SEED,
        "samples": SAMPLES,
        "population": {"effects": EFFECTS, "correlation": CORRELATION, "items": ITEMS},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("tam-survey", "numpy", "scipy", "pandas", "statsmodels")},
        },
        "cells": [
            {
                **_described(cell),
                "estimators": {name: summary(cell, rows) for name, rows in _read(folder, cell).items()},
            }
            for cell in CELLS
        ],
        "limits": [
            {
                **_described(cell),
                "estimators": {name: _limit(cell, rows[0]) for name, rows in _read(folder, cell).items()},
            }
            for cell in (*LIMITS, *SHAPES)
        ],
    }


def _limit(cell: Cell, row: Mapping[str, Any]) -> dict[str, float]:
    """How far from the truth one large sample ends, and its standard error, both standardised."""
    return {"bias": row["std"] - cell.standardised, "se": row["se"] * abs(row["std"] / row["est"])}


def _described(cell: Cell) -> dict[str, Any]:
    return {
        "n": cell.n,
        "reliability": cell.reliability,
        "skew": cell.skew,
        "other": cell.skew if cell.other is None else cell.other,
        "interaction": cell.interaction,
        "standardised": cell.standardised,
        "markers": cell.markers,
    }


def _read(folder: Path, cell: Cell) -> dict[str, list[dict[str, Any]]]:
    file = folder / f"{cell.key}.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {name: known[name] for name in available() if name in known}


def _write(folder: Path, cell: Cell, found: Mapping[str, list[dict[str, Any]]]) -> None:
    """Put a cell's file in the place of the one before, whole or not at all. What another process has found
    meanwhile stays: a sample's answers are the same, whoever asks."""
    there = _read(folder, cell)
    found = {name: max(there.get(name, []), found.get(name, []), key=len) for name in {**there, **found}}
    written = folder / f"{cell.key}.part"
    written.write_text(json.dumps(found), encoding="utf-8")
    written.replace(folder / f"{cell.key}.json")


def main() -> None:
    choices = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    choices.add_argument("folder", type=Path)
    choices.add_argument("--samples", type=int, default=SAMPLES)
    choices.add_argument("--estimators", default=",".join(available()))
    choices.add_argument("--store", action="store_true", help=f"only gather the cells into {RESULT.name}")
    chosen = choices.parse_args()
    if chosen.store:
        text = json.dumps(gathered(chosen.folder), indent=1)
        RESULT.write_text(text + "\n", encoding="utf-8")
        return
    chosen.folder.mkdir(parents=True, exist_ok=True)
    rounds = [*range(ROUND, chosen.samples, ROUND), chosen.samples]
    for cell, samples in [
        *product((*LIMITS, *SHAPES), [1]),
        *((cell, k) for k, cell in product(rounds, CELLS)),
    ]:
        begun = time.monotonic()
        known = _read(chosen.folder, cell)
        found = studied(cell, samples, chosen.estimators.split(","), known)
        if found != known:
            _write(chosen.folder, cell, found)
            print(f"{samples} of {cell.key}: {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
