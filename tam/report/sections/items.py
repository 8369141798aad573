"""The items: wording, distribution, mean and spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.responses import responses_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Column, Figure, Group, Rich, Section, Table, rich
from tam.report.rows import cell, number_column, row, sentences_column, words_column
from tam.report.sections.distributions import distribution_blocks
from tam.report.sections.grouped import grouped_items


def items_section(context: Context) -> Section:
    blocks: list[Block] = []
    if context.part("measurement", "items"):
        figure = _responses_figure(context)
        blocks.extend([figure] if figure else [])
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


def _responses_figure(context: Context) -> Figure | None:
    items = context.part("measurement", "items")
    names = [name for group in grouped_items(context).values() for name in group if items[name].get("shares")]
    codes = scale_codes(context, names) if names else []
    if not codes:
        return None
    scale = context.part("study", "scales", str(context.get("study", "items", names[0], "scale")))
    ends = [context.text((scale.get("labels") or {}).get(code)) or code for code in (codes[0], codes[-1])]
    columns = (
        words_column(context, "item"),
        *(number_column(context, key) for key in ("n", "mean", "sd")),
        *(Column(rich(code), "number") for code in codes),
        Column(rich(context.word("axes.top_two")), "number"),
    )
    rows = [_responses_row(context, name, items[name], codes) for name in names]
    data = Table("responses-data", context.say("tables.responses"), columns, (Group(tuple(rows)),))
    return Figure(
        "responses",
        context.say("figures.responses"),
        context.word("descriptions.responses", n_items=context.numbers.count(len(names))),
        responses_chart(context, names, codes),
        data,
        (
            context.say(
                "notes.responses", low=codes[0], low_label=ends[0], high=codes[-1], high_label=ends[1]
            ),
        ),
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
