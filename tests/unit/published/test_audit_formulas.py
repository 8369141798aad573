"""Ranges of recomputed values, against hand calculation, R, and examples of those who state the rules."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from tam.stats.granularity import (
    grim_decides,
    largest_deviation,
    nearest_means,
    possible_deviations,
    possible_sums,
)
from tam.stats.interval_arithmetic import EVERYTHING, Interval, hull_of, over_corners, total
from tam.stats.possible_correlations import definiteness, sign_repairs, third_correlation_range
from tam.stats.printed_fit import (
    agfi_range,
    baseline_range,
    implied_df,
    index_from_index,
    index_range,
    parsimony_range,
    rmsea_limits_range,
    rmsea_pvalue_range,
    rmsea_range,
)
from tam.stats.printed_reliability import (
    ave_range,
    composite_reliability_range,
    equal_loading_items,
    items_for,
    reliability_given_ave,
    standardised_alpha_range,
)
from tam.stats.printed_tests import (
    chisq_p_range,
    normal_limits_range,
    one_sided_p_range,
    ratio_range,
    sobel_error_ranges,
    sobel_z_ranges,
    two_sided_p_range,
)


def about(text: str) -> Interval:
    """The numbers that print so."""
    half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    return Interval(Fraction(text) - half, Fraction(text) + half)


def test_intervals_are_exact_decimal_numbers() -> None:
    assert Interval.of(0.1) + Interval.of(0.2) == Interval.of(0.3)
    assert about("0.5") * about("0.5") == Interval.of(Fraction(2025, 10000), Fraction(3025, 10000))
    assert Interval.of(-2, 3).squared() == Interval.of(0, 9)
    assert abs(Interval.of(-2, 1)) == Interval.of(0, 2)
    assert total([]) == Interval.of(0)


def test_division_by_what_may_be_zero_has_no_end() -> None:
    assert (Interval.of(1, 2) / Interval.of(0, 4)).low == Fraction(1, 4)
    assert math.isinf((Interval.of(1, 2) / Interval.of(0, 4)).high)
    assert Interval.of(1) / Interval.of(-1, 1) == EVERYTHING
    assert Interval.of(0) * EVERYTHING == Interval.of(0)


def test_roots_hold_the_true_root() -> None:
    root = Interval.of(2).root()
    assert root.low**2 <= 2 <= root.high**2
    assert float(root.high - root.low) < 1e-20
    assert Interval.of(4).root() == Interval.of(2)
    assert Interval.of(-1, 4).root() == Interval.of(0, 2)


def test_meeting_gap_hull_and_cut() -> None:
    assert Interval.of(0, 1).meets(Interval.of(1, 2))
    assert Interval.of(0, 1).gap(Interval.of(1.5, 2)) == 0.5
    assert hull_of([Interval.of(0, 1), Interval.of(3, 4)]) == Interval.of(0, 4)
    assert Interval.of(2, 3).cut(0, 1) == Interval.of(1)
    assert over_corners(lambda a, b: a - b, Interval.of(1, 2), Interval.of(0, 1)) == Interval.of(0, 2)


def test_ave_and_reliability_of_a_published_row() -> None:
    """Loadings .881 .892 .861 .830 (a02): AVE [.7496, .7514], CR [.9229, .9235]."""
    loadings = [about(one) for one in ("0.881", "0.892", "0.861", "0.830")]
    ave, cr = ave_range(loadings), composite_reliability_range(loadings)
    assert [round(float(one), 4) for one in (ave.low, ave.high)] == [0.7496, 0.7514]
    assert [round(float(one), 4) for one in (cr.low, cr.high)] == [0.9229, 0.9235]


def test_reliability_of_mixed_signs_holds_both_formulas() -> None:
    loadings = [Interval.of(0.8), Interval.of(0.7), Interval.of(-0.6)]
    reach = composite_reliability_range(loadings)
    errors = Fraction("1.51")
    assert reach.holds(Fraction("0.81") / (Fraction("0.81") + errors))
    assert reach.holds(Fraction("4.41") / (Fraction("4.41") + errors))
    turned = [Interval.of(-0.8), Interval.of(-0.7), Interval.of(-0.6)]
    assert composite_reliability_range(turned) == composite_reliability_range([abs(one) for one in turned])


def test_no_loadings_is_a_mistake() -> None:
    for function in (ave_range, composite_reliability_range):
        with pytest.raises(ValueError, match="loadings"):
            function([])


def test_items_that_ave_and_reliability_imply() -> None:
    """Attitude of a12: AVE .765 with CR .928 needs four items; perceived control .866, .928 needs two."""
    for ave, cr, items in (("0.765", "0.928", 4), ("0.866", "0.928", 2), ("0.842", "0.941", 3)):
        assert items_for(about(ave), about(cr)) == items
        equal = equal_loading_items(about(ave), about(cr))
        assert equal is not None
        assert equal.holds(items)
        assert reliability_given_ave(about(ave), items).meets(about(cr))
        assert not reliability_given_ave(about(ave), items - 1).meets(about(cr))
    assert items_for(Interval.of(1), Interval.of(1)) is None


def test_unequal_loadings_lie_between_the_bounds() -> None:
    loadings = [0.95, 0.9, 0.4]
    a = sum(one**2 for one in loadings) / 3
    c = sum(loadings) ** 2 / (sum(loadings) ** 2 + 3 - 3 * a)
    reach = reliability_given_ave(Interval.of(a), 3)
    assert reach.holds(c)
    assert reach.high == pytest.approx(3 * a / (1 + 2 * a))


def test_standardised_alpha() -> None:
    assert standardised_alpha_range(Interval.of(0.5), 4) == Interval.of(Fraction(4, 5))


def test_rmsea_of_a_published_line() -> None:
    """a12: 1023/308 with n = 403 gives .0760; a10: 1.693 with n = 205 gives [.0581, .0583]."""
    reach = rmsea_range(Interval.of(Fraction(1023, 308)), 403)
    assert round(float(reach.high), 4) == 0.0760
    reach = rmsea_range(about("1.693"), 205)
    assert [round(float(one), 4) for one in (reach.low, reach.high)] == [0.0581, 0.0583]
    assert rmsea_range(Interval.of(0.9), 300) == Interval.of(0)


def test_rmsea_interval_and_close_fit_of_lavaan() -> None:
    """Holzinger and Swineford, three factors: chi-square 85.306, df 24, n 301: [.071, .114], p .001."""
    limits, close = (
        rmsea_limits_range(Interval.of(85.306), 24, 301, 0.90),
        rmsea_pvalue_range(Interval.of(85.306), 24, 301),
    )
    assert limits is not None
    assert close is not None
    low, high = limits
    assert low.holds(0.0714) or round(float(low.low), 3) == 0.071
    assert round(float(high.low), 3) == 0.114
    assert float(close.high) < 0.001


def test_limits_that_cannot_be_computed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The noncentral distribution has no value for some chi-squares far beyond those of printed models."""
    from tam.stats import fit_indices

    def fails(*_: object, **__: object) -> float:
        raise ValueError("not a number")

    monkeypatch.setattr(fit_indices, "noncentrality", fails)
    assert rmsea_limits_range(Interval.of(999999), 308, 403, 0.90) is None


