"""Verdicts first: the study at a glance, every hypothesis on a line, and those that hang on a choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Column,
    Level,
    Paragraph,
    Rich,
    Section,
    Table,
    rich,
)
from tam.report.findings import findings, weak_constructs
from tam.report.judged_fit import judge_fit
from tam.report.rows import (
    cell,
    interval_column,
    names_column,
    number_column,
    one_group,
    row,
    words_column,
)
from tam.report.sections.answer import LEVELS

_TRUST_LEVELS: Mapping[str, Level] = {"yes": "good", "no": "bad"}
_FIT_LEVELS: Mapping[str, Level] = {"good": "good", "mixed": "caution", "poor": "bad"}
_RULE_LEVELS: Mapping[str, Level] = {"before": "good"}
_ENGINE_LEVELS: Mapping[str, Level] = {"agree": "good", "differ": "bad"}
_MOST_NAMES, _MOST_SENTENCES = 3, 8
"""Names on a card and sentences beneath the table; the table has them all."""


def verdicts_section(context: Context) -> Section:
    title = context.say("sections.verdicts")
    tested = context.rows("structure", "hypotheses")
    if not tested:
        return Section("verdicts", title, (Absent(context.say("absent.hypotheses")),))
    told = [one for one in findings(context) if one.key.startswith("hypotheses_")]
    lead = [context.say(f"findings.{one.key}", **one.values(context)) for one in told]
    blocks: list[Block] = [Paragraph(lead[0], "lead"), Cards(tuple(_cards(context))), _table(context, tested)]
    hanging = depending(context)
    rest = (*lead[1:], *(_hanging(context, one) for one in hanging[:_MOST_SENTENCES]))
    if len(hanging) > _MOST_SENTENCES:
        rest += (context.say("study_review.hangs_more"),)
    if rest:
        blocks.append(Bullets(rest))
    return Section("verdicts", title, tuple(blocks))


def depending(context: Context) -> Sequence[Mapping[str, Any]]:
    """The hypotheses that another choice decides otherwise."""
    return [
        one
        for one in context.rows("structure", "hypotheses")
        if one.get("agreement") and one["agreement"]["n_agree"] < one["agreement"]["n_tried"]
    ]


def agreed(context: Context, found: Mapping[str, Any] | None) -> Cell:
    """``34 of 66``, marked where not all agree; a dash where no other choice was computed."""
    if not found:
        return cell(context.numbers.count(None))
    counts = {name: context.numbers.count(found[name]) for name in ("n_agree", "n_tried")}
    alike = found["n_agree"] == found["n_tried"]
    return cell(context.say("study_review.of", **counts), "good" if alike else "caution")


def _cards(context: Context) -> Iterator[Card]:
    trusted = "yes" if context.get("trusted") else "no"
    yield _card(context, "trusted", trusted, _TRUST_LEVELS, "problems")
    yield _choices_card(context)
    when = str(context.get("screening", "declared", "when") or "not_stated")
    yield _card(context, "rules", when, _RULE_LEVELS, "left-out")
    verdict = str(context.get("structure", "cross_check", "verdict") or "absent")
    yield _card(context, "engines", verdict, _ENGINE_LEVELS, "computation")
    judged = judge_fit(context.part("structure", "measures"))
    yield _card(context, "fit", judged or "unknown", _FIT_LEVELS, "measuring")
    yield _scales_card(context)


def _choices_card(context: Context) -> Card:
    names, counted = depending(context), _counted(context)
    kind = "unknown" if not counted else "some" if names else "none"
    level: Level = "plain" if not counted else "caution" if names else "good"
    return _named_card(context, "choices", kind, level, "robustness", [str(one["id"]) for one in names])


def _scales_card(context: Context) -> Card:
    weak = weak_constructs(context)
    names = list(dict.fromkeys([*weak["reliability"], *weak["ave"], *weak["htmt"]]))
    known = bool(context.part("measurement", "constructs"))
    kind = "unknown" if not known else "some" if names else "none"
    level: Level = "plain" if not known else "caution" if names else "good"
    return _named_card(context, "scales", kind, level, "measuring", names)


def _named_card(
    context: Context, name: str, kind: str, level: Level, target: str, names: Sequence[str]
) -> Card:
    key, listed = f"study_review.cards.{name}", context.words.listed(names)
    if len(names) > _MOST_NAMES:
        listed = context.word(
            "study_review.cards.more", names=context.words.joined("comma", names[:_MOST_NAMES])
        )
    figure, text = (context.say(f"{key}_{kind}{end}", names=listed) for end in ("", "_text"))
    return Card(context.say(key), figure, text, level, target)


def _counted(context: Context) -> bool:
    return any(one.get("agreement") for one in context.rows("structure", "hypotheses"))


def _card(context: Context, name: str, found: str, levels: Mapping[str, Level], target: str) -> Card:
    key = f"study_review.cards.{name}"
    kind = f"{key}_{found}"
    figure: Rich = context.say(kind) if kind in context.words else rich(found)
    return Card(context.say(key), figure, context.say(f"{key}_text"), levels.get(found, "caution"), target)


def _table(context: Context, tested: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        words_column(context, "hypothesis"),
        Column(context.say("columns.verdict"), "verdict"),
        Column(context.say("columns.choices_agree"), "verdict"),
        names_column(context, "path"),
        number_column(context, "b"),
        interval_column(context),
        number_column(context, "p"),
    )
    notes = (
        context.say("notes.verdicts", level=context.level),
        context.say("notes.choices_agree" if _counted(context) else "notes.choices_uncounted"),
    )
    rows = [_row(context, one) for one in tested]
    return Table("verdicts", context.say("tables.hypotheses"), columns, one_group(rows), notes)


def _row(context: Context, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers, verdict = context.numbers, str(one.get("verdict") or "unavailable")
    said: Rich = context.say(f"verdicts.{verdict}")
    if verdict == "unavailable" and one.get("reason"):
        said = (*said, *context.say("absent.because", reason=context.foreign(str(one["reason"]))))
    return row(
        str(one["id"]),
        cell(said, LEVELS.get(verdict, "plain")),
        agreed(context, one.get("agreement")),
        context.path(str(one.get("path", ""))),
        numbers.plain(one.get("est")),
        numbers.interval(one.get("ci_low"), one.get("ci_high")),
        numbers.p(one.get("p")),
    )


def _hanging(context: Context, one: Mapping[str, Any]) -> Rich:
    found = one["agreement"]
    parts = [
        context.say(
            "study_review.hangs_part",
            kind=context.word(f"study_review.kinds.{kind['kind']}"),
            n_agree=context.numbers.count(kind["n_agree"]),
            n_tried=context.numbers.count(kind["n_tried"]),
        )
        for kind in found["kinds"]
    ]
    return context.say(
        "study_review.hangs",
        name=str(one["id"]),
        path=context.path(str(one.get("path", ""))),
        n_agree=context.numbers.count(found["n_agree"]),
        n_tried=context.numbers.count(found["n_tried"]),
        parts=_joined(context, parts),
    )


def _joined(context: Context, parts: Sequence[Rich]) -> Rich:
    comma = rich(context.words.entries["list.comma"])
    joined: list[Any] = []
    for part in parts:
        joined += [*comma, *part] if joined else part
    return tuple(joined)
