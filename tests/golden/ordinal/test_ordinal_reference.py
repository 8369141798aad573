"""WLSMV on other people's surveys and against a second program (Mplus)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from wlsmv_peer import assert_close, differences

from tam.engine import Fit, fit_model

pytestmark = pytest.mark.reference

#: lavaan's default search stops within about 1e-5 of its optimum.
TOLERANCE = 1e-5
#: Mplus prints three digits.
DIGITS = 5.1e-4
SURVEYS = ("influencer", "bfi", "bergami_bagozzi", "tam_ebook")
#: Keyed in the other direction; the stored values are after ``7 - x``.
REVERSED = {"bfi": ("A1", "C4", "C5", "E1", "E2", "O2", "O5")}
CATEGORICAL = {
    "ex5.2": (("u1", "u2", "u3", "u4", "u5", "u6"), "f1 =~ u1 + u2 + u3\nf2 =~ u4 + u5 + u6", ("all",)),
    "ex5.3": (
        ("u1", "u2", "u3", "y4", "y5", "y6"),
        "f1 =~ u1 + u2 + u3\nf2 =~ y4 + y5 + y6",
        ("u1", "u2", "u3"),
    ),
    "ex5.10": (
        ("u1a", "u1b", "u1c", "u2a", "u2b", "u2c"),
        "f1 =~ u1a + 1*u1b + 1*u1c\nf2 =~ u2a + 1*u2b + 1*u2c\n"
        "u1a | a*t1\nu1b | a*t1\nu1c | a*t1\nu2a | b*t1\nu2b | b*t1\nu2c | b*t1",
        ("all",),
    ),
    "ex3.14": (
        ("y1", "y2", "u1", "x1", "x2", "x3"),
        "y1 ~ x1 + x2 + x3\ny2 ~ x1 + x2 + x3\nu1 ~ y1 + y2 + x2\ny1 ~~ 0*y2",
        ("u1",),
    ),
}


@pytest.mark.parametrize("survey", SURVEYS)
def test_surveys_equal_lavaan(reference: Path, survey: str) -> None:
    golden = reference / survey / "golden"
    theirs = json.loads((golden / "ordinal_wlsmv.json").read_text("utf-8"))["cfa_WLSMV"]
    model = json.loads((golden / "meta.json").read_text("utf-8"))["measurement"]
    data = pd.read_csv(reference / survey / "data.csv")
    data = data.assign(**{item: 7 - data[item] for item in REVERSED.get(survey, ())})
    fit = fit_model(model, data, ordered=("all",))
    found = differences(
        fit, {"estimates": theirs["parameter_estimates"], "measures": theirs["fit"], "standardised": None}
    )
    assert_close(found, TOLERANCE)


@pytest.mark.parametrize("case", ["tam_wlsmv", "tam7_wlsmv"])
def test_simulated_surveys_equal_lavaan(reference: Path, case: str) -> None:
    folder = reference / "lavaan_dump"
    theirs = json.loads((folder / "lav.json").read_text("utf-8"))[case]
    data = pd.read_csv(folder / "data" / ("tam5.csv" if case == "tam_wlsmv" else "tam.csv"))
    fit = fit_model((folder / "data" / "tam.lav").read_text("utf-8"), data, ordered=("all",))
    rows = theirs["pe"] if isinstance(theirs["pe"], list) else by_rows(theirs["pe"])
    assert_close(differences(fit, {"estimates": rows, "measures": theirs["fm"]}), TOLERANCE)


def by_rows(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(table, row)) for row in zip(*table.values())]


def mplus_fit(reference: Path, case: str) -> tuple[Fit, str]:
    """Our fit and Mplus's output."""
    names, model, ordered = CATEGORICAL[case]
    folder = reference / "mplus_peer" / "Categorical"
    data = pd.read_csv(folder / f"{case}.dat", sep=r"\s+", header=None, names=list(names))
    text = (folder / f"{case}.WLSMV.out").read_text("utf-8", errors="replace")
    return fit_model(model, data, ordered=ordered), text


def printed_pairs(fit: Fit, text: str) -> Iterator[tuple[Any, float, float, float]]:
    """Our row, our standard error in Mplus's terms, Mplus's estimate and standard error."""
    ours = {(row.lhs, row.op, row.rhs): row for row in fit.estimates.itertuples()}
    for (lhs, op, rhs), (estimate, error) in mplus_rows(text).items():
        row = ours.get((lhs, op, rhs)) or ours.get((rhs, op, lhs))
        assert row is not None, (lhs, op, rhs)
        # Mplus divides the sandwich by n where lavaan divides by n - 1.
        yield row, row.se * ((fit.n - 1) / fit.n) ** 0.5, estimate, error


@pytest.mark.parametrize("case", CATEGORICAL)
def test_equal_to_mplus(reference: Path, case: str) -> None:
    fit, text = mplus_fit(reference, case)
    compared = 0
    for row, se, estimate, error in printed_pairs(fit, text):
        assert row.est == pytest.approx(estimate, abs=DIGITS)
        if row.free:
            assert se == pytest.approx(error, abs=DIGITS)
            compared += 1
    assert compared >= fit.measures["npar"]
    assert mplus_chisq(fit) == pytest.approx(printed_chisq(text), abs=DIGITS)
    assert fit.measures["df"] == int(number_after(text, "Degrees of Freedom"))


def mplus_chisq(fit: Fit) -> float:
    """Mplus multiplies by n where lavaan multiplies by n - 1: X = a n F + b."""
    measures = fit.measures
    shift = measures["chisq_scaled"] - measures["chisq"] / measures["scaling_factor"]
    return float((measures["chisq_scaled"] - shift) * fit.n / (fit.n - 1) + shift)


def printed_chisq(text: str) -> float:
    return number_after(text.split("Chi-Square Test of Model Fit", 1)[1], "Value")


def number_after(text: str, label: str) -> float:
    found = re.search(rf"{label}\s+(-?[\d.]+)", text)
    assert found is not None
    return float(found.group(1))


def mplus_rows(text: str) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Estimates and standard errors of the section MODEL RESULTS in our terms."""
    results = text.split("MODEL RESULTS", 1)[1].split("STANDARDIZED MODEL RESULTS", 1)[0]
    operators = {"BY": "=~", "ON": "~", "WITH": "~~"}
    blocks = {"Intercepts": "~1", "Thresholds": "|", "Variances": "~~", "Residual Variances": "~~"}
    rows: dict[tuple[str, str, str], tuple[float, float]] = {}
    left, operator = "", ""
    for line in results.splitlines():
        heading = re.match(r"^ (\S+)\s+(BY|ON|WITH)\s*$", line)
        values = re.match(r"^\s{3,}(\S+)\s+(-?[\d.]+)\s+(-?[\d.]+)\s+-?[\d.]+\s+-?[\d.]+\s*$", line)
        if heading:
            left, operator = heading.group(1).lower(), operators[heading.group(2)]
        elif line.strip() in blocks:
            left, operator = "", blocks[line.strip()]
        elif values:
            name, pair = values.group(1).lower(), (float(values.group(2)), float(values.group(3)))
            if operator == "|":
                variable, cut = name.split("$")
                rows[(variable, "|", f"t{cut}")] = pair
            elif operator == "~1":
                rows[(name, "~1", "")] = pair
            else:
                rows[(left or name, operator, name)] = pair
    return rows
