"""A model fitted to the moments of a capsule, its robust inference from the stored scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from tam.engine.fit import Fit, fit_model
from tam.engine.robust import Robust, constrained_inverse, model_trace
from tam.engine.robust_fit import OWN_INFORMATION, RobustInference
from tam.published.capsule_parts import Parts, Scores


@dataclass(frozen=True)
class CapsuleFit(Fit):
    """A fit from moments whose meat and traces come from the capsule instead of the respondents."""

    scores: Scores | None = None

    @cached_property
    def robust(self) -> RobustInference | None:
        if self.scores is None or not self.converged:
            return None
        kind, solution = self.scores.kind, self.solution
        at = solution.minimum.point
        expected = OWN_INFORMATION[kind] == "expected"
        information = solution.objective.information(at) if expected else solution.objective.hessian(at)
        curvature = np.asarray(solution.n / 2.0 * information)
        meat = self.scores.products
        trace = self.scores.saturated - model_trace(curvature, meat, solution.space)
        bread = constrained_inverse(curvature, solution.space)
        vcov = None if bread is None else np.asarray(bread @ meat @ bread)
        return RobustInference(kind, curvature, Robust(meat, trace, self.scores.baseline), vcov)


def refitted(
    parts: Parts, text: str, scores: str | None, estimator: str | None = None, *, plain: bool = False
) -> Fit | None:
    """The model fitted to the capsule's moments by the study's estimator, or by ``estimator``.

    ``scores``: the part that robust inference is read from. ``plain``: without the study's settings of means
    and scaling. None where the capsule lacks these scores. Raises TamError as ``fit_model`` does.
    """
    asked, options = estimator or parts.options.estimator, parts.options
    own: dict[str, Any] = {} if plain else {"meanstructure": options.meanstructure, "std_lv": options.std_lv}
    robust = asked in OWN_INFORMATION
    stored = parts.scores.get(scores) if robust and scores is not None else None
    if robust and (stored is None or stored.kind != asked):
        return None
    found = fit_model(text, parts.moments(None), estimator="ML" if robust else asked, ci=options.ci, **own)
    if stored is not None and stored.parameters != found.free:
        return None
    changed = replace(found.options, estimator=asked)
    return CapsuleFit(found.model, changed, found.solution, found.sample, stored)
