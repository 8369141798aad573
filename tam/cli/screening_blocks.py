"""What ``tam screen`` shows: the record of a screening as tables for a person's eyes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.cli.answer import Block, Heading, Table

MOST_ROWS = 40
MOST_SETS = 15
_STEPS = {
    "exported": "responses received",
    "eligible": "eligible",
    "screened": "after screening",
}
_WHEN = {
    "before": "declared before the answers were looked at",
    "after": "declared after the answers were looked at",
    "not_stated": "not stated when they were declared",
}


def screening_blocks(flow: Sequence[Mapping[str, Any]], screening: Mapping[str, Any]) -> list[Block]:
    """Rules by their role, declaration, participant flow, overlap, indices, excluded and flagged rows."""
    return [
        *_rules(screening),
        *_declared(screening["declared"]),
        *_flow(flow),
        *_sets(screening),
        *_indices(screening["indices"]),
        *_pairs(screening),
        *_rows(screening),
    ]


def _rules(screening: Mapping[str, Any]) -> Iterator[Block]:
    titles = {
        "eligibility": "Rules: who belongs to the study",
        "quality": "Rules: quality of the answers",
        "shown": "Shown only (no flag unless named in exclude or exclude_if)",
        "report": "Reported only",
    }
    for role, title in titles.items():
        rules = [one for one in screening["rules"] if one["role"] == role]
        rows = tuple((one["rule"], _count(one), _consequence(one), _with(one)) for one in rules)
        if rows:
            yield Heading(title)
            yield Table(("rule", "found", "excludes", "with"), rows, "lrll")


def _count(rule: Mapping[str, Any]) -> str:
    return str(rule["n_flagged"]) if rule["applicable"] else "-"


def _consequence(rule: Mapping[str, Any]) -> str:
    if rule["excludes"]:
        return "yes"
    return "with others" if rule["in_exclude_if"] else "no"


def _with(rule: Mapping[str, Any]) -> str:
    if not rule["applicable"]:
        return str(rule["reason"] or "")
    found = {name: value for name, value in rule["found"].items() if name != "pairs" and value}
    return _settings({**rule["parameters"], **found})


def _declared(declared: Mapping[str, Any]) -> Iterator[Block]:
    said = [_WHEN[declared["when"]], declared["date"] or "", declared["reference"] or ""]
    yield f"these rules: {', '.join(one for one in said if one)}; digest {declared['digest']}"


def _flow(flow: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    rows = []
    for step in flow:
        name = f"excluded: {step['rule']}" if step["rule"] else _STEPS.get(step["step"], step["step"])
        said = ""
        if "n_flagged" in step:
            said = f"{step['n_flagged']} flagged, {step['n_flagged_twice']} of them by two rules or more"
        rows.append((name, str(step["n_removed"]), str(step["n_left"]), said))
    yield Heading("Participant flow")
    yield Table(("step", "removed", "left", ""), tuple(rows), "lrrl")


def _sets(screening: Mapping[str, Any]) -> Iterator[Block]:
    sets = screening["sets"]
    if sets:
        yield Heading("Flagged by exactly")
        rows = tuple((str(one["n"]), " + ".join(one["rules"])) for one in sets[:MOST_SETS])
        yield Table(("n", "rules"), rows, "rl")
        if len(sets) > MOST_SETS:
            yield f"{len(sets) - MOST_SETS} more combinations; --json lists all"


def _indices(indices: Mapping[str, Any]) -> Iterator[Block]:
    names = ("1%", "5%", "50%", "95%", "99%")
    rows = tuple(
        (name, str(one["n"]), _number(one["mean"]), _number(one["sd"]),
         *(_number(one["quantiles"].get(share)) for share in names))
        for name, one in indices.items()
    )  # fmt: skip
    if rows:
        yield Heading("Indices")
        yield Table(("index", "n", "mean", "sd", *names), rows, "lrrrrrrrr")


def _pairs(screening: Mapping[str, Any]) -> Iterator[Block]:
    near = next((one for one in screening["rules"] if one["rule"] == "near_duplicates"), None)
    pairs = near["found"].get("pairs", []) if near else []
    if pairs:
        yield Heading("Nearly equal answers")
        rows = tuple((f"{one['rows'][0]}", f"{one['rows'][1]}", f"{one['share']:.0%}") for one in pairs)
        yield Table(("row", "row", "in common"), rows, "rrr")


def _rows(screening: Mapping[str, Any]) -> Iterator[Block]:
    excluded, flags = screening["excluded"], screening["flags"]
    if excluded:
        shown = tuple(
            (_row(one), one["rule"], _text(one["value"]), _text(one["threshold"]))
            for one in excluded[:MOST_ROWS]
        )
        yield Heading("Excluded rows")
        yield Table(("row", "rule", "value", "limit"), shown, "rlll")
    if flags:
        yield Heading("Flagged rows")
        rows = tuple((_row(one), ", ".join(one["rules"])) for one in flags[:MOST_ROWS])
        yield Table(("row", "rules"), rows, "rl")
    for name, entries in (("excluded", excluded), ("flagged", flags)):
        if len(entries) > MOST_ROWS:
            yield f"{len(entries) - MOST_ROWS} more {name}; --json lists all"


def multiverse_blocks(record: Mapping[str, Any]) -> list[Block]:
    """The range of each path over the combinations of rules."""
    drawn = f" of {record['n_possible']}, drawn with the seed of the study" if record["sampled"] else ""
    basis = (
        "declared rules" if record["basis"] == "declared" else "rules that flag anybody (none is declared)"
    )
    rows = tuple(
        (f"{one['rhs']} -> {one['lhs']}", _number((one["primary"] or {}).get("std")), _number(one["low"]),
         _number(one["median"]), _number(one["high"]),
         "" if one["share_significant"] is None else f"{one['share_significant']:.0%}",
         "changes" if one["sign_changes"] else "")
        for one in record["paths"]
    )  # fmt: skip
    header = ("path", "primary", "lowest", "median", "highest", "significant", "sign")
    blocks: list[Block] = [
        Heading("Screening multiverse"),
        f"{record['n_specifications']} combinations{drawn} of {len(record['rules'])} {basis}; standardised",
        Table(header, rows, "lrrrrrl"),
    ]
    if record["n_failed"] or record["n_inadmissible"]:
        blocks.append(f"{record['n_failed']} without a solution, {record['n_inadmissible']} inadmissible")
    return blocks


def _row(one: Mapping[str, Any]) -> str:
    """The spreadsheet row; with the file before it in a study of several."""
    return f"{one['file']} {one['row']}" if "file" in one else str(one["row"])


def _settings(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in parameters.items())


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.3f}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
