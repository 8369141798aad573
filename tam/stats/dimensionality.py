"""Is there structure in the correlations, of how many dimensions: KMO, Bartlett, parallel analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats.factor import one_factor_minres

Array = NDArray[np.float64]

ONE_ITEM = "one item has no correlations"
SINGULAR = (
    "the correlation matrix is singular: an item is a combination of others, or there are too few answers"
)


@dataclass(frozen=True, slots=True)
class SamplingAdequacy:
    """Kaiser-Meyer-Olkin measure, in [0, 1]: of all items and of each, in their order."""

    overall: float
    items: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sphericity:
    """Bartlett's test that all correlations are zero."""

    chisq: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class Eigenvalues:
    """Observed eigenvalues, and the mean and the percentile of those of random data, each (p,) descending."""

    observed: tuple[float, ...]
    random_mean: tuple[float, ...]
    random_percentile: tuple[float, ...]
    suggested: int


@dataclass(frozen=True, slots=True)
class ParallelAnalysis:
    """How many components and factors exceed those of random data; with what it was computed."""

    components: Eigenvalues
    factors: Eigenvalues
    n: int
    percentile: float
    replications: int
    seed: int


def is_singular(correlation: Array) -> bool:
    """Whether the smallest eigenvalue is zero up to rounding (1e-10 of a mean eigenvalue of 1)."""
    return bool(np.linalg.eigvalsh(correlation)[0] < 1e-10)


def kmo(correlation: Array) -> SamplingAdequacy | Unavailable:
    """Kaiser-Meyer-Olkin: squared correlations over squared correlations plus squared partial correlations.

    correlation: (p, p), p >= 2, positive definite. Kaiser & Rice (1974). Peer: ``psych::KMO(R)``.
    """
    if len(correlation) < 2 or is_singular(correlation):
        return Unavailable(ONE_ITEM if len(correlation) < 2 else SINGULAR)
    inverse = np.linalg.inv(correlation)
    scale = np.sqrt(np.diag(inverse))
    off_diagonal = 1 - np.eye(len(correlation))
    simple = (correlation * off_diagonal) ** 2
    partial = (inverse / np.outer(scale, scale) * off_diagonal) ** 2
    per_item = simple.sum(axis=0) + partial.sum(axis=0)
    if not (per_item > 0).all():
        return Unavailable("an item correlates with no other")
    overall = float(simple.sum() / (simple.sum() + partial.sum()))
    return SamplingAdequacy(overall, tuple(float(v) for v in simple.sum(axis=0) / per_item))


def bartlett_sphericity(correlation: Array, n: int) -> Sphericity | Unavailable:
    """Bartlett's test of sphericity, chi-square = -(n - 1 - (2p + 5)/6) ln|R| on p (p - 1)/2 degrees of
    freedom.

    correlation: (p, p), p >= 2, of n respondents. Bartlett (1951), Biometrika 38, 337-344.
    Peer: ``psych::cortest.bartlett(R, n)``.
    """
    from scipy.special import chdtrc

    if len(correlation) < 2 or is_singular(correlation):
        return Unavailable(ONE_ITEM if len(correlation) < 2 else SINGULAR)
    p = len(correlation)
    chisq = -(n - 1 - (2 * p + 5) / 6) * float(np.linalg.slogdet(correlation)[1])
    df = p * (p - 1) // 2
    return Sphericity(chisq, df, float(chdtrc(df, max(chisq, 0.0))))


def parallel_analysis(
    correlation: Array, n: int, seed: int = 1, replications: int = 500, percentile: float = 95.0
) -> ParallelAnalysis | Unavailable:
    """Horn's parallel analysis: dimensions whose eigenvalue exceeds the percentile of uncorrelated normal
    data.

    Components: eigenvalues of R. Factors: eigenvalues of R with the communalities of a one-factor minres
    solution on its diagonal. Counting stops at the first eigenvalue that does not exceed. correlation: (p,
    p), p >= 3, of n > p respondents. Horn (1965), Psychometrika 30, 179-185. Peer: ``psych::fa.parallel(x, fm
    = "minres", quant = .95)``.
    """
    p = len(correlation)
    if p < 3 or n <= p:
        return Unavailable(
            f"parallel analysis needs three items and more answers than items, there are {p} and {n}"
        )
    random = random_correlations(np.random.default_rng(seed), n, p, replications)
    return ParallelAnalysis(
        _compare(_component_eigenvalues(correlation), _component_eigenvalues(random), percentile),
        # A hundred sweeps move the percentiles by less than 1e-3, a tenth of what another seed moves them.
        _compare(
            _factor_eigenvalues(correlation, 1e-12, most_sweeps=20_000),
            _factor_eigenvalues(random, 1e-4, most_sweeps=100),
            percentile,
        ),
        n,
        percentile,
        replications,
        seed,
    )


def random_correlations(rng: np.random.Generator, n: int, p: int, replications: int) -> Array:
    """(replications, p, p) sample correlation matrices of n respondents who answer p items independently.

    The cross-products of n normal rows about their means have the Wishart distribution with n - 1 degrees of
    freedom; it is drawn as T T', T lower triangular (Bartlett decomposition), so that the time does not grow
    with n. Anderson (2003), An Introduction to Multivariate Statistical Analysis.
    """
    triangle = np.tril(rng.standard_normal((replications, p, p)), -1)
    diagonal = np.arange(p)
    triangle[:, diagonal, diagonal] = np.sqrt(rng.chisquare(n - 1 - diagonal, (replications, p)))
    product = triangle @ triangle.transpose(0, 2, 1)
    sd = np.sqrt(product[:, diagonal, diagonal])
    return np.asarray(product / (sd[:, :, None] * sd[:, None, :]))


def _component_eigenvalues(correlation: Array) -> Array:
    """(..., p) eigenvalues, descending."""
    return np.asarray(np.linalg.eigvalsh(correlation)[..., ::-1])


def _factor_eigenvalues(correlation: Array, tolerance: float, most_sweeps: int) -> Array:
    """(..., p) eigenvalues of the correlations with one-factor communalities on the diagonal, descending."""
    communalities = one_factor_minres(correlation, tolerance, most_sweeps).communalities
    p = correlation.shape[-1]
    reduced = correlation * (1 - np.eye(p)) + communalities[..., None] * np.eye(p)
    return _component_eigenvalues(reduced)


def _compare(observed: Array, random: Array, percentile: float) -> Eigenvalues:
    limit = np.percentile(random, percentile, axis=0)
    exceeds = observed > limit
    suggested = len(exceeds) if exceeds.all() else int(np.argmin(exceeds))
    as_tuple = [tuple(float(v) for v in row) for row in (observed, random.mean(axis=0), limit)]
    return Eigenvalues(as_tuple[0], as_tuple[1], as_tuple[2], suggested)
