"""What to ask the authors: first what these results give reason to ask, then the reporting standard."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Bullets, Cell, Column, Group, Paragraph, Rich, Run, Section, Table
from tam.report.judged_fit import judge_fit
from tam.report.rows import cell, sentences_column
from tam.report.sections.checklist import LEVELS, POINTS, Status
from tam.report.sections.problems import all_problems, exit_code
from tam.report.study_review.verdicts import depending

_PLACES = {
    **dict.fromkeys(("direction", "estimates"), "verdicts"),
    **dict.fromkeys(("missing", "mechanism"), "robustness"),
    **dict.fromkeys(("sample", "screening"), "left-out"),
    **dict.fromkeys(
        ("abstract", "reliability", "degrees", "global_fit", "local_fit", "invariance"), "measuring"
    ),
    "convergence": "computation",
    "interactions": "estimators",
    "limits": "unknown",
    "software": "provenance",
}
"""Point of the standard -> the section of this edition that shows it; others stand in the results only."""


def questions_section(context: Context) -> Section:
    blocks = (
        Paragraph(context.say("study_review.questions")),
        Bullets(tuple(_asked_first(context))),
        _table(context),
    )
    return Section("questions", context.say("sections.questions"), blocks)


def _asked_first(context: Context) -> Iterator[Rich]:
    """The questions for which these results give a reason, in order of weight."""
    say, ask = context.say, "study_review.ask"
    if any(exit_code(one) >= 1 for one in all_problems(context)):
        yield say(f"{ask}.not_trusted")
    hanging = depending(context)
    if hanging:
        yield say(f"{ask}.depends", names=context.words.listed(str(one["id"]) for one in hanging))
    if context.get("screening", "n_excluded") and context.get("screening", "declared", "when") != "before":
        yield say(f"{ask}.rules")
    if not all(one.get("declared") for one in context.rows("structure", "hypotheses")):
        yield say(f"{ask}.hypotheses")
    judged = judge_fit(context.part("structure", "measures"))
    if judged in ("mixed", "poor"):
        yield say(f"{ask}.fit")
    large = context.get("structure", "local_fit", "n_large")
    if large:
        yield say(f"{ask}.local_fit", n=context.numbers.count(large))
    if context.rows("study", "model", "residual_covariances"):
        yield say(f"{ask}.residual_covariances")
    if context.get("measurement", "missing_data", "n_missing"):
        yield say(f"{ask}.missing")
    if context.part("measurement", "method_bias") and not context.get("measurement", "method_bias", "marker"):
        yield say(f"{ask}.method")
    yield say(f"{ask}.sample_size")
    yield say(f"{ask}.respecified")


def _table(context: Context) -> Table:
    columns = (
        sentences_column(context, "point"),
        Column(context.say("columns.status"), "verdict"),
        Column(context.say("columns.where"), "name"),
        sentences_column(context, "ask"),
    )
    groups = []
    for part, points in POINTS:
        rows = [_row(context, key, judge(context)) for key, _, judge in points]
        groups.append(Group(tuple(rows), context.say(f"checklist.parts.{part}")))
    title, folded = context.say("tables.questions"), context.say("folded.questions")
    notes = (context.say("notes.questions"),)
    return Table("questions", title, columns, tuple(groups), notes, folded=folded)


def _row(context: Context, key: str, status: Status) -> tuple[Cell, ...]:
    place = cell("")
    target = _PLACES.get(key)
    if status in ("done", "missing"):
        if target:
            place = cell((Run(context.word(f"sections.{target.replace('-', '_')}"), target=target),))
        else:
            place = cell(context.say("study_review.in_results"))
    return (
        cell(context.say(f"checklist.points.{key}")),
        cell(context.say(f"study_review.statuses.{status}"), LEVELS[status]),
        place,
        cell(context.say(f"study_review.points.{key}") if status != "none" else ()),
    )
