"""Screening told in words: rules with their thresholds, who was excluded and why, missing answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Block, Paragraph, Rich, Table
from tam.report.format import Shown
from tam.report.rows import cell, names_column, number_column, one_group, row, sentences_column, words_column

_SHOWN_EXCLUSIONS = 200
_SHOWN_SETS = 30


def rule_name(context: Context, rule: str | None) -> str:
    key = f"rules.{rule}"
    return context.word(key) if key in context.words else str(rule or "")


def rules_in_sentence(context: Context) -> str:
    """The rules that the study file excludes by, listed inside a sentence."""
    names = [rule_name(context, str(rule)) for rule in context.rows("study", "screening", "exclude")]
    return context.words.listed(name[:1].lower() + name[1:] for name in names)


def screening_blocks(context: Context) -> list[Block]:
    """The rules, what each found, and the responses that were excluded."""
    return [
        Paragraph(_sentence(context)),
        *declared_blocks(context),
        _rules_table(context),
        *_sets(context),
        *_exclusions(context),
    ]


def declared_blocks(context: Context) -> list[Block]:
    """When the rules were fixed, as the study says."""
    found = context.part("screening", "declared")
    if not found:
        return []
    told = {
        "date": str(found.get("date") or context.word("values.no_date")),
        "reference": str(found.get("reference") or context.word("values.no_reference")),
        "digest": str(found.get("digest") or "")[:12],
    }
    return [Paragraph(context.say(f"text.rules_{found.get('when')}", **told), "small")]


def _sets(context: Context) -> list[Block]:
    """Which rules flag the same respondents."""
    found = context.rows("screening", "sets")
    if not found:
        return []
    columns = (names_column(context, "rules_together"), number_column(context, "respondents"))
    clause = context.word("list.clause")
    rows = [
        row(
            clause.join(rule_name(context, str(rule)) for rule in one["rules"]),
            context.numbers.count(one["n"]),
        )
        for one in found[:_SHOWN_SETS]
    ]
    told = {"n": context.numbers.count(len(found)), "shown": context.numbers.count(len(rows))}
    title, folded = context.say("tables.sets"), context.say("folded.sets", **told)
    notes = (context.say("notes.sets", **told),)
    return [Table("screening-sets", title, columns, one_group(rows), notes, folded=folded)]


def _sentence(context: Context) -> Rich:
    part = context.part("screening")
    told = {
        name: context.numbers.count(part.get(f"n_{name}")) for name in ("read", "flagged", "excluded", "kept")
    }
    declared = context.rows("study", "screening", "exclude")
    rules = rules_in_sentence(context)
    key = "text.screening" if declared else "text.screening_none"
    return context.say(key, rules=rules, **told)


def _rules_table(context: Context) -> Table:
    columns = (
        names_column(context, "rule"),
        sentences_column(context, "parameters"),
        number_column(context, "flagged"),
        names_column(context, "consequence"),
    )
    rows = []
    for rule in context.rows("screening", "rules"):
        if not rule.get("applicable", True):
            reason = context.foreign(str(rule["reason"])) if rule.get("reason") else ()
            why = (*context.say("values.not_applicable"), *context.say("absent.because", reason=reason))
            rows.append(row(rule_name(context, rule["rule"]), cell(why), context.numbers.count(None), ""))
            continue
        consequence = context.say(_consequence(rule))
        rows.append(
            row(
                rule_name(context, rule["rule"]),
                _criterion(context, str(rule["rule"]), rule.get("parameters") or {}),
                context.numbers.count(rule.get("n_flagged")),
                consequence,
            )
        )
    notes = (context.say("notes.screening"),)
    return Table("screening-rules", context.say("tables.screening"), columns, one_group(rows), notes)


def _consequence(rule: Mapping[str, Any]) -> str:
    """What being found means: excluded, excluded if others find the same, a flag, or only a number."""
    if rule.get("excludes"):
        return "values.excludes"
    if rule.get("in_exclude_if"):
        return "values.excludes_with_others"
    return "values.flags_only" if rule.get("counts", True) else "values.shown_only"


def _criterion(context: Context, rule: str, parameters: Mapping[str, Any]) -> str:
    """What the rule looks for, with its threshold in words."""
    shown = {name: _value(context, name, value) for name, value in parameters.items()}
    key = f"criteria.{rule}"
    if key in context.words:
        try:
            return context.word(key, **shown)
        except KeyError:
            pass
    return context.words.joined("clause", (Shown.joined(name, ": ", value) for name, value in shown.items()))


def _value(context: Context, name: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return context.words.listed(map(str, value))
    if isinstance(value, (int, float)):
        if name == "probability":
            return context.numbers.bounded(value, 3)
        if name in {"limit", "missing_share"}:
            return context.numbers.percent(value, 0)
        return context.numbers.degrees(value)
    return "" if value is None else str(value)


def found(context: Context, one: Mapping[str, Any]) -> str:
    """Why a response was excluded, in words: ``failed AC1``, ``same answers as row 39``."""
    rule, value = str(one.get("rule")), one.get("value")
    key = f"found.{rule}"
    if key not in context.words or value is None:
        return "" if value is None else str(value)
    checks = next(
        (
            rule_["parameters"].get("checks")
            for rule_ in context.rows("screening", "rules")
            if rule_["rule"] == rule
        ),
        None,
    )
    if rule == "attention" and checks and len(checks) > 1:
        key = "found.attention_several"
    shown = value if isinstance(value, str) else _value(context, rule, value)
    return context.word(key, value=shown, checks=context.words.listed(map(str, checks or ())))


def _place(context: Context, one: Mapping[str, Any]) -> str:
    """The row; with its file where several were stacked."""
    row_number = context.numbers.name(one.get("row"))
    return context.words.joined("comma", [str(one["file"]), row_number]) if one.get("file") else row_number


def _exclusions(context: Context) -> list[Block]:
    excluded = context.rows("screening", "excluded")
    if not excluded:
        return [Paragraph(context.say("text.nobody_excluded"))]
    columns = (
        words_column(context, "row"),
        names_column(context, "rule"),
        sentences_column(context, "found"),
    )
    rows = [
        row(_place(context, one), rule_name(context, one.get("rule")), found(context, one))
        for one in excluded[:_SHOWN_EXCLUSIONS]
    ]
    notes = [context.say("notes.exclusions")]
    if len(excluded) > _SHOWN_EXCLUSIONS:
        counts = {"shown": context.numbers.count(len(rows)), "total": context.numbers.count(len(excluded))}
        notes.append(context.say("notes.exclusions_more", **counts))
    title, folded = (
        context.say("tables.exclusions"),
        context.say("folded.exclusions", n=context.numbers.count(len(excluded))),
    )
    return [Table("exclusions", title, columns, one_group(rows), tuple(notes), folded=folded)]


def missing_blocks(context: Context) -> list[Block]:
    """Which items lack answers, and why."""
    items = context.rows("screening", "missing")
    entries = [one for one in items if one.get("n_missing")]
    if not entries:
        return [Paragraph(context.say("text.nothing_missing"))]
    worst = max(entries, key=lambda one: one["n_missing"])
    told = {
        "n": context.numbers.count(len(entries)),
        "total": context.numbers.count(len(items)),
        "item": str(worst["item"]),
        "share": context.numbers.percent(worst.get("share")),
    }
    columns = (
        words_column(context, "item"),
        number_column(context, "missing"),
        number_column(context, "share"),
        names_column(context, "reasons"),
    )
    rows = [
        row(
            str(one["item"]),
            context.numbers.count(one["n_missing"]),
            context.numbers.percent(one.get("share")),
            _reasons(context, one.get("reasons") or {}),
        )
        for one in entries
    ]
    how = context.get("structure", "missing")
    notes = (context.say("notes.missing_fiml" if how == "fiml" else "notes.missing_listwise"),)
    title, folded = context.say("tables.missing"), context.say("folded.missing")
    return [
        Paragraph(context.say("text.missing", **told)),
        Table("missing-answers", title, columns, one_group(rows), notes, folded=folded),
    ]


def _reasons(context: Context, reasons: Mapping[str, Any]) -> str:
    shown = []
    for reason, count in reasons.items():
        key = f"missing_reasons.{reason}"
        name = context.word(key) if key in context.words else str(reason)
        shown.append(Shown.joined(name, " (", context.numbers.count(count), ")"))
    return context.words.joined("clause", shown)
