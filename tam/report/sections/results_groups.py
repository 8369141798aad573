"""Sentences of the results paragraphs: what was compared between groups, and what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Rich, rich
from tam.report.grouped_model import differing_paths, differs, poor_start
from tam.report.sections.comparison_invariance import has_model, ordered_steps
from tam.report.sections.comparison_names import counted, group_labels, grouping_name, path_name
from tam.report.sections.pasted import p_told


def group_sentences(context: Context) -> Iterator[Rich]:
    for grouping in context.rows("comparison", "groupings"):
        groups = counted(context, group_labels(context, grouping), grouping.get("groups") or ())
        yield context.say("results.groups_who", by=grouping_name(context, grouping), groups=groups)
        if has_model(grouping):
            yield from _invariance(context, grouping["invariance"])
            yield from _paths(context, grouping["invariance"].get("paths") or {})
            yield from _means(context, grouping["invariance"].get("means") or {})
        yield from _scores(context, grouping)


def _invariance(context: Context, found: Mapping[str, Any]) -> Iterator[Rich]:
    numbers, told = context.numbers, []
    for step in ordered_steps(found):
        measures, change = (step.get("fit") or {}).get("measures") or {}, step.get("change") or {}
        key, verdict = f"results.held.{step['id']}", step.get("verdict")
        if step["id"] == "configural" and measures.get("chisq") is not None:
            indices = {name: numbers.bounded(measures.get(name), 3) for name in ("cfi", "rmsea")}
            indices["n"] = numbers.count((step.get("fit") or {}).get("n"))
            said = "results.configural" if poor_start(found) is None else "results.configural_poor"
            told.append(context.say(said, **_test(context, measures, "pvalue"), **indices))
        elif key in context.words and verdict in ("supported", "not_supported"):
            values = {name: numbers.bounded(change.get(name), 3) for name in ("cfi", "rmsea")}
            said = "results.step_held" if verdict == "supported" else "results.step_failed"
            told.append(context.say(said, step=context.word(key), **values))
    if told:
        yield context.say("results.steps", steps=_clauses(context, told))


def _paths(context: Context, paths: Mapping[str, Any]) -> Iterator[Rich]:
    if not paths:
        return
    test = paths.get("all_equal") or {}
    if test.get("p") is not None:
        key = "results.not_all_paths_equal" if test["p"] < context.alpha else "results.all_paths_equal"
        yield context.say(key, **_test(context, test))
    differing = [
        context.say(
            "results.path_test", path=path_name(context, one), **_test(context, one["overall"], "p_holm")
        )
        for one in differing_paths(context, paths)
    ]
    if not differing:
        yield context.say("results.paths_alike")
        return
    yield context.say("results.paths_differ", paths=_clauses(context, differing))


def _means(context: Context, means: Mapping[str, Any]) -> Iterator[Rich]:
    if not means:
        return
    differing = [
        context.say(
            "results.mean_test",
            construct=context.label(str(one["construct"])),
            **_test(context, one["overall"], "p_holm"),
        )
        for one in means.get("constructs") or ()
        if differs(context, one)
    ]
    if not differing:
        yield context.say("results.means_alike")
        return
    yield context.say("results.means_differ", constructs=_clauses(context, differing))


def _scores(context: Context, grouping: Mapping[str, Any]) -> Iterator[Rich]:
    numbers, differing, tested = context.numbers, [], False
    for one in grouping.get("constructs") or ():
        welch = one.get("welch") or {}
        p = welch.get("p_holm", welch.get("p"))
        tested = tested or p is not None
        if p is not None and p < context.alpha:
            told = {
                "construct": context.label(str(one["construct"])),
                "df1": numbers.degrees(welch.get("df1")),
                "df2": numbers.degrees(welch.get("df2")),
                "f": numbers.plain(welch.get("F")),
                "p": p_told(context, p),
                "eta": numbers.bounded(welch.get("eta_squared"), 3),
            }
            differing.append(context.say("results.score_test", **told))
    if differing:
        yield context.say("results.scores_differ", constructs=_clauses(context, differing))
    elif tested:
        yield context.say("results.scores_alike")


def _test(context: Context, test: Mapping[str, Any], p: str = "p") -> dict[str, str]:
    return {
        "chisq": context.numbers.plain(test.get("chisq")),
        "df": context.numbers.degrees(test.get("df")),
        "p": p_told(context, test.get(p)),
    }


def _clauses(context: Context, parts: list[Rich]) -> Rich:
    """Clauses that hold commas themselves, apart by semicolons."""
    runs: Rich = ()
    for index, part in enumerate(parts):
        runs = (*runs, *(rich(context.word("list.clause")) if index else ()), *part)
    return runs
