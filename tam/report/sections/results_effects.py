"""Sentences of the results paragraphs: indirect effects and moderation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Rich
from tam.report.interactions import names_of, region_told, verdict_told
from tam.report.sections.pasted import by_interval, estimate_told, excludes_zero, p_told
from tam.report.sections.results_model import MOST, through


def effect_sentences(context: Context) -> Iterator[Rich]:
    effects = list(context.rows("effects", "indirect"))
    if not effects:
        return
    interval = context.part("effects", "interval")
    method = f"interval_methods.{interval.get('method')}"
    told = {
        "method": context.word(method) if method in context.words else str(interval.get("method")),
        "level": context.level,
        "used": context.numbers.count(interval.get("used")),
    }
    drawn = bool(interval.get("requested"))
    yield context.say("results.interval_bootstrap" if drawn else "results.interval_delta", **told)
    for one in effects[:MOST]:
        names = {
            "predictor": context.label(str(one["predictor"])),
            "outcome": context.label(str(one["outcome"])),
            "via": through(context, one.get("via") or ()),
        }
        key = "results.indirect_excludes" if excludes_zero(one) else "results.indirect_includes"
        yield context.say(key, estimate=estimate_told(context, by_interval(one) if drawn else one), **names)
    if effects[MOST:]:
        yield context.say("results.more_indirect", n=context.numbers.count(len(effects) - MOST))


def moderation_sentences(context: Context) -> Iterator[Rich]:
    for index, one in enumerate(context.rows("moderation", "analyses")):
        names = names_of(context, one)
        if one.get("est") is None or one.get("p") is None:
            reason = context.reason("moderation", "analyses", str(index))
            yield context.say("results.interaction_failed", reason=reason, **names)
        elif one.get("converged") is False or one.get("admissible") is False:
            yield context.say("results.interaction_not_trusted", **names)
        else:
            yield from _probed(context, one, names)


def _probed(context: Context, one: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Rich]:
    found, numbers = one["p"] < context.alpha, context.numbers
    key = "results.interaction_found" if found else "results.interaction_absent"
    yield context.say(key, estimate=estimate_told(context, one), **names)
    slopes = {slope["at"]: slope for slope in one.get("slopes") or ()}
    if {"-1 sd", "+1 sd"} <= set(slopes):
        told = {
            f"{end}_estimate": _slope(context, slopes[at])
            for end, at in (("low", "-1 sd"), ("high", "+1 sd"))
        }
        yield context.say("results.slopes", **names, **told)
    region = region_told(context, one)
    if region is not None:
        yield context.say(f"findings.{region[0]}", **region[1])
    size = one.get("effect_size") or {}
    if size.get("f2") is not None:
        told_size = {"delta_r2": numbers.bounded(size.get("delta_r2"), 3), "f2": numbers.plain(size["f2"], 3)}
        yield context.say("results.effect_size", **told_size)
    verdict = verdict_told(context, one)
    if verdict is not None and one["triangulation"]["verdict"]["kind"] in ("depends", "stable"):
        yield context.say(f"findings.verdict_{one['triangulation']['verdict']['kind']}", **verdict[1])


def _slope(context: Context, slope: Mapping[str, Any]) -> Rich:
    told = {
        "est": context.numbers.plain(slope.get("est")),
        "level": context.level,
        "interval": context.numbers.interval(slope.get("ci_low"), slope.get("ci_high")),
        "p": p_told(context, slope.get("p")),
    }
    return context.say("results.slope", **told)
