"""Product indicators of a three-way interaction ``X:Z:W``: items centred, multiplied by threes, centred.

The double-mean-centring of Lin, Wen, Marsh and Lin (2010) carried to three factors. With x = lx X + ex and so
on, what a product xzw holds beside lx lz lw XZW is made of the errors, and for symmetric distributions it
covaries

    with another xzw that shares an item       through that item's error squared
    with the item x itself                     Var(ex) lz lw Cov(Z, W), where the other two factors covary

while products of two items, being of even degree, share nothing with it. Both kinds are free parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd

from tam.engine.products import Products, centre
from tam.errors import TamError, problem

#: More products of items than this are more moments than a survey can bear.
MOST = 64


def triple_products(
    data: pd.DataFrame, items: Sequence[Sequence[str]], pairs: str, names: tuple[str, str, str]
) -> Products:
    """The products of three factors' items, and which residuals covary.

    ``items`` the items of each factor; ``pairs`` ``all`` (every item with every item with every item) or
    ``matched`` (first with first with first; the surplus of the longer sides is left out and named). Raises
    TamError where an item measures two of the factors and where there would be too many products.
    """
    every = [item for side in items for item in side]
    shared = sorted({item for item in every if every.count(item) > 1})
    if shared:
        raise TamError(problem("interaction-shared-item", items=shared))
    name = ":".join(names)
    chosen = tuple(zip(*items, strict=False)) if pairs == "matched" else tuple(product(*items))
    if len(chosen) > MOST:
        raise TamError(problem("interaction-too-many-products", name=name, count=len(chosen), most=MOST))
    answers = data[every].to_numpy(np.float64)
    centred = dict(zip(every, (answers - np.nanmean(answers, axis=0)).T, strict=True))
    columns = np.column_stack([centred[a] * centred[b] * centred[c] for a, b, c in chosen])
    labels = [":".join(triple) for triple in chosen]
    used = {item for triple in chosen for item in triple}
    return Products(
        names[0],
        names[1],
        "dblcent",
        pairs,
        pd.DataFrame(centre(columns), index=data.index, columns=labels),
        chosen,
        _covarying(chosen, labels, items),
        tuple(item for item in every if item not in used),
        third=names[2],
    )


def _covarying(
    chosen: Sequence[tuple[str, ...]], labels: Sequence[str], items: Sequence[Sequence[str]]
) -> tuple[tuple[str, str], ...]:
    """Products that share an item with an error, and every such item with its products."""
    laden = {item for side in items if len(side) > 1 for item in side}
    named = list(zip(labels, (set(triple) & laden for triple in chosen), strict=True))
    among = [(a, b) for (a, one), (b, two) in combinations(named, 2) if one & two]
    own = [(item, label) for label, held in named for item in sorted(held)]
    return (*among, *own)
