"""Do the scales measure: reliability, convergent validity, loadings, discriminant validity."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from tam.report.charts.htmt import htmt_chart
from tam.report.charts.loadings import loadings_chart
from tam.report.charts.parts import in_parts, part_key, part_title
from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Cell,
    Column,
    Figure,
    Group,
    Paragraph,
    Rich,
    Section,
    Table,
    plain,
    rich,
)
from tam.report.findings import AVE_GUIDE, HTMT_GUIDE, RELIABILITY_GUIDE
from tam.report.rows import cell, interval_column, names_column, number_column, one_group, row, words_column
from tam.report.sections.correlations import descriptives, folded_matrix
from tam.report.sections.dimensions import dimension_blocks
from tam.report.sections.grouped import grouped_items
from tam.report.sections.reliability import reliability_blocks
from tam.report.sections.validity import validity_blocks

_SCALE_COLUMNS = ("mean", "sd", "alpha", "omega", "composite_reliability", "ave", "rho_a")
_MOST_LOADINGS = 45
"""Items in one figure."""


def measurement_section(context: Context) -> Section:
    blocks: list[Block] = []
    if not context.part("measurement", "constructs"):
        blocks.append(Absent(context.reason("measurement")))
        return Section("measurement", context.say("sections.measurement"), tuple(blocks))
    blocks.extend(_cfa_sentence(context))
    first = descriptives(context)
    blocks += [first, reliability_table(context, moments=isinstance(first, Absent))]
    blocks.extend(reliability_blocks(context))
    blocks.extend(_loadings(context))
    blocks.append(_matrix(context, "fornell_larcker", "fornell_larcker", _fornell_larcker_level(context)))
    ratios = _matrix(context, "htmt", "htmt", _htmt_level)
    blocks.extend(_htmt_figure(context, ratios))
    blocks.append(ratios if isinstance(ratios, Absent) else replace(ratios, folded=ratios.title))
    blocks.extend(validity_blocks(context))
    blocks.extend(_adequacy(context))
    blocks.extend(dimension_blocks(context))
    return Section("measurement", context.say("sections.measurement"), tuple(blocks))


def _cfa_sentence(context: Context) -> list[Block]:
    cfa, numbers = context.part("measurement", "cfa"), context.numbers
    measures = cfa.get("measures") or {}
    if measures.get("chisq") is None:
        return [Absent(context.say("absent.cfa", reason=context.reason("measurement", "cfa")))]
    if cfa.get("converged") is False:
        return [Absent(context.say("absent.cfa_not_converged"))]
    told = {
        "n": numbers.count(cfa.get("n")),
        "chisq": numbers.plain(measures["chisq"]),
        "df": numbers.degrees(measures.get("df")),
        "p": numbers.p_equals(measures.get("pvalue")),
        "cfi": numbers.bounded(measures.get("cfi"), 3),
        "rmsea": numbers.bounded(measures.get("rmsea"), 3),
        "srmr": numbers.bounded(measures.get("srmr"), 3),
    }
    sentences = [Paragraph(context.say("text.cfa", **told))]
    if cfa.get("admissible") is False:
        sentences.append(Paragraph(context.say("text.cfa_inadmissible")))
    return list(sentences)


def _below(value: Any, guide: float, text: str) -> Cell:
    low = isinstance(value, (int, float)) and value < guide
    return cell(text, "caution" if low else "plain")


def reliability_table(context: Context, *, moments: bool = True) -> Table:
    """``moments``: with mean and standard deviation, where no other table has them."""
    numbers = context.numbers
    first = ("n", "k", *(("mean", "sd") if moments else ()), "alpha")
    columns = (
        names_column(context, "construct"),
        *(number_column(context, key) for key in first),
        number_column(context, "alpha_interval", level=context.level),
        *(number_column(context, key) for key in ("omega", "composite_reliability", "ave", "rho_a")),
    )
    rows = []
    for name, one in context.part("measurement", "constructs").items():
        reliability, ave = one.get("composite_reliability"), one.get("ave")
        rows.append(
            row(
                context.named(name),
                numbers.count(one.get("n")),
                numbers.count(one.get("k")),
                *((numbers.plain(one.get("mean")), numbers.plain(one.get("sd"))) if moments else ()),
                _below(one.get("alpha"), RELIABILITY_GUIDE, numbers.bounded(one.get("alpha"))),
                numbers.interval(one.get("alpha_ci_low"), one.get("alpha_ci_high"), bounded=True),
                numbers.bounded(one.get("omega")),
                _below(reliability, RELIABILITY_GUIDE, numbers.bounded(reliability)),
                _below(ave, AVE_GUIDE, numbers.bounded(ave)),
                numbers.bounded(one.get("rho_a")),
            )
        )
    notes = [context.say("notes.reliability", level=context.level)]
    notes.extend(_absent_notes(context, "constructs", _SCALE_COLUMNS))
    return Table("reliability", context.say("tables.reliability"), columns, one_group(rows), tuple(notes))


def _absent_notes(context: Context, under: str, shown: Collection[str] = ()) -> list[Rich]:
    """One note per reason of the values that are absent in ``measurement.<under>``, of the ``shown`` ones."""
    reasons: dict[str, list[str]] = {}
    for path, reason in context.part("measurement", "unavailable").items():
        head, _, rest = str(path).partition(".")
        if head == under and (not shown or rest.rpartition(".")[2] in shown):
            reasons.setdefault(str(reason), []).append(rest.replace(".", " "))
    return [
        context.say("notes.absent", names=context.words.listed(names), reason=context.foreign(reason))
        for reason, names in reasons.items()
    ]


def _loadings(context: Context) -> list[Block]:
    items, numbers = context.part("measurement", "items"), context.numbers
    columns = (
        words_column(context, "item"),
        number_column(context, "loading"),
        interval_column(context),
        *(number_column(context, key) for key in ("se", "p", "item_rest_r", "alpha_if_dropped")),
    )
    groups = []
    for construct, names in grouped_items(context).items():
        rows = []
        for name in names:
            item = items[name]
            loading, rest = item.get("loading") or {}, item.get("item_rest_r")
            rows.append(
                row(
                    name,
                    _below(loading.get("est"), 0.5, numbers.plain(loading.get("est"))),
                    numbers.interval(loading.get("ci_low"), loading.get("ci_high")),
                    numbers.plain(loading.get("se"), 3),
                    numbers.p(loading.get("p")),
                    _below(rest, 0.0, numbers.bounded(rest)),
                    numbers.bounded(item.get("alpha_if_dropped")),
                )
            )
        groups.append(Group(tuple(rows), context.named(construct)))
    notes = (
        context.say("notes.loadings", level=context.level),
        *_absent_notes(context, "items", ("loading", "item_rest_r", "alpha_if_dropped")),
    )
    table = Table("loadings", context.say("tables.loadings"), columns, tuple(groups), notes)
    known = [name for name, item in items.items() if (item.get("loading") or {}).get("est") is not None]
    return [*_loadings_figures(context, known, table), table]


def _loadings_figures(context: Context, known: list[str], table: Table) -> list[Figure]:
    """The loadings as pictures, in parts of whole constructs where there are many items."""
    items = context.part("measurement", "items")
    groups: dict[str, list[str]] = {}
    for name in known:
        groups.setdefault(str(items[name].get("construct") or ""), []).append(name)
    listed = list(groups.values())
    parts = in_parts([len(names) for names in listed], _MOST_LOADINGS) if listed else []
    return [
        _loadings_figure(context, [name for names in listed[part] for name in names], table, nth, len(parts))
        for nth, part in enumerate(parts)
    ]


def _loadings_figure(context: Context, names: list[str], table: Table, nth: int, of: int) -> Figure:
    """The numbers of the figure are those of the table that follows it: its first columns."""
    key, shown = part_key("loadings", nth, of), set(names)
    groups = [
        Group(tuple(cells[:3] for cells in group.rows if plain(cells[0].text) in shown), group.label)
        for group in table.groups
    ]
    filled = tuple(group for group in groups if group.rows)
    told = {"level": context.level, "n": context.numbers.count(context.get("measurement", "cfa", "n"))}
    return Figure(
        key,
        part_title(context, context.say("figures.loadings"), nth, of),
        context.word("descriptions.loadings", n_items=context.numbers.count(len(names))),
        loadings_chart(context, names, key),
        Table(f"{key}-data", context.say("tables.loadings"), table.columns[:3], filled),
        (context.say("notes.loadings_figure", level=told["level"]), context.say("notes.of_cfa", n=told["n"])),
    )


def _htmt_figure(context: Context, table: Table | Absent) -> list[Figure]:
    """The map of the ratios above their table, whose numbers it shows."""
    if isinstance(table, Absent):
        return []
    matrix = context.part("measurement", "htmt")
    told = {"n": context.numbers.count(len(matrix))}
    complete = context.numbers.count(context.get("measurement", "n_complete"))
    return [
        Figure(
            "htmt-map",
            context.say("figures.htmt"),
            context.word("descriptions.htmt", **told),
            htmt_chart(context, matrix),
            replace(table, key="htmt-map-data", folded=(), notes=()),
            (context.say("notes.htmt_figure"), context.say("notes.of_complete", n=complete)),
        )
    ]


def _fornell_larcker_level(context: Context) -> Callable[[str, str, float], bool]:
    matrix = context.part("measurement", "fornell_larcker")

    def exceeds(a: str, b: str, value: float) -> bool:
        roots = [matrix[name].get(name) for name in (a, b)]
        return a != b and any(root is not None and abs(value) > root for root in roots)

    return exceeds


def _htmt_level(a: str, b: str, value: float) -> bool:
    return a != b and value > HTMT_GUIDE


def _matrix(
    context: Context, name: str, key: str, marked: Callable[[str, str, float], bool]
) -> Table | Absent:
    """The lower triangle of a matrix of constructs; HTMT without its diagonal."""
    matrix: Mapping[str, Any] = context.part("measurement", name)
    names = list(matrix)
    if len(names) < 2:
        return Absent(context.say(f"absent.{key}", reason=context.reason("measurement", name)))
    columns = (
        names_column(context, "construct"),
        *(Column(rich(f"{index + 1}"), "number") for index in range(len(names))),
    )
    rows = []
    for index, a in enumerate(names):
        cells = [cell((*rich(f"{index + 1}. "), *context.named(a)))]
        for position, b in enumerate(names):
            value = matrix[a].get(b)
            hidden = position > index or (position == index and name == "htmt")
            if hidden or not isinstance(value, (int, float)):
                cells.append(cell("" if hidden else context.numbers.bounded(None)))
                continue
            text = context.numbers.bounded(value)
            cells.append(cell(text, "caution" if marked(a, b, value) else "good" if a == b else "plain"))
        rows.append(tuple(cells))
    notes, title = (context.say(f"notes.{key}"), *_absent_notes(context, name)), context.say(f"tables.{key}")
    folded = folded_matrix(context, title, len(names))
    return Table(key, title, columns, one_group(rows), notes, folded=folded)


def _adequacy(context: Context) -> list[Block]:
    """Sampling adequacy and the number of factors, in a sentence, where they were computed."""
    numbers = context.numbers
    kmo = context.get("measurement", "kmo")
    overall = kmo.get("overall") if isinstance(kmo, Mapping) else kmo
    bartlett = context.part("measurement", "bartlett")
    blocks: list[Block] = []
    if isinstance(overall, (int, float)) and bartlett.get("chisq") is not None:
        told = {
            "kmo": numbers.bounded(overall),
            "chisq": numbers.plain(bartlett["chisq"]),
            "df": numbers.degrees(bartlett.get("df")),
            "p": numbers.p_equals(bartlett.get("p", bartlett.get("pvalue"))),
        }
        blocks.append(Paragraph(context.say("text.adequacy", **told)))
    factors = context.part("measurement", "parallel_analysis").get("n_factors")
    if isinstance(factors, (int, float)):
        blocks.append(Paragraph(context.say("text.parallel", n_factors=numbers.count(factors))))
    return blocks
