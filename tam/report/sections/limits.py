"""What this study cannot say: limits drawn from what was done, not a fixed list."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Bullets, Rich, Section
from tam.report.estimation import (
    asks_normality,
    estimator,
    estimator_name,
    has_robust_errors,
    treats_as_continuous,
    with_all_answers,
)
from tam.report.findings import weak_constructs
from tam.report.judged_fit import judge_fit
from tam.report.sections.comparison_limits import grouped_limits


def limits_section(context: Context) -> Section:
    return Section("limits", context.say("sections.limits"), (Bullets(tuple(_limits(context))),))


def _limits(context: Context) -> Iterator[Rich]:
    if context.get("study", "simulated"):
        yield context.say("limits.simulated")
    yield context.say("limits.cross_sectional")
    yield context.say("limits.self_report")
    instrument = context.part("study", "instrument")
    if instrument.get("inline"):
        yield context.say("limits.inline")
    elif instrument.get("status") not in {None, "validated"}:
        status = str(instrument["status"])
        key = f"statuses.{status}"
        yield context.say("limits.draft", status=context.word(key) if key in context.words else status)
    yield from _sample_limits(context)
    yield from _model_limits(context)
    yield from grouped_limits(context)
    if context.rows("moderation", "analyses"):
        yield context.say("limits.moderation")
        if not has_robust_errors(context):
            yield context.say("limits.product_errors")


def _sample_limits(context: Context) -> Iterator[Rich]:
    yield context.say("limits.sampling")
    numbers = context.numbers
    steps = {str(step.get("step")): step for step in context.rows("flow")}
    lost = (steps.get("listwise") or {}).get("n_removed")
    if lost and not with_all_answers(context):
        yield context.say("limits.listwise", n=numbers.count(lost))
    if with_all_answers(context):
        yield context.say("limits.fiml")
    if context.get("screening", "n_flagged_kept"):
        kept = numbers.count(context.get("screening", "n_flagged_kept"))
        yield context.say("limits.flagged_kept", n=kept)
    if context.get("screening", "n_excluded"):
        yield context.say("limits.screening_choice")


def _model_limits(context: Context) -> Iterator[Rich]:
    if asks_normality(context):
        yield context.say("limits.normality", estimator=_capital(estimator_name(context)))
    elif treats_as_continuous(context):
        yield context.say("limits.continuous", estimator=_capital(estimator_name(context)))
    elif estimator(context) == "WLSMV":
        yield context.say("limits.latent_responses")
    judged = judge_fit(context.part("structure", "measures"))
    if judged in {"mixed", "poor"}:
        yield context.say(f"limits.fit_{judged}")
    weak = weak_constructs(context)
    named = sorted({*weak["reliability"], *weak["ave"]})
    if named:
        yield context.say("limits.weak_scales", names=context.words.listed(named))
    if weak["htmt"]:
        yield context.say("limits.not_distinct", names=context.words.listed(weak["htmt"]))
    if context.get("structure", "cross_check", "verdict") == "skipped":
        yield context.say("limits.no_second_engine")
    yield context.say("limits.equivalent")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
