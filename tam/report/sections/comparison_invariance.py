"""Measurement invariance over one grouping: the level reached, the steps, and what had to be let differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Group, Paragraph, Rich, Table, rich
from tam.report.grouped_model import poor_start
from tam.report.rows import cell, names_column, number_column, one_group, row
from tam.report.sections.comparison_names import counted, group_labels, grouping_head, parameter_name

_MOOT = "moot"
_STRICTER = "_small"
"""Ending of the names of criteria that stand beside the verdict and do not decide it."""


def invariance_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> list[Block]:
    """What the groups allow to be compared, and how that was found."""
    found = grouping.get("invariance") or {}
    if not has_model(grouping):
        place = ("comparison", "groupings", str(index), "invariance")
        reason = context.reason(*place, "steps") if found else context.reason(*place)
        return [Absent(context.say("absent.invariance", reason=reason)), *_left_out(context, grouping)]
    blocks: list[Block] = [Paragraph(_level(context, found)), *_left_out(context, grouping)]
    blocks.append(_steps_table(context, grouping, index))
    blocks += [Paragraph(_search(context, one)) for one in found.get("partial") or ()]
    if any(one.get("released") for one in found.get("partial") or ()):
        blocks.append(_released_table(context, grouping, index))
    return blocks


def has_model(grouping: Mapping[str, Any]) -> bool:
    """Whether a model of all groups could be estimated at all."""
    found = grouping.get("invariance") or {}
    return bool(found.get("steps")) and (found.get("level") or {}).get("id") != "none"


def _level(context: Context, found: Mapping[str, Any]) -> Rich:
    level = found.get("level") or {}
    free = [str(one) for one in level.get("free") or ()]
    released = [one for search in found.get("partial") or () for one in search.get("released") or ()]
    constructs = dict.fromkeys(context.label(str(one["construct"])) for one in released)
    told = {
        "free": context.words.listed(parameter_name(context, one) for one in free),
        "constructs": context.words.listed(constructs),
    }
    head = context.say("text.invariance_head")
    return (*head, *context.say(f"text.level_{level.get('id')}", **told), *_start(context, found))


def _start(context: Context, found: Mapping[str, Any]) -> Rich:
    """A caution where the model that all steps build on does not fit well by itself."""
    start = poor_start(found)
    if start is None:
        return ()
    told = {name: context.numbers.bounded(value, 3) for name, value in start.items()}
    return context.say("text.invariance_start", **told)


def _left_out(context: Context, grouping: Mapping[str, Any]) -> Iterator[Block]:
    """Groups that are large enough for scores but not for the model."""
    found = grouping.get("invariance") or {}
    said = {str(one["id"]) for one in grouping.get("too_small") or ()}
    if not {str(one["id"]) for one in found.get("too_small") or ()} <= said:
        names = counted(context, group_labels(context, grouping), found["too_small"])
        told = {"names": names, "needed": context.numbers.count(found.get("needed"))}
        yield Paragraph(context.say("text.invariance_too_small", **told))


def _steps_table(context: Context, grouping: Mapping[str, Any], index: int) -> Table:
    columns = (
        names_column(context, "model"),
        number_column(context, "chisq_df"),
        *(number_column(context, key) for key in ("cfi", "rmsea", "delta_cfi", "delta_rmsea")),
        number_column(context, "delta_chisq"),
        number_column(context, "p"),
        names_column(context, "step_verdict"),
    )
    by, found = grouping_head(context, grouping), grouping["invariance"]
    return Table(
        f"invariance-{index + 1}",
        context.say("tables.invariance", by=by),
        columns,
        one_group(_step_row(context, step) for step in ordered_steps(found)),
        tuple(_notes(context, grouping)),
    )


def ordered_steps(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The steps as they were taken, each followed by the model that was let differ in part; those after a
    step that does not hold are moot."""
    searches = {str(one["id"]): one for one in found.get("partial") or ()}
    failed = False
    for step in found["steps"]:
        yield {**step, "verdict": _MOOT} if failed and step.get("difference") else step
        failed = failed or step.get("verdict") == "not_supported"
        search = searches.get(str(step["id"]))
        if search and (search.get("released") or search.get("carried")):
            yield search["step"]


