"""The steps of an invariance analysis: each model, what it loses against the one before, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tam.analysis.confirmatory import ModelFit, model_fit
from tam.analysis.confirmatory_models import Value
from tam.analysis.invariance_models import GroupModels
from tam.errors import TamError, Unavailable

if TYPE_CHECKING:
    from tam.engine.fit import Fit

#: The four steps of lavaan's ``group.equal``: what each holds equal.
STEPS: Mapping[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
CFI_FALL = 0.010
RMSEA_RISE = 0.015
"""Largest loss that still counts as none (Cheung & Rensvold 2002 for CFI, Chen 2007 for both)."""
SMALL_CFI_FALL, SMALL_RMSEA_RISE, SMALL_GROUP = 0.005, 0.010, 300
"""Chen's (2007) limits for groups of fewer than 300: reported beside the verdict."""
CFI_SOURCE = "Cheung & Rensvold (2002); Chen (2007)"
RMSEA_SOURCE = "Chen (2007)"


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference test of two steps: scaled where the estimator is robust, ``factor`` what it was divided
    by."""

    chisq: float
    df: int
    p: float
    method: str
    factor: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a measure became less what it was. ``cfi`` and ``rmsea`` are the ones the verdict uses, of the
    kind ``indices`` ("robust" or "scaled" where the estimator has them, else "plain")."""

    indices: str
    cfi: Value
    rmsea: Value
    cfi_plain: Value
    rmsea_plain: Value
    cfi_scaled: Value | None
    rmsea_scaled: Value | None
    srmr: Value
    aic: Value
    bic: Value


@dataclass(frozen=True, slots=True)
class Criterion:
    """``met`` where the loss ``value`` (positive: the fit got worse) is at most ``limit``."""

    name: str
    source: str
    value: float
    limit: float
    met: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One model. ``equal`` the kinds of parameters held equal, ``free`` the names of those let differ all
    the same; ``verdict`` "baseline", "supported", "not_supported" or "unavailable"."""

    id: str
    equal: tuple[str, ...]
    free: tuple[str, ...]
    fit: ModelFit | Unavailable
    against: str | None
    difference: Difference | Unavailable | None
    change: Change | Unavailable | None
    criteria: tuple[Criterion, ...]
    verdict: str

    @property
    def supported(self) -> bool:
        return self.verdict == "supported"


@dataclass(frozen=True)
class Fitted:
    """A step with the fit it was read from."""

    step: Step
    fit: Fit | Unavailable


def plain_steps(models: GroupModels, steps: Mapping[str, tuple[str, ...]] = STEPS) -> dict[str, Fitted]:
    """The steps of lavaan's ``group.equal``, nothing let differ, each against the one before."""
    done: dict[str, Fitted] = {}
    before: Fitted | None = None
    for name, equal in steps.items():
        before = done[name] = fitted_step(models, name, equal, (), before)
    return done


def fitted_step(
    models: GroupModels, name: str, equal: Sequence[str], free: Sequence[str], before: Fitted | None
) -> Fitted:
    """Fit a step and compare it with the one ``before``."""
    return judged(name, equal, free, models.fit(equal, free), before, smallest_group(models))


def smallest_group(models: GroupModels) -> int:
    return min(one.n for one in models.rows.groups)


def judged(
    name: str,
    equal: Sequence[str],
    free: Sequence[str],
    fit: Fit | Unavailable,
    before: Fitted | None,
    smallest: int,
) -> Fitted:
    """A fit as a step: its difference from the one before, the criteria and the verdict."""
    if isinstance(fit, Unavailable):
        against = before.step.id if before else None
        gone = fit if before else None
        step = Step(name, tuple(equal), tuple(free), fit, against, gone, gone, (), "unavailable")
        return Fitted(step, fit)
    own = step_fit(fit)
    if before is None:
        return Fitted(Step(name, tuple(equal), tuple(free), own, None, None, None, (), "baseline"), fit)
    if isinstance(before.fit, Unavailable):
        gone = Unavailable(f"the model before it is not available: {before.fit.reason}")
        step = Step(name, tuple(equal), tuple(free), own, before.step.id, gone, gone, (), "unavailable")
        return Fitted(step, fit)
    assert isinstance(before.step.fit, ModelFit)
    change = change_of(before.step.fit.measures, own.measures)
    criteria = criteria_of(change, smallest)
    verdict = verdict_of(criteria)
    difference = difference_of(before.fit, fit)
    step = Step(name, tuple(equal), tuple(free), own, before.step.id, difference, change, criteria, verdict)
    return Fitted(step, fit)


