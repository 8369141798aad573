"""A model with latent interactions fitted by product indicators: expansion, fit, correct standardisation in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.fit import Fit, fit_model
from tam.engine.moments import Moments
from tam.engine.products_expand import Expansion, expand_interactions, interaction_names
from tam.engine.products_standardised import StandardisedInteraction, standardised_interactions
from tam.engine.syntax import parse_model, print_model
from tam.errors import Problem, TamError, problem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class InteractionFit:
    """A fit whose interactions are measured by products, with what the plain fit cannot know about them."""

    fit: Fit
    expansion: Expansion
    interactions: tuple[StandardisedInteraction, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self.expansion.problems, *self.fit.problems)

    def to_dict(self) -> dict[str, Any]:
        """The fit's result; rows of interactions hold the correct ``std`` and ``std_se``, and ``std_naive``."""
        record = self.fit.to_dict()
        found = {(one.outcome, one.name): one for one in self.interactions}
        for row in record["estimates"]:
            one = found.get((row["lhs"], row["rhs"])) if row["op"] == "~" else None
            if one is not None:
                numbers = {"std": one.std, "std_se": one.std_se, "std_naive": one.std_naive}
                row.update({name: float(v) if np.isfinite(v) else None for name, v in numbers.items()})
        record["problems"] = [one.to_dict() for one in self.problems]
        return record


def has_interactions(model: str) -> bool:
    """Whether a model text holds a product ``X:Z`` that must be expanded before it can be fitted."""
    return bool(interaction_names(parse_model(model)))


def fit_interactions(
    model: str,
    data: pd.DataFrame | Moments,
    *,
    method: str = "dblcent",
    pairs: str = "all",
    **options: Any,
) -> InteractionFit:
    """Fit a model with ``X:Z`` on the right of a regression to a table.

    ``method`` and ``pairs`` as in ``product_indicators``; ``options`` go to ``fit_model``. Products are formed from the
    available answers of every row, before rows are left out for missing ones. Raises TamError as ``fit_model`` does,
    and for moments, from which no product can be formed.
    """
    syntax = parse_model(model)
    if isinstance(data, Moments):
        raise TamError([problem("interaction-needs-rows", name=name) for name in interaction_names(syntax)])
    expansion = expand_interactions(syntax, data, method, pairs)
    fit = fit_model(print_model(expansion.syntax), expansion.data, **options)
    return InteractionFit(fit, expansion, standardised_interactions(fit, expansion.products))
