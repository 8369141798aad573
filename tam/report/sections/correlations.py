"""The classic first table: means, deviations and correlations of scores, with their reliabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Column, Rich, Table, rich
from tam.report.rows import cell, names_column, number_column, one_group

_STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
MOST_OPEN = 15
"""Constructs up to which a matrix of them stands open; larger ones are folded."""


def descriptives(context: Context) -> Block:
    """Scores of every construct of the model, second-order ones last."""
    found = context.part("measurement", "score_correlations")
    moments = found.get("constructs") or ()
    if not moments:
        reason = context.reason("measurement", "score_correlations")
        return Absent(context.say("notes.descriptives_absent", reason=reason))
    names = [str(one["construct"]) for one in moments]
    pairs = {frozenset((one["a"], one["b"])): one for one in found.get("pairs") or ()}
    columns = (
        names_column(context, "construct"),
        *(number_column(context, key) for key in ("mean", "sd")),
        *(Column(rich(str(at + 1)), "number") for at in range(len(names))),
    )
    rows = []
    for at, one in enumerate(moments):
        name, numbers = names[at], context.numbers
        head = cell((*rich(f"{at + 1}. "), *context.named(name)))
        below = [_correlation(context, pairs.get(frozenset((name, other)))) for other in names[:at]]
        empty = [cell("")] * (len(names) - at - 1)
        own = (cell(numbers.plain(one.get("mean"))), cell(numbers.plain(one.get("sd"))))
        rows.append((head, *own, *below, _reliability(context, name), *empty))
    title = context.say("tables.descriptives")
    return Table(
        "descriptives",
        title,
        columns,
        one_group(rows),
        _notes(context, found, names),
        folded=folded_matrix(context, title, len(names)),
    )


def folded_matrix(context: Context, title: Rich, n_constructs: int) -> Rich:
    """The line that stands for a large matrix; empty for one that a reader takes in at a glance."""
    if n_constructs <= MOST_OPEN:
        return ()
    return context.say("folded.measures_matrix", title=title, n=context.numbers.count(n_constructs))


def _correlation(context: Context, pair: Mapping[str, Any] | None) -> Cell:
    if pair is None:
        return cell(context.numbers.plain(None))
    stars = next((stars for limit, stars in _STARS if pair["p"] < limit), "")
    return cell((*rich(context.numbers.bounded(pair["r"])), *rich(stars)))


def _reliability(context: Context, name: str) -> Cell:
    """α; of a second-order construct, whose items are those of its parts, total ω."""
    value = context.get("measurement", "constructs", name, "alpha")
    if value is None:
        value = context.get("measurement", "second_order", name, "omega_total")
    return cell(context.numbers.bounded(value), "good" if value is not None else "plain")


def _notes(context: Context, found: Mapping[str, Any], names: list[str]) -> tuple[Rich, ...]:
    wholes = [
        context.word("list.measured_by", name=context.label(name), parts=context.words.listed(of))
        for name, of in context.part("study", "model", "second_order").items()
        if name in names
    ]
    notes = [context.say("notes.descriptives", n=context.numbers.count(found.get("n")))]
    if wholes:
        told = context.word("list.clause").join(wholes)
        notes.append(context.say("notes.descriptives_whole", names=told))
    stars = dict(zip(("three", "two", "one"), (stars for _, stars in _STARS)))
    return (*notes, context.say("notes.descriptives_p", **stars))
