"""Comparisons of missing answers (Little, missingness, pooling, paths) and of distributions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from agreement_parts import Comparison, Source, measured, module

FAMILY = "Missing answers and distributions"
PSYCH, MNORMT, MICE, R = "psych 2.2.9", "mnormt 2.1.1", "mice 3.15.0", "R 4.2.2"
LITTLE = "lavaan 0.6-14 (EM), Little's formula in R"
TYPES = {"skew": "skewness, type 2", "kurtosis": "kurtosis, type 2"}
ENDS = ("skew_se", "kurtosis_se", "floor", "ceiling", "most_common_share", "entropy")
BOTH = {"skewness": "b1p", "skewness_chisq": "skew", "kurtosis": "b2p", "kurtosis_z": "kurt_z"}


def gaps() -> Any:
    return module("missing/test_missing_golden")


def shapes() -> Any:
    return module("missing/test_distributions_golden")


def little() -> Iterator[Comparison]:
    from tam.analysis.missing_data import little_of

    tests = gaps()
    sky = pd.read_csv(tests.DATA / "missing" / "airquality.csv").astype(float)
    for dataset, table, key in (
        ("tam_sim, missing", tests.simulated(), "little_mcar"),
        ("airquality", sky, "little_airquality"),
    ):
        ours, theirs = little_of(table.to_numpy(), list(table)), tests.EXPECTED[key]
        source = Source(FAMILY, dataset, "Little's test", "EM", LITTLE)
        pair = ([ours.chisq, ours.p], [theirs["chi2"], theirs["p"]])  # type: ignore[union-attr]
        yield measured(source, "chi-square and p", pair, tests.ITERATIVE)


def treatments() -> Iterator[Comparison]:
    from tam.analysis.missing_data import missing_data
    from tam.spec.study import Options
    from tam.stats.rubin import pool

    tests = gaps()
    table = tests.simulated()
    found = missing_data(tests.technology_acceptance(table), table, options=Options())
    holm = {(row["item"], row["other"]): row for row in tests.PEER["missingness"]}
    source = Source(FAMILY, "tam_sim, missing", "tests of missingness", "closed form", R)
    for name, what in (("t", "Welch's t"), ("p_holm", "p after Holm")):
        rows = found.missingness.tests  # type: ignore[union-attr]
        pair = [getattr(one, name) for one in rows], [holm[one.item, one.other][name] for one in rows]
        yield measured(source, what, pair, tests.CLOSED)
    for method, peer in (("listwise", "lavaan 0.6-14"), ("fiml", "lavaan 0.6-14")):
        ours, theirs = found.comparison.methods[method].paths, tests.PATHS[method]["paths"]  # type: ignore[union-attr]
        source = Source(FAMILY, "tam_sim, missing", f"paths, {method}", "ML", peer)
        for name in ("est", "se"):
            pair = [getattr(one, name) for one in ours], [row[name] for row in theirs]
            yield measured(source, {"est": "paths", "se": "standard errors"}[name], pair, tests.POLISHED)
    cases = [case for case in tests.PEER["rubin"] if case["between"] > 0]
    pooled = [
        pool(np.array(one["q"])[:, None], np.array(one["u"])[:, None], one["n"][0] - one["k"][0])
        for one in cases
    ]
    source = Source(FAMILY, "drawn numbers", "Rubin's rules", "closed form", MICE)
    for name, what in (
        ("se", "standard errors"),
        ("df", "degrees of freedom"),
        ("fmi", "missing information"),
    ):
        pair = [float(getattr(one, name)[0]) for one in pooled], [case[name] for case in cases]
        yield measured(source, what, pair, tests.CLOSED)


def shapes_of_the_simulated_survey() -> Iterator[Comparison]:
    from tam.analysis.distributions import distributions
    from tam.spec.instrument import Scale

    tests = shapes()
    table = tests.simulated("missing")
    items = distributions(table, dict.fromkeys(table, Scale("agree7", "ordinal", 1, 7))).items
    source = Source(FAMILY, "tam_sim, missing", "items", "closed form", PSYCH)
    for name, what in (*TYPES.items(), *((end, end.replace("_", " ")) for end in ENDS)):
        rows = tests.PEER["items"]
        pair = [getattr(items[row["item"]], name) for row in rows], [row[name] for row in rows]
        yield measured(source, what, pair, tests.CLOSED)
    whole = distributions(tests.simulated("complete"))
    for ours, key, peer in (
        (whole.mardia, "mardia_ml", MNORMT),
        (whole.mardia_n_minus_1, "mardia_nminus1", PSYCH),
    ):
        source = Source(FAMILY, "tam_sim", f"Mardia, divisor {ours.divisor}", "closed form", peer)  # type: ignore[union-attr]
        pair = [getattr(ours, name) for name in BOTH], [tests.EXPECTED[key][name] for name in BOTH.values()]
        yield measured(source, "skewness and kurtosis", pair, tests.CLOSED)
    far = [one.d2 for one in whole.outliers.farthest]  # type: ignore[union-attr]
    source = Source(FAMILY, "tam_sim", "Mahalanobis", "closed form", R)
    yield measured(source, "ten largest distances", (far, tests.PEER["outliers"]["d2"]), tests.CLOSED)


def shapes_of_surveys(reference: Path) -> Iterator[Comparison]:
    from tam.analysis.distributions import distributions
    from tam.stats.mardia import mardia, with_divisor_n_minus_1

    tests = shapes()
    for survey in tests.SURVEYS:
        golden = json.loads((reference / survey / "golden" / "descriptives.json").read_text(encoding="utf-8"))
        names = [row["var"] for row in golden["describe"]]
        scaled = golden["cor"]["cov_listwise"]["names"]
        table = pd.read_csv(reference / survey / "data.csv")[list(dict.fromkeys([*names, *scaled]))].astype(
            float
        )
        for name in tests.REVERSED.get(survey, ()):
            table[name] = 7 - table[name]
        items = distributions(table[names]).items
        source = Source(FAMILY, survey, "items", "closed form", PSYCH, True)
        for field, what in TYPES.items():
            pair = (
                [getattr(items[n], field) for n in names],
                [row[f"{field}_type2_spss"] for row in golden["describe"]],
            )
            yield measured(source, what, pair, tests.CLOSED)
        found = with_divisor_n_minus_1(mardia(table[scaled].dropna().to_numpy()))
        source = Source(FAMILY, survey, "Mardia, divisor n - 1", "closed form", PSYCH, True)
        theirs = [golden["cor"]["mardia"][name] for name in ("b1p", "skew", "b2p", "kurtosis_z")]
        yield measured(
            source, "skewness and kurtosis", ([getattr(found, name) for name in BOTH], theirs), tests.CLOSED
        )


RESIDENT_MISSING: tuple[Callable[[], Iterator[Comparison]], ...] = (
    little,
    treatments,
    shapes_of_the_simulated_survey,
)
OUTSIDE_MISSING: tuple[Callable[[Path], Iterator[Comparison]], ...] = (shapes_of_surveys,)