def _step_row(context: Context, step: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers, fit = context.numbers, step.get("fit") or {}
    measures, change = fit.get("measures") or {}, step.get("change") or {}
    test = step.get("difference") or {}
    ending = _ending(measures)
    return row(
        context.say(f"invariance_steps.{step['id']}", n=numbers.count(len(step.get("free") or ()))),
        _chisq(context, measures.get(_scaled(measures, "chisq")), measures.get(_scaled(measures, "df"))),
        numbers.bounded(measures.get(f"cfi{ending}"), 3),
        numbers.bounded(measures.get(f"rmsea{ending}"), 3),
        numbers.bounded(change.get("cfi"), 3),
        numbers.bounded(change.get("rmsea"), 3),
        _chisq(context, test.get("chisq"), test.get("df")),
        numbers.p(test.get("p")),
        step_verdict(context, step),
    )


def step_verdict(context: Context, step: Mapping[str, Any]) -> Cell:
    verdict = str(step.get("verdict"))
    return cell(context.say(f"step_verdicts.{verdict}"), "caution" if verdict == "not_supported" else "plain")


def _scaled(measures: Mapping[str, Any], name: str) -> str:
    """The name of the test to report: the scaled one where the estimator has it."""
    return f"{name}_scaled" if measures.get("chisq_scaled") is not None else name


def _ending(measures: Mapping[str, Any]) -> str:
    """Of the indices to report: robust ones, else scaled ones, else as they are."""
    for ending in ("_robust", "_scaled"):
        if measures.get(f"cfi{ending}") is not None and measures.get(f"rmsea{ending}") is not None:
            return ending
    return ""


def _chisq(context: Context, value: float | None, df: float | None) -> str:
    return context.numbers.with_degrees(value, df)


def _notes(context: Context, grouping: Mapping[str, Any]) -> Iterator[Rich]:
    found, numbers = grouping["invariance"], context.numbers
    steps = [one for one in ordered_steps(found) if one.get("criteria")]
    estimator = f"estimators.{found.get('estimator')}"
    name = context.word(estimator) if estimator in context.words else str(found.get("estimator"))
    sizes = counted(context, group_labels(context, grouping), found.get("groups") or ())
    yield context.say("notes.invariance_groups", groups=sizes, estimator=name[:1].upper() + name[1:])
    kinds = {str((one.get("change") or {}).get("indices")) for one in steps}
    for kind in ("robust", "scaled"):
        if kind in kinds:
            yield context.say(f"notes.invariance_{kind}")
    if any(one.get("verdict") == _MOOT for one in steps):
        yield context.say("notes.invariance_moot")
    limits = {str(one["name"]): one for step in steps for one in step["criteria"]}
    if {"delta_cfi", "delta_rmsea"} <= set(limits):
        told = {
            "cfi": numbers.bounded(limits["delta_cfi"]["limit"], 3),
            "rmsea": numbers.bounded(limits["delta_rmsea"]["limit"], 3),
            "source": str(limits["delta_cfi"]["source"]),
        }
        yield context.say("notes.invariance_criteria", **told)
    yield from _stricter(context, steps, limits)


def _stricter(
    context: Context, steps: Sequence[Mapping[str, Any]], limits: Mapping[str, Mapping[str, Any]]
) -> Iterator[Rich]:
    """What the limits for small groups would say."""
    if not {f"delta_cfi{_STRICTER}", f"delta_rmsea{_STRICTER}"} <= set(limits):
        return
    missed = [
        context.word(f"invariance_steps.{one['id']}", n=context.numbers.count(len(one.get("free") or ())))
        for one in steps
        if one.get("verdict") == "supported"
        and any(not it["met"] for it in one["criteria"] if str(it["name"]).endswith(_STRICTER))
    ]
    told = {
        "cfi": context.numbers.bounded(limits[f"delta_cfi{_STRICTER}"]["limit"], 3),
        "rmsea": context.numbers.bounded(limits[f"delta_rmsea{_STRICTER}"]["limit"], 3),
        "steps": context.words.listed(missed),
    }
    yield context.say("notes.invariance_small_missed" if missed else "notes.invariance_small_met", **told)


def _search(context: Context, search: Mapping[str, Any]) -> Rich:
    """How the search for partial invariance went and why it ended."""
    released, carried = search.get("released") or (), search.get("carried") or ()
    told = {
        "step": context.word(f"search_steps.{search['id']}"),
        "released": context.words.listed(parameter_name(context, str(one["parameter"])) for one in released),
        "names": context.words.listed(parameter_name(context, str(one)) for one in carried),
        "least": context.numbers.count(search.get("least_equal")),
    }
    if search.get("stopped") == "not_offered":
        return context.say("text.search_not_offered", **told)
    if not released and search.get("stopped") == "criteria_met":
        return context.say("text.search_carried", **told)
    began = context.say("text.search_began" if released else "text.search_empty", **told)
    return (*began, *context.say(f"text.search_{search.get('stopped')}", **told))


def _released_table(context: Context, grouping: Mapping[str, Any], index: int) -> Table:
    numbers, by = context.numbers, grouping_head(context, grouping)
    columns = (
        names_column(context, "parameter"),
        names_column(context, "construct"),
        number_column(context, "score_test"),
        number_column(context, "p"),
        number_column(context, "delta_cfi_left"),
        number_column(context, "delta_rmsea_left"),
    )
    groups = tuple(
        Group(
            tuple(
                row(
                    parameter_name(context, str(one["parameter"])),
                    context.label(str(one["construct"])),
                    _chisq(context, one.get("chisq"), one.get("df")),
                    numbers.p(one.get("p")),
                    numbers.bounded(one.get("cfi"), 3),
                    numbers.bounded(one.get("rmsea"), 3),
                )
                for one in search["released"]
            ),
            rich(context.word(f"search_heads.{search['id']}")),
        )
        for search in grouping["invariance"]["partial"]
        if search.get("released")
    )
    title = context.say("tables.released", by=by)
    return Table(f"released-{index + 1}", title, columns, groups, (context.say("notes.released"),))
