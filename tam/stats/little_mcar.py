"""Little's test: are the answers missing completely at random?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.special
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LittleTest:
    """``chisq`` with ``df`` degrees of freedom and its ``p``; ``n_patterns`` patterns of ``n`` cases."""

    chisq: float
    df: int
    p: float
    n_patterns: int
    n: int


def little_test(
    observed: Booleans, counts: Floats, means: Floats, centre: Floats, covariance: Floats
) -> LittleTest | None:
    """Little's (1988) test of d2 = sum over patterns n_j (m_j - mu_j)' S_j^-1 (m_j - mu_j).

    observed: (K, p) True where pattern j has answers, at least one each. counts: (K,) its cases n_j. means:
    (K, p) its means m_j. centre: (p,) mu, covariance: (p, p) S, both by maximum likelihood under normality
    from all cases (EM), divisor n; mu_j and S_j are their parts that pattern j observes. Chi-square with
    sum p_j - p degrees of freedom if answers are missing completely at random and normal; None where that is
    0 (one pattern). The covariance matrix must be positive definite.
    Little (1988), Journal of the American Statistical Association 83, 1198-1202.
    Peer: ``naniar::mcar_test``, ``BaylorEdPsych::LittleMCAR``.
    """
    df = int(observed.sum()) - observed.shape[1]
    if df <= 0:
        return None
    chisq = 0.0
    for seen, count, mean in zip(observed, counts, means):
        apart = mean[seen] - centre[seen]
        factor = scipy.linalg.cho_factor(covariance[np.ix_(seen, seen)], lower=True, check_finite=False)
        solved = scipy.linalg.cho_solve(factor, apart, check_finite=False)
        chisq += float(count * apart @ solved)
    p = float(scipy.special.chdtrc(df, chisq))
    return LittleTest(chisq, df, p, len(counts), round(float(counts.sum())))
