"""Rows of the agreement page: latent interactions by every estimator, observed-score models, power."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from agreement_parts import GOLDEN, Comparison, Source, measured, module

FAMILY = "Latent interactions"
Row = dict[str, Any]


def _json(path: str) -> Any:
    return json.loads((GOLDEN / path).read_text(encoding="utf-8"))


# --- data of our own


def lms() -> Iterator[Comparison]:
    """A likelihood written in R on another plan, evaluated at our estimates."""
    tests, peers = module("lms/test_lms_peer"), _json("lms/lms_peer.json")
    data = pd.read_csv(GOLDEN / "lms" / "survey.csv")
    for name, paths, missing in tests.CASES:
        fit = tests.fit_lms(tests.MEASURED + paths, data, missing=missing)
        estimator = "LMS" if missing == "listwise" else "LMS, FIML"
        source = Source(FAMILY, "survey", name, estimator, peers["R"].split(" (")[0])
        pair = [fit.measures["loglik"]], [peers[name]["loglik"]]
        yield measured(source, "log-likelihood", pair, 1e-8)


def process() -> Iterator[Comparison]:
    """Models 1, 7, 14, 58, 59 against R: lm with HC3 by formula."""
    tests, peer = module("moderation/test_process_models"), _json("moderation/process_peer.json")
    table = pd.DataFrame(peer["data"])
    for number, key in ((1, "model1"), (7, "first7"), (14, "last14"), (58, "last14"), (59, None)):
        found = tests._model(number, table, centre=False)
        source = Source("Observed-score moderation", "scores", f"PROCESS model {number}", "OLS, HC3", "R")
        if key is not None:
            equation = found.regressions[0 if number in (1, 7) else 1]
            terms = {one.term: one for one in equation.terms}
            names = ["1" if one == "(Intercept)" else one for one in peer[key]["terms"]]
            ours = [value for name in names for value in (terms[name].est, terms[name].se)]
            theirs = [v for pair in zip(peer[key]["est"], peer[key]["se"]) for v in pair]
            yield measured(source, "coefficients and HC3 errors", (ours, theirs), 1e-8)
        if number == 1:
            pair = list(found.johnson_neyman.bounds), np.atleast_1d(peer[key]["bounds"])
            yield measured(source, "Johnson-Neyman bounds", pair, 1e-8)
            continue
        pair = [one.est for one in found.indirect], peer[f"indirect{number}"]
        yield measured(source, "conditional indirect effects", pair, 1e-8)
        if found.index is not None:
            pair = [found.index.est], np.atleast_1d(peer[f"index{number}"])
            yield measured(source, "index of moderated mediation", pair, 1e-8)


def planning() -> Iterator[Comparison]:
    """What power is made of: estimate over standard error at the population, per root of n."""
    tests = module("planning/test_power_lavaan")
    scenario = tests.make_scenario(tests.make_plan((tests.HERE / "population.lav").read_text("utf-8")))
    ours = tests.wald_per_root_n(scenario)
    theirs = tests.PEER["wald_per_root_n"]
    source = Source("Power", "population", "TAM", "ML", "lavaan")
    names = (*tests.PATHS, "ab:=a*b")
    pair = [ours[one.partition(":=")[0]] for one in names], [theirs[one] for one in names]
    yield measured(source, "estimate / (standard error x root n)", pair, 2e-4)


# --- the reference folder


def products(reference: Path) -> Iterator[Comparison]:
    """Further product indicators of modsem's oneInt, by lavaan."""
    from tam.analysis.lavaan_fit import fit

    tests, peers = module("moderation/test_products_reference"), _json("moderation/products_peer.json")
    data = pd.read_csv(reference / "modsem_oneInt" / "data.csv")
    version = f"lavaan {peers['versions']['lavaan']}"
    asked = [(case, paths, method, "all", "ML") for case, (paths, method) in tests.CASES.items()]
    product = "Y ~ X + Z + X:Z\n"
    asked.append(("constrained_matched", product, "constrained", "matched", "ML"))
    asked.append(("constrained_robust", product, "constrained", "matched", "MLR"))
    for case, paths, method, pairs, estimator in asked:
        found = fit(tests.MEASURES + paths, data, interaction=method, pairs=pairs, estimator=estimator)
        source = Source(FAMILY, "oneInt", case.replace("_", " "), estimator, version, True)
        # lavaan's gradient is .02 where it corrects the errors of constrained products
        near = 3e-4 if case == "constrained_robust" else 1e-4
        yield from _paths(source, found, peers[case]["paths"], {"XZ": "X:Z", "XX": "X:X"}, near)
        name, theirs = ("chisq_scaled", "chisq.scaled") if estimator == "MLR" else ("chisq", "chisq")
        pair = [found.measures[name]], [peers[case]["fit"][theirs]]
        yield measured(source, "chi-square", pair, near)


