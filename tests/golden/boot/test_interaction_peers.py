"""Latent interactions against semTools, modsem and lavaan."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tam.analysis.lavaan_fit import fit
from tam.analysis.moderation import moderation
from tam.engine.products import product_indicators
from tam.spec.model import Hypothesis, Model, Moderation
from tam.spec.model import Path as ModelPath
from tam.spec.text import Text

pytestmark = pytest.mark.reference


def _largest_difference(
    record: dict[str, Any], theirs: list[dict[str, Any]], rename: Callable[[str], str]
) -> float:
    """Largest difference of estimates (relative above 1) and standard errors (relative) of all parameters."""
    known = {(rename(r["lhs"]), r["op"], rename(r["rhs"])): r for r in theirs}
    known |= {(rhs, op, lhs): r for (lhs, op, rhs), r in known.items() if op == "~~"}
    worst = 0.0
    for row in record["estimates"]:
        other = known[row["lhs"], row["op"], row["rhs"]]
        worst = max(worst, abs(row["est"] - other["est"]) / max(1, abs(other["est"])))
        if row["free"]:
            worst = max(worst, abs(row["se"] / other["se"] - 1))
    return worst


def _with_colon(name: str) -> str:
    """modsem's x1z1 and semTools' pq_1.pic_1 as x1:z1 and pq_1:pic_1."""
    named = {"XZ": "X:Z", "PQPIC": "PQ:PIC"}
    return named.get(name) or re.sub(r"^(x\d|pq_\d)\.?(z\d|pic_\d)$", r"\1:\2", name)


@pytest.mark.parametrize(("method", "file"), [("dblcent", "oneInt_dblcent"), ("residual", "oneInt_rca")])
def test_all_pairs_equal_modsem(reference: Path, method: str, file: str) -> None:
    theirs = json.loads((reference / "modsem_oneInt" / "golden" / f"{file}.json").read_text())
    data = pd.read_csv(reference / "modsem_oneInt" / "data.csv")

    ours = fit(theirs["model"], data, interaction=method).to_dict()

    assert ours["measures"]["npar"] == theirs["fit"]["npar"]
    assert ours["measures"]["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=1e-6)
    assert ours["measures"]["loglik"] > theirs["fit"]["logl"] - 1e-8 * len(data)
    assert _largest_difference(ours, theirs["parameter_estimates"], _with_colon) < 1e-4


def test_naive_standardised_value_is_lavaans_and_the_correct_one_is_near_lms(reference: Path) -> None:
    folder = reference / "modsem_oneInt"
    product = json.loads((folder / "golden" / "oneInt_dblcent.json").read_text())
    lms = json.loads((folder / "golden" / "oneInt_lms.json").read_text())

    ours = fit(product["model"], pd.read_csv(folder / "data.csv")).to_dict()

    row = next(r for r in ours["estimates"] if r["rhs"] == "X:Z" and r["op"] == "~")
    naive = next(r for r in product["lavaan_std"] if r["op"] == "~" and r["rhs"] == "XZ")
    value = {(r["lhs"], r["op"], r["rhs"]): r["est"] for r in lms["parameter_estimates"]}
    x, z, xz = (value["Y", "~", name] for name in ("X", "Z", "X:Z"))
    var_x, var_z, cov = value["X", "~~", "X"], value["Z", "~~", "Z"], value["X", "~~", "Z"]
    # of normal X and Z the product has the variance var(X) var(Z) + cov(X, Z)^2 and no covariance with either
    var_y = (
        x**2 * var_x
        + z**2 * var_z
        + 2 * x * z * cov
        + xz**2 * (var_x * var_z + cov**2)
        + value["Y", "~~", "Y"]
    )
    corrected = xz * (var_x * var_z / var_y) ** 0.5
    assert row["std_naive"] == pytest.approx(naive["est.std"], abs=1e-5)
    # another estimator of the same quantity on the same 2,000 rows: within a standard error
    assert row["std"] == pytest.approx(corrected, abs=row["std_se"])


def test_real_answers_all_pairs_equal_modsem(reference: Path) -> None:
    theirs = json.loads((reference / "influencer" / "golden" / "modsem_PQxPIC_dblcent.json").read_text())
    data = pd.read_csv(reference / "influencer" / "data.csv")

    ours = fit(theirs["model"], data).to_dict()

    assert ours["measures"]["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=1e-6)
    assert _largest_difference(ours, theirs["parameter_estimates"], _with_colon) < 1e-4


@pytest.mark.parametrize(
    ("case", "method"),
    [("dblMC_matched", "dblcent"), ("meanC_only_matched", "meancentred"), ("residC_matched", "residual")],
)
def test_matched_pairs_equal_semtools_and_lavaan(reference: Path, case: str, method: str) -> None:
    golden = json.loads((reference / "influencer" / "golden" / "latent_interaction.json").read_text())
    theirs = golden["PQxPIC"][case]
    data = pd.read_csv(reference / "influencer" / "data.csv")
    model = theirs["model"].split("XZ =~")[0] + "PL ~ SIC\nPQ ~ SIC\nPI ~ SIC + PL + PQ + PIC + PQ:PIC"

    ours = fit(model, data, interaction=method, pairs="matched", meanstructure=True).to_dict()

    assert [p["code"] for p in ours["problems"]] == ["interaction-surplus-items"]
    if method == "residual":  # semTools regressed on the matched items only, here the surplus item takes part
        return
    rename = lambda name: "PQ:PIC" if name == "XZ" else _with_colon(name)  # noqa: E731
    assert ours["measures"]["chisq"] == pytest.approx(theirs["fit"]["fit"]["chisq"], rel=1e-4)
    assert _largest_difference(ours, theirs["fit"]["parameter_estimates"], rename) < 1e-4


@pytest.mark.parametrize("case", ["dblMC_matched", "residC_matched"])
def test_products_equal_semtools(reference: Path, case: str) -> None:
    golden = json.loads((reference / "influencer" / "golden" / "latent_interaction.json").read_text())
    theirs = golden["PQxPIC"][case]
    data = pd.read_csv(reference / "influencer" / "data.csv")
    items = [[f"{side}_{i}" for i in range(1, 5)] for side in ("pq", "pic")]

    method = "residual" if case.startswith("resid") else "dblcent"
    ours = product_indicators(data, *items, method, "matched").table

    for name, sd in theirs["product_sds"].items():
        assert ours[name.replace(".", ":")].std() == pytest.approx(sd, rel=1e-10)
        assert ours[name.replace(".", ":")].mean() == pytest.approx(0, abs=1e-14)


def test_simple_slopes_equal_semtools(reference: Path) -> None:
    folder = reference / "influencer" / "golden"
    theirs = json.loads((folder / "latent_interaction.json").read_text())["PQxPIC"]["dblMC_matched"]
    scales = json.loads((folder / "meta.json").read_text())["constructs"]
    paths = [("PL", "SIC"), ("PQ", "SIC"), ("PI", "SIC"), ("PI", "PL"), ("PI", "PQ"), ("PI", "PIC")]
    model = Model(
        "influencer",
        Text("influencer"),
        {name: tuple(items) for name, items in scales.items()},
        {},
        tuple(ModelPath(*path) for path in paths),
        (Moderation("PQ", "PI", "PIC"),),
        hypotheses=(Hypothesis("H1", "PQ -> PI by PIC", "+"),),
    )

    (ours,) = moderation(model, pd.read_csv(reference / "influencer" / "data.csv"), pairs="matched").analyses

    assert ours.hypothesis == "H1"
    for mine, other in zip(ours.slopes, theirs["probe2WayMC"]["SimpleSlope"], strict=True):
        assert mine.moderator == pytest.approx(other["PIC"], rel=1e-4)
        assert mine.est == pytest.approx(other["est"], abs=1e-4)
        assert mine.se == pytest.approx(other["se"], rel=1e-4)
        assert mine.p == pytest.approx(other["pvalue"], abs=1e-4)
