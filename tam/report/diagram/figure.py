"""The path diagram of one study: what the results say, put on the model's own grid or on one found for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tam.report.context import Context
from tam.report.diagram.choose import best_plan
from tam.report.diagram.draw import draw
from tam.report.diagram.model import Arrow, Diagram, Node, Position
from tam.report.diagram.search import find_places
from tam.report.diagram.text import text_width


@dataclass(frozen=True, slots=True)
class DrawnDiagram:
    """The picture and what its caption must say. ``intervals``: whether they stand beneath the coefficients;
    ``dimensioned``, ``hidden``: second-order constructs with and without their parts; ``left_out``: labels
    of predictors that are not drawn."""

    svg: str
    arrows: tuple[Arrow, ...]
    n_nodes: int
    moderated: bool
    intervals: bool
    dimensioned: tuple[str, ...]
    hidden: tuple[str, ...]
    left_out: tuple[str, ...]
    faults: tuple[str, ...]


def path_diagram(context: Context) -> DrawnDiagram | None:
    """None where no structural path was estimated."""
    arrows = arrows_of(context)
    if not arrows:
        return None
    places = places_for(context, arrows)
    drawn_arrows = tuple(arrow for arrow in arrows if arrow.source in places and arrow.target in places)
    nodes = tuple(_node(context, name, drawn_arrows) for name in places)
    chosen = best_plan(Diagram(nodes, drawn_arrows, places, _dimensions(context, places)))
    count = context.numbers.count
    told = {"n_nodes": count(len(nodes)), "n_arrows": count(len(drawn_arrows))}
    title, description = context.word("figures.diagram"), context.word("descriptions.diagram", **told)
    parts: Mapping[str, Any] = context.get("study", "model", "second_order") or {}
    shown = {name for name, of in parts.items() if any(part in places for part in of)}
    second = set(context.get("study", "model", "second_order") or {}) & set(places)
    return DrawnDiagram(
        svg=draw(chosen.diagram, chosen.plan, title, description),
        arrows=drawn_arrows,
        n_nodes=len(nodes),
        moderated=any(arrow.onto for arrow in drawn_arrows),
        intervals=any(len(arrow.label) > 1 for arrow in chosen.diagram.arrows),
        dimensioned=chosen.dimensioned,
        hidden=tuple(sorted(second - set(chosen.dimensioned) - shown)),
        left_out=tuple(
            sorted(context.label(name) for name in {arrow.source for arrow in arrows} - set(places))
        ),
        faults=chosen.faults,
    )


def arrows_of(context: Context) -> tuple[Arrow, ...]:
    """Every structural path, then every moderation of one of them."""
    paths = _paths(context)
    return (*paths, *_moderations(context, paths))


def _paths(context: Context) -> list[Arrow]:
    intervals = {
        (str(one["predictor"]), str(one["outcome"])): (one.get("std_ci_low"), one.get("std_ci_high"))
        for one in context.rows("effects", "direct")
    }
    return [
        _arrow(
            context,
            one,
            (str(one["rhs"]), str(one["lhs"])),
            intervals.get((str(one["rhs"]), str(one["lhs"]))),
        )
        for one in context.rows("structure", "estimates")
        if one.get("op") == "~" and ":" not in str(one["rhs"])
    ]


Ends = tuple[float | None, float | None]


def _arrow(
    context: Context,
    one: Mapping[str, Any],
    ends: tuple[str, str],
    interval: Ends | None,
    moderator: str | None = None,
) -> Arrow:
    """A path, or the moderation of one, with the interval of its standardised value where it has one."""
    low, high = interval or (None, None)
    numbers, label = context.numbers, (context.numbers.plain(one.get("std")),)
    shown = low is not None and high is not None
    return Arrow(
        source=moderator or ends[0],
        target=ends[1],
        est=one.get("est"),
        std=one.get("std"),
        ci_low=one.get("ci_low"),
        ci_high=one.get("ci_high"),
        std_low=low,
        std_high=high,
        onto=ends if moderator else None,
        label=(*label, numbers.interval(low, high)) if shown else label,
    )


def _moderations(context: Context, paths: Sequence[Arrow]) -> list[Arrow]:
    drawn = {(arrow.source, arrow.target) for arrow in paths}
    found = []
    for one in context.rows("moderation", "analyses"):
        onto = (str(one.get("predictor")), str(one.get("outcome")))
        if onto in drawn and one.get("est") is not None:
            found.append(_arrow(context, one, onto, _standardised_interval(one), str(one["moderator"])))
    return found


def _standardised_interval(one: Mapping[str, Any]) -> Ends | None:
    """That of the same estimator among those compared; the interaction itself is stored without."""
    for other in (one.get("triangulation") or {}).get("estimates") or ():
        if other.get("estimator") == one.get("method") and other.get("std") == one.get("std"):
            return (other.get("std_ci_low"), other.get("std_ci_high"))
    return None


def _dimensions(context: Context, places: Mapping[str, Position]) -> dict[str, tuple[Node, ...]]:
    """The first-order constructs of every second-order one on the grid, with their loadings."""
    loadings = {
        (str(one["lhs"]), str(one["rhs"])): one.get("std")
        for one in context.rows("structure", "estimates")
        if one.get("op") == "=~"
    }
    found = {}
    for name, parts in (context.get("study", "model", "second_order") or {}).items():
        if name in places and not any(part in places for part in parts):
            found[name] = tuple(
                _dimension(context, str(part), loadings.get((str(name), str(part)))) for part in parts
            )
    return found


def _dimension(context: Context, name: str, loading: float | None) -> Node:
    detail = context.numbers.plain(loading) if loading is not None else ""
    return Node(name, broken(context.label(name), 102.0, 11.0), detail, "dimension")


def places_for(context: Context, arrows: Iterable[Arrow]) -> dict[str, Position]:
    """The grid of the model; else one that is found. Controls are drawn only where the grid has them."""
    arrows = tuple(arrows)
    used = list(dict.fromkeys(name for arrow in arrows for name in (arrow.source, arrow.target)))
    grid = grid_places(context.get("study", "model", "grid") or ())
    if grid and all(name in grid for name in used if _is_construct(context, name)):
        return {name: place for name, place in grid.items() if name in used}
    names = [name for name in used if _is_construct(context, name)] or used
    wanted = [arrow for arrow in arrows if arrow.source in names and arrow.target in names]
    return find_places(names, wanted)


def _is_construct(context: Context, name: str) -> bool:
    constructs = context.part("study", "constructs")
    return not constructs or name in constructs


def grid_places(grid: Sequence[Sequence[str | None]]) -> dict[str, Position]:
    """Name -> (column, row) from rows of names; null and ``.`` are empty."""
    return {
        str(name): (column, row)
        for row, names in enumerate(grid)
        for column, name in enumerate(names)
        if name not in (None, "", ".")
    }


def _node(context: Context, name: str, arrows: Sequence[Arrow]) -> Node:
    r2: Mapping[str, Any] = context.part("structure", "r2")
    is_outcome = any(arrow.target == name and arrow.onto is None for arrow in arrows)
    detail = name if context.label(name) != name else ""
    value = r2.get(name)
    if is_outcome and isinstance(value, (int, float)):
        r2_text = f"R² = {context.numbers.bounded(value)}"
        detail = f"{detail} · {r2_text}" if detail else r2_text
    moderates = any(arrow.source == name and arrow.onto for arrow in arrows)
    role = "moderator" if moderates else "outcome" if is_outcome else "predictor"
    if not _is_construct(context, name):
        role += " observed"
    label = context.label(name) if broken(context.label(name)) else name
    lines = broken(label) or ("…",)
    if lines[-1].endswith("…"):
        lines, role = broken(label, 142.0, 12.0, 3), f"{role} long"
    return Node(name, lines, detail, role)


_LONGEST = 200
"""Characters of a label that are looked at; no box has room for more."""


def broken(label: str, width: float = 136.0, size: float = 14.0, most: int = 2) -> tuple[str, ...]:
    """A label in at most two lines that fit the box; what does not fit ends in an ellipsis."""
    clean = "".join(char if char.isprintable() else " " for char in label[:_LONGEST]).strip()
    words = clean.split() if " " in clean else list(clean)
    glue = " " if " " in clean else ""
    lines: list[str] = []
    for word in words:
        if lines and text_width(f"{lines[-1]}{glue}{word}", size) <= width:
            lines[-1] = f"{lines[-1]}{glue}{word}"
        else:
            lines.append(word)
    if len(lines) > most or len(label) > _LONGEST:
        lines = [*lines[: most - 1], lines[min(most, len(lines)) - 1] + "…"]
    return tuple(_fitted(line, width, size) for line in lines)


def _fitted(line: str, width: float, size: float) -> str:
    if text_width(line, size) <= width:
        return line
    kept = line.rstrip("…")
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept + "…"
