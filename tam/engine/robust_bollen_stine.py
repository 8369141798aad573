"""The bootstrap of the model test: rows for which the model holds exactly (Bollen and Stine)."""

from __future__ import annotations

import numpy as np

from tam.engine.structure import Floats


def rows_under_model(rows: Floats, sigma: Floats, mu: Floats | None = None) -> Floats:
    """Rows (n, p) moved so that their covariance matrix (divisor n) is exactly ``sigma`` (p, p).

    Each deviation from the mean is multiplied by S^-1/2 Sigma^1/2 (symmetric roots), which keeps the shape of
    the distribution. Means are ``mu`` (p,), or unchanged. Bollen and Stine.
    """
    level = rows.mean(axis=0)
    deviations = rows - level
    turn = _root(deviations.T @ deviations / len(rows), -0.5) @ _root(sigma, 0.5)
    return np.asarray(deviations @ turn + (level if mu is None else mu))


def _root(matrix: Floats, power: float) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    if values[0] <= 0:
        raise ValueError("the matrix is not positive definite")
    return np.asarray((vectors * values**power) @ vectors.T)


def bollen_stine_pvalue(chisq: float, draws: Floats) -> float:
    """Share of the converged draws whose chi-square is at least the sample's; in [0, 1].

    Raises ValueError where no draw converged. Peer: ``lavaan::bootstrapLavaan(type = "bollen.stine")``.
    """
    used = draws[np.isfinite(draws)]
    if not len(used):
        raise ValueError("no draw converged")
    return float(np.mean(used >= chisq))
