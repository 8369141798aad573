"""A grid for a model that brings none: outcomes to the right, then small moves while they help.

The search sees nodes as points of a lattice and arrows as straight pieces between them, so that one trial
costs a few dozen comparisons; the number of trials is bounded, which bounds the time for any model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tam.report.diagram.model import Arrow, Position

_MOST_COMPARISONS = 300_000
_REACH = 3.0
_CLEAR_X, _CLEAR_Y = 0.36, 0.31
"""Half a node with some air, in columns and rows of the lattice."""
_BLOCKED, _CROSSED, _NEAR = 20.0, 4.0, 0.3


def find_places(names: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, Position]:
    """Column and row for every node; few arrows through a node or over another."""
    paths = [(arrow.source, arrow.target) for arrow in arrows if arrow.onto is None]
    forward = _without_cycles(names, paths)
    moderators = {arrow.source: arrow.onto for arrow in arrows if arrow.onto is not None}
    columns = _layers(names, forward, moderators)
    lattice = _Lattice(tuple(_pieces(arrows)), _stacked(names, columns, forward))
    lattice.improve(forward)
    return _tidied(lattice.places)


def _without_cycles(names: Sequence[str], paths: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The paths without those that close a circle; every model with none keeps all."""
    kept: list[tuple[str, str]] = []
    reached: dict[str, set[str]] = {name: {name} for name in names}
    for source, target in paths:
        if source in reached and target in reached and source not in reached[target]:
            kept.append((source, target))
            for ends in reached.values():
                if source in ends:
                    ends |= reached[target]
    return kept


def _layers(
    names: Sequence[str], paths: Sequence[tuple[str, str]], moderators: Mapping[str, tuple[str, str]]
) -> dict[str, int]:
    """The longest way to each node; what nothing leads to stands just before the first that it leads to."""
    layer = dict.fromkeys(names, 0)
    for _ in names:
        for source, target in paths:
            layer[target] = max(layer[target], layer[source] + 1)
    for name in names:
        if not any(target == name for _, target in paths):
            following = [layer[target] for source, target in paths if source == name]
            if following:
                layer[name] = min(following) - 1
            elif name in moderators and moderators[name][1] in layer:
                layer[name] = max(layer[moderators[name][1]] - 1, 0)
    return layer


def _stacked(
    names: Sequence[str], columns: Mapping[str, int], paths: Sequence[tuple[str, str]]
) -> dict[str, Position]:
    """Every column centred, its nodes in the order of the middle of what they are tied to."""
    stacks = {
        column: [name for name in names if columns[name] == column]
        for column in sorted(set(columns.values()))
    }
    rows: dict[str, float] = {}
    for sweep in range(6):
        for stack in stacks.values() if sweep % 2 == 0 else reversed(stacks.values()):
            if sweep:
                stack.sort(key=lambda name: (_middle(name, rows, paths), names.index(name)))
            rows |= {name: nth - (len(stack) - 1) / 2 for nth, name in enumerate(stack)}
    return {name: (columns[name], rows[name]) for name in names}


def _middle(name: str, rows: Mapping[str, float], paths: Sequence[tuple[str, str]]) -> float:
    tied = [rows[b if a == name else a] for a, b in paths if name in (a, b)]
    return sum(tied) / len(tied) if tied else 0.0


Spot = tuple[float, float]
Piece = tuple[tuple[str, ...], tuple[str, ...]]
"""The names whose middle it begins at and those whose middle it ends at."""


def _pieces(arrows: Sequence[Arrow]) -> Iterator[Piece]:
    for arrow in arrows:
        yield ((arrow.source,), (arrow.target,) if arrow.onto is None else arrow.onto)


