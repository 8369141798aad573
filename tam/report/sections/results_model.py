"""Sentences of the results paragraphs: the sample, the measurement model, the structural model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.report.context import Context
from tam.report.document import Rich, rich
from tam.report.findings import AVE_GUIDE, HTMT_GUIDE, RELIABILITY_GUIDE, weak_constructs
from tam.report.judged_fit import judge_fit
from tam.report.sections.pasted import by_interval, estimate_told, excludes_zero, fit_told, p_told
from tam.report.sections.screening import rules_in_sentence

MOST = 20
"""Hypotheses and effects that are told one by one; of more, the rest is left to the table."""


def sample_sentences(context: Context) -> Iterator[Rich]:
    numbers, steps = context.numbers, context.rows("flow")
    if not steps:
        return
    excluded = context.get("screening", "n_excluded")
    told = {
        "read": numbers.count(steps[0].get("n_left")),
        "excluded": numbers.count(excluded),
        "rules": rules_in_sentence(context),
    }
    yield context.say("results.sample_excluded" if excluded else "results.sample_all", **told)
    lost = next((one["n_removed"] for one in steps if one.get("step") in ("listwise", "unusable")), None)
    if lost:
        yield context.say("results.incomplete", dropped=numbers.count(lost))
    yield context.say("results.sample_final", used=numbers.count(steps[-1].get("n_left")))
    yield from _missing(context, bool(lost))


def _missing(context: Context, lost: bool) -> Iterator[Rich]:
    found, little = (context.part("measurement", "missing_data", *path) for path in ((), ("little",)))
    if not found.get("n_missing"):
        return
    key = "results.missing_share" if lost else "results.missing_share_kept"
    yield context.say(key, share=context.numbers.percent(found.get("share")))
    if little.get("p") is not None:
        told = _test(context, little)
        yield context.say(f"results.little_{'rejected' if little['p'] < context.alpha else 'kept'}", **told)


def _test(context: Context, test: Mapping[str, Any]) -> dict[str, str]:
    return {
        "chisq": context.numbers.plain(test.get("chisq")),
        "df": context.numbers.degrees(test.get("df")),
        "p": p_told(context, test.get("p")),
    }


def measurement_sentences(context: Context) -> Iterator[Rich]:
    cfa, items = context.part("measurement", "cfa"), context.part("measurement", "items")
    measures = cfa.get("measures") or {}
    fit = fit_told(context, measures, cfa.get("n"))
    if fit is not None and cfa.get("converged") is not False:
        told = {
            "k": context.numbers.count(len(items)),
            "n_constructs": context.numbers.count(len(context.part("measurement", "constructs"))),
        }
        yield context.say(f"results.cfa_{judge_fit(measures) or 'unjudged'}", fit=fit, **told)
        yield from _loadings(context)
    yield from _reliability(context)
    yield from _distinct(context)


def _loadings(context: Context) -> Iterator[Rich]:
    loadings = {
        name: item["loading"]
        for name, item in context.part("measurement", "items").items()
        if (item.get("loading") or {}).get("est") is not None
    }
    if len(loadings) < 2:
        return
    ordered = sorted(loadings, key=lambda name: float(loadings[name]["est"]))
    worst = max((one["p"] for one in loadings.values() if one.get("p") is not None), default=None)
    told = {
        "low": context.numbers.plain(loadings[ordered[0]]["est"]),
        "high": context.numbers.plain(loadings[ordered[-1]]["est"]),
        "low_item": ordered[0],
        "high_item": ordered[-1],
        "p": p_told(context, worst),
    }
    small = worst is not None and worst < 0.001
    yield context.say("results.loadings_small_p" if small else "results.loadings_largest_p", **told)


def _reliability(context: Context) -> Iterator[Rich]:
    constructs = context.part("measurement", "constructs")
    names = {"alpha": "alpha", "cr": "composite_reliability", "ave": "ave"}
    known = {
        short: sorted(one[name] for one in constructs.values() if isinstance(one.get(name), (int, float)))
        for short, name in names.items()
    }
    if not all(known.values()):
        return
    show = context.numbers.bounded
    if len(constructs) == 1:
        yield context.say("results.one_scale", **{short: show(values[0]) for short, values in known.items()})
    else:
        ends = {f"{short}_low": show(values[0]) for short, values in known.items()}
        ends |= {f"{short}_high": show(values[-1]) for short, values in known.items()}
        yield context.say("results.ranges", **ends)
    weak = weak_constructs(context)
    for name, guide in (("reliability", RELIABILITY_GUIDE), ("ave", AVE_GUIDE)):
        if weak[name]:
            labels = context.words.listed(map(context.label, weak[name]))
            yield context.say(f"results.weak_{name}", names=labels, guide=show(guide))


def _distinct(context: Context) -> Iterator[Rich]:
    matrix = context.part("measurement", "fornell_larcker")
    close = list(_closer_than_their_roots(matrix))
    if len(matrix) > 1 and all(matrix[name].get(name) is not None for name in matrix):
        names = context.words.listed(f"{a}\u2013{b}" for a, b in close)
        yield context.say("results.fornell_missed" if close else "results.fornell_met", names=names)
    pairs = [
        one for one in context.rows("measurement", "validity", "htmt", "pairs") if one.get("est") is not None
    ]
    if not pairs:
        return
    worst, numbers = max(pairs, key=lambda one: float(one["est"])), context.numbers
    told = {
        "htmt": numbers.bounded(worst["est"]),
        "interval": numbers.interval(worst.get("ci_low"), worst.get("ci_high"), bounded=True),
        "level": context.level,
        "a": context.label(str(worst["a"])),
        "b": context.label(str(worst["b"])),
        "guide": numbers.bounded(HTMT_GUIDE),
    }
    yield context.say(f"results.htmt_{'above' if worst['est'] > HTMT_GUIDE else 'below'}", **told)


def _closer_than_their_roots(matrix: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = list(matrix)
    for i, a in enumerate(names):
        for b in names[:i]:
            value, roots = matrix[a].get(b), [matrix[name].get(name) for name in (a, b)]
            known = [root for root in roots if root is not None]
            if value is not None and known and abs(value) > min(known):
                yield b, a


def structure_sentences(context: Context) -> Iterator[Rich]:
    measures = context.part("structure", "measures")
    fit = fit_told(context, measures, context.get("structure", "n", "total"))
    if context.get("structure", "converged") is False:
        yield context.say("results.structure_not_converged")
    elif fit is not None:
        yield context.say(f"results.structure_{judge_fit(measures) or 'unjudged'}", fit=fit)
        if context.get("structure", "admissible") is False:
            yield context.say("results.structure_inadmissible")
        yield from _explained(context)
    tested = list(context.rows("structure", "hypotheses"))
    for one in tested[:MOST]:
        yield _hypothesis(context, one)
    if tested[MOST:]:
        names = context.words.listed(str(one["id"]) for one in tested[MOST:])
        n = context.numbers.count(len(tested) - MOST)
        yield context.say("results.more_hypotheses", n=n, names=names)


def _explained(context: Context) -> Iterator[Rich]:
    outcomes = dict.fromkeys(str(one["outcome"]) for one in context.rows("study", "model", "paths"))
    r2 = context.part("structure", "r2")
    parts = [
        context.say("results.r2_of", r2=context.numbers.bounded(r2[name]), name=context.label(name))
        for name in outcomes
        if isinstance(r2.get(name), (int, float))
    ]
    if parts:
        yield context.say("results.r2", parts=context.words.listed_rich(parts))


def _hypothesis(context: Context, one: Mapping[str, Any]) -> Rich:
    verdict = str(one.get("verdict") or "unavailable")
    if verdict == "unavailable" or one.get("est") is None:
        reason = one.get("reason")
        told = context.foreign(str(reason)) if reason else context.say("absent.no_reason")
        return context.say("results.unavailable", id=str(one["id"]), reason=told)
    key = verdict if one.get("declared", True) else "undeclared"
    shown = by_interval(one) if one.get("source") == "effects" else one
    return context.say(
        f"results.{key}",
        id=str(one["id"]),
        path=context.path(str(one.get("path", ""))),
        what=_what(context, one),
        estimate=estimate_told(context, shown),
    )


def _what(context: Context, one: Mapping[str, Any]) -> Rich:
    """What was found on the path of a hypothesis, by its sign and interval."""
    route, by, moderator = str(one.get("path", "")).partition(" by ")
    steps = [step.strip() for step in route.split("->")]
    sign = "unclear" if not excludes_zero(one) else "positive" if one["est"] > 0 else "negative"
    kind = "moderated" if by else "indirect" if len(steps) > 2 else "direct"
    told = {
        "predictor": context.label(steps[0]),
        "outcome": context.label(steps[-1]),
        "via": through(context, steps[1:-1]),
        "moderator": context.label(moderator.strip()) if by else "",
    }
    return context.say(f"results.{kind}_{sign}", **told)


def through(context: Context, steps: Sequence[str]) -> Rich:
    """The mediators of a route in their order."""
    return rich(context.words.listed(context.label(str(step)) for step in steps))
