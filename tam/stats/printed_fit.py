"""Fit indices as ranges, from a chi-square, degrees of freedom and baseline of which only a range is known.

Every expression is a ratio of linear functions in each argument by itself, so it rises or falls in it and
its extremes stand at the corners. ``chisq``, ``baseline`` intervals; ``df``, ``baseline_df`` counts.
"""

from __future__ import annotations

import math
from fractions import Fraction

from tam.stats.interval_arithmetic import Interval, over_corners


def normed_chisq_range(chisq: Interval, df: int) -> Interval:
    """Chi-square divided by its degrees of freedom."""
    return Interval(chisq.low / df, chisq.high / df)


def implied_df(chisq: Interval, normed: Interval) -> tuple[int, ...]:
    """Whole numbers of degrees of freedom that chi-square and chi-square / df allow, at most a thousand."""
    if normed.low <= 0 or chisq.low < 0 or math.isinf(normed.high):
        return ()
    low, high = math.ceil(chisq.low / normed.high), math.floor(chisq.high / normed.low)
    return tuple(range(max(low, 1), min(high, low + 1000) + 1))


def rmsea_range(normed: Interval, n: int, groups: int = 1) -> Interval:
    """sqrt(G max(X/df - 1, 0) / N), for N = n (Mplus, lavaan) as well as N = n - 1 (LISREL, AMOS, EQS).

    ``normed`` chi-square / df. Steiger (1990).
    """
    excess = (normed - Interval.of(1)).cut(0)
    low, high = excess.low * groups / n, excess.high * groups / max(n - 1, 1)
    return Interval(low, high).root()


def rmsea_limits_range(
    chisq: Interval, df: int, n: int, level: float, groups: int = 1
) -> tuple[Interval, Interval] | None:
    """Ranges of the lower and the upper confidence limit of RMSEA, for N = n as well as n - 1.

    Browne and Cudeck (1992). Both limits rise with chi-square. None where the noncentral distribution cannot
    be computed (chi-squares far beyond those of any printed model).
    """
    from tam.stats.fit_indices import rmsea_interval

    try:
        ends = [
            rmsea_interval(float(value), df, count, level, groups)
            for value in (chisq.low, chisq.high)
            for count in {n, max(n - 1, 1)}
        ]
    except ValueError:
        return None
    lows, highs = zip(*ends)
    return _around(min(lows), max(lows)), _around(min(highs), max(highs))


def rmsea_pvalue_range(chisq: Interval, df: int, n: int, groups: int = 1) -> Interval | None:
    """Probability of close fit (RMSEA .05), for N = n as well as n - 1. Browne and Cudeck (1992).

    None where the noncentral distribution cannot be computed.
    """
    from tam.stats.fit_indices import rmsea_pvalue

    values = [
        rmsea_pvalue(float(value), df, count, groups=groups)
        for value in (chisq.low, chisq.high)
        for count in {n, max(n - 1, 1)}
    ]
    if not all(math.isfinite(one) for one in values):
        return None
    return _around(min(values), max(values)).cut(0, 1)


def _around(low: float, high: float) -> Interval:
    # The limits are roots found to about 1e-10, and probabilities are good to about 1e-12.
    return Interval.of(low - 1e-9, high + 1e-9)


def baseline_range(
    index: str, value: Interval, chisq: Interval, df: int, baseline_df: int
) -> Interval | None:
    """Chi-squares of the baseline model that a printed index allows; None where it says nothing.

    ``index``: nfi, cfi, tli, ifi, rfi. Inverts the formulas of ``index_range``; a printed 1 (or more) leaves
    the baseline open.
    """
    if value.high >= 1 or (index == "cfi" and chisq.low <= df):
        return None
    if index in ("tli", "rfi") and (df < 1 or chisq.low <= (df if index == "tli" else 0)):
        return None
    try:
        return over_corners(lambda v, x: _baseline(index, v, x, df, baseline_df), value, chisq)
    except ZeroDivisionError:
        return None


def _baseline(index: str, v: Fraction, x: Fraction, df: int, baseline_df: int) -> Fraction:
    if index == "nfi":
        return x / (1 - v)
    if index == "cfi":
        return (x - df) / (1 - v) + baseline_df
    if index == "ifi":
        return (x - v * df) / (1 - v)
    if index == "tli":
        return baseline_df * (1 + (x / df - 1) / (1 - v))
    return x / df * baseline_df / (1 - v)


def index_range(
    index: str, baseline: Interval, chisq: Interval, df: int, baseline_df: int
) -> Interval | None:
    """A comparative index of a chi-square X with df and a baseline model B with its df; None at a pole.

    nfi 1 - X/B (Bentler and Bonett 1980), rfi 1 - (X/df) / (B/df_B) (Bollen 1986), ifi (B - X) / (B - df)
    (Bollen 1989), tli (B/df_B - X/df) / (B/df_B - 1) (Tucker and Lewis 1973), cfi 1 - max(X - df, 0) /
    max(B - df_B, X - df, 0) (Bentler 1990).
    """
    least = {"nfi": 0, "rfi": 0, "ifi": df}.get(index, baseline_df)
    if baseline.low <= least or (index in ("tli", "rfi") and df < 1):
        return None
    return over_corners(lambda b, x: _index(index, b, x, df, baseline_df), baseline, chisq)


def _index(index: str, b: Fraction, x: Fraction, df: int, baseline_df: int) -> Fraction:
    if index == "nfi":
        return 1 - x / b
    if index == "rfi":
        return 1 - (x / df) / (b / baseline_df)
    if index == "ifi":
        return (b - x) / (b - df)
    if index == "tli":
        return (b / baseline_df - x / df) / (b / baseline_df - 1)
    misfit = max(x - df, Fraction(0))
    return 1 - misfit / max(b - baseline_df, misfit)


def index_from_index(
    wanted: str, known: str, value: Interval, chisq: Interval | None, df: int, baseline_df: int
) -> Interval | None:
    """The range of one comparative index that another one leaves, over the same baseline model.

    With TLI and CFI chi-square cancels: 1 - TLI = (1 - CFI) df_B / df wherever chi-square exceeds df.
    None where nothing follows.
    """
    if {wanted, known} == {"cfi", "tli"} and df > 0:
        if value.high >= 1:
            return None
        ratio = Fraction(baseline_df, df) if wanted == "tli" else Fraction(df, baseline_df)
        return over_corners(lambda v: 1 - (1 - v) * ratio, value)
    if chisq is None or baseline_range(known, value, chisq, df, baseline_df) is None:
        return None

    def through(v: Fraction, x: Fraction) -> Fraction:
        return _index(wanted, _baseline(known, v, x, df, baseline_df), x, df, baseline_df)

    base = baseline_range(known, value, chisq, df, baseline_df)
    if base is None or index_range(wanted, base, chisq, df, baseline_df) is None:
        return None
    return over_corners(through, value, chisq)


def agfi_range(gfi: Interval, df: int, observed: int) -> Interval:
    """1 - p (p + 1) / (2 df) (1 - GFI), p observed variables in one group. Joreskog and Sorbom."""
    moments = Fraction(observed * (observed + 1), 2)
    return over_corners(lambda g: 1 - moments / df * (1 - g), gfi)


def parsimony_range(index: Interval, df: int, baseline_df: int) -> Interval:
    """df / df_B times the index (PNFI of NFI, PCFI of CFI); PGFI with the number of moments for df_B."""
    return index * Interval.of(Fraction(df, baseline_df))
