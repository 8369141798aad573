"""The path diagram of one study: what the results say, put on the model's own grid or on one found for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tam.report.context import Context
from tam.report.diagram.draw import draw
from tam.report.diagram.layout import faults, plan, text_width
from tam.report.diagram.model import Arrow, Diagram, Node, Position
from tam.report.diagram.search import find_places


@dataclass(frozen=True, slots=True)
class DrawnDiagram:
    """The picture and what its caption must say. ``left_out``: labels of predictors that are not drawn."""

    svg: str
    arrows: tuple[Arrow, ...]
    n_nodes: int
    moderated: bool
    second_order: bool
    left_out: tuple[str, ...]
    faults: tuple[str, ...]


def path_diagram(context: Context) -> DrawnDiagram | None:
    """None where no structural path was estimated."""
    paths = _paths(context)
    arrows = (*paths, *_moderations(context, paths))
    if not arrows:
        return None
    places = places_for(context, arrows)
    drawn_arrows = tuple(arrow for arrow in arrows if arrow.source in places and arrow.target in places)
    nodes = tuple(_node(context, name, drawn_arrows) for name in places)
    diagram = Diagram(nodes, drawn_arrows, places)
    planned = plan(diagram)
    told = {"n_nodes": str(len(nodes)), "n_arrows": str(len(drawn_arrows))}
    svg = draw(
        diagram, planned, context.word("figures.diagram"), context.word("descriptions.diagram", **told)
    )
    left_out = {arrow.source for arrow in arrows} - set(places)
    second = set(context.get("study", "model", "second_order") or {})
    return DrawnDiagram(
        svg=svg,
        arrows=drawn_arrows,
        n_nodes=len(nodes),
        moderated=any(arrow.onto for arrow in drawn_arrows),
        second_order=bool(second & set(places)),
        left_out=tuple(sorted(context.label(name) for name in left_out)),
        faults=faults(planned),
    )


def _paths(context: Context) -> list[Arrow]:
    return [
        Arrow(
            source=str(one["rhs"]),
            target=str(one["lhs"]),
            est=one.get("est"),
            std=one.get("std"),
            ci_low=one.get("ci_low"),
            ci_high=one.get("ci_high"),
            label=(context.numbers.plain(one.get("std")),),
        )
        for one in context.rows("structure", "estimates")
        if one.get("op") == "~" and ":" not in str(one["rhs"])
    ]


def _moderations(context: Context, paths: Sequence[Arrow]) -> list[Arrow]:
    drawn = {(arrow.source, arrow.target) for arrow in paths}
    found = []
    for one in context.rows("moderation", "analyses"):
        onto = (str(one.get("predictor")), str(one.get("outcome")))
        if onto in drawn and one.get("est") is not None:
            found.append(
                Arrow(
                    source=str(one["moderator"]),
                    target=onto[1],
                    est=one["est"],
                    std=one.get("std"),
                    ci_low=one.get("ci_low"),
                    ci_high=one.get("ci_high"),
                    onto=onto,
                    label=(context.numbers.plain(one.get("std")),),
                )
            )
    return found


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
    return Node(name, broken(context.label(name)), detail, role)


def broken(label: str, width: float = 136.0, size: float = 14.0, most: int = 2) -> tuple[str, ...]:
    """A label in at most two lines that fit the box; what does not fit ends in an ellipsis."""
    words = label.split(" ") if " " in label else list(label)
    glue = " " if " " in label else ""
    lines: list[str] = []
    for word in words:
        if lines and text_width(f"{lines[-1]}{glue}{word}", size) <= width:
            lines[-1] = f"{lines[-1]}{glue}{word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + "…"]
    return tuple(_fitted(line, width, size) for line in lines)


def _fitted(line: str, width: float, size: float) -> str:
    if text_width(line, size) <= width:
        return line
    kept = line.rstrip("…")
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept + "…"
