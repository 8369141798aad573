"""What `tam reproduce` found, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.cli.answer import Block, Heading, Table
from tam.cli.numbers import decimal

VERDICTS = ("exact", "rounding", "minor", "major", "flip", "unreachable", "not_computable")
MOST_DIALECTS = 6
MOST_REACHED = 2
FURTHER_DIGITS = 2
"""Decimals shown beyond the printed ones."""


def reproduce_blocks(result: Mapping[str, Any]) -> list[Block]:
    """The answer of ``tam reproduce`` on one publication."""
    n = "not printed" if result["n"] is None else str(result["n"])
    blocks: list[Block] = [Heading(str(result["key"])), str(result["title"]), f"n = {n}"]
    blocks.append(_dialect(result))
    blocks += _matrix(result["matrix"])
    shown = [one for one in result["values"] if one["verdict"] != "not_computable"]
    if shown:
        blocks.append(_values(shown))
    blocks += _absent(result)
    blocks += _repairs(result["repairs"])
    blocks.append(_summary(result["summary"]))
    return blocks


def _dialect(result: Mapping[str, Any]) -> str:
    if result["dialect"] is None:
        return "No dialect gives any of the printed values."
    by_name: dict[str, list[str]] = {}
    for family, name in result["dialects"].items():
        by_name.setdefault(name, []).append(family)
    return "Dialect: " + "; ".join(f"{name} ({', '.join(of)})" for name, of in by_name.items())


def _matrix(matrix: Mapping[str, Any]) -> list[Block]:
    found: list[Block] = []
    smallest = matrix["smallest_eigenvalue"]
    if smallest is None:
        found.append("The matrix has cells that are not printed.")
    elif matrix["positive_definite"]:
        found.append(f"The matrix is positive definite; smallest eigenvalue {decimal(smallest)}.")
    elif matrix["definite_within_rounding"]:
        found.append(
            f"The matrix as printed has an eigenvalue of {decimal(smallest, 4)}; "
            "with other digits beyond the printed ones it is possible."
        )
    else:
        found.append(
            f"No positive definite matrix prints as this one; smallest eigenvalue {decimal(smallest)}."
        )
    if matrix["suspects"]:
        rows = tuple(
            (f"{one['row']}, {one['column']}", one["printed"], _why(one)) for one in matrix["suspects"]
        )
        found.append(Table(("cell", "printed", "what speaks against it"), rows, "lrl"))
    return found


def _why(one: Mapping[str, Any]) -> str:
    if one["why"] == "sign":
        return "with the other sign the matrix is possible"
    if one["why"] == "cell":
        return f"the other cells allow {decimal(one['low'])} to {decimal(one['high'])}"
    return {"missing": "not printed", "out_of_range": "beyond what a correlation can be"}[one["why"]]


def _values(values: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for one in values:
        ends = f"[{_like(one, 'low')}, {_like(one, 'high')}]"
        reached = one["reached_by"]
        also = ", ".join(reached[:MOST_REACHED]) + (" ..." if len(reached) > MOST_REACHED else "")
        rows.append((one["label"], one["printed"], _like(one, "obtained"), ends, one["verdict"], also))
    return Table(
        ("value", "printed", "obtained", "reachable", "verdict", "comes out by"), tuple(rows), "lrrrll"
    )


def _like(one: Mapping[str, Any], key: str) -> str:
    """A number in the form of the printed one, with a few digits more."""
    value = one[key]
    if value is None:
        return "-"
    text = one["printed"].strip().rstrip("*\u2020+^").rstrip()
    percent = text.endswith("%")
    digits = len(text.rstrip("%").rpartition(".")[2]) if "." in text else 0
    return f"{decimal(value * (100 if percent else 1), digits + FURTHER_DIGITS)}{'%' if percent else ''}"


def _absent(result: Mapping[str, Any]) -> list[Block]:
    """What cannot be computed, by reason."""
    by_reason: dict[str, list[str]] = {}
    for at, one in enumerate(result["values"]):
        if one["verdict"] == "not_computable":
            reason = result["unavailable"].get(f"values.{at}.obtained", "-")
            by_reason.setdefault(reason, []).append(one["label"])
    if not by_reason:
        return []
    lines: list[Block] = [Heading("Not computable from what is printed")]
    for reason, labels in by_reason.items():
        more = f" and {len(labels) - 6} more" if len(labels) > 6 else ""
        lines.append(f"  {', '.join(labels[:6])}{more}: {reason}")
    return lines


def _repairs(repairs: Sequence[Mapping[str, Any]]) -> list[Block]:
    if not repairs:
        return []
    rows = tuple(
        (
            str(at + 1),
            one["kind"],
            one["where"],
            one["printed"],
            one["repaired"],
            f"{one['values_matched']} of {one['of']} (before {one['values_matched_before']})",
        )
        for at, one in enumerate(repairs)
    )
    header = ("", "kind", "where", "printed", "if it were", "values that come out")
    return [
        Heading("Possibilities, not facts: one edit with which clearly more comes out"),
        Table(header, rows, "llllll"),
    ]


def _summary(summary: Mapping[str, int]) -> str:
    return ", ".join(f"{summary[name]} {name}" for name in VERDICTS if summary[name])


def list_blocks(listed: Sequence[Mapping[str, Any]]) -> list[Block]:
    """The shipped publications."""
    rows = tuple(
        (one["key"], str(one["year"]), one["n_text"], str(one["values"]), one["title"]) for one in listed
    )
    table = Table(("key", "year", "n", "values", "title"), rows, "lrrrl")
    return [table, "", "tam reproduce KEY shows whether one comes out; --all does them all."]


def overview_blocks(results: Sequence[Mapping[str, Any]]) -> list[Block]:
    """One line for each publication of ``--all``."""
    rows = tuple(
        (
            str(one["key"]),
            *(str(one["summary"][name]) for name in VERDICTS),
            one["dialect"] or "-",
            "possible" if one["matrix"]["definite_within_rounding"] is not False else "impossible",
        )
        for one in results
    )
    header = ("key", *(name.replace("_", " ") for name in VERDICTS), "dialect", "matrix")
    return [Table(header, rows, "l" + "r" * len(VERDICTS) + "ll")]
