"""Long figures in parts that fit a page: nothing is left out, and what belongs together stays together."""

from __future__ import annotations

from collections.abc import Sequence

from tam.report.context import Context
from tam.report.document import Rich

MOST_ROWS = 70
"""Rows of groups in one figure."""


def in_parts(sizes: Sequence[int], most: int) -> list[slice]:
    """Consecutive groups of so many rows, put into parts of about equal length with at most ``most`` rows.

    A group that is longer than that is a part of its own."""
    total = sum(sizes)
    wanted = -(-total // most) if total else 1
    fair = total / wanted
    parts, start, rows = [], 0, 0
    for index, size in enumerate(sizes):
        full = rows + size > most or (rows + size / 2 > fair and rows > 0)
        if full and index > start:
            parts.append(slice(start, index))
            start, rows = index, 0
        rows += size
    return [*parts, slice(start, len(sizes))]


def part_key(key: str, nth: int, of: int) -> str:
    return key if of == 1 else f"{key}-part-{nth + 1}"


def part_title(context: Context, title: Rich, nth: int, of: int) -> Rich:
    """The title, and which part this is where there are several."""
    if of == 1:
        return title
    told = {"part": context.numbers.name(nth + 1), "of": context.numbers.name(of)}
    return (*title, *context.say("figures.part", **told))
