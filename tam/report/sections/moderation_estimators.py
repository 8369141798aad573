"""One interaction by several estimators: a verdict, a table, a picture; and what LMS adds to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tam.report.charts.estimators import estimators_chart
from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Cell,
    Column,
    Figure,
    Group,
    Level,
    Paragraph,
    Rich,
    Table,
    rich,
)
from tam.report.interactions import significance, verdict_told, word_or_name
from tam.report.rows import cell, names_column, number_column, one_group, row


def triangulation_blocks(context: Context, one: Mapping[str, Any], index: int, name: str) -> Iterator[Block]:
    """``name``: the interaction. Nothing for results written before triangulation was."""
    found = one.get("triangulation")
    if not found:
        if "triangulation" in one:
            yield Paragraph(context.say("text.no_triangulation"), "small")
        return
    told = verdict_told(context, one)
    if told is not None:
        key, values = told
        yield Paragraph(context.say(f"text.{key}", **values))
    if found["estimates"]:
        table = _table(context, found, index, name)
        yield table
        if sum(_drawable(estimate) for estimate in found["estimates"]) > 1:
            yield _figure(context, found, index, name)


def estimator_name(context: Context, estimator: str) -> str:
    return word_or_name(context, "interaction_estimators", estimator)


def _drawable(estimate: Mapping[str, Any]) -> bool:
    return all(estimate.get(key) is not None for key in ("std", "std_ci_low", "std_ci_high"))


def _table(context: Context, found: Mapping[str, Any], index: int, name: str) -> Table:
    columns = (
        names_column(context, "estimator"),
        Column(context.say("columns.estimator_decision"), "verdict"),
        number_column(context, "beta"),
        number_column(context, "beta_interval", level=context.numbers.level(found.get("level"))),
        number_column(context, "p"),
        number_column(context, "n"),
    )
    families = dict.fromkeys(str(one["family"]) for one in found["estimates"])
    dissenting = (found.get("verdict") or {}).get("dissenting") or ()
    groups = tuple(
        Group(
            tuple(_row(context, one, dissenting) for one in found["estimates"] if one["family"] == family),
            rich(word_or_name(context, "estimator_families", family)),
        )
        for family in families
    )
    notes = tuple(_notes(context, found))
    title = context.say("tables.triangulation", name=name)
    return Table(f"triangulation-{index + 1}", title, columns, groups, notes)


def _row(context: Context, one: Mapping[str, Any], dissenting: Collection[str]) -> tuple[Cell, ...]:
    numbers, name = context.numbers, str(one["estimator"])
    return row(
        estimator_name(context, name),
        _decision(context, one, name in dissenting),
        numbers.plain(one.get("std")),
        numbers.interval(one.get("std_ci_low"), one.get("std_ci_high")),
        numbers.p(one.get("p")),
        numbers.count(one.get("n")),
    )


def _decision(context: Context, one: Mapping[str, Any], dissents: bool) -> Cell:
    """Marked where the estimator decides otherwise than the rest, or does not count."""
    if one.get("decision") is None:
        return cell(context.say("absent.estimator"), "caution")
    if not one.get("admissible"):
        return cell(context.say("absent.estimator_inadmissible"), "caution")
    decision = str(one["decision"])
    level: Level = "caution" if dissents else "plain" if decision == "none" else "good"
    return cell(word_or_name(context, "decisions", decision), level)


def _notes(context: Context, found: Mapping[str, Any]) -> Iterator[Rich]:
    """How to read the table, and why an estimator has no decision in it."""
    yield context.say("notes.triangulation", level=context.numbers.level(found.get("level")))
    usable = [one for one in found["estimates"] if one.get("decision") is not None]
    if not all(one.get("admissible") for one in usable):
        yield context.say("notes.estimator_inadmissible")
    for one in found["estimates"]:
        if one not in usable:
            reason = _ended(context, str(one.get("reason") or ""))
            name = estimator_name(context, str(one["estimator"]))
            yield context.say("notes.estimator_unusable", estimator=name, reason=reason)


def _ended(context: Context, reason: str) -> Rich:
    """A reason without a full stop of its own."""
    *before, last = context.foreign(reason) if reason else context.say("absent.no_reason")
    return (*before, replace(last, text=last.text.rstrip(".。")))


def _figure(context: Context, found: Mapping[str, Any], index: int, name: str) -> Figure:
    numbers = context.numbers
    drawn = [one for one in found["estimates"] if _drawable(one)]
    level = numbers.level(found.get("level"))
    columns = (
        names_column(context, "estimator"),
        number_column(context, "beta"),
        number_column(context, "beta_interval", level=level),
    )
    rows = [
        row(
            estimator_name(context, str(one["estimator"])),
            numbers.plain(one["std"]),
            numbers.interval(one["std_ci_low"], one["std_ci_high"]),
        )
        for one in drawn
    ]
    key, title = f"estimators-{index + 1}", context.say("figures.estimators", name=name)
    labels = [estimator_name(context, str(one["estimator"])) for one in drawn]
    return Figure(
        key,
        title,
        context.word("descriptions.estimators", n=context.numbers.count(len(drawn))),
        estimators_chart(context, drawn, labels, key, name),
        Table(f"estimators-data-{index + 1}", title, columns, one_group(rows)),
        (context.say("notes.estimators_figure", level=level),),
    )


def lms_blocks(context: Context, one: Mapping[str, Any], index: int) -> Iterator[Block]:
    """The likelihood-ratio test by LMS and the certificate of its quadrature."""
    if "lms" not in one:
        return
    found = one["lms"]
    if not found:
        reasons = context.part("moderation", "unavailable")
        absent = f"analyses.{index}.lms" in reasons
        reason = context.reason("moderation", "analyses", str(index), "lms")
        yield (
            Absent(context.say("absent.lms", reason=reason))
            if absent
            else Paragraph(context.say("text.no_lms"), "small")
        )
        return
    yield Paragraph(_likelihood_ratio(context, found, index))
    if found.get("quadrature"):
        yield Paragraph(_certificate(context, found["quadrature"]))


def _likelihood_ratio(context: Context, found: Mapping[str, Any], index: int) -> Rich:
    numbers = context.numbers
    told: dict[str, Any] = {name: numbers.plain(found.get(name)) for name in ("loglik", "loglik_linear")}
    if found.get("lr_p") is None:
        reason = context.reason("moderation", "analyses", str(index), "lms", "lr_p")
        return context.say("text.lms_no_test", **told, reason=reason)
    told |= {
        "chisq": numbers.plain(found.get("lr_chisq")),
        "df": numbers.degrees(found.get("lr_df")),
        "p": numbers.p_equals(found["lr_p"]),
    }
    return context.say(
        "text.lms_better" if found["lr_p"] < significance(context) else "text.lms_not_better", **told
    )


def _certificate(context: Context, found: Mapping[str, Any]) -> Rich:
    numbers = context.numbers
    variables = context.words.listed(context.label(str(name)) for name in found.get("variables") or ())
    told = {
        "nodes": numbers.count(found.get("nodes")),
        "doubled": numbers.count(found.get("doubled")),
        **{
            name: numbers.scientific(found.get(name))
            for name in ("delta_loglik", "delta_coefficients", "delta_in_errors")
        },
    }
    if not found.get("converged"):
        return context.say("text.certificate_fails", **told)
    if not variables:
        return context.say("text.certificate_plain", **told)
    return context.say("text.certificate", **told, variables=variables)
