"""LMS against modsem, Mplus and the converged values of the reference folder."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tam.engine.lms_fit import LmsFit, fit_lms

pytestmark = pytest.mark.reference

#: A path may differ from a peer's by this much, a log-likelihood by the second: peers' rules are finite.
PATH, LIKELIHOOD = 0.002, 0.05
ONE_INT = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\nY ~ X + Z + X:Z"
INFLUENCER = """
PL =~ pl_1 + pl_2 + pl_3 + pl_4
PQ =~ pq_1 + pq_2 + pq_3 + pq_4
PIC =~ pic_1 + pic_2 + pic_3 + pic_4 + pic_5
PI =~ pi_1 + pi_2 + pi_3 + pi_4 + pi_5
PI ~ PL + PQ + PIC + PQ:PIC
"""


def _paths(fit: LmsFit) -> dict[str, float]:
    rows = fit.estimates[fit.estimates["op"] == "~"]
    return dict(zip(rows["rhs"], rows["est"]))


def _compared(fit: LmsFit, theirs: list[dict[str, Any]]) -> tuple[float, float]:
    """Largest difference of an estimate and of a standard error (relative), over all rows they have."""
    ours = {(row["lhs"], row["op"], row["rhs"]): row for row in fit.to_dict()["estimates"]}
    ours |= {(rhs, op, lhs): row for (lhs, op, rhs), row in ours.items() if op == "~~"}
    est = se = 0.0
    for row in theirs:
        own = ours[row["lhs"], row["op"], row["rhs"]]
        est = max(est, abs(own["est"] - row["est"]))
        if row["std.error"] is not None:
            se = max(se, abs(own["se"] / row["std.error"] - 1.0))
    return est, se


@pytest.mark.parametrize("integrate", [None, ("X",), ("Z",)])
def test_one_interaction_is_the_converged_value(reference: Path, integrate: tuple[str, ...] | None) -> None:
    data = pd.read_csv(reference / "modsem_oneInt" / "data.csv")
    fit = fit_lms(ONE_INT, data, integrate=integrate)
    assert fit.converged and fit.admissible and fit.quadrature.converged
    assert fit.measures["loglik"] == pytest.approx(-17493.568, abs=0.001)
    assert _paths(fit) == pytest.approx({"X": 0.6728, "Z": 0.5688, "X:Z": 0.7182}, abs=1e-4)
    assert fit.measures["npar"] == 31


@pytest.mark.parametrize(
    ("file", "likelihood", "error"),
    # modsem's standard errors of the 16-node solution are those of its own finite rule.
    [("oneInt_lms", LIKELIHOOD, 0.02), ("oneInt_nodes48_lms", LIKELIHOOD, 0.02)],
)
def test_every_estimate_is_that_of_modsem(
    reference: Path, file: str, likelihood: float, error: float
) -> None:
    theirs = json.loads((reference / "modsem_oneInt" / "golden" / f"{file}.json").read_text())
    fit = fit_lms(theirs["model"], pd.read_csv(reference / "modsem_oneInt" / "data.csv"))
    est, se = _compared(fit, theirs["parameter_estimates"])
    assert abs(fit.measures["loglik"] - theirs["logLik"]) < likelihood
    assert est < PATH
    assert se < error


def test_three_factors_of_real_answers_are_those_of_modsem(reference: Path) -> None:
    theirs = json.loads((reference / "influencer" / "golden" / "modsem_PQxPIC_lms.json").read_text())
    fit = fit_lms(theirs["model"], pd.read_csv(reference / "influencer" / "data.csv"))
    est, _ = _compared(fit, theirs["parameter_estimates"])
    assert abs(fit.measures["loglik"] - theirs["logLik"]) < LIKELIHOOD
    assert est < PATH


@pytest.mark.parametrize("integrate", [("PQ",), ("PIC",)])
def test_the_influencer_moderation_does_not_depend_on_what_is_integrated(
    reference: Path, integrate: tuple[str, ...]
) -> None:
    fit = fit_lms(INFLUENCER, pd.read_csv(reference / "influencer" / "data.csv"), integrate=integrate)
    assert fit.measures["loglik"] == pytest.approx(-5886.429, abs=0.001)
    assert fit.lr_test["loglik_linear"] == pytest.approx(-5887.956, abs=0.001)
    assert fit.lr_test["df"] == 1
    assert fit.lr_test["pvalue"] == pytest.approx(0.081, abs=0.0005)
    expected = {"PL": 0.5727, "PQ": 0.0740, "PIC": -0.0086, "PQ:PIC": 0.0556}
    assert _paths(fit) == pytest.approx(expected, abs=PATH)


def test_every_printed_number_is_that_of_mplus(reference: Path) -> None:
    text = (reference / "mplus_peer" / "XWITH" / "oneInt_2indicators.out").read_text()
    fit = fit_lms(
        "X =~ x1 + x2\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z",
        pd.read_csv(reference / "modsem_oneInt" / "data.csv"),
    )
    assert fit.measures["loglik"] == pytest.approx(-13374.972, abs=0.001)
    assert fit.measures["aic"] == pytest.approx(26793.945, abs=0.002)
    assert fit.measures["bic"] == pytest.approx(26917.165, abs=0.002)
    assert fit.measures["bic_adjusted"] == pytest.approx(26847.269, abs=0.002)
    ours = {(row["lhs"], row["op"], row["rhs"]): row for row in fit.to_dict()["estimates"]}
    printed = _mplus_rows(text)
    assert len(printed) == 25
    for key, est, se in printed:
        row = ours.get(key) or ours[key[2], key[1], key[0]]
        assert row["est"] == pytest.approx(est, abs=0.001), key
        if row["free"]:
            assert row["se"] == pytest.approx(se, abs=0.0006), key


def _mplus_rows(text: str) -> list[tuple[tuple[str, str, str], float, float]]:
    """Every printed parameter in our terms: (lhs, op, rhs), estimate, standard error."""
    results = text.split("MODEL RESULTS")[1].split("QUALITY OF")[0]
    names = {"XZ": "X:Z"}
    found, head, op = [], "", ""
    for line in results.splitlines():
        opening = re.match(r"^ (\w+)\s+(BY|ON|WITH)\s*$", line)
        block = re.match(r"^ (Intercepts|Variances|Residual Variances)\s*$", line)
        row = re.match(r"^\s{4}(\w+)\s+(-?\d+\.\d+)\s+(\d+\.\d+)", line)
        if opening:
            head, op = opening[1], {"BY": "=~", "ON": "~", "WITH": "~~"}[opening[2]]
        elif block:
            head, op = "", "~1" if block[1] == "Intercepts" else "~~"
        elif row:
            name = row[1] if row[1] in ("X", "Y", "Z", "XZ") else row[1].lower()
            name = names.get(name, name)
            key = (head, op, name) if head else (name, op, "" if op == "~1" else name)
            found.append((key, float(row[2]), float(row[3])))
    return found
