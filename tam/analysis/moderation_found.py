"""What an estimator found of one moderated path, in one shape: product indicators, LMS and QML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.analysis.moderation_indirect import ModeratedMediation, moderated_mediation
from tam.analysis.moderation_likelihood import (
    LIKELIHOODS,
    LikelihoodFit,
    fit_likelihood,
    likelihood_mediation,
    likelihood_path,
    likelihood_size,
    product_deviation,
)
from tam.analysis.moderation_slopes import Moderated, moderated_path
from tam.analysis.probing import InteractionSize, interaction_size
from tam.engine.fit import Fit
from tam.engine.products_fit import InteractionFit, fit_interactions
from tam.errors import Problem, Unavailable

if TYPE_CHECKING:
    import pandas as pd

    from tam.spec.model import Model, Moderation


@dataclass(frozen=True, slots=True)
class Found:
    """A fit with the product; ``indicators`` the products of items, none by LMS and QML; ``data`` its rows,
    with whatever columns it added."""

    path: Moderation
    fit: Fit | LikelihoodFit
    data: pd.DataFrame
    problems: tuple[Problem, ...]
    indicators: tuple[str, ...] = ()
    products: InteractionFit | None = None

    @property
    def name(self) -> str:
        return f"{self.path.predictor}:{self.path.moderator}"

    def numbers(self) -> dict[str, float]:
        """Estimate to upper limit of the product's coefficient, standardised and naively standardised."""
        columns, path = self.fit.columns, self.path
        row = next(
            k
            for k, one in enumerate(self.fit.table.rows)
            if (one.lhs, one.op, one.rhs) == (path.outcome, "~", self.name)
        )
        names = ("est", "se", "z", "p", "ci_low", "ci_high", "std")
        found = {name: float(getattr(columns, name)[row]) for name in names}
        if self.products is not None:
            one = next(one for one in self.products.interactions if one.outcome == path.outcome)
            return found | {"std": one.std, "std_naive": one.std_naive}
        assert not isinstance(self.fit, Fit)
        product, outcome = product_deviation(self.fit, path)
        return found | {"std_naive": found["est"] * product / outcome if outcome > 0 else np.nan}

    def path_parts(self) -> Moderated:
        """What slopes and lines are made of."""
        path = self.path
        if isinstance(self.fit, Fit):
            return moderated_path(self.fit, self.data, path.predictor, path.moderator, path.outcome)
        return likelihood_path(self.fit, self.data, path)

    def size(self) -> InteractionSize | Unavailable:
        if isinstance(self.fit, Fit):
            return interaction_size(self.fit, self.path.outcome, self.name)
        return likelihood_size(self.fit, self.path)

    def mediation(
        self, model: Model, parts: Moderated, level: float, resampling: dict[str, Any]
    ) -> ModeratedMediation | None:
        """Indirect effects over the path; ``resampling`` for what is resampled."""
        place = parts.moderator_place
        if self.products is not None:
            return moderated_mediation(model, self.products, self.path, place, level=level, **resampling)
        assert not isinstance(self.fit, Fit)
        return likelihood_mediation(model, self.fit, self.path, place, level)


def find(
    method: str,
    text: str,
    path: Moderation,
    data: pd.DataFrame,
    *,
    pairs: str,
    estimator: str,
    missing: str,
    level: float,
) -> Found:
    """The model ``text``, which holds the product of ``path``, by a method: those of ``product_indicators``,
    "constrained", "lms" or "qml". Raises ``TamError`` where it cannot be fitted so."""
    if method in LIKELIHOODS:
        fit = fit_likelihood(method, text, data, estimator=estimator, missing=missing, level=level)
        return Found(path, fit, data, fit.problems)
    found = fit_interactions(
        text, data, method=method, pairs=pairs, estimator=estimator, missing=missing, ci=level
    )
    (product,) = found.expansion.products
    return Found(path, found.fit, found.expansion.data, found.problems, product.indicators, found)
