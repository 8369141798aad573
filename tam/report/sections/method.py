"""A method paragraph to paste into a paper, made from what was actually done."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Paragraph, Rich, Section
from tam.report.estimation import estimator, estimator_name, has_robust_errors, with_all_answers
from tam.report.sections.comparison_limits import grouped_method
from tam.report.sections.pasted import pasted
from tam.report.sections.screening import rules_in_sentence


def method_section(context: Context) -> Section:
    blocks = (Paragraph(context.say("text.method"), "small"), pasted(context, _sentences(context)))
    return Section("method", context.say("sections.method"), blocks)


def _sentences(context: Context) -> Iterator[Rich]:
    yield from _data(context)
    yield from _analysis(context)
    yield from _additions(context)
    versions = context.part("provenance")
    yield context.say(
        "method.software", tam=str(versions.get("tam") or ""), python=str(versions.get("python") or "")
    )


def _data(context: Context) -> Iterator[Rich]:
    numbers, steps = context.numbers, context.rows("flow")
    if context.get("study", "simulated"):
        yield context.say("method.simulated")
    title = context.text(context.get("study", "instrument", "title"))
    instrument = context.part("study", "instrument")
    constructs = context.part("measurement", "constructs")
    told = {
        "title": title,
        "version": str(instrument.get("version") or ""),
        "k": numbers.count(len(context.part("study", "items")) or None),
        "n_constructs": numbers.count(len(constructs) or None),
    }
    inline = instrument.get("inline") or not title
    yield context.say("method.instrument_inline" if inline else "method.instrument", **told)
    if not steps:
        return
    told = {
        "read": numbers.count(steps[0].get("n_left")),
        "used": numbers.count(steps[-1].get("n_left")),
        "excluded": numbers.count(context.get("screening", "n_excluded")),
        "rules": rules_in_sentence(context),
    }
    excluded = context.get("screening", "n_excluded")
    yield context.say("method.sample_excluded" if excluded else "method.sample", **told)
    if context.rows("structure", "estimates"):
        yield context.say("method.missing_fiml" if with_all_answers(context) else "method.missing_listwise")


def _analysis(context: Context) -> Iterator[Rich]:
    numbers = context.numbers
    if context.part("measurement", "constructs"):
        yield context.say("method.measurement")
    if context.rows("structure", "estimates"):
        yield context.say("method.model", estimator=estimator_name(context))
        yield from _errors(context)
    interval = context.part("effects", "interval")
    if interval.get("requested"):
        method = f"interval_methods.{interval.get('method')}"
        told = {
            "draws": numbers.count(interval["requested"]),
            "method": context.word(method) if method in context.words else str(interval.get("method")),
            "level": context.level,
            "seed": numbers.name(interval.get("seed")),
        }
        yield context.say("method.bootstrap", **told)


def _errors(context: Context) -> Iterator[Rich]:
    """Standard errors, and which version of the indices is to be reported."""
    key = f"method.errors_{estimator(context).lower()}"
    robust = has_robust_errors(context)
    if key in context.words:
        yield context.say(key)
    elif robust:
        yield context.say("method.errors_robust")
    if context.get("structure", "measures", "cfi_robust") is not None:
        yield context.say("method.robust_indices")


def _additions(context: Context) -> Iterator[Rich]:
    analyses = context.rows("moderation", "analyses")
    if analyses:
        method = f"interaction_methods.{analyses[0].get('method')}"
        name = context.word(method) if method in context.words else str(analyses[0].get("method"))
        yield context.say("method.moderation", method=name)
    groupings = [
        context.text(one.get("label")) or str(one.get("by"))
        for one in context.rows("comparison", "groupings")
    ]
    if groupings:
        yield context.say("method.comparison", by=context.words.listed(groupings))
    yield from grouped_method(context)
    check = context.part("structure", "cross_check")
    if check.get("verdict") in {"agree", "differ"}:
        told = {"engine": str(check.get("engine")), "version": str(check.get("version"))}
        yield context.say("method.engine", **told)
