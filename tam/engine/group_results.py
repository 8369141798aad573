"""Tables of a solution for each group: explained variance, implied moments, residuals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from tam.engine.structure import Floats, Implied, Structure

if TYPE_CHECKING:
    import pandas

T = TypeVar("T")


def by_group(labels: Sequence[str | None], values: Sequence[T]) -> T | dict[str, T]:
    """The only group's value, or the values by the groups' labels."""
    if len(values) == 1:
        return values[0]
    return {str(label): value for label, value in zip(labels, values)}


def explained_shares(structure: Structure, at: Implied) -> dict[str, float]:
    """Explained share of the variance of every variable with an arrow coming in: 1 - residual / total."""
    return {
        name: float(1.0 - at.matrices.covariances[i, i] / at.total[i, i])
        for i, name in explained(structure)
        if at.total[i, i] > 0 and at.matrices.covariances[i, i] >= 0
    }


def explained(structure: Structure) -> list[tuple[int, str]]:
    """Places and names of variables with an arrow coming in: observed first, as lavaan lists them."""
    incoming = set(np.flatnonzero(structure.base_paths.any(axis=1))) | set(structure.paths.row)
    k = structure.latents
    order = [*range(k, len(structure.names)), *range(k)]
    return [(at, structure.names[at]) for at in order if at in incoming]


def implied_covariance(structure: Structure, at: Implied) -> pandas.DataFrame:
    """Model-implied covariance matrix of the observed variables (p, p)."""
    return square(at.sigma, structure.observed_names)


def correlation_residuals(structure: Structure, at: Implied, covariance: Floats) -> pandas.DataFrame:
    """Sample minus implied correlations (p, p); lavaan's ``type = "cor"``."""
    sample, model = (
        part / np.sqrt(np.outer(np.diag(part), np.diag(part))) for part in (covariance, at.sigma)
    )
    return square(sample - model, structure.observed_names)


def latent_covariance(structure: Structure, at: Implied) -> pandas.DataFrame:
    """Model-implied covariance matrix of the latents (k, k)."""
    k = structure.latents
    return square(at.total[:k, :k], structure.latent_names)


def square(matrix: Floats, names: tuple[str, ...]) -> pandas.DataFrame:
    """A symmetric matrix as a table."""
    import pandas

    return pandas.DataFrame(matrix.copy(), index=list(names), columns=list(names))
