"""Numbers as APA 7 and as Chinese journals print them."""

from __future__ import annotations

import pytest

from tam.report.format import numbers_for

EN, ZH = numbers_for("en"), numbers_for("zh")


@pytest.mark.parametrize(
    ("value", "shown"), [(0.4249, "0.42"), (-1.1, "−1.10"), (-0.004, "0.00"), (-0.0, "0.00"), (None, "–")]
)
def test_plain_numbers_have_a_true_minus_and_no_negative_zero(value: float | None, shown: str) -> None:
    assert EN.plain(value) == ZH.plain(value) == shown


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [(0.873, ".87", "0.87"), (-0.12, "−.12", "−0.12"), (1.0, "1.00", "1.00"), (-0.001, ".00", "0.00")],
)
def test_only_english_drops_the_zero_of_what_cannot_exceed_one(
    value: float, english: str, chinese: str
) -> None:
    assert (EN.bounded(value), ZH.bounded(value)) == (english, chinese)


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0.0, "< .001", "< 0.001"),
        (0.000999, "< .001", "< 0.001"),
        (0.001, ".001", "0.001"),
        (0.0499, ".050", "0.050"),
        (0.9995, "> .999", "> 0.999"),
        (None, "–", "–"),
    ],
)
def test_probabilities(value: float | None, english: str, chinese: str) -> None:
    assert (EN.p(value), ZH.p(value)) == (english, chinese)


def test_a_probability_in_a_sentence_carries_its_relation() -> None:
    assert (EN.p_equals(0.0301), EN.p_equals(1e-9)) == ("= .030", "< .001")


def test_intervals_counts_shares_and_powers() -> None:
    assert EN.interval(-0.5, 1.25) == "[−0.50, 1.25]"
    assert EN.interval(0.1, 0.2, bounded=True) == "[.10, .20]"
    assert EN.interval(None, 1.0) == "–"
    assert EN.count(12400) == "12,400"
    assert EN.count(-28) == "−28"
    assert EN.degrees(220.0) == "220"
    assert EN.degrees(95.312) == "95.31"
    assert EN.percent(0.1246) == "12.5%"
    assert EN.level(0.95) == "95%" and EN.level(0.975) == "97.5%"
    assert EN.scientific(2.1e-6) == "2.1 × 10⁻⁶"
