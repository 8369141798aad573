"""What a comparison with another program is and how it is measured; ``agreement`` lists all of them."""

from __future__ import annotations

import importlib
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

GOLDEN = Path(__file__).resolve().parent
#: Numbers below this are noise of rounding when divided by.
SMALL = 1e-12


@dataclass(frozen=True, slots=True)
class Comparison:
    """One kind of number of one fit: ``values`` compared; largest ``absolute`` difference and largest one
    ``relative`` to the peer's value (to 1 where that is smaller, unless the kind is strictly relative);
    ``tolerance`` holds for ``relative``."""

    family: str
    dataset: str
    case: str
    estimator: str
    what: str
    values: int
    absolute: float
    relative: float
    tolerance: float
    peer: str
    needs_reference: bool

    @property
    def key(self) -> tuple[str, ...]:
        return (self.family, self.dataset, self.case, self.estimator, self.what)

    @property
    def agrees(self) -> bool:
        return self.relative <= self.tolerance


@dataclass(frozen=True, slots=True)
class Source:
    """Where a comparison comes from: the words of its row."""

    family: str
    dataset: str
    case: str
    estimator: str
    peer: str
    needs_reference: bool = False


Pair = tuple[Sequence[Any], Sequence[Any]]


def measured(source: Source, what: str, pair: Pair, tolerance: float, *, strict: bool = False) -> Comparison:
    """The comparison of two lists of numbers; ``strict``: relative to the peer's value however small."""
    ours, theirs = (np.array([np.nan if v is None else v for v in side], dtype=float) for side in pair)
    if len(ours) != len(theirs):
        ours = np.full(len(theirs), np.nan)
    both = ~np.isnan(theirs)
    gap = np.abs(ours[both] - theirs[both])
    if np.isnan(gap).any():
        gap = np.where(np.isnan(gap), np.inf, gap)
    size = np.abs(theirs[both])
    scale = np.where(size > SMALL, size, 1.0) if strict else np.maximum(1.0, size)
    return Comparison(
        source.family,
        source.dataset,
        source.case,
        source.estimator,
        what,
        int(both.sum()),
        float(gap.max(initial=0.0)),
        float((gap / scale).max(initial=0.0)),
        tolerance,
        source.peer,
        source.needs_reference,
    )


# --- what is compared of one fit


def lavaan_parts(
    source: Source, fit: Any, theirs: Mapping[str, Any], tolerance: float
) -> Iterator[Comparison]:
    """``theirs``: pe (parameterEstimates), std (standardizedSolution), fm (fitMeasures), as stored; also
    std_lv, r2 and cov_lv where those are stored."""
    peer = module("engine/lavaan_peer")
    table = fit.estimates
    rows = peer.records(theirs["pe"])
    yield measured(source, "estimates", (table["est"], [row["est"] for row in rows]), tolerance)
    tested = (table["free"] | (table["op"] == ":=")).to_numpy() & table["se"].notna().to_numpy()
    errors = [row["se"] if use else None for row, use in zip(rows, tested)]  # fixed ones have none
    yield measured(source, "standard errors", (table["se"], errors), tolerance, strict=True)
    if theirs.get("std") is not None:
        std = peer.records(theirs["std"])
        yield measured(source, "standardised", (table["std"], [row["est.std"] for row in std]), tolerance)
        # lavaan differentiates the standardised solution numerically, good to about 2e-6
        loose = max(tolerance, 2e-6)
        yield measured(source, "their standard errors", (table["std_se"], [r["se"] for r in std]), loose)
    yield from measure_parts(source, fit, theirs["fm"], tolerance)
    yield from solution_parts(source, fit, theirs, tolerance)


def solution_parts(
    source: Source, fit: Any, theirs: Mapping[str, Any], tolerance: float
) -> Iterator[Comparison]:
    """What follows from the estimates: latents standardised alone, R squared, latent covariances."""
    if theirs.get("std_lv") is not None:
        pair = fit.estimates["std_lv"], theirs["std_lv"]
        yield measured(source, "standardised, latents only", pair, tolerance)
    if theirs.get("r2"):
        yield measured(source, "R squared", shares(fit, theirs["r2"]), tolerance)
    if theirs.get("cov_lv") is not None:
        latent = np.array(theirs["cov_lv"]["values"], dtype=float).ravel()
        yield measured(
            source, "latent covariances", (fit.latent_covariance.to_numpy().ravel(), latent), tolerance
        )