@dataclass(slots=True)
class _Lattice:
    """Nodes on points, arrows as pieces, and how bad that is; changed in place while it gets better."""

    pieces: tuple[Piece, ...]
    places: dict[str, Position]
    touching: dict[str, tuple[int, ...]] = field(init=False)
    ends: list[tuple[Spot, Spot]] = field(init=False)

    def __post_init__(self) -> None:
        self.touching = {
            name: tuple(index for index, piece in enumerate(self.pieces) if name in piece[0] + piece[1])
            for name in self.places
        }
        self.ends = [self._ends(piece) for piece in self.pieces]

    def improve(self, forward: Sequence[tuple[str, str]]) -> None:
        """One node at a time to the place that helps most, or two of a column change places."""
        left, improving = _MOST_COMPARISONS, True
        while improving and left > 0:
            improving = False
            for name in self.places:
                spots = list(self._spots(name, forward))
                each = len(self.places) + len(self.pieces)
                left -= (len(spots) + 1) * (len(self.touching[name]) * each + len(self.pieces))
                if left < 0:
                    return
                improving |= self._settle(name, spots)

    def _spots(self, name: str, forward: Sequence[tuple[str, str]]) -> Iterator[Position]:
        """Places near the node, within the drawing, that keep every path of ``forward`` rightwards."""
        columns = [column for column, _ in self.places.values()]
        first = max([min(columns), *(self.places[a][0] + 1 for a, b in forward if b == name)])
        last = min([max(columns), *(self.places[b][0] - 1 for a, b in forward if a == name)])
        own, row = self.places[name]
        rows = [row for _, row in self.places.values()]
        low, high = max(min(rows) - 1, row - _REACH), min(max(rows) + 1, row + _REACH)
        for column in range(max(first, own - 1), min(last, own + 1) + 1):
            for half in range(math.ceil(2 * low), math.floor(2 * high) + 1):
                if (column, half / 2) != (own, row):
                    yield (column, half / 2)

    def _settle(self, name: str, spots: Sequence[Position]) -> bool:
        """The best spot for the node, if better than where it is. A taken spot: both change places."""
        start = self.places[name]
        best, least = dict[str, Position](), 1e-6
        now: dict[tuple[str, ...], float] = {}
        for spot in spots:
            near = [
                other
                for other, (column, row) in self.places.items()
                if other != name and column == spot[0] and abs(row - spot[1]) < 1
            ]
            if near and (len(near) > 1 or self.places[near[0]][0] != start[0]):
                continue
            change = {name: spot} if not near else {name: self.places[near[0]], near[0]: start}
            better = self._gain(change, now)
            if better > least:
                best, least = change, better
        self._put(best)
        return bool(best)

    def _put(self, change: Mapping[str, Position]) -> None:
        self.places |= change
        for index in {index for name in change for index in self.touching[name]}:
            self.ends[index] = self._ends(self.pieces[index])

    def _gain(self, change: Mapping[str, Position], now: dict[tuple[str, ...], float]) -> float:
        """``now``: what the nodes cost where they are, kept from one spot to the next."""
        before, names = {name: self.places[name] for name in change}, tuple(change)
        if names not in now:
            now[names] = self._cost(change)
        self._put(change)
        then = self._cost(change)
        self._put(before)
        return now[names] - then

    def _cost(self, names: Mapping[str, Position]) -> float:
        """What the named nodes have part in: their arrows, and the arrows that they stand in the way of.

        Every part counts once, so that a change that is better here is better on the whole."""
        own = {index for name in names for index in self.touching[name]}
        total = sum(0.05 * abs(self.places[name][1]) for name in names)
        for index in own:
            piece, (a, b) = self.pieces[index], self.ends[index]
            total += 0.5 * math.dist(a, b) + _NEAR * abs(a[1] - b[1])
            for other, at in self.places.items():
                if other not in piece[0] and other not in piece[1] and _in_the_way(a, b, at):
                    total += _BLOCKED
            for second, (c, d) in enumerate(self.ends):
                if (second > index or second not in own) and _cross(a, b, c, d):
                    total += _CROSSED
        for index, (a, b) in enumerate(self.ends):
            if index not in own:
                total += _BLOCKED * sum(_in_the_way(a, b, self.places[name]) for name in names)
        return total

    def _ends(self, piece: Piece) -> tuple[Spot, Spot]:
        """Where a piece begins and ends; a moderation ends in the middle of its path."""
        start, end = self.places[piece[0][0]], self.places[piece[1][0]]
        if len(piece[1]) == 1:
            return (start, end)
        other = self.places[piece[1][1]]
        return (start, ((end[0] + other[0]) / 2, (end[1] + other[1]) / 2))


def _in_the_way(a: Spot, b: Spot, at: Spot) -> bool:
    """Whether the piece from ``a`` to ``b`` enters the node ``at`` a point of the lattice."""
    (ax, ay), (bx, by), (x, y) = a, b, at
    left, right = (ax, bx) if ax <= bx else (bx, ax)
    if right <= x - _CLEAR_X or left >= x + _CLEAR_X:
        return False
    if ax == bx:
        return min(ay, by) < y + _CLEAR_Y and max(ay, by) > y - _CLEAR_Y
    slope = (by - ay) / (bx - ax)
    one = ay + slope * (max(left, x - _CLEAR_X) - ax)
    two = ay + slope * (min(right, x + _CLEAR_X) - ax)
    return min(one, two) < y + _CLEAR_Y and max(one, two) > y - _CLEAR_Y


def _cross(p: Spot, q: Spot, r: Spot, s: Spot) -> bool:
    """Whether two pieces cross; ends that meet do not."""
    one = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    two = (q[0] - p[0]) * (s[1] - p[1]) - (q[1] - p[1]) * (s[0] - p[0])
    if one * two >= 0:
        return False
    three = (s[0] - r[0]) * (p[1] - r[1]) - (s[1] - r[1]) * (p[0] - r[0])
    four = (s[0] - r[0]) * (q[1] - r[1]) - (s[1] - r[1]) * (q[0] - r[0])
    return three * four < 0


def _tidied(places: Mapping[str, Position]) -> dict[str, Position]:
    """Without empty columns, the first row at 0, gaps between rows no wider than one."""
    columns = sorted({column for column, _ in places.values()})
    rows = sorted({row for _, row in places.values()})
    at, shift = {}, 0.0
    for nth, row in enumerate(rows):
        gap = row - rows[nth - 1] if nth else 0.0
        shift += max(gap - 1.0, 0.0)
        at[row] = row - rows[0] - shift
    return {name: (columns.index(column), at[row]) for name, (column, row) in places.items()}
