"""The moments of what the structural model read, so that a reader can estimate it, or a rival, again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tam.analysis.capsule import LARGEST_SHARE, triangle
from tam.errors import Unavailable

if TYPE_CHECKING:
    from tam.engine import Fit

ORDINAL = "the model was estimated from polychoric correlations, which moments of the answers do not give"
TOO_MANY = (
    "{numbers} moments of {cells} answers would say too much about the {n} respondents: at most a tenth is "
    "published"
)


@dataclass(frozen=True, slots=True)
class SampleMoments:
    """``means`` (p), ``sds`` (p; divisor n - 1) and the lower triangle of the ``correlations``, row by row
    with its diagonal (p(p + 1) / 2), of ``variables`` (p) in the model's order, of ``n`` respondents.

    ``basis``: ``complete`` rows, whose moments give the very estimates again under ML; ``saturated``: the
    maximum likelihood moments of incomplete rows (FIML), from which they come out nearly the same.
    """

    basis: Literal["complete", "saturated"]
    n: int
    variables: tuple[str, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    correlations: tuple[float, ...]


def sample_moments(fit: Fit, share: float = LARGEST_SHARE) -> SampleMoments | Unavailable:
    """The moments that ``fit`` (of one group) rests on, converged or not.

    ``share``: many numbers about few people can betray them; as in a capsule, at most this many are given
    per answer that they summarise.
    """
    if fit.options.estimator == "WLSMV":
        return Unavailable(ORDINAL)
    moments = fit.moments
    p, n = len(moments.names), moments.nobs
    numbers, cells = p * (p + 3) // 2, n * p
    if moments.means is None or numbers > share * cells:
        return Unavailable(TOO_MANY.format(numbers=numbers, cells=cells, n=n))
    sds = np.sqrt(np.diag(moments.covariance))
    correlations = moments.covariance / np.outer(sds, sds)
    np.fill_diagonal(correlations, 1.0)
    return SampleMoments(
        "saturated" if fit.options.missing == "fiml" else "complete",
        n,
        moments.names,
        tuple(moments.means.tolist()),
        tuple(sds.tolist()),
        triangle(correlations),
    )