def test_comparative_indices_of_lavaan() -> None:
    """The same model: baseline 918.852 with 36 df, CFI .931, TLI .896."""
    chisq, base = Interval.of(85.306), Interval.of(918.852)
    expected = {"cfi": 0.931, "tli": 0.896, "nfi": 0.907, "rfi": 0.861, "ifi": 0.931}
    for name, value in expected.items():
        reach = index_range(name, base, chisq, 24, 36)
        assert reach is not None
        assert round(reach.middle, 3) == value
        back = baseline_range(name, reach, chisq, 24, 36)
        assert back is not None
        assert back.middle == pytest.approx(918.852)
        for other, wanted in expected.items():
            through = index_from_index(other, name, reach, chisq, 24, 36)
            assert through is not None
            assert round(through.middle, 3) == wanted, (other, name)


def test_tli_follows_from_cfi_without_chi_square() -> None:
    reach = index_from_index("tli", "cfi", about("0.931"), None, 24, 36)
    assert reach is not None
    assert reach.holds(1 - (1 - 0.931) * 36 / 24)
    assert index_from_index("tli", "cfi", about("1.000"), None, 24, 36) is None


def test_nothing_follows_at_a_pole() -> None:
    assert index_range("cfi", Interval.of(30, 40), Interval.of(20), 24, 36) is None
    assert baseline_range("nfi", about("1.00"), Interval.of(20), 24, 36) is None
    assert baseline_range("cfi", about("0.95"), Interval.of(20), 24, 36) is None


def test_adjusted_indices_and_implied_degrees_of_freedom() -> None:
    assert float(agfi_range(Interval.of(0.95), 24, 9).low) == pytest.approx(1 - 45 / 24 * 0.05)
    assert float(parsimony_range(Interval.of(0.9), 24, 36).low) == pytest.approx(0.6)
    assert implied_df(about("26.027"), about("2.892")) == (9,)
    assert implied_df(about("10.3"), about("9.9")) == ()


def test_probabilities() -> None:
    """R: pchisq(85.306, 24, lower = FALSE), 2 * pnorm(-2.582), 2 * pt(-2.582, 377)."""
    assert float(chisq_p_range(Interval.of(85.306), 24).low) == pytest.approx(8.501029e-09, rel=1e-6)
    reach = two_sided_p_range(Interval.of(2.582), (377.0,))
    assert float(reach.low) == pytest.approx(0.009823, abs=5e-7)
    assert float(reach.high) == pytest.approx(0.010199, abs=5e-6)
    assert float(one_sided_p_range(Interval.of(2.582), ()).low) == pytest.approx(0.0049115, abs=5e-7)


