"""Which dialect is reported: papers written in one of them, told from their printed values alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from printed_papers import paper, printed_matrix

from tam.engine import Moments, fit_model
from tam.published.dialects import joint_models
from tam.published.printed import parse_printed
from tam.published.publication import PrintedValue, Publication
from tam.published.reproduce import reproduce

P = parse_printed
NAMES = ("A", "B", "C", "D", "E")
MATRIX = np.array(
    [
        [1.000, 0.412, 0.523, 0.287, 0.371],
        [0.412, 1.000, 0.388, 0.455, 0.402],
        [0.523, 0.388, 1.000, 0.512, 0.334],
        [0.287, 0.455, 0.512, 1.000, 0.561],
        [0.371, 0.402, 0.334, 0.561, 1.000],
    ]
)
MODEL = "C ~ A\nD ~ B + C\nE ~ D"
SDS = {"A": "1.21", "B": "0.87", "C": "1.43", "D": "0.98", "E": "2.11"}


def given(values: dict[tuple[str, str, str], float], digits: int = 3, **more: Any) -> Publication:
    printed = tuple(
        PrintedValue("path" if op != "R2" else "R2", lhs, op, rhs, P(f"{value:.{digits}f}"))  # type: ignore[arg-type]
        for (lhs, op, rhs), value in values.items()
    )
    base: dict[str, Any] = {
        "key": "p", "kind": "reproduce", "title": "", "n": 250, "variables": NAMES,
        "matrix": printed_matrix(MATRIX, 3), "model": MODEL, "printed": printed,
    }  # fmt: skip
    return Publication(**(base | more))


def fitted(model: str, covariance: Any = MATRIX, column: str = "std", **more: Any) -> dict[Any, float]:
    fit = fit_model(model, Moments(NAMES, covariance, None, 250), **more)
    rows = fit.estimates
    found = {(r.lhs, r.op, r.rhs): getattr(r, column) for r in rows.itertuples() if r.op == "~"}
    return found | {(name, "R2", ""): value for name, value in fit.r2.items()}


def regressed(matrix: Any = MATRIX) -> dict[Any, float]:
    found = {}
    for outcome, own in (("C", "A"), ("D", "BC"), ("E", "D")):
        x, y = [NAMES.index(one) for one in own], NAMES.index(outcome)
        slopes = np.linalg.solve(matrix[np.ix_(x, x)], matrix[x, y])
        found |= {(outcome, "~", one): slope for one, slope in zip(own, slopes, strict=True)}
        found[outcome, "R2", ""] = slopes @ matrix[x, y]
    return found


def test_regressions() -> None:
    found = reproduce(given(regressed()))
    assert found.dialect == "ols-std"
    assert found.summary["exact"] == 7


def test_regressions_in_raw_units() -> None:
    sds = {name: P(text) for name, text in SDS.items()}
    raw = {
        (lhs, op, rhs): value * (float(SDS[lhs]) / float(SDS[rhs]) if op == "~" else 1.0)
        for (lhs, op, rhs), value in regressed().items()
    }
    found = reproduce(given(raw, sds=sds))
    assert found.dialect == "ols-raw"
    assert found.summary["exact"] == 7


def test_a_joint_model_standardised_by_its_own_variances() -> None:
    """Overidentified: the model's variance of D is not the sample's, so standardised paths differ."""
    joint = fitted(MODEL)
    assert abs(joint["E", "~", "D"] - regressed()["E", "~", "D"]) > 0.002
    found = reproduce(given(joint))
    assert found.dialect is not None and found.dialect.startswith("ml-n")
    assert found.comes_out


def test_disattenuated_regressions() -> None:
    reliable = {name: P(".80") for name in NAMES}
    corrected = np.where(np.eye(5) == 1, 1.0, MATRIX / 0.8)
    found = reproduce(given(regressed(corrected), composite_reliability=reliable))
    assert found.dialect == "ols-std-corrected-composite-reliability"
    assert found.comes_out


def test_correlated_residuals_that_the_text_does_not_write() -> None:
    model = "D ~ A + B\nE ~ B + C"
    values = fitted(model + "\nD ~~ E", column="est")
    found = reproduce(given(values, model=model))
    assert found.dialect is not None and "residuals" in found.dialect
    assert found.comes_out


def test_the_divisor_shows_in_chi_square() -> None:
    """Wishart likelihood: chi-square is (n - 1) F; with n = 60 the two are told apart."""
    wishart = fit_model(MODEL, Moments(NAMES, MATRIX * 60 / 59, None, 60))
    chisq = wishart.measures["chisq"] * 59 / 60
    found = reproduce(given(regressed(), n=60, printed_fit={"chisq": P(f"{chisq:.3f}"), "df": P("5")}))
    assert found.dialects["fit"].startswith("ml-n-1")
    assert found.comes_out


def test_another_marker_than_the_first() -> None:
    rng = np.random.default_rng(3)
    factor = rng.normal(size=(300, 1))
    answers = np.hstack([factor @ [[0.9, 0.7, 0.6, 0.8]] + 0.6 * rng.normal(size=(300, 4))])
    covariance = np.cov(answers, rowvar=False)
    names = ("x1", "x2", "x3", "x4")
    fit = fit_model("F =~ NA*x1 + 1*x2 + x3 + x4", Moments(names, covariance, None, 300))
    printed = tuple(
        PrintedValue(
            "loading", "F", "=~", row.rhs, P(f"{row.est:.3f}"), se=P(f"{row.se:.3f}") if row.free else None
        )
        for row in fit.estimates.itertuples()
        if row.op == "=~"
    )
    matrix = tuple(tuple(P(f"{covariance[i, j]:.4f}") for j in range(i + 1)) for i in range(4))
    paper_ = Publication(
        key="m", kind="reproduce", title="", n=300, variables=names, matrix=matrix, matrix_kind="covariance",
        model="F =~ x1 + x2 + x3 + x4", printed=printed,
    )  # fmt: skip
    found = reproduce(paper_)
    assert found.dialect is not None and "marker-as-printed" in found.dialect
    assert found.comes_out


def test_one_value_more_does_not_displace_a_plainer_dialect() -> None:
    """Papers computed by regressions are reported as such, whatever else happens to fit."""
    for seed in range(20):
        assert reproduce(paper(seed).publication).dialect == "ols-std"


def test_pls_papers_are_read_as_regressions() -> None:
    joint = fitted(MODEL)
    assert reproduce(given(joint, software="SmartPLS 3")).dialect == "ols-std"


def test_every_dialect_tried_is_named_once() -> None:
    sds = {name: P(text) for name, text in SDS.items()}
    value = replace(given(regressed()).printed[0], se=P(".05"))
    tried = reproduce(given(regressed(), sds=sds, printed=(value,))).dialects_tried
    names = [(one.name, one.family) for one in tried]
    assert len(names) == len(set(names))
    assert all(one.matched == one.exact + one.rounding <= one.of for one in tried)
    assert {"ols-std", "ols-raw", "ml-n-std", "ml-n-1-std", "gls-n-1-std"} <= {name for name, _ in names}


def test_a_model_that_cannot_be_read_has_no_joint_dialects() -> None:
    assert joint_models(given({}, model="C ~ A ~ B"), tests=True) == ()


@pytest.mark.parametrize("model", ["C ~ A\nA ~ C", "C ~ 0.5*A", "F =~ A + B\nC ~ F"])
def test_unusual_models_get_some_answer(model: str) -> None:
    found = reproduce(given({("C", "~", "A"): 0.5}, model=model))
    assert len(found.values) == 1
