"""Rows of the agreement page: exploratory factors, ratios with intervals, merged pairs, second order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from agreement_parts import Comparison, Pair, Source, measured, module

FACTORS, VALIDITY = "Exploratory factors", "Validity"


def exploratory() -> Any:
    return module("validity/test_exploratory_golden")


def distinctness() -> Any:
    return module("validity/test_validity_golden")


def factors_of_the_survey() -> Iterator[Comparison]:
    """Extraction and rotation against peers iterated to the end, and against psych where psych stops."""
    tests = exploratory()
    matrix = np.corrcoef(tests.simulated().to_numpy(), rowvar=False)
    versions = tests.PEER["versions"]
    golden = tests.PEER["efa"]
    for extraction in ("minres", "ml", "pa"):
        source = Source(
            FACTORS, "tam_sim", "7 factors", extraction, f"psych {versions['psych']}, stats::optim"
        )
        ours = (tests.extract(matrix, 7, extraction).loadings ** 2).sum(axis=1)
        tolerance = tests.ITERATIVE if extraction == "pa" else tests.POLISHED
        yield measured(source, "communalities", (ours, golden[extraction]["communalities"]), tolerance)
    start = tests.extract(matrix, 7, "minres").loadings
    for name in ("varimax", "oblimin", "promax", "promax_stats"):
        source = Source(FACTORS, "tam_sim", name, "minres", f"GPArotation {versions['GPArotation']}, stats")
        found = tests.exploratory_factors(matrix, 400, 7, rotation=name)
        one = golden[name] if isinstance(golden[name], dict) else {"loadings": golden[name]}
        yield from rotated(source, found, np.array(one["loadings"]), one.get("phi"), tests.POLISHED)
    for name, gain in (("varimax", tests.GAIN), ("promax", tests.GAIN), ("oblimin", None)):
        one = tests.EXPECTED["efa"][name]
        turn = getattr(tests.rotation, name)
        found = turn(start) if gain is None else turn(start, gain=gain)
        links = list(one["Phi"].values()) if isinstance(one["Phi"], dict) else one["Phi"]
        theirs = np.array([one["loadings"][item] for item in tests.ITEMS])
        source = Source(FACTORS, "tam_sim", f"{name}, as psych stops", "minres", f"psych {versions['psych']}")
        tolerance = tests.OBLIMIN if gain is None else tests.STOPPED
        yield from rotated(source, found, theirs, links, tolerance)
    fit = tests.exploratory_factors(matrix, 400, 7).fit
    source = Source(FACTORS, "tam_sim", "7 factors", "minres", f"psych {versions['psych']}")
    theirs_fit = [golden["fit"][key] for key in ("chisq", "p", "tli")]
    yield measured(source, "chi-square, p, TLI", ([fit.chisq, fit.p, fit.tli], theirs_fit), tests.ITERATIVE)
    partial = tests.minimum_average_partial(matrix)
    peer = [value for value in tests.PEER["map"] if isinstance(value, float)]
    pair = partial.average_squared[1 : len(peer) + 1], peer
    yield measured(source, "minimum average partial", pair, tests.CLOSED)


def rotated(
    source: Source, found: Any, loadings: np.ndarray, links: Any, tolerance: float
) -> Iterator[Comparison]:
    """Loadings and factor correlations with the factors brought side by side."""
    order, sign = exploratory().beside(loadings, found.loadings)
    ours = found.loadings[:, order] * sign
    yield measured(source, "loadings", (ours.ravel(), loadings.ravel()), tolerance)
    if links is not None:
        own = found.factor_correlations[np.ix_(order, order)] * np.outer(sign, sign)
        yield measured(source, "factor correlations", (own.ravel(), np.array(links).ravel()), tolerance)


def distinct_constructs() -> Iterator[Comparison]:
    """Merged pairs, second-order construct, expected cross-loadings, ratios with delta intervals."""
    tests = distinctness()
    peer = f"lavaan {tests.PEER['versions']['lavaan']}"
    parts = {"CRED": ["EXP", "TRU", "ATR"]}
    found = tests.validity(tests.simulated(), tests.SCALES, parts, estimator="MLR", draws=20).to_dict()
    pairs = {(one["a"], one["b"]): one for one in found["distinct"]}
    cases = [case for case in tests.PEER["pairs"] if case["estimator"] == "MLR"]
    for kind, what in (("merged", "two constructs as one factor"), ("fixed", "correlation of one")):
        ours = [pairs[case["a"], case["b"]][kind] for case in cases]
        theirs = [case[kind] for case in cases]
        source = Source(VALIDITY, "tam_sim", what, "MLR", peer)
        plain = [one["chisq"] for one in ours], [one["plain"]["chisq"] for one in theirs]
        yield measured(source, "chi-square differences", plain, tests.ITERATIVE)
        scaled = [one["chisq_scaled"] for one in ours], [one[METHOD]["chisq"] for one in theirs]
        yield measured(source, "scaled differences", scaled, tests.ITERATIVE)
    models = found["second_order"]["CRED"]
    golden = tests.PEER["second_order"]
    source = Source(VALIDITY, "tam_sim", "second order", "MLR", peer)
    sides: list[tuple[Any, Any]] = []
    for name, model in (
        ("first", models["alone"]["first_order"]),
        ("second", models["alone"]["second_order"]),
        ("single", models["alone"]["one_factor"]),
        ("joint", models["joint"]["second_order"]),
    ):
        sides += [(model[key], golden[name][theirs]) for key, theirs in tests.SUMMARY.items()]
    yield measured(source, "fit measures", split(sides), tests.ITERATIVE)
    cost = models["joint"]["second_against_first"]
    values = [cost["chisq"], cost["chisq_scaled"]], [golden["plain"]["chisq"], golden[METHOD]["chisq"]]
    yield measured(source, "difference to first order", values, tests.ITERATIVE)
    for prefix, name, ratios in zip(
        "hg", ("HTMT", "HTMT2"), tests.ratio_intervals(tests.simulated().to_numpy(), tests.BLOCKS, draws=5)
    ):
        lines = {line["lhs"]: line for line in tests.PEER["ratios"]}
        theirs = [lines[f"{prefix}_{one.a}_{one.b}"] for one in ratios]
        source = Source(VALIDITY, "tam_sim", name, "delta method", peer)
        yield measured(source, "ratios", ([r.est for r in ratios], [line["est"] for line in theirs]), 1e-7)
        errors = [r.se for r in ratios], [line["se"] for line in theirs]
        yield measured(source, "standard errors", errors, tests.ITERATIVE, strict=True)


#: Of the scaled differences, in the stored values.
METHOD = "satorra.2000.scaled"


def split(sides: list[tuple[Any, Any]]) -> Pair:
    return [ours for ours, _ in sides], [theirs for _, theirs in sides]


def factors_of_surveys(reference: Path) -> Iterator[Comparison]:
    tests = exploratory()
    for name in tests.SURVEYS:
        golden = tests.load(reference / name / "golden" / "efa.json")
        table, _ = tests.survey(reference, name)
        one = golden["minres_oblimin"]
        matrix = table[one["loadings"]["rows"]].corr().to_numpy()
        found = tests.exploratory_factors(matrix, len(table), len(one["loadings"]["names"]))
        source = Source(FACTORS, name, "oblimin", "minres", "psych 2.2.9", True)
        theirs = np.array(one["loadings"]["values"])
        yield from rotated(source, found, theirs, one["phi"]["values"], tests.OBLIMIN)
        pair = found.communalities, list(one["communality"].values())
        yield measured(source, "communalities", pair, 2 * tests.ITERATIVE)
        fits = [found.fit.chisq, found.fit.tli], [one["chi"], one["TLI"]]
        yield measured(source, "chi-square, TLI", fits, tests.ITERATIVE)
        two = golden["pca_varimax"]
        start = tests.extract(matrix, len(two["loadings"]["names"]), "components").loadings
        source = Source(FACTORS, name, "varimax, as psych stops", "components", "psych 2.2.9", True)
        turned = tests.rotation.varimax(start, gain=tests.GAIN)
        yield from rotated(source, turned, np.array(two["loadings"]["values"]), None, tests.STOPPED)


def factor_models_of_surveys(reference: Path) -> Iterator[Comparison]:
    tests = module("validity/test_validity_reference")
    for name in tests.SURVEYS:
        stored = tests.golden(reference, name, "cfa")
        for estimator in ("ML", "MLM", "MLR"):
            fit = tests.ours(reference, name, estimator)
            ours, theirs = tests.model_fit(fit).measures, stored[estimator]["fit"]
            names = tests.MEASURES | (tests.SCALED if estimator != "ML" else {})
            known = [
                (ours[key], theirs[field]) for key, field in names.items() if theirs.get(field) is not None
            ]
            source = Source(VALIDITY, name, "joint factor model", estimator, "lavaan 0.6-14", True)
            yield measured(source, "fit measures", split(known), tests.DEFAULT)


RESIDENT_VALIDITY: tuple[Callable[[], Iterator[Comparison]], ...] = (
    factors_of_the_survey,
    distinct_constructs,
)
OUTSIDE_VALIDITY: tuple[Callable[[Path], Iterator[Comparison]], ...] = (
    factors_of_surveys,
    factor_models_of_surveys,
)
