"""Omega hierarchical: how much of a sum score is due to the one factor that all items share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats.factor import minres, one_factor_minres
from tam.stats.reliability_stacks import ROUNDING
from tam.stats.rotation import oblimin

Array = NDArray[np.float64]

FEW_GROUPS = "fewer than three group factors leave the general factor unidentified"
FEW_ITEMS = "there are too few items for so many group factors"
NO_VARIANCE = "the sum of the items does not vary"
NOT_CONVERGED = "the group factors did not come to rest"
IMPROPER = "an item or a group factor has no variance of its own left (Heywood case)"


@dataclass(frozen=True, slots=True)
class OmegaHierarchical:
    """``omega_hierarchical`` and ``omega_total`` of the sum of all items; loadings after Schmid and Leiman.

    ``general`` (p,) on the factor that all share, ``group`` (p, m) on the group factors without it.
    """

    omega_hierarchical: float
    omega_total: float
    general: Array
    group: Array


def omega_hierarchical(correlation: Array, group_factors: int) -> OmegaHierarchical | Unavailable:
    """omega_h = (1'g)^2 / 1'R1 and omega_t = 1 - sum(uniquenesses) / 1'R1.

    m group factors by minres, rotated by direct oblimin (gamma 0); one factor by minres of their correlations
    gives loadings c; general loadings g = L c, those on the groups L sqrt(1 - c^2) (Schmid-Leiman). No item
    is reflected: the keys of the questionnaire hold. correlation: (p, p); group_factors: m >= 3, with p items
    enough for them ((p - m)^2 >= p + m). omega_h in [0, 1], at most omega_t.
    Zinbarg, Revelle, Yovel & Li (2005), Psychometrika 70, 123-133; Schmid & Leiman (1957), Psychometrika 22,
    53-61. Peer: ``psych::omega(R, m, fm = "minres", rotate = "oblimin", flip = FALSE)``.
    """
    p, m = len(correlation), group_factors
    if m < 3:
        return Unavailable(FEW_GROUPS)
    if p <= m or (p - m) ** 2 < p + m:
        return Unavailable(FEW_ITEMS)
    total = float(correlation.sum())
    if total <= ROUNDING * p:
        return Unavailable(NO_VARIANCE)
    first = minres(correlation, m)
    if not first.converged:
        return Unavailable(NOT_CONVERGED)
    if first.improper:
        return Unavailable(IMPROPER)
    rotated = oblimin(first.loadings)
    second = one_factor_minres(rotated.factor_correlations)
    if not (rotated.converged and second.converged):
        return Unavailable(NOT_CONVERGED)
    if float((second.loadings**2).max()) >= 0.995 - 1e-9:
        return Unavailable(IMPROPER)
    general = rotated.loadings @ second.loadings
    return OmegaHierarchical(
        omega_hierarchical=float(general.sum()) ** 2 / total,
        omega_total=1 - float(first.uniquenesses.sum()) / total,
        general=general,
        group=rotated.loadings * np.sqrt(1 - second.loadings**2),
    )
