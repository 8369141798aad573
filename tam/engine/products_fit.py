"""A model with latent interactions fitted by product indicators: expansion, fit, correct standardisation
in one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

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


def fit_interactions(
    model: str,
    data: pd.DataFrame | Moments,
    *,
    method: str = "dblcent",
    pairs: str = "all",
    **options: Any,
) -> InteractionFit:
    """Fit a model with ``X:Z`` on the right of a regression to a table.

    ``method`` and ``pairs`` as in ``product_indicators``, or "constrained" (``fit_constrained``);
    ``options`` go to ``fit_model``. Products are formed from the available answers of every row, before rows
    are left out for missing ones. Raises TamError as ``fit_model`` does, and for moments, from which no
    product can be formed.
    """
    syntax = parse_model(model)
    if isinstance(data, Moments):
        raise TamError([problem("interaction-needs-rows", name=name) for name in interaction_names(syntax)])
    if method == "constrained":
        from tam.engine.products_constrained import fit_constrained

        expansion = expand_interactions(syntax, data, "unconstrained", pairs)
        fit: Fit = fit_constrained(model, data, pairs=pairs, **options)
        told = replace(expansion, problems=())  # the fit tells them
        return InteractionFit(fit, told, standardised_interactions(fit, expansion.products))
    expansion = expand_interactions(syntax, data, method, pairs)
    fit = fit_model(print_model(expansion.syntax), expansion.data, **options)
    return InteractionFit(fit, expansion, standardised_interactions(fit, expansion.products))
