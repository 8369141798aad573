"""Reliability of a scale: one formula per name.

Every function takes the covariance or correlation matrix of the items of one scale, or their standardised
loadings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats import reliability_stacks as stacks

Array = NDArray[np.float64]

ONE_ITEM = "the scale has one item; reliability needs at least two"
TWO_ITEMS = "the scale has two items; this coefficient needs at least three"
THREE_ITEMS = "the scale has three items; without one of them two are left, and omega needs three"
NO_VARIANCE = "the sum of the items does not vary"
NOT_CONVERGED = "the one-factor solution did not converge"


def cronbach_alpha(covariance: Array) -> float | Unavailable:
    """Cronbach's alpha = k/(k-1) (1 - trace(C) / 1'C1).

    covariance: (k, k), k >= 2. At most 1; negative where items run against each other.
    Cronbach (1951), Psychometrika 16, 297-334. Peer: ``psych::alpha(x)$total$raw_alpha``.
    """
    return Unavailable(ONE_ITEM) if len(covariance) < 2 else _number(stacks.alpha(covariance))


def feldt_interval(alpha: float, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    """Feldt's confidence interval of alpha, exact for normal answers with equal covariances.

    (1 - population alpha) / (1 - alpha) has the F distribution with n - 1 and (n - 1)(k - 1) degrees of
    freedom. alpha: from n >= 2 respondents and k >= 2 items. Both bounds are at most 1.
    Feldt (1965), Psychometrika 30, 357-370. Peer: ``psych::alpha.ci(alpha, n, k)``.
    """
    from scipy.special import fdtri

    df1, df2, tail = n - 1, (n - 1) * (k - 1), (1 - level) / 2
    return 1 - (1 - alpha) * float(fdtri(df1, df2, 1 - tail)), 1 - (1 - alpha) * float(fdtri(df1, df2, tail))


def mean_inter_item_correlation(correlation: Array) -> float | Unavailable:
    """Mean of the k (k - 1) / 2 correlations between items, in [-1, 1].

    Peer: ``psych::alpha(x)$total$average_r``.
    """
    return Unavailable(ONE_ITEM) if len(correlation) < 2 else _number(stacks.mean_correlation(correlation))


def standardised_alpha(correlation: Array) -> float | Unavailable:
    """Alpha of the standardised items, k r / (1 + (k - 1) r), r the mean inter-item correlation.

    With two items this is the Spearman-Brown coefficient. correlation: (k, k), k >= 2.
    Cronbach (1951), Psychometrika 16, 297-334. Peer: ``psych::alpha(x)$total$std.alpha``.
    """
    return cronbach_alpha(correlation)


def item_rest_correlations(covariance: Array) -> list[float | Unavailable]:
    """Correlation of each item with the sum of the other items of its scale ("corrected item-total
    correlation").

    covariance: (k, k). k values in [-1, 1]. Peer: ``psych::alpha(x)$item.stats$r.drop``.
    """
    k = len(covariance)
    if k < 2:
        return [Unavailable(ONE_ITEM)] * k
    return [_number(one) for one in stacks.item_rest(covariance)]


def alpha_if_dropped(covariance: Array) -> list[float | Unavailable]:
    """Alpha of the remaining items when one is left out, for each of the k >= 3 items.

    Peer: ``psych::alpha(x)$alpha.drop$raw_alpha``.
    """
    k = len(covariance)
    if k < 3:
        return [Unavailable(ONE_ITEM if k < 2 else TWO_ITEMS)] * k
    return [_number(one) for one in stacks.without_each(covariance, stacks.alpha)]


def omega_total(correlation: Array) -> float | Unavailable:
    """McDonald's omega total = 1 - sum(uniquenesses) / 1'R1 from a one-factor minres solution of the
    correlations.

    correlation: (k, k), k >= 3. At most 1. McDonald (1999), Test Theory, ch. 6.
    Peer: ``psych::omega(R, nfactors = 1)$omega.tot`` (its items signed as they are, ``flip = FALSE``).
    """
    k = len(correlation)
    if k < 3:
        return Unavailable(ONE_ITEM if k < 2 else TWO_ITEMS)
    return _number(stacks.omega(correlation), _why_no_omega(correlation))


def omega_if_dropped(correlation: Array) -> list[float | Unavailable]:
    """Omega total of the remaining items when one is left out, for each of the k >= 4 items.

    Each time the one-factor solution is found anew. Peer: ``psych::fa(R[-i, -i], 1, fm = "minres")``.
    """
    k = len(correlation)
    if k < 4:
        return [Unavailable({1: ONE_ITEM, 2: TWO_ITEMS, 3: THREE_ITEMS}[k])] * k
    found = stacks.without_each(correlation, stacks.omega)
    keep = [np.delete(np.arange(k), dropped) for dropped in range(k)]
    return [_number(one, _why_no_omega(correlation[np.ix_(rest, rest)])) for one, rest in zip(found, keep)]


def _why_no_omega(correlation: Array) -> str:
    varies = float(correlation.sum()) > stacks.ROUNDING * len(correlation)
    return NOT_CONVERGED if varies else NO_VARIANCE


def _number(value: Array, reason: str = NO_VARIANCE) -> float | Unavailable:
    found = float(value)
    return found if np.isfinite(found) else Unavailable(reason)


def composite_reliability(loadings: Array) -> float | Unavailable:
    """Composite reliability = (sum l)^2 / ((sum l)^2 + sum(1 - l^2)).

    loadings: (k,) standardised, of a confirmatory factor analysis, uncorrelated errors. In [0, 1] if no |l| >
    1. Fornell & Larcker (1981), Journal of Marketing Research 18, 39-50.
    """
    if len(loadings) < 2:
        return Unavailable(ONE_ITEM)
    common = float(loadings.sum()) ** 2
    return common / (common + float((1 - loadings**2).sum()))


def average_variance_extracted(loadings: Array) -> float | Unavailable:
    """Average variance extracted: the mean squared standardised loading, (k,) of a confirmatory factor
    analysis.

    Fornell & Larcker (1981), Journal of Marketing Research 18, 39-50.
    """
    if len(loadings) < 2:
        return Unavailable("the scale has one item; its error cannot be told from its content")
    return float((loadings**2).mean())
