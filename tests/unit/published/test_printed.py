"""A printed number is an interval: what is read, what is refused, and what holds of every one."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tam.published.printed import Printed, PrintedError, parse_cell, parse_printed


@pytest.mark.parametrize(
    ("text", "value", "digits", "low", "high"),
    [
        ("0.31", 0.31, 2, 0.305, 0.315),
        (".31", 0.31, 2, 0.305, 0.315),
        ("0.310", 0.31, 3, 0.3095, 0.3105),
        ("-0.046", -0.046, 3, -0.0465, -0.0455),
        ("−0.046", -0.046, 3, -0.0465, -0.0455),
        ("–0.5", -0.5, 1, -0.55, -0.45),
        ("+ 1.5", 1.5, 1, 1.45, 1.55),
        ("12", 12.0, 0, 11.5, 12.5),
        ("5.", 5.0, 0, 4.5, 5.5),
        ("68.0%", 0.68, 3, 0.6795, 0.6805),
        ("47 %", 0.47, 2, 0.465, 0.475),
        ("2.1e-05", 2.1e-05, 6, 2.05e-05, 2.15e-05),
        ("０．３１", 0.31, 2, 0.305, 0.315),
    ],
)
def test_value_decimals_and_interval(text: str, value: float, digits: int, low: float, high: float) -> None:
    printed = parse_printed(text)
    assert (printed.value, printed.digits, printed.low, printed.high) == (value, digits, low, high)
    assert printed.text == text and printed.bound is None


def test_the_interval_is_that_of_the_decimal_number() -> None:
    """0.1 + 0.2 style slips would put 0.285 outside 0.29's or 0.28's interval."""
    assert parse_printed("0.28").holds(0.285) and parse_printed("0.29").holds(0.285)
    assert not parse_printed("0.28").holds(math.nextafter(0.285, 1))


@pytest.mark.parametrize(
    ("text", "stars"), [(".31**", "**"), ("0.31 ***", "***"), ("0.06†", "†"), ("1.2", "")]
)
def test_stars_are_kept_apart(text: str, stars: str) -> None:
    assert parse_printed(text).stars == stars


def test_bounds_reach_to_one_side() -> None:
    below = parse_printed("<.001")
    assert (below.bound, below.low, below.high) == ("<", -math.inf, 0.001)
    assert (below.within(0, 1).low, below.within(0, 1).high) == (0, 0.001)
    above = parse_printed("> 0.05")
    assert (above.bound, above.low, above.high) == (">", 0.05, math.inf)
    assert parse_printed("n.s.").low == 0.05 and parse_printed("n.s.").text == "n.s."


def test_a_count_has_no_rounding() -> None:
    assert (parse_printed("308").exactly().low, parse_printed("308").exactly().high) == (308, 308)
    assert parse_printed("85.3").exactly().low == 85.25


@pytest.mark.parametrize("text", ["", "-", "—", "–", "NA", "n/a", ".", " "])
def test_cells_in_which_nothing_is_printed(text: str) -> None:
    assert parse_cell(text) is None
    with pytest.raises(PrintedError):
        parse_printed(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0,31", "printed-comma"),
        ("1,804", "printed-comma"),
        ("<,001", "printed-comma"),
        ("0.3.1", "printed-no-number"),
        ("nan", "printed-no-number"),
        ("inf", "printed-no-number"),
        ("0x1F", "printed-no-number"),
        ("1_000", "printed-no-number"),
        ("٣.١", "printed-no-number"),
        ("(0.31)", "printed-no-number"),
        ("0.31a", "printed-no-number"),
        ("__import__('os')", "printed-no-number"),
        ("0.31*****", "printed-no-number"),
        ("1e99", "printed-too-large"),
        ("1e-99", "printed-too-large"),
        ("1e999", "printed-no-number"),
        ("9999999999999999", "printed-too-large"),
        ("0." + "1" * 16, "printed-too-large"),
        ("1" * 10_000, "printed-too-long"),
    ],
)
def test_what_is_no_printed_number_says_why(text: str, code: str) -> None:
    with pytest.raises(PrintedError) as refused:
        parse_printed(text)
    assert refused.value.code == code


NUMBERS = st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 6)).map(
    lambda one: Decimal(one[0]).scaleb(-one[1])
)


def _text(number: Decimal) -> str:
    return f"{number:f}"


@given(NUMBERS)
def test_reading_what_was_written_gives_it_back(number: Decimal) -> None:
    printed = parse_printed(_text(number))
    assert printed.decimal == number and printed.digits == -int(number.as_tuple().exponent)
    assert parse_printed(_text(printed.decimal)).value == printed.value


@given(NUMBERS)
def test_the_interval_holds_the_value_and_is_one_unit_wide(number: Decimal) -> None:
    printed = parse_printed(_text(number))
    assert printed.low <= printed.value <= printed.high
    assert math.isclose(
        printed.high - printed.low, 2 * printed.half_unit, rel_tol=1e-6, abs_tol=1e-7 * abs(printed.value)
    )


@given(
    st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=9),
    st.integers(0, 5),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]),
)
def test_whatever_was_rounded_lies_inside(exact: Decimal, digits: int, rounding: str) -> None:
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=rounding)
    assert parse_printed(_text(rounded)).holds(float(exact))
    percent = (exact * 100).quantize(Decimal(1).scaleb(-digits), rounding=rounding)
    assert parse_printed(f"{_text(percent)}%").holds(float(exact))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        printed = parse_printed(text)
    except PrintedError as refused:
        assert refused.code.startswith("printed-")
    else:
        assert isinstance(printed, Printed) and printed.low <= printed.value <= printed.high
        assert math.isfinite(printed.value)
