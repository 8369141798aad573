"""Product indicators in a resample: centred at the resample's own means, as if formed anew from its rows.

Centring is part of the estimator, so a bootstrap that kept the sample's centres would leave out its
variability. With x and z as deviations from the sample's means and mx, mz those of a resample, ``(x -
mx)(z - mz) = xz - mz x - mx z + mx mz``: a linear map of columns that are in the model already, so the
resample's covariance matrix is mapped and the rows are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tam.engine.structure import Floats, Integers
from tam.errors import TamError, problem

if TYPE_CHECKING:
    from tam.engine.products import Products


@dataclass(frozen=True, slots=True)
class ProductColumns:
    """One interaction among the observed variables: positions (m,) of its products and of the items
    multiplied in each, (k,) of all items of both sides."""

    method: str
    product: Integers
    left: Integers
    right: Integers
    items: Integers


def product_columns(products: Iterable[Products], observed: Sequence[str]) -> tuple[ProductColumns, ...]:
    """Where the products of a model stand. An interaction whose items are not all in the model is left
    out: its products stay as they are in the data."""
    place = {name: i for i, name in enumerate(observed)}
    found = []
    for one in products:
        if one.third is not None:
            raise TamError(problem("excludes", first=one.name, second="--se bootstrap"))
        items = list(dict.fromkeys([*(item for pair in one.pairs for item in pair), *one.surplus]))
        if one.method == "uncentred":
            continue  # a row's product is the same in every resample
        if not {*items, *one.indicators} <= place.keys():
            continue
        product = np.array([place[name] for name in one.indicators])
        left, right = (np.array([place[pair[k]] for pair in one.pairs]) for k in (0, 1))
        found.append(ProductColumns(one.method, product, left, right, np.array([place[i] for i in items])))
    return tuple(found)


def formed_anew(samples: Floats, shifts: Floats, products: Sequence[ProductColumns]) -> tuple[Floats, Floats]:
    """Covariances (r, p, p) and mean shifts (r, p) of resamples whose products are formed from their own
    rows.

    Parameters: ``samples`` and ``shifts`` of the resampled columns, the shifts being resample means minus
    sample means.
    """
    if not products:
        return samples, shifts
    r, p = shifts.shape
    mapped = np.repeat(np.eye(p)[None], r, axis=0)
    moved = shifts.copy()
    for one in products:
        if one.method == "residual":
            items = one.items
            among = samples[:, items[:, None], items[None, :]]
            across = samples[:, items[:, None], one.product[None, :]]
            slopes = np.linalg.solve(among, across)
            mapped[:, one.product[:, None], items[None, :]] -= slopes.swapaxes(1, 2)
            moved[:, one.product] = 0.0
            continue
        rows = np.arange(len(one.product))
        mapped[:, one.product[rows], one.left[rows]] -= shifts[:, one.right]
        mapped[:, one.product[rows], one.right[rows]] -= shifts[:, one.left]
        product_shift = shifts[:, one.product] - shifts[:, one.left] * shifts[:, one.right]
        moved[:, one.product] = 0.0 if one.method == "dblcent" else product_shift
    return mapped @ samples @ mapped.swapaxes(1, 2), moved
