"""How to check this report: software, digests, seed, column map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Block, Bullets, Column, Pairs, Rich, Section, Table, rich
from tam.report.rows import number_column, one_group, row, words_column


def provenance_section(context: Context) -> Section:
    data, versions = context.part("study", "data"), context.part("provenance")
    entries: list[tuple[Rich, Rich]] = []

    def add(key: str, value: object) -> None:
        if value not in (None, "", (), []):
            shown = value if isinstance(value, str) else str(value)
            entries.append((context.say(f"provenance.{key}"), rich(shown)))

    add("tam", versions.get("tam"))
    add("python", versions.get("python"))
    packages = versions.get("packages") or {}
    add(
        "packages", context.word("list.comma").join(f"{name} {version}" for name, version in packages.items())
    )
    seed = versions.get("seed")
    add("seed", None if seed is None else context.numbers.name(seed))
    add("file", data.get("file"))
    add("encoding", data.get("encoding"))
    platform = f"platforms.{data.get('platform')}"
    add("platform", context.word(platform) if platform in context.words else data.get("platform"))
    add("dropped_columns", context.word("list.comma").join(map(str, data.get("dropped_columns") or ())))
    add("data_sha256", versions.get("data_sha256") or data.get("sha256"))
    add("instrument_sha256", versions.get("instrument_sha256"))
    add("study_sha256", versions.get("study_sha256"))
    add("results_sha256", versions.get("results_sha256"))
    blocks: list[Block] = [Bullets(tuple(_steps(context, data)), "steps"), Pairs(tuple(entries))]
    blocks.extend(_column_map(context, data))
    return Section("provenance", context.say("sections.provenance"), tuple(blocks))


def _steps(context: Context, data: Mapping[str, Any]) -> Iterator[Rich]:
    """What a reader with the data can do to check the numbers, in order."""
    if data.get("file"):
        yield context.say("check.digest", file=str(data["file"]))
    yield context.say("check.rerun")
    yield context.say("check.verify")
    yield context.say("check.report")
    check = context.part("structure", "cross_check")
    if check.get("verdict") == "agree":
        yield context.say("check.engines", engine=str(check.get("engine")))
    yield context.say("check.export")


def _column_map(context: Context, data: Mapping[str, Any]) -> list[Block]:
    matches = data.get("column_map") or ()
    if not matches or not isinstance(matches[0], Mapping):
        return []
    columns = (
        words_column(context, "item"),
        Column(context.say("columns.data_column"), "sentence"),
        number_column(context, "position"),
    )
    rows = []
    for one in matches:
        place = context.numbers.name(one.get("position"))  # counts from 1, as spreadsheets do
        rows.append(row(str(one.get("item")), str(one.get("column")), place))
    title, folded = context.say("tables.columns"), context.say("folded.columns")
    return [Table("columns", title, columns, one_group(rows), folded=folded)]
