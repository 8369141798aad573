"""Conditional indirect effects: routes of which some paths depend on a moderator.

Sources: Preacher, Rucker and Hayes (2007), Addressing moderated mediation hypotheses; Hayes (2015), An index
and test of linear moderated mediation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def conditional_product(effects: Sequence[Any], changes: Sequence[Any], at: float) -> Any:
    """The product of a route's paths where the moderator is ``at``: ``(a + a3 z)(b + b3 z)...``

    Parameters: ``effects`` the paths at the moderator's zero and ``changes`` by how much each moves per unit
    (0 for a path that does not), one per path of the route: numbers, or arrays (r,) with one value per
    resample. Returns a number or (r,). Preacher, Rucker and Hayes (2007).
    """
    value: Any = 1.0
    for effect, change in zip(effects, changes, strict=True):
        value = value * (effect + change * at)
    return value


def index_of_moderated_mediation(effects: Sequence[Any], changes: Sequence[Any]) -> Any:
    """By how much the indirect effect changes per unit of the moderator: ``a3 b`` or ``a b3``.

    It exists where exactly one path of the route depends on the moderator, so that the indirect effect is a
    straight line in it; with two such paths it is a curve without one slope, and ValueError is raised.
    Parameters as in ``conditional_product``; a path counts as dependent unless its change is the number 0.
    Hayes (2015). Peer: the PROCESS macro's index.
    """
    moderated = [k for k, change in enumerate(changes) if np.ndim(change) or change != 0]
    if len(moderated) != 1:
        raise ValueError("the index needs exactly one path that depends on the moderator")
    (k,) = moderated
    value: Any = changes[k]
    for other, effect in enumerate(effects):
        if other != k:
            value = value * effect
    return value