def _paths(
    source: Source, found: Any, rows: list[Row], names: dict[str, str], near: float
) -> Iterator[Comparison]:
    table = found.estimates
    mine = {row.rhs: row for row in table[table.op == "~"].itertuples()}
    ours = [mine[names.get(row["rhs"], row["rhs"])] for row in rows]
    yield measured(source, "paths", ([one.est for one in ours], [row["est"] for row in rows]), near)
    errors = [one.se for one in ours], [row["se"] for row in rows]
    yield measured(source, "standard errors", errors, near, strict=True)


def likelihoods(reference: Path) -> Iterator[Comparison]:
    """LMS and QML of modsem, whose quadrature and searches are finite."""
    from tam.analysis.lavaan_fit import fit

    for folder, file, method in (
        ("modsem_oneInt", "oneInt_lms", "lms"),
        ("modsem_oneInt", "oneInt_nodes48_lms", "lms"),
        ("influencer", "modsem_PQxPIC_lms", "lms"),
        ("modsem_oneInt", "oneInt_qml", "qml"),
        ("influencer", "modsem_PQxPIC_qml", "qml"),
    ):
        peer = json.loads((reference / folder / "golden" / f"{file}.json").read_text("utf-8"))
        found = fit(peer["model"], pd.read_csv(reference / folder / "data.csv"), interaction=method)
        rows = [
            {"rhs": row["rhs"], "est": row["est"], "se": row["std.error"]}
            for row in peer["parameter_estimates"]
            if row["op"] == "~"
        ]
        source = Source(FAMILY, folder.removeprefix("modsem_"), file, method.upper(), "modsem 1.0.22", True)
        table = found.estimates
        mine = {row.rhs: row for row in table[table.op == "~"].itertuples()}
        pair = [mine[row["rhs"]].est for row in rows], [row["est"] for row in rows]
        yield measured(source, "paths", pair, 0.002)
        pair = [mine[row["rhs"]].se for row in rows], [row["se"] for row in rows]
        yield measured(source, "standard errors", pair, 0.02)
        pair = [found.measures["loglik"]], [peer["logLik"]]
        yield measured(source, "log-likelihood", pair, 1e-5)


def mplus(reference: Path) -> Iterator[Comparison]:
    """Mplus' XWITH with two items each, printed to three digits."""
    tests = module("lms/test_lms_reference")
    text = (reference / "mplus_peer" / "XWITH" / "oneInt_2indicators.out").read_text()
    model = "X =~ x1 + x2\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z"
    found = tests.fit_lms(model, pd.read_csv(reference / "modsem_oneInt" / "data.csv"))
    rows = {(row["lhs"], row["op"], row["rhs"]): row for row in found.to_dict()["estimates"]}
    printed = tests._mplus_rows(text)
    ours = [rows.get(key) or rows[key[2], key[1], key[0]] for key, _, _ in printed]
    source = Source(FAMILY, "oneInt", "XWITH, two items each", "LMS", "Mplus", True)
    yield measured(source, "estimates", ([row["est"] for row in ours], [est for _, est, _ in printed]), 0.001)
    free = [(row["se"], se) for row, (_, _, se) in zip(ours, printed) if row["free"]]
    yield measured(source, "standard errors", ([a for a, _ in free], [b for _, b in free]), 0.001)
    yield measured(source, "log-likelihood", ([found.measures["loglik"]], [-13374.972]), 1e-7)


RESIDENT_MODERATION: tuple[Callable[[], Iterator[Comparison]], ...] = (lms, process, planning)
OUTSIDE_MODERATION: tuple[Callable[[Path], Iterator[Comparison]], ...] = (products, likelihoods, mplus)
