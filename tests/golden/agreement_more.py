"""Comparisons of several groups, least squares, indices and of the surveys of the reference folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from agreement_parts import (
    Comparison,
    Pair,
    Source,
    dataset,
    lavaan_parts,
    measured,
    module,
    versions,
)

LAVAAN = "lavaan 0.6-14"


def groups() -> Iterator[Comparison]:
    tests, peer = module("engine/test_lavaan_groups"), versions("engine/lavaan_groups.json")
    for name, case in tests.CASES.items():
        estimator = case.get("estimator", "ML")
        family = "Several groups" if estimator == "ML" else "Least squares"
        source = Source(family, dataset(case), name, estimator, peer)
        fit, theirs = tests.our_fit(name), tests.THEIRS[name]
        yield from lavaan_parts(source, fit, theirs, tests.TOLERANCE)
        if len(fit.groups) > 1:
            parts = (list(fit.group_chisq.values()), theirs["by_group"])
            yield measured(source, "chi-square of each group", parts, tests.TOLERANCE)
        indices = tests.paired_indices(name, fit)
        if indices:
            pair = flat([ours for _, ours, _ in indices], [peers for _, _, peers in indices])
            yield measured(source, "modification indices", pair, tests.INDEX_TOLERANCE)


def flat(ours: list[list[float]], theirs: list[list[float]]) -> Pair:
    return [one for row in ours for one in row], [one for row in theirs for one in row]


RESIDENT_MORE: tuple[Callable[[], Iterator[Comparison]], ...] = (groups,)
OUTSIDE_MORE: tuple[Callable[[Path], Iterator[Comparison]], ...] = ()
