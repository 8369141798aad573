"""What was noticed on the way, told with its mend; and the banners at the top of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from tam.errors import Language, catalogue, worded
from tam.report.context import Context
from tam.report.document import Banner, Block, Level, Paragraph, Rich, Section, Told, rich

_LEVELS: Mapping[str, Level] = {"error": "bad", "warning": "caution", "note": "plain"}


def all_problems(context: Context) -> list[Mapping[str, Any]]:
    """Every problem of the file, each once, the gravest first."""
    found: list[Mapping[str, Any]] = []
    for place in ((), ("measurement",), ("structure",), ("effects",), ("moderation",), ("comparison",)):
        for one in context.rows(*place, "problems"):
            if isinstance(one, Mapping) and one not in found:
                found.append(one)
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda one: order.get(str(one.get("severity")), 3))


def exit_code(problem: Mapping[str, Any]) -> int:
    """The exit code the catalogue gives a problem; an error that it does not know counts as 1."""
    entry = catalogue("en").get(str(problem.get("code")))
    if entry is not None:
        return int(entry["exit"])
    return 1 if problem.get("severity") == "error" else 0


def told_part(context: Context, problem: Mapping[str, Any], part: str) -> Rich:
    """One part of a problem in this language; its English words where the catalogue cannot fill them."""
    entry = catalogue(cast(Language, context.language)).get(str(problem.get("code")))
    if entry is not None:
        given: Mapping[str, Any] = problem.get("values") or {}
        values = {name: _brief(context, worded(entry, name, value)) for name, value in given.items()}
        try:
            return rich(str(entry[part]).format_map(values))
        except (KeyError, ValueError, IndexError, AttributeError):
            pass
    return context.foreign(str(problem.get(part) or ""))


def _brief(context: Context, value: object, limit: int = 120) -> str:
    many = isinstance(value, (list, tuple))
    text = context.word("list.comma").join(map(str, cast("list[object]", value))) if many else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def problems_section(context: Context) -> Section:
    title = context.say("sections.problems")
    found = all_problems(context)
    if not found:
        return Section("problems", title, (Paragraph(context.say("text.no_problems")),))
    blocks: list[Block] = [
        Told(
            str(one.get("code")),
            _LEVELS.get(str(one.get("severity")), "plain"),
            _where(context, one.get("where") or {}),
            told_part(context, one, "what"),
            told_part(context, one, "why"),
            told_part(context, one, "mend"),
        )
        for one in found
    ]
    return Section("problems", title, tuple(blocks))


def _where(context: Context, where: Mapping[str, Any]) -> str:
    parts = [
        context.word(f"where.{name}", value=str(where[name]))
        for name in ("file", "line", "row", "column", "item")
        if where.get(name) is not None
    ]
    return context.words.entries["list.comma"].join(parts)


def banners(context: Context) -> tuple[Banner, ...]:
    """Red when the numbers are not to be trusted; a plain one when the data are simulated."""
    found: list[Banner] = []
    reasons: list[Rich] = []
    if context.get("structure", "converged") is False:
        reasons.append(context.say("banners.not_converged"))
    if context.get("structure", "admissible") is False:
        reasons.append(context.say("banners.inadmissible"))
    grave = [one for one in all_problems(context) if exit_code(one) >= 1]
    reasons.extend(told_part(context, one, "what") for one in grave)
    if reasons:
        found.append(Banner("bad", context.say("banners.not_trusted"), tuple(reasons)))
    simulated = context.get("study", "simulated")
    if simulated:
        found.append(Banner("caution", context.say("banners.simulated"), (context.told(simulated),)))
    return tuple(found)
