"""The items: wording, distribution, mean and spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.parts import in_parts, part_key, part_title
from tam.report.charts.responses import responses_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Column, Figure, Group, Rich, Section, Table, rich
from tam.report.rows import cell, number_column, row, sentences_column, words_column
from tam.report.sections.distributions import distribution_blocks
from tam.report.sections.grouped import grouped_items

_MOST_RESPONSES = 30
"""Items in one figure."""


def items_section(context: Context) -> Section:
    blocks: list[Block] = []
    if context.part("measurement", "items"):
        blocks.extend(_responses_figures(context))
        blocks.append(_items_table(context))
        blocks.extend(distribution_blocks(context))
    else:
        blocks.append(Absent(context.reason("measurement", "items")))
    return Section("items", context.say("sections.items"), tuple(blocks))


def scale_codes(context: Context, items: list[str]) -> list[str]:
    """The codes of the common response scale, lowest first; empty where there is none or it is long."""
    described = context.part("study", "items")
    scales = {str((described.get(name) or {}).get("scale")) for name in items}
    if len(scales) != 1:
        return []
    scale = context.part("study", "scales", next(iter(scales)))
    low, high = scale.get("min"), scale.get("max")
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)) or not 1 <= high - low <= 10:
        return []
    return [str(code) for code in range(int(low), int(high) + 1)]


def _responses_figures(context: Context) -> list[Figure]:
    """The answers to all items, in parts of whole constructs where there are many."""
    items = context.part("measurement", "items")
    known = {
        construct: [name for name in names if items[name].get("shares")]
        for construct, names in grouped_items(context).items()
    }
    groups = [names for names in known.values() if names]
    codes = scale_codes(context, [name for names in groups for name in names]) if groups else []
    if not codes:
        return []
    parts = in_parts([len(names) for names in groups], _MOST_RESPONSES)
    return [
        _responses_figure(context, [name for names in groups[part] for name in names], codes, nth, len(parts))
        for nth, part in enumerate(parts)
    ]


def _responses_figure(context: Context, names: list[str], codes: list[str], nth: int, of: int) -> Figure:
    items, key = context.part("measurement", "items"), part_key("responses", nth, of)
    scale = context.part("study", "scales", str(context.get("study", "items", names[0], "scale")))
    ends = [context.text((scale.get("labels") or {}).get(code)) or code for code in (codes[0], codes[-1])]
    columns = (
        words_column(context, "item"),
        *(number_column(context, key) for key in ("n", "mean", "sd")),
        *(Column(rich(code), "number") for code in codes),
        Column(rich(context.word("axes.top_two")), "number"),
    )
    rows = [_responses_row(context, name, items[name], codes) for name in names]
    data = Table(f"{key}-data", context.say("tables.responses"), columns, (Group(tuple(rows)),))
    told = {"low": codes[0], "low_label": ends[0], "high": codes[-1], "high_label": ends[1]}
    notes = [context.say("notes.responses", **told)]
    if context.look.likert == "diverging":
        notes.append(context.say("notes.responses_diverging"))
    return Figure(
        key,
        part_title(context, context.say("figures.responses"), nth, of),
        context.word("descriptions.responses", n_items=context.numbers.count(len(names))),
        responses_chart(context, names, codes, key),
        data,
        tuple(notes),
    )


def _responses_row(
    context: Context, name: str, item: Mapping[str, Any], codes: list[str]
) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        name,
        numbers.count(item.get("n")),
        numbers.plain(item.get("mean")),
        numbers.plain(item.get("sd")),
        *(numbers.percent(share_of(item, code), 0) for code in codes),
        numbers.percent((item.get("top_two") or {}).get("share"), 0),
    )


def share_of(item: Mapping[str, Any], code: str) -> float:
    """The share of an answer among those who answered the item; 0 for one that nobody gave."""
    shares = item["shares"]
    return float(shares.get(code, shares.get(f"{code}.0", 0.0)))


def wording(context: Context, name: str) -> Rich:
    """The wording of an item, with a mark where it is reverse-keyed."""
    item = context.part("study", "items", name)
    text = context.told(item.get("text")) or rich(name)
    return (*text, *context.say("values.reversed")) if item.get("reverse") else text


def _items_table(context: Context) -> Table:
    items, numbers = context.part("measurement", "items"), context.numbers
    columns = (
        words_column(context, "item"),
        sentences_column(context, "wording"),
        *(number_column(context, key) for key in ("n", "mean", "sd", "skew", "kurtosis")),
    )
    groups = []
    for construct, names in grouped_items(context).items():
        rows = []
        for name in names:
            item = items[name]
            shown = [numbers.plain(item.get(key)) for key in ("mean", "sd", "skew", "kurtosis")]
            rows.append(row(name, cell(wording(context, name)), numbers.count(item.get("n")), *shown))
        groups.append(Group(tuple(rows), context.named(construct)))
    return Table("items", context.say("tables.items"), columns, tuple(groups), (context.say("notes.items"),))
