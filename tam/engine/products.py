"""Product indicators: the items from which a latent interaction is measured.

Sources: Marsh, Wen and Hau (2004), Structural equation models of latent interactions: evaluation of
alternative estimation strategies and indicator construction; Little, Bovaird and Widaman (2006), On the
merits of orthogonalizing powered and product terms; Lin, Wen, Marsh and Lin (2010), Structural equation
models of latent interactions: clarification of orthogonalizing and double-mean-centering strategies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.errors import TamError, problem

Array = NDArray[np.float64]
ProductMethod = Literal["dblcent", "meancentred", "residual", "unconstrained", "uncentred"]
Pairing = Literal["all", "matched"]

PRODUCT_METHODS = ("dblcent", "meancentred", "residual", "unconstrained", "uncentred")


@dataclass(frozen=True, slots=True)
class Products:
    """The measurement of one interaction.

    ``table`` (n, m): one column ``x1:z1`` per pair, in the squared units of the items, index as the data.
    ``pairs``: the items of each column, two or, with a ``third`` variable, three. ``covariances``: pairs of
    columns that share an item, whose residuals therefore covary. ``surplus``: items that matched pairing had
    no partner for.
    """

    predictor: str
    moderator: str
    method: str
    pairing: str
    table: pd.DataFrame
    pairs: tuple[tuple[str, ...], ...]
    covariances: tuple[tuple[str, str], ...]
    surplus: tuple[str, ...] = ()
    third: str | None = None

    @property
    def factors(self) -> tuple[str, ...]:
        """Predictor, moderator, and the third variable of a three-way interaction."""
        two = (self.predictor, self.moderator)
        return two if self.third is None else (*two, self.third)

    @property
    def name(self) -> str:
        """``X:Z``, as it stands in the model and in the estimates."""
        return ":".join(self.factors)

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(str(column) for column in self.table.columns)

    @property
    def observed(self) -> bool:
        """Both sides are columns of the data: the product is one column and needs no measurement model."""
        return self.indicators == (self.name,)

    def syntax(self) -> str:
        """Measurement of the interaction in lavaan syntax; empty for two observed variables."""
        if self.observed:
            return ""
        lines = [f"{self.name} =~ {' + '.join(self.indicators)}"]
        lines += [f"{a} ~~ {b}" for a, b in self.covariances]
        if self.method == "unconstrained":
            # centred factors: the mean of their product is their covariance, and the items' products have
            # no other mean
            mean = f"mean_of_{self.predictor}_{self.moderator}"
            lines.append(f"{self.predictor} ~~ {mean}*{self.moderator}")
            lines.append(f"{self.name} ~ {mean}*1")
            lines += [f"{indicator} ~ 0*1" for indicator in self.indicators]
        return "\n".join(lines) + "\n"


def product_indicators(
    data: pd.DataFrame,
    predictor_items: Sequence[str],
    moderator_items: Sequence[str],
    method: str = "dblcent",
    pairs: str = "all",
    names: tuple[str, str] | None = None,
) -> Products:
    """The products of a predictor's and a moderator's items, and what the model must say about them.

    ``dblcent`` centres the items, multiplies, and centres the products (Lin, Wen, Marsh and Lin 2010);
    ``meancentred`` leaves the products' means; ``unconstrained`` leaves them too and has the model explain
    them by the covariance of the two factors (Marsh, Wen and Hau 2004); ``uncentred`` multiplies the answers
    as they are, for comparison with programs that do; ``residual`` takes from each product what all items of
    both sides predict (Little, Bovaird and Widaman 2006). Means are taken over the available answers and a
    product is missing where either item is, as ``semTools::indProd`` does.

    Parameters: ``data`` with the items as numeric columns; ``pairs`` ``all`` (every item with every item)
    or ``matched`` (first with first, in listed order; the surplus of the longer side is left out and
    named); ``names`` of predictor and moderator, for the interaction's own name: the same name twice asks for
    the square of one construct, of which every pair of items is formed once. Raises TamError for methods not
    offered, for items on both sides of an interaction and for columns that are not there.
    """
    predictor, moderator = names or ("X", "Z")
    square = predictor == moderator
    _refuse(data, predictor_items, moderator_items, method, pairs, square)
    chosen = pair_items(predictor_items, moderator_items, pairs, square)
    left, right = [a for a, _ in chosen], [b for _, b in chosen]
    items = list(dict.fromkeys([*predictor_items, *moderator_items]))
    answers = data[items].to_numpy(np.float64)
    centred = answers if method == "uncentred" else answers - np.nanmean(answers, axis=0)
    position = {item: i for i, item in enumerate(items)}
    products = centred[:, [position[a] for a in left]] * centred[:, [position[b] for b in right]]
    if method == "dblcent":
        products = centre(products)
    elif method == "residual":
        products = residual_products(products, centred)
    table = pd.DataFrame(products, index=data.index, columns=[f"{a}:{b}" for a, b in chosen])
    paired = {*left, *right}
    return Products(
        predictor,
        moderator,
        method,
        pairs,
        table,
        chosen,
        () if method == "uncentred" else sharing_pairs(chosen, square),
        tuple(item for item in items if item not in paired),
    )


def pair_items(
    left: Sequence[str], right: Sequence[str], pairs: str, square: bool = False
) -> tuple[tuple[str, str], ...]:
    """Which item is multiplied with which; the first pair is that of the two marker items in both
    schemes. Of a ``square`` each pair stands once."""
    if pairs == "matched":
        return tuple(zip(left, right, strict=False))
    if square:
        return tuple(combinations_with_replacement(left, 2))
    return tuple((a, b) for a in left for b in right)


def sharing_pairs(pairs: Sequence[tuple[str, str]], square: bool = False) -> tuple[tuple[str, str], ...]:
    """Names of the products whose residuals covary because they share an item, each couple once.

    What they share is the item's error times the other construct. The only item of a side is the variable
    itself and has no error, so sharing it makes nothing covary. In a ``square`` an item may be shared across
    sides.
    """
    if square:
        return tuple((f"{a}:{b}", f"{c}:{d}") for (a, b), (c, d) in combinations(pairs, 2) if {a, b} & {c, d})
    left_errs, right_errs = (len({pair[side] for pair in pairs}) > 1 for side in (0, 1))
    named = [(f"{a}:{b}", a, b) for a, b in pairs]
    return tuple(
        (n, m)
        for (n, a, b), (m, c, d) in combinations(named, 2)
        if (a == c and left_errs) or (b == d and right_errs)
    )


def sharing_across(first: Products, second: Products) -> tuple[tuple[str, str], ...]:
    """Products of two different interactions whose residuals covary because they share an item with an
    error. One of two and one of three variables share nothing where distributions are symmetric."""
    if "uncentred" in (first.method, second.method) or len(first.factors) != len(second.factors):
        return ()
    laden = _items_with_errors(first) & _items_with_errors(second)
    return tuple(
        (a, b)
        for a, one in zip(first.indicators, first.pairs, strict=True)
        for b, two in zip(second.indicators, second.pairs, strict=True)
        if set(one) & set(two) & laden
    )


def _items_with_errors(products: Products) -> set[str]:
    sides = [{pair[k] for pair in products.pairs} for k in range(len(products.factors))]
    return {item for side in sides if len(side) > 1 for item in side}


def centre(columns: Array) -> Array:
    """Columns (n, m) minus their means over the values present.

    Centred twice: the second pass takes away the rounding error that the first leaves.
    """
    once = columns - np.nanmean(columns, axis=0)
    return np.asarray(once - np.nanmean(once, axis=0))


def residual_products(products: Array, items: Array) -> Array:
    """Residuals of each product (n, m) after regression on all items (n, k) of both sides.

    Rows with a missing item are missing in every product, as the regression cannot be read there.
    Little, Bovaird and Widaman (2006). Peer: ``semTools::orthogonalize``.
    """
    complete = ~np.isnan(items).any(axis=1)
    design = np.column_stack([np.ones(int(complete.sum())), items[complete]])
    residuals = np.full_like(products, np.nan)
    coefficients = np.linalg.lstsq(design, products[complete], rcond=None)[0]
    residuals[complete] = products[complete] - design @ coefficients
    return residuals


def parcel(data: pd.DataFrame, items: Sequence[str]) -> pd.Series:
    """The mean of a construct's items per row; missing where any of them is, so that its unit stays the
    item's."""
    return pd.Series(data[list(items)].to_numpy(np.float64).mean(axis=1), index=data.index)


def _refuse(
    data: pd.DataFrame, left: Sequence[str], right: Sequence[str], method: str, pairs: str, square: bool
) -> None:
    found = []
    if method not in PRODUCT_METHODS:
        found.append(problem("interaction-method-unknown", method=method, offered=list(PRODUCT_METHODS)))
    if pairs not in ("all", "matched"):
        found.append(problem("interaction-pairs-unknown", pairs=pairs))
    both = sorted(set(left) & set(right))
    if both and not square:
        found.append(problem("interaction-shared-item", items=both))
    absent = [item for item in (*left, *right) if item not in data.columns]
    if absent:
        found.append(problem("interaction-items-absent", items=absent))
    if found:
        raise TamError(found)
