"""1,000 small, badly scaled, Heywood-prone samples: 250 from each of four scenarios, made from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

SEED = 20_240
SAMPLES = 1_000
#: What follows what, by factor: the paths of the extended technology-acceptance model.
PATHS = {1: (0,), 2: (0, 1), 3: (1, 2, 4)}


@dataclass(frozen=True, slots=True)
class Scenario:
    """``items`` per factor; ``loading`` range of the standardised loadings; ``wide`` items (factor, item)
    answered 0 to 100 beside the others' 1 to 5."""

    name: str
    items: tuple[int, ...]
    loading: tuple[float, float]
    wide: tuple[tuple[int, int], ...]


SCENARIOS = (
    Scenario("five factors of four items", (4, 4, 4, 4, 4), (0.5, 0.85), ()),
    Scenario("three items each, some 0 to 100", (3, 3, 3, 3, 3), (0.5, 0.85), ((1, 1), (2, 0), (3, 2))),
    Scenario("weak loadings, Heywood-prone", (3, 3, 3, 3, 3), (0.4, 0.6), ()),
    Scenario("0 to 100 as markers, a factor of two items", (4, 3, 2, 3, 3), (0.5, 0.85), ((0, 0), (3, 0))),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample; ``key`` is its number, ``model`` what is fitted to it."""

    key: int
    scenario: str
    model: str
    table: pd.DataFrame


def samples(count: int = SAMPLES) -> Iterator[Sample]:
    """The first ``count`` samples, the scenarios taking turns."""
    streams = np.random.SeedSequence(SEED).spawn(SAMPLES)
    for key in range(count):
        scenario = SCENARIOS[key % len(SCENARIOS)]
        table = _answers(scenario, np.random.default_rng(streams[key]))
        yield Sample(key, scenario.name, _model(scenario), table)


def digest(chosen: list[Sample]) -> str:
    """Changes when any answer of any sample does."""
    found = hashlib.sha256()
    for one in chosen:
        found.update(one.table.to_numpy(dtype=float).tobytes())
    return found.hexdigest()[:16]


def _model(scenario: Scenario) -> str:
    lines = [f"F{k} =~ " + " + ".join(_names(scenario, k)) for k in range(len(scenario.items))]
    lines += [f"F{k} ~ " + " + ".join(f"F{j}" for j in causes) for k, causes in PATHS.items()]
    return "\n".join(lines) + "\n"


def _names(scenario: Scenario, factor: int) -> list[str]:
    return [f"x{factor}{i}" for i in range(scenario.items[factor])]


def _answers(scenario: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    n = int(rng.integers(50, 151))
    factors = rng.standard_normal((len(scenario.items), n))
    for outcome, causes in PATHS.items():
        share = rng.uniform(0.2, 0.5, len(causes))
        explained = share @ factors[list(causes)]
        factors[outcome] = explained + np.sqrt(max(0.3, 1.0 - float(share @ share))) * factors[outcome]
    columns = {}
    for k in range(len(scenario.items)):
        for i, name in enumerate(_names(scenario, k)):
            loading = rng.uniform(*scenario.loading)
            score = loading * factors[k] + np.sqrt(1.0 - loading**2) * rng.standard_normal(n)
            middle, spread, low, high = (50.0, 22.0, 0, 100) if (k, i) in scenario.wide else (3.0, 1.0, 1, 5)
            columns[name] = np.clip(np.round(middle + spread * score), low, high)
    return pd.DataFrame(columns)
