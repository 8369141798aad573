"""From the items of a simulated survey to the columns that a model reads: parcels and products among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.products_expand import Expansion
from tam.engine.structure import Floats, Integers


@dataclass(frozen=True, slots=True)
class Columns:
    """``plain`` (a,) places of items read as they are; ``parcels`` places of the items averaged into each;
    ``left``, ``right`` (m,) what is multiplied, among plain columns and parcels; ``order`` (p,) the model's
    columns among plain ones, parcels and products."""

    plain: Integers
    parcels: tuple[Integers, ...]
    left: Integers
    right: Integers
    order: Integers

    def of(self, items: Floats) -> Floats:
        """The model's columns (n, p) of answers (n, items). Products are double-mean-centred: items are
        centred before they are multiplied, and what comes of it again with everything else (Lin, Wen,
        Marsh and Lin 2010)."""
        parts = [items[:, self.plain], *(items[:, places].mean(axis=1)[:, None] for places in self.parcels)]
        base = np.concatenate(parts, axis=1)
        if len(self.left):
            centred = base - base.mean(axis=0)
            base = np.concatenate([base, centred[:, self.left] * centred[:, self.right]], axis=1)
        return np.asarray(base[:, self.order])


def columns_for(expansion: Expansion, observed: Sequence[str], items: Sequence[str]) -> Columns:
    """How the ``observed`` columns of an expanded model come from the ``items`` of a survey."""
    place = {name: at for at, name in enumerate(items)}
    pairs: dict[str, tuple[str, ...]] = {}  # of two: a population holds no three-way product
    for one in expansion.products:
        pairs |= dict(zip(one.indicators, one.pairs, strict=True))
    needed = [name for name in observed if name not in pairs]
    needed += [side for name in observed if name in pairs for side in pairs[name]]
    parcels = [name for name in dict.fromkeys(needed) if name in expansion.parcels]
    plain = [name for name in dict.fromkeys(needed) if name not in expansion.parcels]
    products = [name for name in observed if name in pairs]
    base = {name: at for at, name in enumerate([*plain, *parcels])}
    final = {name: at for at, name in enumerate([*plain, *parcels, *products])}
    return Columns(
        _places(place[name] for name in plain),
        tuple(_places(place[item] for item in expansion.parcels[name]) for name in parcels),
        _places(base[pairs[name][0]] for name in products),
        _places(base[pairs[name][1]] for name in products),
        _places(final[name] for name in observed),
    )


def _places(found: object) -> Integers:
    return np.array(list(found), dtype=np.intp)  # type: ignore[call-overload]
