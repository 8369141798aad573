"""What `tam audit` found, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tam.cli.answer import Block, Heading, Table

_DIGITS = 4
_MOST_PLACES = 6


def audit_blocks(record: Mapping[str, Any], everything: bool = False) -> list[Block]:
    """What was understood, objections first, then what cannot be decided, then what agrees."""
    checks: Sequence[Mapping[str, Any]] = record["checks"]
    blocks: list[Block] = []
    if "understood" in record:
        blocks += _understood(record["understood"])
    blocks += [Heading(f"Audit of {record['key']}"), _opening(record["summary"])]
    for verdict, title in (
        ("inconsistent", "Not consistent with the other printed values"),
        ("undecidable", "Cannot be decided from what is printed"),
    ):
        chosen = [one for one in checks if one["verdict"] == verdict]
        if chosen:
            blocks += [Heading(title), _table(chosen), *_notes(chosen)]
    agreeing = [one for one in checks if one["verdict"] == "consistent"]
    if agreeing and everything:
        blocks += [Heading("Consistent"), _table(agreeing)]
    elif agreeing:
        counts = Counter(one["rule"] for one in agreeing)
        listed = ", ".join(f"{rule} {count}" for rule, count in counts.items())
        blocks += [Heading("Consistent, by rule"), f"{listed}"]
    if any(one["verdict"] != "consistent" for one in checks):
        blocks.append(
            "\nEvery range holds what rounding allows. `tam explain RULE` gives formula and reference."
        )
    return blocks


def _opening(summary: Mapping[str, int]) -> str:
    total = sum(summary.values())
    if not total:
        return "No rule found what it needs."
    return (
        f"{total} checks: {summary['consistent']} consistent, {summary['inconsistent']} inconsistent, "
        f"{summary['undecidable']} undecidable."
    )


def _table(checks: Sequence[Mapping[str, Any]]) -> Table:
    header = ("where", "rule", "printed", "recomputed", "consistent range", "severity")
    rows = tuple(
        (
            one["where"],
            one["rule"],
            one["printed"],
            _number(one["recomputed"]),
            _range(one["low"], one["high"]),
            one["severity"] if one["severity"] != "none" else "",
        )
        for one in checks
    )
    return Table(header, rows, "llrrrl")


def _notes(checks: Sequence[Mapping[str, Any]]) -> list[Block]:
    """What is to be said of these checks, each remark once with its places."""
    places: dict[str, list[str]] = {}
    for one in checks:
        if one["note"]:
            places.setdefault(one["note"], []).append(one["where"])
    found: list[Block] = []
    for note, where in places.items():
        more = f" and {len(where) - _MOST_PLACES} more" if len(where) > _MOST_PLACES else ""
        found.append(f"  {', '.join(where[:_MOST_PLACES])}{more}: {note}")
    return found


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if float(value).is_integer() and abs(value) < 1e9:
        return str(int(value))
    if value != 0 and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.{_DIGITS}f}"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "-"
    if low is None:
        return f"up to {_number(high)}"
    if high is None:
        return f"from {_number(low)}"
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _understood(understood: Mapping[str, Any]) -> list[Block]:
    """Every value as it was read, and the lines that were not."""
    blocks: list[Block] = [Heading("Understood")]
    for table in understood["tables"]:
        rows = tuple(tuple(row) for row in table["rows"])
        blocks.append(
            Table(tuple(table["header"]), rows, "l" + "r" * (len(table["header"]) - 1), table["title"])
        )
    if not understood["tables"]:
        blocks.append("Nothing.")
    if understood["ignored"]:
        blocks.append(Heading("Not understood"))
        blocks += [f"  line {one['line']}: {one['text']}" for one in understood["ignored"]]
    return blocks
