"""Group comparisons against R: oneway.test, t.test, Games-Howell by hand (``generate.R``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.comparison import Comparison, ConstructComparison, Welch, compare
from tam.analysis.grouping import Split
from tam.record import to_record
from tam.spec.text import Text
from tam.stats.studentized_range import studentized_range_cdf, studentized_range_quantile

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text(encoding="utf-8"))
CASES = EXPECTED["cases"]
CLOSED_FORM = 1e-9  # R prints 15 digits
INTEGRAL = 1e-9  # the adaptive quadrature of generate.R is asked for 1e-11


def compared(case: dict[str, Any]) -> ConstructComparison:
    groups = {name: np.array(scores, dtype=float) for name, scores in case["scores"].items()}
    scores = pd.DataFrame({"PI": np.concatenate(list(groups.values()))})
    members = pd.Series([name for name, found in groups.items() for _ in found], dtype=object)
    labels = {name: Text(name, name) for name in groups}
    split = Split("group", Text("group", "组"), "answer", None, members, labels, 0)
    result, _ = compare(scores, split, minimum=3)
    return result.constructs[0]


@pytest.mark.parametrize("name", CASES)
def test_welch_equals_r(name: str) -> None:
    ours, theirs = compared(CASES[name]).welch, CASES[name]["welch"]
    assert isinstance(ours, Welch)
    for key, value in theirs.items():
        assert getattr(ours, key) == pytest.approx(value, rel=CLOSED_FORM, abs=1e-12), key


@pytest.mark.parametrize("name", CASES)
def test_means_and_their_intervals_equal_r(name: str) -> None:
    ours = compared(CASES[name]).means
    for group, theirs in CASES[name]["means"].items():
        for key, value in theirs.items():
            assert getattr(ours[group], key) == pytest.approx(value, rel=CLOSED_FORM), (group, key)


@pytest.mark.parametrize("name", CASES)
def test_pairs_equal_r(name: str) -> None:
    ours = compared(CASES[name]).pairs
    assert isinstance(ours, tuple)
    assert [(one.a, one.b) for one in ours] == [(one["a"], one["b"]) for one in CASES[name]["pairs"]]
    for one, theirs in zip(ours, CASES[name]["pairs"], strict=True):
        for key, value in theirs.items():
            if key not in ("a", "b"):
                assert getattr(one, key) == pytest.approx(value, rel=INTEGRAL, abs=INTEGRAL), (
                    one.a,
                    one.b,
                    key,
                )


def test_holm_equals_r() -> None:
    """p.adjust over the Welch tests, here of five constructs that share one grouping of 84 respondents."""
    from tam.analysis.comparison import _holm

    order = list(CASES)
    adjusted = _holm([compared(CASES[name]) for name in order])
    for name, one in zip(order, adjusted, strict=True):
        assert isinstance(one.welch, Welch)
        assert one.welch.p_holm == pytest.approx(EXPECTED["holm"][name], rel=1e-8)


def test_studentized_range_equals_r() -> None:
    for row in EXPECTED["studentized_range"]:
        ours = studentized_range_cdf(row["q"], row["k"], row["df"])
        assert ours == pytest.approx(row["p"], abs=INTEGRAL)
        assert ours == pytest.approx(row["ptukey"], abs=5e-5)  # its 16-point formula with 2.5 df
        if ours < 1 - 1e-9:  # beyond, the distribution is too flat to be inverted
            assert studentized_range_quantile(ours, row["k"], row["df"]) == pytest.approx(row["q"], rel=1e-7)


def test_a_pair_is_significant_exactly_when_its_interval_excludes_zero() -> None:
    for case in CASES.values():
        pairs = compared(case).pairs
        assert isinstance(pairs, tuple)
        for one in pairs:
            assert (one.p < 0.05) == (one.ci_low > 0 or one.ci_high < 0)


def test_the_record_has_the_documented_shape() -> None:
    one = compared(CASES["three_unequal"])
    record = to_record(Comparison(20, 0.95, {}, (), ())) | to_record(one)
    assert set(record["pairs"][0]) == {
        "a", "b", "diff", "se", "t", "df", "p", "p_adjust", "hedges_g", "ci_low", "ci_high",
    }  # fmt: skip
    assert set(record["means"]["a"]) == {"n", "mean", "sd", "ci_low", "ci_high", "top_two"}
