"""One small path diagram per group, all on the same grid; paths that differ between groups stand out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from tam.report.context import Context
from tam.report.diagram.choose import best_plan
from tam.report.diagram.draw import draw
from tam.report.diagram.figure import broken, places_for
from tam.report.diagram.model import Arrow, Diagram, Node
from tam.report.diagram.plan import SMALL

MOST_PANELS = 6
"""More diagrams than this are not compared by eye."""
MOST_NODES = 16
"""Beyond this the boxes of a small diagram cannot be told apart."""
DIFFERS = "*"


def group_panels(
    context: Context, found: Mapping[str, Any], labels: Mapping[str, str], key: str, by: str
) -> str:
    """The diagrams of one grouping as markup, a caption above each. found: its ``invariance``."""
    panels = []
    sizes = {str(one["id"]): one.get("n") for one in found.get("groups") or ()}
    groups = [str(one) for one in found["diagram"]["groups"]]
    places = places_for(context, _arrows(context, found, groups[0]))
    for at, group in enumerate(groups, 1):
        label, arrows = labels.get(group, group), _arrows(context, found, group)
        drawn = tuple(one for one in arrows if one.source in places and one.target in places)
        r2 = found["diagram"]["r2"].get(group) or {}
        nodes = tuple(_node(context, name, drawn, r2) for name in places)
        chosen = best_plan(Diagram(nodes, drawn, places), SMALL)
        title = context.word("figures.one_group", by=by, group=label)
        svg = draw(chosen.diagram, chosen.plan, title, title, f"{key}-{at}", "diagram small")
        caption = context.word("panels.group", group=label, n=context.numbers.count(sizes.get(group)))
        panels.append(f'<div class="panel"><p>{escape(caption)}</p>{svg}</div>')
    return f'<div class="panels">{"".join(panels)}</div>'


def _arrows(context: Context, found: Mapping[str, Any], group: str) -> tuple[Arrow, ...]:
    differs = {(one["predictor"], one["outcome"]): bool(one["differs"]) for one in found["diagram"]["edges"]}
    arrows = []
    for path in found["paths"]["paths"]:
        value, marked = path["groups"].get(group), differs.get((path["predictor"], path["outcome"]), False)
        if value is None:
            continue
        arrows.append(
            Arrow(
                source=str(path["predictor"]),
                target=str(path["outcome"]),
                est=value.get("est"),
                std=value.get("std"),
                ci_low=value.get("ci_low"),
                ci_high=value.get("ci_high"),
                label=(context.numbers.plain(value.get("std")) + (DIFFERS if marked else ""),),
                marked=marked,
            )
        )
    return tuple(arrows)


def _node(context: Context, name: str, arrows: Sequence[Arrow], r2: Mapping[str, Any]) -> Node:
    value = r2.get(name)
    detail = f"R² {context.numbers.bounded(value)}" if isinstance(value, (int, float)) else ""
    role = "outcome" if any(one.target == name for one in arrows) else "predictor"
    return Node(name, broken(name, SMALL.node_width - 10, 12.5, 1), detail, role)
