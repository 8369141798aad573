"""Local fit: the pairs of items that the model explains worst, which no index of the whole shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tam.engine.structure import Floats
from tam.errors import TamError, Unavailable

if TYPE_CHECKING:
    from tam.engine import Fit

#: Pairs that are listed, and the size from which residuals are counted.
MOST, LARGE = 10, 0.10

NOT_CONVERGED = "the structural model did not converge"
NO_ERROR = "the standard error of this residual could not be had"
NOT_ML = "standardised residuals are for complete data and estimator ML"


@dataclass(frozen=True, slots=True)
class Residual:
    """One pair: ``residual`` its observed correlation minus the model's, in [-2, 2]; ``z`` the covariance
    residual by its standard error."""

    a: str
    b: str
    residual: float
    z: float | Unavailable


@dataclass(frozen=True, slots=True)
class LocalFit:
    """The ``largest`` residuals of ``n_pairs``, by size; ``n_large`` of all exceed ``large`` in size."""

    largest: tuple[Residual, ...]
    n_pairs: int
    n_large: int
    large: float = LARGE


def local_fit(fit: Fit) -> LocalFit | Unavailable:
    """Correlation residuals of a fit of one group.

    Peer: ``lavaan::residuals(fit, type = "cor")$cov``, and for z ``type = "standardized"``.
    """
    if not fit.converged:
        return Unavailable(NOT_CONVERGED)
    table = fit.residuals
    names, values = [str(name) for name in table.columns], np.asarray(table, dtype=float)
    rows, columns = np.tril_indices(len(names), -1)
    sizes = np.abs(values[rows, columns])
    order = np.argsort(-sizes, kind="stable")[:MOST]
    errors = _standardised(fit)
    largest = tuple(
        Residual(names[j], names[i], float(values[i, j]), _z(errors, i, j))
        for i, j in zip(rows[order].tolist(), columns[order].tolist())
    )
    return LocalFit(largest, len(sizes), int((sizes > LARGE).sum()))


def _standardised(fit: Fit) -> Floats | Unavailable:
    """The matrix (p, p) of z; Unavailable where the estimator has none."""
    try:
        return np.asarray(fit.standardised_residuals, dtype=float)
    except TamError:
        return Unavailable(NOT_ML)


def _z(errors: Floats | Unavailable, i: int, j: int) -> float | Unavailable:
    if isinstance(errors, Unavailable):
        return errors
    value = float(errors[i, j])
    return value if np.isfinite(value) else Unavailable(NO_ERROR)