def test_ratio_sobel_and_limits() -> None:
    """Sobel: a .5 (.1), b .4 (.1): sqrt(.25 .01 + .16 .01) = .06403; Aroian adds .0001 under the root."""
    assert ratio_range(Interval.of(0.5), Interval.of(0.1)) == Interval.of(5)
    errors = sobel_error_ranges(*(Interval.of(one) for one in (0.5, 0.4, 0.1, 0.1)))
    assert [float(one.low) for one in errors] == pytest.approx(
        [math.sqrt(v) for v in (0.0041, 0.0042, 0.004)]
    )
    sizes = sobel_z_ranges(Interval.of(5), Interval.of(4))
    assert [float(one.low) for one in sizes] == pytest.approx(
        [0.2 / math.sqrt(v) for v in (0.0041, 0.0042, 0.004)]
    )
    low, high = normal_limits_range(Interval.of(0.5), Interval.of(0.1), 0.95)
    assert [float(one.low) for one in (low, high)] == pytest.approx([0.304, 0.696], abs=1e-4)


def test_grim_of_its_authors_and_of_scrutiny() -> None:
    """5.27 of 43 is impossible (scrutiny's example), so is 3.48 of 20 dice; 5.25 of 4 is possible."""
    assert not possible_sums(about("5.27"), 43)
    assert not possible_sums(about("3.48"), 20)
    assert list(possible_sums(about("5.25"), 4)) == [21]
    assert list(possible_sums(about("3.13"), 4, 2)) == [25]
    assert nearest_means(about("5.27"), 43) == (Fraction(226, 43), Fraction(227, 43))
    assert grim_decides(2, 43)
    assert not grim_decides(2, 43, 3)


@pytest.mark.parametrize(
    ("mean", "sd", "n"),
    [
        ("7.3", "2.51", 12),
        ("8.9", "2.81", 25),
        ("2.6", "2.05", 25),
        ("7.2", "2.89", 25),
        ("3.6", "3.11", 25),
        ("1.03", "0.41", 40),
        ("3.44", "2.47", 18),
        ("3.44", "2.48", 18),
        ("4.20", "1.40", 5),
        ("4.20", "1.64", 5),
    ],
)
def test_grimmer_against_brute_force(mean: str, sd: str, n: int) -> None:
    """Every sum and every sum of squares of the right parity, tried one by one with divisors n - 1 and n."""
    tried = False
    for divisor in (n - 1, n):
        for summed in possible_sums(about(mean), n):
            for squares in range(summed % 2, 200 * n, 2):
                variance = Fraction(n * squares - summed**2, n * divisor)
                if variance >= 0 and about(sd).low ** 2 <= variance <= about(sd).high ** 2:
                    tried = True
    assert possible_deviations(about(mean), about(sd), n) is tried


def test_grimmer_never_refuses_real_answers() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        n, k = int(rng.integers(2, 60)), int(rng.integers(1, 4))
        answers = rng.integers(1, 8, (n, k)).mean(axis=1)
        digits = int(rng.integers(1, 4))
        mean, sd = (f"{value:.{digits}f}" for value in (answers.mean(), answers.std(ddof=1)))
        assert len(possible_sums(about(mean), n, k)) > 0
        assert possible_deviations(about(mean), about(sd), n, k) in (True, None)
        assert largest_deviation(about(mean), Fraction(1), Fraction(7), n).meets(about(sd))


def test_largest_deviation_is_that_of_answers_at_the_ends() -> None:
    reach = largest_deviation(Interval.of(4), Fraction(1), Fraction(7), 10)
    assert float(reach.high) == pytest.approx(np.std([1] * 5 + [7] * 5, ddof=1))


def test_the_third_correlation_of_two() -> None:
    """.8 and .8 leave .28 to 1 (Olkin 1981)."""
    reach = third_correlation_range(Interval.of(0.8), Interval.of(0.8))
    assert float(reach.low) == pytest.approx(0.28)
    assert float(reach.high) == 1.0
    assert float(third_correlation_range(Interval.of(0), Interval.of(0)).low) == -1.0


def test_definiteness_within_rounding() -> None:
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    half = 0.005 * (1 - np.eye(3))
    assert definiteness(impossible, half) == "impossible"
    assert sign_repairs(impossible) == ((1, 0), (2, 0), (2, 1))
    singular = np.array([[1, 0.71, 0.71], [0.71, 1, 0.0], [0.71, 0.0, 1]])
    assert np.linalg.eigvalsh(singular)[0] < 0
    assert definiteness(singular, half) == "possible"
    assert definiteness(np.eye(4), np.zeros((4, 4))) == "possible"
