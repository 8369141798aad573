"""What the answers to one item look like: number, mean, spread, shape. No item is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable

Array = NDArray[np.float64]

CONSTANT = "every answer is the same"
NO_ANSWERS = "there is no answer"


def at_least(needed: int, found: int) -> str:
    """The reason why a statistic of ``found`` answers does not exist."""
    return f"at least {needed} answers are needed, there are {found}"


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """One item. ``n`` answers, ``n_missing`` without; ``counts`` maps each answer, as text, to its frequency.

    ``sd`` has divisor n - 1; ``skew`` and ``kurtosis`` are of type 2 (G1, G2), kurtosis is in excess of the
    normal's.
    """

    n: int
    n_missing: int
    mean: float | Unavailable
    sd: float | Unavailable
    skew: float | Unavailable
    kurtosis: float | Unavailable
    min: float | Unavailable
    max: float | Unavailable
    counts: dict[str, int]


def item_statistics(answers: Array, codes: Sequence[float] = ()) -> ItemStatistics:
    """Statistics of one item.

    answers: (n,) numbers, NaN where there is no answer. codes: the answers a scale offers; those that nobody
    chose are counted as 0. Agrees with ``psych::describe(x, type = 2)``.
    """
    given = answers[~np.isnan(answers)]
    n = len(given)
    return ItemStatistics(
        n=n,
        n_missing=len(answers) - n,
        mean=float(given.mean()) if n else Unavailable(NO_ANSWERS),
        sd=float(given.std(ddof=1)) if n > 1 else Unavailable(at_least(2, n)),
        skew=skewness(given),
        kurtosis=excess_kurtosis(given),
        min=float(given.min()) if n else Unavailable(NO_ANSWERS),
        max=float(given.max()) if n else Unavailable(NO_ANSWERS),
        counts=answer_counts(given, codes),
    )


def answer_counts(given: Array, codes: Sequence[float] = ()) -> dict[str, int]:
    """How often each answer was given, ascending; whole numbers are written without a point."""
    found, frequency = np.unique(given, return_counts=True)
    counts = {float(code): 0 for code in codes} | {float(a): int(f) for a, f in zip(found, frequency)}
    return {_as_text(answer): counts[answer] for answer in sorted(counts)}


def _as_text(answer: float) -> str:
    return str(int(answer)) if answer == int(answer) else repr(answer)


def skewness(given: Array) -> float | Unavailable:
    """Skewness G1 = g1 sqrt(n (n - 1)) / (n - 2), g1 = m3 / m2^1.5: type 2, as SPSS, SAS and Excel print it.

    given: (n,) without NaN, n >= 3. Any real number; 0 for a symmetric distribution.
    Joanes & Gill (1998), The Statistician 47, 183-189. Peer: ``psych::skew(x, type = 2)``.
    """
    n = len(given)
    if n < 3:
        return Unavailable(at_least(3, n))
    deviation = given - given.mean()
    m2 = float((deviation**2).mean())
    if _is_constant(given):
        return Unavailable(CONSTANT)
    g1 = float((deviation**3).mean()) / m2**1.5
    return float(g1 * np.sqrt(n * (n - 1)) / (n - 2))


def excess_kurtosis(given: Array) -> float | Unavailable:
    """Excess kurtosis G2 = ((n + 1) g2 + 6) (n - 1) / ((n - 2)(n - 3)), g2 = m4 / m2^2 - 3: type 2.

    given: (n,) without NaN, n >= 4. Above -2; 0 for a normal distribution.
    Joanes & Gill (1998), The Statistician 47, 183-189. Peer: ``psych::kurtosi(x, type = 2)``.
    """
    n = len(given)
    if n < 4:
        return Unavailable(at_least(4, n))
    deviation = given - given.mean()
    m2 = float((deviation**2).mean())
    if _is_constant(given):
        return Unavailable(CONSTANT)
    g2 = float((deviation**4).mean()) / m2**2 - 3
    return ((n + 1) * g2 + 6) * (n - 1) / ((n - 2) * (n - 3))


def _is_constant(given: Array) -> bool:
    return bool(given.min() == given.max())


def constant_columns(answers: Array) -> NDArray[np.bool_]:
    """(k,) True where a column of complete answers (n, k) never varies; with no row, everywhere."""
    if not len(answers):
        return np.ones(answers.shape[1], dtype=bool)
    return np.asarray(answers.min(axis=0) == answers.max(axis=0))


def covariance_matrix(answers: Array) -> Array:
    """(k, k) covariances with divisor n - 1 of complete answers (n, k), n >= 2. Peer: ``stats::cov``."""
    deviation = answers - answers.mean(axis=0)
    return np.asarray(deviation.T @ deviation / (len(answers) - 1), dtype=np.float64)


def correlation_matrix(covariance: Array) -> Array:
    """(k, k) correlations of a covariance matrix with positive variances; the diagonal is exactly 1."""
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation)
