"""Exploratory factor analysis: extraction, rotation, variance accounted for, fit.

Three extractions of common factors: minres (unweighted least squares), maximum likelihood, principal axis;
and principal components, which are no factors, for comparison. Rotations are those of ``tam.stats.rotation``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats import rotation as rotations
from tam.stats.dimensionality import SINGULAR, is_singular
from tam.stats.exploratory_factor_ml import maximum_likelihood_factors
from tam.stats.factor import LOWEST_UNIQUENESS, minres

Array = NDArray[np.float64]
Extraction = Literal["minres", "ml", "pa", "components"]
RotationName = Literal["none", "varimax", "oblimin", "promax", "promax_stats"]

NOT_CONVERGED = "the factor extraction did not converge"


@dataclass(frozen=True, slots=True)
class Extracted:
    """Unrotated loadings (p, m); ``improper``: a communality reached 1 (Heywood case)."""

    loadings: Array
    converged: bool
    improper: bool


@dataclass(frozen=True, slots=True)
class FactorFit:
    """How well m factors reproduce the correlations, whatever their rotation.

    ``chisq`` with Bartlett's correction, on ``df`` = ((p - m)^2 - (p + m)) / 2 degrees of freedom.
    """

    chisq: float
    df: int
    p: float | Unavailable
    rmsea: float | Unavailable
    tli: float | Unavailable


@dataclass(frozen=True, slots=True)
class ExploratoryFactors:
    """Rotated solution of p variables on m factors.

    ``loadings``: (p, m) pattern; ``factor_correlations``: (m, m); ``communalities``: (p,);
    ``ss_loadings``: (m,) variance that each factor accounts for, in units of one variable.
    """

    extraction: str
    rotation: str
    loadings: Array
    factor_correlations: Array
    communalities: Array
    ss_loadings: Array
    converged: bool
    improper: bool
    fit: FactorFit | Unavailable

    @property
    def proportions(self) -> Array:
        """(m,) share of the variance of all variables that each factor accounts for."""
        return self.ss_loadings / len(self.loadings)


def degrees_of_freedom(p: int, m: int) -> int:
    """((p - m)^2 - (p + m)) / 2: correlations less the free parameters of m factors. Negative: not unique."""
    return ((p - m) ** 2 - (p + m)) // 2


def exploratory_factors(
    correlation: Array,
    n: int,
    m: int,
    *,
    extraction: Extraction = "minres",
    rotation: RotationName = "oblimin",
) -> ExploratoryFactors | Unavailable:
    """m factors of p correlated variables, rotated; reflected and ordered as in ``tam.stats.rotation``.

    correlation: (p, p) of n respondents, 1 <= m < p. Peers: ``psych::fa(R, m, n.obs = n, fm = extraction,
    rotate = rotation)``; "components": ``psych::principal``; "promax_stats": ``stats::promax``.
    """
    p = len(correlation)
    if is_singular(correlation):
        return Unavailable(SINGULAR)
    if not 1 <= m < p or (extraction != "components" and degrees_of_freedom(p, m) < 0):
        return Unavailable(f"{p} items are too few for {m} factors")
    found = extract(correlation, m, extraction)
    if not found.converged:
        return Unavailable(NOT_CONVERGED)
    turned = _rotated(found.loadings, rotation)
    if not turned.converged:
        return Unavailable(f"the rotation {rotation} did not converge")
    return ExploratoryFactors(
        extraction=extraction,
        rotation=rotation if m > 1 else "none",
        loadings=turned.loadings,
        factor_correlations=turned.factor_correlations,
        communalities=np.asarray((found.loadings**2).sum(axis=1)),
        ss_loadings=np.diag(turned.factor_correlations @ turned.loadings.T @ turned.loadings).copy(),
        converged=found.converged,
        improper=found.improper,
        fit=factor_fit(correlation, found.loadings, n)
        if extraction != "components"
        else Unavailable("components are no model of the correlations"),
    )


def extract(correlation: Array, m: int, extraction: Extraction) -> Extracted:
    """Unrotated loadings by the method named."""
    if extraction == "ml":
        likely = maximum_likelihood_factors(correlation, m)
        return Extracted(likely.loadings, likely.converged, likely.improper)
    if extraction == "pa":
        return principal_axis(correlation, m)
    if extraction == "components":
        return Extracted(_first_axes(correlation, m), converged=True, improper=False)
    least = minres(correlation, m)
    return Extracted(least.loadings, least.converged, least.improper)


def principal_axis(
    correlation: Array, m: int, tolerance: float = 1e-9, most_steps: int = 20_000
) -> Extracted:
    """Principal axes of the correlations with communalities on the diagonal, renewed until they rest.

    Starts from squared multiple correlations. Where it comes to rest it is a minres solution; programs that
    stop early (SPSS and psych at a change of .001, SPSS after 25 rounds) print something in between.
    correlation: (p, p), not singular. Peer: ``psych::fa(R, m, fm = "pa", min.err = 1e-9, max.iter = 20000)``.
    """
    communalities = 1 - 1 / np.diag(np.linalg.inv(correlation))
    free = correlation - np.eye(len(correlation))
    for _ in range(most_steps):
        loadings = _first_axes(free + np.diag(communalities), m)
        renewed = (loadings**2).sum(axis=1)
        moved = float(np.abs(renewed - communalities).max())
        communalities = renewed
        if moved < tolerance:
            return Extracted(loadings, True, bool(renewed.max() >= 1 - LOWEST_UNIQUENESS))
        if renewed.max() > 2:
            break
    return Extracted(loadings, False, improper=bool(communalities.max() >= 1 - LOWEST_UNIQUENESS))


def _first_axes(matrix: Array, m: int) -> Array:
    """(p, m) first principal axes, each times the root of its eigenvalue, its sum not negative."""
    values, vectors = np.linalg.eigh(matrix)
    axes = vectors[:, ::-1][:, :m] * np.sqrt(np.maximum(values[::-1][:m], 0.0))
    return np.asarray(axes * np.where(axes.sum(axis=0) < 0, -1.0, 1.0))


def _rotated(loadings: Array, rotation: RotationName) -> rotations.Rotation:
    if rotation == "varimax":
        return rotations.varimax(loadings)
    if rotation == "oblimin":
        return rotations.oblimin(loadings)
    if rotation in ("promax", "promax_stats"):
        return rotations.promax(loadings, variant="kaiser" if rotation == "promax" else "stats")
    return rotations.unrotated(loadings)


def factor_fit(correlation: Array, loadings: Array, n: int) -> FactorFit | Unavailable:
    """Chi-square, RMSEA and TLI of the reproduced correlations.

    F = tr(R M^-1) - ln|R M^-1| - p with M = L L' and ones on its diagonal; chi-square =
    n' F, n' = n - 1 - (2p + 5)/6 - 2m/3 (Bartlett 1951); RMSEA = root of max(chi-square/df - 1, 0)/(n - 1);
    TLI = (F0/df0 - F/df) / (F0/df0 - 1/n'), 0 the uncorrelated variables (Tucker & Lewis 1973).
    Peer: ``psych::fa``'s STATISTIC and TLI; its RMSEA divides chi-square by n, not n - 1.
    """
    from scipy.special import chdtrc

    p, m = loadings.shape
    model = loadings @ loadings.T
    np.fill_diagonal(model, 1.0)
    if np.linalg.eigvalsh(model)[0] <= 1e-12:
        return Unavailable("the reproduced correlations are singular")
    ratio = np.linalg.solve(model, correlation)
    size = n - 1 - (2 * p + 5) / 6 - 2 * m / 3
    chisq = size * float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - p)
    df = degrees_of_freedom(p, m)
    if df == 0:
        gone = Unavailable("a model with 0 degrees of freedom cannot be tested")
        return FactorFit(chisq, df, gone, gone, gone)
    null = -size * float(np.linalg.slogdet(correlation)[1]) / (p * (p - 1) / 2)
    return FactorFit(
        chisq=chisq,
        df=df,
        p=float(chdtrc(df, max(chisq, 0.0))),
        rmsea=float(np.sqrt(max(chisq / df - 1, 0.0) / (n - 1))),
        tli=(null - chisq / df) / (null - 1),
    )
