"""What `tam verify` found, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.cli.answer import Block, Heading, Table

MOST_ROWS = 20
MOST_PARAMETERS = 8
_VERDICTS = {
    "verified": "verified: every value comes out",
    "verified_in_part": "verified as far as it could be recomputed",
    "differs": "DIFFERS",
    "not_recomputed": "not recomputed",
}
_AGREES = {True: "agrees", False: "DIFFERS", None: "not compared"}


def verify_blocks(result: Mapping[str, Any]) -> list[Block]:
    """Verdict, digests, the largest difference of each table, the places that differ."""
    blocks: list[Block] = [f"{result['file']}: {_VERDICTS[result['verdict']]}", _digests(result["digests"])]
    if result["tables"]:
        blocks += [Heading("Largest difference of each table"), _tables(result["tables"])]
        blocks.append(_counted(result))
    if result["items_moved"]:
        blocks.append(f"answers differ in: {', '.join(result['items_moved'])}")
    if result["differences"] and result["verdict"] == "differs":
        blocks += [Heading("Values that differ"), _differences(result["differences"])]
    if result["report"]:
        blocks += [Heading("The report says something else than its results"), _report(result["report"])]
    if result["not_recomputed"]:
        blocks += [Heading("Not recomputed"), _missing(result["not_recomputed"])]
    return [*blocks, *(_peer(result["peer"]) if result["peer"] else ())]


def peer_blocks(result: Mapping[str, Any]) -> list[Block]:
    """The answer to a pack: what lavaan finds."""
    return [f"{result['file']}: {_VERDICTS[result['verdict']]}", *_peer(result["peer"])]


def _peer(peer: Mapping[str, Any]) -> list[Block]:
    """The largest differences of each model, then its parameters that lie furthest apart."""
    blocks: list[Block] = [Heading(f"{peer['engine']} {peer['version']} on R {peer['r']}")]
    for model in peer["models"]:
        verdict = "agrees" if model["agrees"] else "DIFFERS"
        blocks.append(
            f"{model['name']} ({model['title']}): {verdict}; {len(model['rows'])} free parameters, "
            f"estimates within {model['largest_apart']:.1e} standard errors, "
            f"standard errors within {model['largest_wider']:.1e}"
        )
        blocks.append(_deltas(model))
    return blocks


def _deltas(model: Mapping[str, Any]) -> Table:
    worst = sorted(model["rows"], key=lambda one: -max(one["apart"], one["wider"]))[:MOST_PARAMETERS]
    rows = [
        (
            f"{one['lhs']} {one['op']} {one['rhs']}",
            f"{one['est']:.6f}",
            f"{one['peer_est']:.6f}",
            f"{one['se']:.6f}",
            f"{one['peer_se']:.6f}",
            f"{one['apart']:.1e}",
        )
        for one in worst
    ]
    rows += [
        (one["name"], f"{one['value']:.6f}", f"{one['peer']:.6f}", "", "", f"{one['difference']:.1e}")
        for one in model["measures"]
    ]
    return Table(("", "tam", "lavaan", "SE tam", "SE lavaan", "apart"), tuple(rows), "lrrrrr")


def _digests(digests: list[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (one["what"], _short(one["stored"]), _short(one["found"]), _AGREES[one["agrees"]]) for one in digests
    )
    return Table(("SHA-256 of", "stated", "found", ""), rows)


def _short(digest: str | None) -> str:
    return "-" if digest is None else digest[:12]


def _tables(tables: list[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            one["table"],
            str(one["compared"]),
            str(one["compared"] - one["identical"]),
            "0" if one["largest"] == 0 else f"{one['largest']:.1e}",
            one["where"] or "",
        )
        for one in tables
    )
    return Table(("table", "values", "not identical", "largest", "where"), rows, "lrrrl")


def _counted(result: Mapping[str, Any]) -> str:
    return (
        f"{result['compared']} values compared, {result['identical']} identical, "
        f"{result['n_within']} differ by {result['tolerance']:g} or less, {result['n_differences']} by more"
    )


def _differences(differences: list[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            one["path"],
            _value(one["stored"]),
            _value(one["found"]),
            one["kind"] if one["difference"] is None else f"{one['difference']:.1e}",
        )
        for one in differences[:MOST_ROWS]
    )
    return Table(("where", "stored", "recomputed", "difference"), rows, "lrrr")


def _value(value: Any) -> str:
    text = repr(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _report(places: list[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            str(one["line"]),
            one["section"] or "",
            one["place"],
            _value(one["printed"]),
            _value(one["expected"]),
        )
        for one in places[:MOST_ROWS]
    )
    return Table(("line", "section", "place", "printed", "by its results"), rows, "rllll")


def _missing(parts: list[Mapping[str, Any]]) -> Table:
    return Table(("part", "why"), tuple((one["part"], one["reason"]) for one in parts))
