"""Standard errors of a large sample print alike in several dialects; their range is the estimates'."""

from __future__ import annotations

from pathlib import Path

from tam.published.publication_file import load_publication
from tam.published.reproduce import reproduce

PAPER = """\
title: Regressions of scale means of 309 simulated respondents, printed to two decimals
simulated: true
software: multiple regression (OLS)
n: 309
variables: [PEOU, PU, CRED, ATT, PI]
matrix:
  - 1.00
  - 0.38 1.00
  - 0.04 -0.06 1.00
  - 0.19 0.11 0.33 1.00
  - 0.15 0.22 0.05 0.23 1.00
model: |
  PU ~ PEOU
  ATT ~ PU + PEOU + CRED
  PI ~ ATT + PU
printed:
  - {lhs: PU, rhs: PEOU, value: 0.38, se: 0.053, t: 7.25, p: <0.001}
  - {lhs: ATT, rhs: PU, value: 0.07, se: 0.057, t: 1.28, p: 0.203}
  - {lhs: ATT, rhs: PEOU, value: 0.15, se: 0.057, t: 2.66, p: 0.008}
  - {lhs: ATT, rhs: CRED, value: 0.33, se: 0.053, t: 6.13, p: <0.001}
  - {lhs: PI, rhs: ATT, value: 0.21, se: 0.055, t: 3.78, p: <0.001}
  - {lhs: PI, rhs: PU, value: 0.20, se: 0.055, t: 3.66, p: <0.001}
"""
TRUE = {
    ("PU", "PEOU"): 0.0527398239906975,
    ("ATT", "PU"): 0.057486427320013536,
    ("ATT", "PEOU"): 0.057438269895951105,
    ("ATT", "CRED"): 0.053165774186843345,
    ("PI", "ATT"): 0.05480830999921794,
    ("PI", "PU"): 0.05480830999921794,
}
"""Standard errors by the textbook formula, on the correlations before they were rounded."""


def test_the_true_standard_errors_lie_in_their_ranges(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(PAPER, encoding="utf-8")
    found = reproduce(load_publication(path))
    assert found.dialects["error"] == found.dialects["estimate"] == "ols-std"
    errors = {(one.lhs, one.rhs): one for one in found.values if one.what == "se"}
    assert set(errors) == set(TRUE)
    for pair, true in TRUE.items():
        low, high = errors[pair].low, errors[pair].high
        assert low is not None and high is not None and low <= true <= high, pair