def step_fit(fit: Fit) -> ModelFit:
    """How a model fits; without the measures that no fit of its estimator has."""
    found = model_fit(fit)
    scaled = fit.options.estimator in ("MLR", "MLM", "WLSMV")
    kept = {
        name: value
        for name, value in found.measures.items()
        if scaled or not (name == "scaling_factor" or "_scaled" in name or "_robust" in name)
    }
    return replace(found, measures=kept)


def difference_of(one: Fit, other: Fit) -> Difference | Unavailable:
    """The difference test that belongs to the estimator (Satorra and Bentler 2001 for MLM and MLR, where it
    fails their strictly positive one of 2010). Peer: ``lavaan::lavTestLRT(one, other)``."""
    from tam.engine.robust_comparison import SB2001, SB2010, methods_of

    methods = ("default", SB2010) if methods_of(one)[0] == SB2001 else ("default",)
    reason = ""
    for method in methods:
        try:
            found = one.compare(other, method)
        except TamError as error:
            reason = reason or " ".join(problem.what for problem in error.problems)
            continue
        return Difference(found.chisq, found.df, found.pvalue, found.method, found.factor)
    return Unavailable(reason)


def change_of(before: Mapping[str, Value], after: Mapping[str, Value]) -> Change:
    """The change of the measures; robust ones are used where both fits have them, then scaled ones."""

    def less(name: str) -> Value:
        one, other = before.get(name), after.get(name)
        for found in (one, other):
            if found is None:
                return Unavailable("the estimator has no such measure")
            if isinstance(found, Unavailable):
                return found
        assert isinstance(one, float | int) and isinstance(other, float | int)
        return float(other) - float(one)

    used = _first(("robust", "scaled"), lambda kind: _both(less(f"cfi_{kind}"), less(f"rmsea_{kind}")))
    ending = "" if used == "plain" else f"_{used}"
    return Change(
        indices=used,
        cfi=less(f"cfi{ending}"),
        rmsea=less(f"rmsea{ending}"),
        cfi_plain=less("cfi"),
        rmsea_plain=less("rmsea"),
        cfi_scaled=less("cfi_scaled") if "cfi_scaled" in before else None,
        rmsea_scaled=less("rmsea_scaled") if "rmsea_scaled" in before else None,
        srmr=less("srmr"),
        aic=less("aic"),
        bic=less("bic"),
    )


def _both(*values: Value) -> bool:
    return not any(isinstance(one, Unavailable) for one in values)


def _first(kinds: Sequence[str], holds: Callable[[str], bool]) -> str:
    return next((kind for kind in kinds if holds(kind)), "plain")


def criteria_of(change: Change, smallest: int) -> tuple[Criterion, ...]:
    """The criteria of the verdict, then, with a group below 300, the stricter limits for small samples."""
    found = []
    losses = (("cfi", _negative(change.cfi)), ("rmsea", change.rmsea))
    limits = {"cfi": (CFI_SOURCE, CFI_FALL), "rmsea": (RMSEA_SOURCE, RMSEA_RISE)}
    for name, loss in losses:
        if not isinstance(loss, Unavailable):
            source, limit = limits[name]
            found.append(Criterion(f"delta_{name}", source, loss, limit, loss <= limit))
    if smallest < SMALL_GROUP:
        stricter = {"cfi": SMALL_CFI_FALL, "rmsea": SMALL_RMSEA_RISE}
        for name, loss in losses:
            if not isinstance(loss, Unavailable):
                limit = stricter[name]
                found.append(Criterion(f"delta_{name}_small", RMSEA_SOURCE, loss, limit, loss <= limit))
    return tuple(found)


def _negative(value: Value) -> Value:
    return value if isinstance(value, Unavailable) else -value


def verdict_of(criteria: Sequence[Criterion]) -> str:
    """Supported where neither CFI nor RMSEA says otherwise; the stricter limits do not decide."""
    deciding = [one for one in criteria if one.name in ("delta_cfi", "delta_rmsea")]
    if not deciding:
        return "unavailable"
    return "supported" if all(one.met for one in deciding) else "not_supported"
