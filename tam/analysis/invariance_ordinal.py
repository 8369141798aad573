"""Invariance of ordered answers: thresholds first, then loadings, then the intercepts of the responses.

The identification of Wu & Estabrook (2016) as semTools' ``measEq.syntax`` applies it, delta parameterisation:
with equal thresholds the latent responses of later groups have free intercepts and scalings; with equal
loadings too, free latent variances; with equal intercepts, free latent means. Items of three answers or fewer
do not let the step of the thresholds be tested: there it costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from tam.analysis.invariance_ladder import Ladder, Level
from tam.analysis.invariance_models import GroupModels
from tam.analysis.invariance_partial import LEAST_EQUAL, PartialSearch
from tam.analysis.invariance_steps import Fitted, Step, plain_steps
from tam.errors import Unavailable

ORDINAL_STEPS: Mapping[str, tuple[str, ...]] = {
    "configural": (),
    "thresholds": ("thresholds",),
    "metric": ("thresholds", "loadings"),
    "scalar": ("thresholds", "loadings", "intercepts"),
}
UNTESTED = "strict"
NO_RESIDUALS = Unavailable(
    "with ordered answers residual variances cannot be held equal: the model has scalings in their place"
)
NO_SEARCH = "not_offered"


def climb_ordinal(models: GroupModels) -> Ladder:
    """The steps of ordered answers; the first that is not supported ends them, without a search."""
    done = plain_steps(models, ORDINAL_STEPS)
    strict = Step(
        UNTESTED, ("residuals",), (), NO_RESIDUALS, "scalar", NO_RESIDUALS, NO_RESIDUALS, (), "unavailable"
    )
    steps = (*(one.step for one in done.values()), strict)
    if isinstance(done["configural"].fit, Unavailable):
        return Ladder(steps, (), Level("none", (), paths=False, means=False), None)
    level = "configural"
    for name in ("thresholds", "metric", "scalar"):
        if not _holds(done[name]):
            search = PartialSearch(
                name, "none", 1.0 - models.ci, LEAST_EQUAL, (), (), NO_SEARCH, done[name].step
            )
            carries = level in ("metric", "scalar")
            return Ladder(steps, (search,), Level(level, (), paths=carries, means=False), None)
        level = name
    return Ladder(steps, (), Level(level, (), paths=True, means=True), done["scalar"])


def _holds(step: Fitted) -> bool:
    """Supported, or nothing lost because nothing was constrained (thresholds of three answers)."""
    return step.step.supported
