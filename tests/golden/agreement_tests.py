"""Comparisons of what follows from fits: difference tests, residuals, indices, factor scores, statistics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from agreement_parts import GOLDEN, Comparison, Pair, Source, dataset, measured, module, versions

LAVAAN = "lavaan 0.6-14"


def robust_differences() -> Iterator[Comparison]:
    tests, peer = module("engine/test_lavaan_robust"), versions("engine/lavaan_robust.json")
    for name in tests.NESTED:
        for estimator in ("MLM", "MLR"):
            larger, less = tests.our_fit(name, estimator), tests.our_fit(name, estimator, less=True)
            source = Source("Difference tests", dataset(tests.CASES[name]), name, estimator, peer)
            for method in tests.METHODS:
                theirs = tests.THEIRS[name][estimator]["difference"][method]
                found = larger.compare(less, method=method)
                yield measured(source, method, tested(found, theirs), tests.TOLERANCE)


def tested(found: Any, theirs: Mapping[str, float]) -> Pair:
    return [found.chisq, found.df, found.pvalue], [theirs["chisq"], theirs["df"], theirs["pvalue"]]


def other_differences() -> Iterator[Comparison]:
    tests = module("engine/test_lavaan_differences")
    for estimator in ("ML", "MLR"):
        source = Source("Difference tests", "tam_mis", "missing answers", f"{estimator}, FIML", LAVAAN)
        for method, found, theirs in tests.missing_answers(estimator):
            yield measured(source, method, tested(found, theirs), tests.TOLERANCE)
    source = Source("Difference tests", "tam", "ordered answers", "WLSMV", LAVAAN)
    for step, found, theirs in tests.ordered_answers():
        yield measured(source, step, tested(found, theirs), tests.TOLERANCE)
    for estimator in ("ML", "MLM", "MLR"):
        fit = tests.labelled_fit(estimator)
        for name, by_estimator in tests.THEIRS["wald"].items():
            theirs = by_estimator[estimator]
            source = Source("Difference tests", "tam", f"Wald, {name}", estimator, LAVAAN)
            pair = tested(fit.wald(theirs["constraints"]), theirs)
            yield measured(source, "Wald test", pair, tests.WALD_TOLERANCE)


def residuals() -> Iterator[Comparison]:
    tests, peer = module("engine/test_lavaan_residuals"), versions("engine/lavaan_residuals.json")
    for name in tests.OPTIONS:
        pairs = list(tests.paired_residuals(name))
        flat = [x for ours, _ in pairs for x in ours], [x for _, theirs in pairs for x in theirs]
        source = Source("Residuals", "tam", name, "ML", peer)
        yield measured(source, "standardised residuals", flat, tests.TOLERANCE)


def statistics() -> Iterator[Comparison]:
    tests = module("ordinal/test_sample_statistics")
    path = GOLDEN / "ordinal" / "sample_statistics.json"
    peer = "lavaan " + json.loads(path.read_text(encoding="utf-8"))["lavaan"]
    for name in tests.CASES:
        source = Source("Statistics of ordered answers", "mixed", name, "two steps", peer)
        for what, pair in tests.paired_statistics(name).items():
            yield measured(source, what, pair, tests.TOLERANCE)


def indices_and_scores(reference: Path) -> Iterator[Comparison]:
    tests, bartlett = module("engine/test_lavaan_reference"), module("engine/test_groups_reference")
    for key in tests.SCORED:
        fit, theirs = tests.dump_fit(reference, key)
        family = "Modification indices and factor scores"
        source = Source(family, tests.DUMP[key][1], key, "ML", LAVAAN, True)
        pairs = list(tests.paired_indices(fit, theirs))
        flat = [x for ours, _ in pairs for x in ours], [x for _, peers in pairs for x in peers]
        yield measured(source, "modification indices", flat, tests.INDEX_TOLERANCE)
        for method, what, tolerance in (
            ("regression", "fsr", tests.TOLERANCE),
            ("bartlett", "fsb", bartlett.TOLERANCE),
        ):
            scores, peers = fit.factor_scores(method), pd.DataFrame(theirs[what])
            both = scores.to_numpy().ravel(), peers[list(scores)].to_numpy(dtype=float).ravel()
            yield measured(source, f"{method} scores", both, tolerance)


RESIDENT_TESTS: tuple[Callable[[], Iterator[Comparison]], ...] = (
    robust_differences,
    other_differences,
    residuals,
    statistics,
)
OUTSIDE_TESTS: tuple[Callable[[Path], Iterator[Comparison]], ...] = (indices_and_scores,)
