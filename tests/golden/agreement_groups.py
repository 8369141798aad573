"""Rows of the agreement page: steps of invariance, score tests, paths and latent means of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from agreement_parts import Comparison, Source, measured, module

GROUPS = "Groups"


def steps_and_paths() -> Iterator[Comparison]:
    """Our own survey of three groups: lavaan's steps, partial models, Wald tests and latent means."""
    tests = module("invariance/test_invariance_golden")
    data, peers = tests.table(), tests.PEER
    versions = peers["versions"]
    for estimator in ("ML", "MLR"):
        theirs = peers[estimator]
        found = tests.group_invariance(
            tests.MODEL, data[tests.ITEMS], data["tier"], estimator=estimator, permutations=0
        )
        source = Source(GROUPS, "groups", "steps", estimator, f"lavaan {versions['lavaan']}")
        ours, peer = _measures(tests, found.steps, theirs["steps"])
        yield measured(source, "fit measures", (ours, peer), tests.NEAR["rel"])
        compared = [step for step in found.steps if step.against is not None]
        pair = (
            [step.difference.chisq for step in compared],
            [theirs["lrt"][step.id]["chisq"] for step in compared],
        )
        yield measured(source, "difference tests", pair, tests.NEAR["rel"])
        yield from _paths(source, found, theirs, tests.NEAR["rel"])


def _measures(tests: Any, steps: Any, theirs: Any) -> tuple[list[float], list[float]]:
    ours, peer = [], []
    for step in steps:
        for name, own in tests.NAMES.items():
            if name in theirs[step.id] and own in step.fit.measures:
                ours.append(float(step.fit.measures[own]))
                peer.append(theirs[step.id][name])
    return ours, peer


def _paths(source: Source, found: Any, theirs: Any, tolerance: float) -> Iterator[Comparison]:
    rows = {row["label"]: row for row in theirs["paths"]}
    ours, peer = [], []
    for path, letter in zip(found.paths.paths, ("p", "q", "r"), strict=True):
        for place, own in enumerate(path.groups.values(), 1):
            ours += [own.est, own.se]
            peer += [rows[f"{letter}{place}"]["est"], rows[f"{letter}{place}"]["se"]]
    yield measured(source, "paths of the groups and their standard errors", (ours, peer), tolerance)
    pair = (
        [path.overall.chisq for path in found.paths.paths],
        [theirs["wald"][letter]["stat"] for letter in ("p", "q", "r")],
    )
    yield measured(source, "Wald tests of the paths", pair, tolerance)
    pair = (
        [one.overall.chisq for one in found.means.constructs],
        [theirs["mean_wald"][one.construct]["stat"] for one in found.means.constructs],
    )
    yield measured(source, "Wald tests of latent means", pair, tolerance)


def ordered_steps() -> Iterator[Comparison]:
    """The steps of Wu and Estabrook against semTools' syntax fitted by lavaan."""
    tests = module("invariance/test_invariance_golden")
    data, peer = tests.table(), tests.PEER["WLSMV"]
    for item in tests.ITEMS:
        data[item] = np.digitize(data[item], peer["cuts"], right=True) + 1
    found = tests.group_invariance(
        tests.MODEL, data[tests.ITEMS], data["tier"], estimator="WLSMV", permutations=0
    )
    steps = {step.id: step for step in found.steps}
    versions = tests.PEER["versions"]
    source = Source(GROUPS, "groups", "ordered steps", "WLSMV", f"semTools {versions['semTools']}")
    ours, theirs = [], []
    for name, values in peer["steps"].items():
        for their, own in tests.NAMES.items():
            if their in values and own in tests.WLSMV_NAMES:
                ours.append(float(steps[name].fit.measures[own]))
                theirs.append(values[their])
    yield measured(source, "fit measures", (ours, theirs), tests.NEAR["rel"])
    pair = (
        [steps[name].difference.chisq for name in peer["lrt"]],
        [one["chisq"] for one in peer["lrt"].values()],
    )
    yield measured(source, "difference tests", pair, tests.NEAR["rel"])


def steps_of_surveys(reference: Path) -> Iterator[Comparison]:
    """Seven data sets with groups, all four steps."""
    tests = module("invariance/test_invariance_reference")
    for name, by in tests.CASES.items():
        data, model, golden, _ = tests.case(reference, name)
        for estimator in ("ML", "MLR"):
            peer = golden["measurement" if estimator == "ML" else "measurement_MLR"]
            found = tests.group_invariance(model, data, data[by], estimator=estimator, permutations=0)
            names = tests.NAMES | (tests.ROBUST if estimator == "MLR" else {})
            ours = [float(step.fit.measures[own]) for step in found.steps for own in names.values()]
            theirs = [peer["fit"][step.id][name] for step in found.steps for name in names]
            source = Source(GROUPS, name, "steps", estimator, "lavaan 0.6-14", True)
            yield measured(source, "fit measures", (ours, theirs), tests.TOLERANCE)


RESIDENT_GROUPS: tuple[Callable[[], Iterator[Comparison]], ...] = (steps_and_paths, ordered_steps)
OUTSIDE_GROUPS: tuple[Callable[[Path], Iterator[Comparison]], ...] = (steps_of_surveys,)
