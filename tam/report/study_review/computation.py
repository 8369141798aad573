"""Was it computed soundly: convergence, admissibility, the second engine, the bootstrap, the quadrature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tam.report.context import Context
from tam.report.document import Cell, Column, Level, Paragraph, Rich, Section, Table
from tam.report.rows import cell, one_group, row, sentences_column
from tam.report.sections.structure import engines_sentence

_ENGINE_LEVELS: dict[str, Level] = {"agree": "good", "differ": "bad"}
_MANY = 0.05
"""Share of the draws above which those that failed or are inadmissible call for a look."""


def computation_section(context: Context) -> Section:
    columns = (
        sentences_column(context, "checked"),
        Column(context.say("columns.in_order"), "verdict"),
        sentences_column(context, "shown"),
    )
    rows = [*_solution(context), *_engine(context), *_bootstrap(context), *_interactions(context)]
    notes = (context.say("notes.computation"),)
    table = Table("computation", context.say("tables.computation"), columns, one_group(rows), notes)
    blocks = (Paragraph(context.say("study_review.computation")), table)
    return Section("computation", context.say("sections.computation"), blocks)


def _row(context: Context, name: str, level: Level, shown: Rich) -> tuple[Cell, ...]:
    words = {"good": "yes", "bad": "no"}.get(level, "look")
    tag = context.say(f"study_review.in_order.{words}" if level != "plain" else "study_review.in_order.none")
    return row(context.say(f"study_review.checks.{name}"), cell(tag, level), shown)


def _flag(value: Any) -> Level:
    return "plain" if value is None else "good" if value else "bad"


def _solution(context: Context) -> Iterator[tuple[Cell, ...]]:
    for name in ("converged", "admissible"):
        value = context.get("structure", name)
        key = "unknown" if value is None else "yes" if value else "no"
        told = {"n": context.numbers.count(context.get("structure", "iterations"))}
        yield _row(context, name, _flag(value), context.say(f"study_review.{name}_{key}", **told))


def _engine(context: Context) -> Iterator[tuple[Cell, ...]]:
    verdict = str(context.get("structure", "cross_check", "verdict"))
    yield _row(context, "engine", _ENGINE_LEVELS.get(verdict, "plain"), engines_sentence(context))


def _bootstrap(context: Context) -> Iterator[tuple[Cell, ...]]:
    found, count = context.part("effects", "interval"), context.numbers.count
    if not found.get("requested"):
        yield _row(context, "bootstrap", "plain", context.say("study_review.no_bootstrap"))
        return
    told = {name: count(found.get(name)) for name in ("requested", "used", "failed", "inadmissible")}
    told["seed"] = context.numbers.name(found.get("seed"))
    limit = _MANY * found["requested"]
    many = any((found.get(name) or 0) > limit for name in ("failed", "inadmissible"))
    yield _row(
        context, "bootstrap", "caution" if many else "good", context.say("study_review.bootstrap", **told)
    )


def _interactions(context: Context) -> Iterator[tuple[Cell, ...]]:
    """The model of each interaction, and the quadrature of its likelihood."""
    for one in context.rows("moderation", "analyses"):
        names = {key: context.label(str(one.get(key))) for key in ("predictor", "moderator", "outcome")}
        sound = bool(one.get("converged")) and bool(one.get("admissible"))
        key = "study_review.interaction_sound" if sound else "study_review.interaction_unsound"
        yield _row(context, "interaction", _flag(sound), context.say(key, **names))
        found = (one.get("lms") or {}).get("quadrature")
        if found:
            told = {
                "nodes": context.numbers.count(found.get("nodes")),
                "doubled": context.numbers.count(found.get("doubled")),
                "delta": context.numbers.scientific(found.get("delta_in_errors")),
            }
            shown = context.say("study_review.quadrature", **told, **names)
            yield _row(context, "quadrature", _flag(found.get("converged")), shown)
