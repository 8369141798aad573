"""Shares of answers at an end of a scale, with intervals that stay between 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats.descriptives import NO_ANSWERS

Floats = NDArray[np.float64]

LEAST_CODES = 4
"""Answers a scale needs: two of three would count the middle as agreement."""
SHORT_SCALE = f"the scale offers fewer than {LEAST_CODES} answers"


@dataclass(frozen=True, slots=True)
class BoxShare:
    """Share of respondents in a box, ``count`` of ``n``, with its Wilson interval."""

    share: float
    n: int
    count: int
    ci_low: float
    ci_high: float


def wilson_limits(count: int, n: int, ci: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of count / n, in [0, 1]; n >= 1.

    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), Wilson (1927).
    Peer: ``statsmodels.stats.proportion.proportion_confint(count, n, method="wilson")``.
    """
    from scipy.special import ndtri

    share, z = count / n, float(ndtri(0.5 + ci / 2))
    middle = share + z * z / (2 * n)
    reach = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    whole = 1 + z * z / n
    # the ends are 0 and 1 exactly where nobody or everybody is counted; rounding would miss them
    return (
        0.0 if count == 0 else (middle - reach) / whole,
        1.0 if count == n else (middle + reach) / whole,
    )


def box_share(inside: NDArray[np.bool_], ci: float = 0.95) -> BoxShare | Unavailable:
    """The share of respondents (n,) who are inside."""
    n, count = len(inside), int(np.count_nonzero(inside))
    if not n:
        return Unavailable(NO_ANSWERS)
    return BoxShare(count / n, n, count, *wilson_limits(count, n, ci))


def box_limits(codes: Sequence[float]) -> tuple[float, float] | Unavailable:
    """The second lowest and the second highest answer of a scale: where its boxes end."""
    ordered = sorted(codes)
    return (ordered[1], ordered[-2]) if len(ordered) >= LEAST_CODES else Unavailable(SHORT_SCALE)


def top_two(values: Floats, codes: Sequence[float], ci: float = 0.95) -> BoxShare | Unavailable:
    """The share of answers or scores (n,), NaN left out, at or above the second highest answer."""
    edges, given = box_limits(codes), values[~np.isnan(values)]
    return edges if isinstance(edges, Unavailable) else box_share(given >= edges[1] - _ROUNDING, ci)


def bottom_two(values: Floats, codes: Sequence[float], ci: float = 0.95) -> BoxShare | Unavailable:
    """The share of answers or scores (n,), NaN left out, at or below the second lowest answer."""
    edges, given = box_limits(codes), values[~np.isnan(values)]
    return edges if isinstance(edges, Unavailable) else box_share(given <= edges[0] + _ROUNDING, ci)


_ROUNDING = 1e-9
"""A mean of answers that is exactly at the edge may come out a rounding beside it."""
