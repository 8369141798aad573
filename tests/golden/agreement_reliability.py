"""Comparisons of split halves, ordinal coefficients, omega hierarchical and delta-method intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from agreement_parts import Comparison, Pair, Source, measured, module

PSYCH, LAVAAN = "psych 2.2.9", "lavaan 0.6-14"
FAMILY = "Reliability and validity"


def golden() -> Any:
    return module("measurement/test_reliability_golden")


def reliability_of_the_survey() -> Iterator[Comparison]:
    """The scales of the simulated survey, all together in each row."""
    tests = golden()
    answers = {scale: tests.answers(scale) for scale in tests.SCALES}
    yield from scale_rows(tests, "tam_sim", answers, tests.PEER["tam_sim"], outside=False)
    yield from joint_rows(tests)
    items = [item for scale in ("EXP", "TRU", "ATR") for item in tests.SCALES[scale]]
    credibility = tests.simulated()[items].to_numpy()
    yield from hierarchical_rows(tests, "tam_sim", credibility, 3, tests.PEER["credibility"], outside=False)


def personality(reference: Path) -> Iterator[Comparison]:
    tests = golden()
    table, theirs = tests.bfi(reference), tests.PEER["bfi"]
    neurotic = {"N": table[[f"N{at}" for at in range(1, 6)]].to_numpy()}
    yield from scale_rows(tests, "bfi", neurotic, {"N": theirs["N"]}, outside=True)
    yield from hierarchical_rows(tests, "bfi", table.to_numpy(), 5, theirs["hierarchical"], outside=True)


def scale_rows(
    tests: Any, data: str, answers: dict[str, Any], theirs: dict[str, Any], *, outside: bool
) -> Iterator[Comparison]:
    from tam.stats import reliability, split_half
    from tam.stats.descriptives import correlation_matrix, covariance_matrix
    from tam.stats.ordinal_reliability import ordinal_reliability, polychoric

    rows: dict[str, list[tuple[float, float]]] = {}
    for scale, given in answers.items():
        covariance, peer = covariance_matrix(given), theirs[scale]
        k = len(covariance)
        halves = float(split_half.half_correlation(covariance, np.arange(k) % 2 == 0))
        rows.setdefault("odd with even items", []).append((halves, peer["r_odd_even"]))
        if k % 2 == 0:
            stepped = split_half.split_half(covariance), peer["spearman_brown"]
            best = split_half.guttman_lambda4(covariance), peer["lambda4"]
            rows.setdefault("split half, Spearman-Brown", []).append(stepped)  # type: ignore[arg-type]
            rows.setdefault("lambda-4", []).append(best)  # type: ignore[arg-type]
        if k > 3:
            dropped = reliability.omega_if_dropped(correlation_matrix(covariance))
            rows.setdefault("omega if dropped", []).extend(zip(dropped, peer["omega_if_dropped"]))  # type: ignore[arg-type]
        found, ordinal, own = polychoric(given), ordinal_reliability(given), peer["ordinal"]
        matrix = np.array(own["correlation"])[np.tril_indices(k, -1)]
        ours = found.correlation[np.tril_indices(k, -1)]  # type: ignore[union-attr]
        rows.setdefault("polychoric correlations", []).extend(zip(ours, matrix))
        ends = [(ordinal.alpha_ci_low, own["ci"][0]), (ordinal.alpha_ci_high, own["ci"][1])]
        rows.setdefault("ordinal alpha", []).append((ordinal.alpha, own["alpha"]))  # type: ignore[arg-type]
        rows.setdefault("its interval", []).extend(ends)  # type: ignore[arg-type]
        rows.setdefault("ordinal omega", []).append((ordinal.omega, own["omega"]))  # type: ignore[arg-type]
    lavaan = {"polychoric correlations", "ordinal alpha", "its interval"}
    iterative = {"omega if dropped", "ordinal omega"}
    for what, pairs in rows.items():
        method, peer = ("two-step", LAVAAN) if what in lavaan else ("closed form", PSYCH)
        method = "minres" if what in iterative else method
        tolerance = tests.LAVAAN if what in lavaan else tests.ITERATIVE if what in iterative else tests.CLOSED
        yield measured(
            Source(FAMILY, data, "each scale", method, peer, outside), what, split(pairs), tolerance
        )


def joint_rows(tests: Any) -> Iterator[Comparison]:
    """Composite reliability and AVE of the joint factor model, with their delta-method intervals."""
    from tam.analysis.reliability import reliability_result

    found = reliability_result(tests.simulated(), tests.SCALES, bootstrap=0).to_dict()["constructs"]
    source = Source(FAMILY, "tam_sim", "complete answers", "ML", LAVAAN)
    for name, words in (("composite_reliability", "composite reliability"), ("ave", "AVE")):
        estimates, ends = [], []
        for scale in tests.SCALES:
            peer = tests.PEER["tam_sim"][scale][name]
            estimates.append((found[scale][name], peer["est"]))
            ends += zip((found[scale][f"{name}_ci_{end}"] for end in ("low", "high")), peer["ci"])
        yield measured(source, words, split(estimates), tests.LAVAAN)
        yield measured(source, f"{words}, interval", split(ends), tests.LAVAAN)


def hierarchical_rows(
    tests: Any, data: str, answers: Any, groups: int, theirs: dict[str, Any], *, outside: bool
) -> Iterator[Comparison]:
    from tam.stats.descriptives import correlation_matrix, covariance_matrix
    from tam.stats.omega_hierarchical import OmegaHierarchical, omega_hierarchical

    found = omega_hierarchical(correlation_matrix(covariance_matrix(answers)), groups)
    assert isinstance(found, OmegaHierarchical)
    source = Source(FAMILY, data, f"{groups} group factors", "minres, oblimin", PSYCH, outside)
    pair = [found.omega_hierarchical, found.omega_total], [theirs["omega_h"], theirs["omega_total"]]
    yield measured(source, "omega hierarchical and total", pair, tests.ITERATIVE)
    yield measured(source, "general loadings", (found.general, theirs["general"]), tests.ITERATIVE)


def split(pairs: list[tuple[float, float]]) -> Pair:
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


RESIDENT_RELIABILITY: tuple[Callable[[], Iterator[Comparison]], ...] = (reliability_of_the_survey,)
OUTSIDE_RELIABILITY: tuple[Callable[[Path], Iterator[Comparison]], ...] = (personality,)