def shares(fit: Any, theirs: Any) -> Pair:
    """R squared by name, or in order where the peer's were stored without names; groups one after another."""
    several = len(fit.groups) > 1
    ours = list(fit.r2.values()) if several else [fit.r2]
    peers = list(theirs.values()) if several else theirs if isinstance(theirs, list) else [theirs]
    left: list[Any] = []
    right: list[Any] = []
    for own, one in zip(ours, peers, strict=True):
        named = one if isinstance(one, Mapping) else dict(zip(own, one, strict=True))
        known = {name: value for name, value in named.items() if value is not None}
        left += [own.get(name) for name in known]
        right += known.values()
    return left, right


def measure_parts(
    source: Source, fit: Any, theirs: Mapping[str, Any], tolerance: float
) -> Iterator[Comparison]:
    """Fit measures that both give. RMSEA is a square root: near 0 it shows half as many digits."""
    names = {**module("engine/lavaan_peer").MEASURES, **module("engine/robust_peer").ROBUST}
    both = [
        name
        for name, peer in names.items()
        if isinstance(fit.measures[name], int | float) and theirs.get(peer) is not None
    ]
    roots = [name for name in both if name.startswith("rmsea")]
    plain = [name for name in both if name not in roots]
    ours, peers = (
        {name: side(name) for name in both} for side in (fit.measures.get, lambda n: theirs[names[n]])
    )
    if plain:
        yield measured(source, "fit measures", pair_of(ours, peers, plain), tolerance)
    if roots:
        loose = max(tolerance, 0.01 * math.sqrt(tolerance))
        yield measured(source, "RMSEA", pair_of(ours, peers, roots), loose)


def pair_of(ours: Mapping[str, Any], theirs: Mapping[str, Any], names: Sequence[str]) -> Pair:
    return [ours[name] for name in names], [theirs[name] for name in names]


def ordered_parts(
    source: Source,
    fit: Any,
    theirs: Mapping[str, Any],
    tolerance: float,
    passed: Sequence[str] = (),
    *,
    standardised: bool = True,
) -> Iterator[Comparison]:
    """``theirs``: estimates, standardised (rows), measures; those ``passed`` are not compared."""
    peer = module("ordinal/wlsmv_peer")
    places, columns = peer.places(fit), fit.columns
    # given observed predictors the residual variances of ordered answers follow from the rest
    rows = [(places[peer.key(row)], row) for row in theirs["estimates"] if row["se"]]
    estimates = [columns.est[at] for at, _ in rows], [row["est"] for _, row in rows]
    yield measured(source, "estimates", estimates, tolerance)
    errors = ([columns.se[at] for at, _ in rows], [row["se"] for _, row in rows])
    yield measured(source, "standard errors", errors, tolerance, strict=True)
    if standardised:
        whole = ([columns.std[at] for at, _ in rows], [row.get("std.all") for _, row in rows])
        if any(one is not None for one in whole[1]):
            yield measured(source, "standardised", whole, tolerance)
        theirs_std = [(places[peer.key(row)], row) for row in theirs.get("standardised") or ()]
        if theirs_std:
            std_errors = [columns.std_se[at] for at, _ in theirs_std], [row["se"] for _, row in theirs_std]
            yield measured(source, "their standard errors", std_errors, tolerance)
    names = [name for name, value in fit.measures.items() if isinstance(value, int | float)]
    passed = (*peer.IGNORED, *passed)
    kept = [one for one in names if one not in passed and peer.lavaan_name(one) in theirs["measures"]]
    values = [theirs["measures"][peer.lavaan_name(one)] for one in kept]
    yield measured(source, "fit measures", ([fit.measures[one] for one in kept], values), tolerance)


# --- the golden tests as modules


def module(path: str) -> ModuleType:
    """A module of the golden tests; they import each other by their bare names, as under pytest."""
    folder = str(GOLDEN / path.rpartition("/")[0])
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(path.rpartition("/")[2])


def versions(path: str) -> str:
    found = json.loads((GOLDEN / path).read_text(encoding="utf-8"))["versions"]
    return f"lavaan {found['lavaan']}"


def dataset(case: Mapping[str, Any], usual: str = "tam") -> str:
    return str(case.get("data", usual))
