"""What printed loadings, AVE and composite reliability allow each other to be, as ranges.

Arguments are intervals: a printed loading of .81 lies between .805 and .815. Ranges are exact (each
expression rises or falls in each loading) unless a function says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from tam.stats.interval_arithmetic import ONE, Bound, Interval, over_corners, total


def ave_range(loadings: Sequence[Interval]) -> Interval:
    """Average variance extracted: mean of the squared standardised loadings.

    Fornell and Larcker (1981). At least 0. Raises ValueError without loadings.
    """
    if not loadings:
        raise ValueError("no loadings")
    count = Fraction(len(loadings))
    squares = total(one.squared() for one in loadings)
    return Interval(squares.low / count, squares.high / count)


def mean_range(values: Sequence[Interval]) -> Interval:
    """Mean of numbers that vary independently. Raises ValueError without numbers."""
    if not values:
        raise ValueError("no values")
    summed, count = total(values), Fraction(len(values))
    return Interval(summed.low / count, summed.high / count)


def composite_reliability_range(loadings: Sequence[Interval]) -> Interval:
    """(sum l)^2 / ((sum l)^2 + sum (1 - l^2)) of standardised loadings.

    Fornell and Larcker (1981). With loadings of one sign it rises in each of them and the range is exact;
    with mixed signs the range is a bound that holds both the signed and the unsigned formula.
    """
    if not loadings:
        raise ValueError("no loadings")
    if all(one.high <= 0 for one in loadings):
        return composite_reliability_range([-one for one in loadings])
    if all(one.low >= 0 for one in loadings):
        low = _composite_reliability([one.low for one in loadings])
        return Interval(low, _composite_reliability([one.high for one in loadings]))
    unsigned = composite_reliability_range([abs(one) for one in loadings])
    errors = total(ONE - one.squared() for one in loadings)
    signed = ONE / (ONE + errors / total(loadings).squared())
    return signed.hull(unsigned).cut(0, max(Fraction(1), unsigned.high))


def _composite_reliability(loadings: Sequence[Bound]) -> Bound:
    squared = sum(loadings, Fraction(0)) ** 2
    errors = sum((1 - one**2 for one in loadings), Fraction(0))
    return squared / (squared + errors) if squared + errors != 0 else Fraction(1)


def reliability_given_ave(ave: Interval, items: int) -> Interval:
    """Composite reliabilities that ``items`` loadings between 0 and 1 with this AVE can have.

    Largest with equal loadings, k a / (1 + (k - 1) a); smallest where as many loadings as possible are 1 and
    the rest of the sum of squares sits on one more: the sum of the loadings is least there.
    """
    most = over_corners(lambda a: items * a / (1 + (items - 1) * a), ave.cut(0, 1)).high
    squares = float(ave.cut(0, 1).low) * items
    whole = math.floor(squares)
    # Outwards by a millionth of the smallest printed unit: the root is a binary number.
    summed = Fraction(repr(max(0.0, whole + math.sqrt(max(0.0, squares - whole)) - 1e-9)))
    left = Fraction(repr(items - squares + 1e-9))
    return Interval(min(summed**2 / (summed**2 + left), most), most)


def items_for(ave: Interval, reliability: Interval) -> int | None:
    """The smallest number of items whose loadings can have this AVE and this reliability.

    k a / (1 + (k - 1) a) >= c, so k >= c (1 - a) / (a (1 - c)). None where c or a reaches 0 or 1.
    """
    a, c = ave.high, reliability.low
    if not (0 < a < 1 and 0 < c < 1):
        return None
    return max(1, math.ceil(c * (1 - a) / (a * (1 - c))))


def equal_loading_items(ave: Interval, reliability: Interval) -> Interval | None:
    """The number of items if all loadings were equal: c (1 - a) / (a (1 - c)). None at 0 or 1."""
    a, c = ave, reliability
    if a.low <= 0 or a.high >= 1 or c.low <= 0 or c.high >= 1:
        return None
    return over_corners(lambda x, y: y * (1 - x) / (x * (1 - y)), a, c)


def standardised_alpha_range(mean_correlation: Interval, items: int) -> Interval:
    """k r / (1 + (k - 1) r) of the mean inter-item correlation r.

    Cronbach (1951), standardised items. Peer: ``psych::alpha(R)$total$std.alpha``.
    """
    return over_corners(lambda r: items * r / (1 + (items - 1) * r), mean_correlation)


def alpha_range(variances: Sequence[Interval], covariances: Sequence[Interval]) -> Interval:
    """k/(k - 1) (1 - sum of variances / variance of the sum); a bound where entries share a deviation.

    Cronbach (1951). ``covariances``: each pair once. Peer: ``psych::alpha(S)$total$raw_alpha``.
    """
    count = len(variances)
    own, shared = total(variances), total(covariances)
    both = Interval(2 * shared.low, 2 * shared.high)
    share = over_corners(lambda v, c: c / (v + c), own, both)
    factor = Fraction(count, count - 1)
    return Interval(factor * share.low, factor * share.high)
