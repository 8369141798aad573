"""The path diagram as a figure of the report: the picture, its numbers as a table, what its caption says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tam.report.charts.captions import interval_method, model_method
from tam.report.context import Context
from tam.report.diagram.figure import DrawnDiagram, path_diagram
from tam.report.diagram.model import Arrow
from tam.report.document import Cell, Figure, Group, Rich, Table
from tam.report.rows import interval_column, names_column, number_column, row


def diagram_figures(context: Context) -> list[Figure]:
    """The diagram of the study; nothing where no path was estimated."""
    drawn = path_diagram(context)
    if drawn is None:
        return []
    count = context.numbers.count
    told = {"n_nodes": count(drawn.n_nodes), "n_arrows": count(len(drawn.arrows))}
    description = context.word("descriptions.diagram", **told)
    title, data = context.say("figures.diagram"), _data(context, drawn)
    return [Figure("diagram", title, description, drawn.svg, data, tuple(_notes(context, drawn)))]


def _data(context: Context, drawn: DrawnDiagram) -> Table:
    numbers = context.numbers
    columns = (
        names_column(context, "path"),
        number_column(context, "beta"),
        number_column(context, "beta_interval", level=context.level),
        number_column(context, "b"),
        interval_column(context),
    )
    rows = [
        row(
            arrow_name(arrow),
            numbers.plain(arrow.std),
            numbers.interval(arrow.std_low, arrow.std_high),
            numbers.plain(arrow.est),
            numbers.interval(arrow.ci_low, arrow.ci_high),
        )
        for arrow in drawn.arrows
    ]
    groups = [Group(tuple(rows)), Group(tuple(_explained(context, drawn)), context.say("columns.r2"))]
    if drawn.dimensioned:
        groups.append(Group(tuple(_loadings(context, drawn)), context.say("axes.loading")))
    return Table("diagram-data", context.say("tables.paths"), columns, tuple(groups))


def _explained(context: Context, drawn: DrawnDiagram) -> Iterator[tuple[Cell, ...]]:
    values = context.part("structure", "r2")
    for name in dict.fromkeys(arrow.target for arrow in drawn.arrows if arrow.onto is None):
        yield row(context.named(name), context.numbers.bounded(values.get(name)), "", "", "")


def _loadings(context: Context, drawn: DrawnDiagram) -> Iterator[tuple[Cell, ...]]:
    for one in context.rows("structure", "estimates"):
        if one.get("op") == "=~" and one.get("lhs") in drawn.dimensioned:
            name = f"{one['lhs']} → {one['rhs']}"
            yield row(name, context.numbers.plain(one.get("std")), "", "", "")


def arrow_name(arrow: Arrow) -> str:
    """``PEOU → PU``, and ``ATT × CRED → PI`` for a moderation."""
    if arrow.onto is None:
        return f"{arrow.source} → {arrow.target}"
    return f"{arrow.onto[0]} × {arrow.source} → {arrow.target}"


def _notes(context: Context, drawn: DrawnDiagram) -> Iterator[Rich]:
    yield context.say(_reading(drawn), level=context.level)
    if drawn.moderated:
        yield context.say("notes.diagram_moderation")
    yield from _method(context, drawn.arrows)
    if drawn.dimensioned:
        names = context.words.listed(map(context.label, drawn.dimensioned))
        yield context.say("notes.diagram_dimensions", names=names)
    if drawn.hidden:
        yield _hidden(context, drawn.hidden)
    if drawn.left_out:
        yield context.say("notes.diagram_left_out", names=context.words.listed(drawn.left_out))
    if drawn.faults:
        yield context.say("notes.diagram_faults")


def _reading(drawn: DrawnDiagram) -> str:
    """How to read the lines: by the intervals shown, by those in the table, or by those of *b*."""
    known = [arrow.std_low is not None for arrow in drawn.arrows]
    if not any(known):
        return "notes.diagram"
    if not drawn.intervals:
        return "notes.diagram_crowded"
    return "notes.diagram_intervals" if all(known) else "notes.diagram_some_intervals"


def _method(context: Context, arrows: Sequence[Arrow]) -> Iterator[Rich]:
    """How many respondents, which estimator, which intervals."""
    measured = any(arrow.std_low is not None for arrow in arrows)
    yield from interval_method(context) if measured else model_method(context)


def _hidden(context: Context, names: Sequence[str]) -> Rich:
    second = context.part("study", "model", "second_order")
    parts = [
        context.word(
            "list.measured_by",
            name=context.label(name),
            parts=context.words.listed(map(context.label, second.get(name) or ())),
        )
        for name in names
    ]
    return context.say("notes.diagram_second_order", parts=context.word("list.clause").join(parts))
