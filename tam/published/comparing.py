"""Two result records, value by value: what differs, by how much, and where it stands."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["number", "text", "missing", "added", "length", "type"]

#: What names a row of a list, in the order in which it is looked for.
NAMES = (
    ("lhs", "op", "rhs"),
    ("predictor", "outcome", "moderator"),
    *((name,) for name in ("item", "id", "rule", "construct", "code", "step", "key", "row", "by", "at")),
    ("estimator",),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two records differ.

    ``path``: dotted, rows of lists by number with what names them (``structure.estimates[3 PU ~ PEOU].est``).
    ``size``: |stored - found| / max(1, |stored|, |found|) of two numbers, infinite for everything else.
    """

    path: str
    table: str
    kind: Kind
    stored: Any
    found: Any
    size: float


@dataclass(frozen=True, slots=True)
class TableComparison:
    """All values of one table: how many, how many are the same to the last bit, the largest difference and
    where it stands."""

    table: str
    compared: int
    identical: int
    largest: float
    where: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """``tables`` in the order of the stored record; ``differences`` the largest first."""

    tables: tuple[TableComparison, ...]
    differences: tuple[Difference, ...]

    @property
    def largest(self) -> float:
        return max((one.largest for one in self.tables), default=0.0)

    def beyond(self, tolerance: float) -> tuple[Difference, ...]:
        """The differences that a tolerance does not cover."""
        return tuple(one for one in self.differences if one.size > tolerance)


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: str
    table: str
    difference: Difference | None


def compare(stored: Mapping[str, Any], found: Mapping[str, Any]) -> Comparison:
    """Every value of two records. Both are plain JSON of limited depth."""
    counts: dict[str, int] = {}
    same: dict[str, int] = {}
    largest: dict[str, tuple[float, str | None]] = {}
    differences = []
    for leaf in _leaves(stored, found, "", ()):
        table = leaf.table
        counts[table] = counts.get(table, 0) + 1
        same.setdefault(table, 0)
        largest.setdefault(table, (0.0, None))
        if leaf.difference is None:
            same[table] += 1
            continue
        differences.append(leaf.difference)
        if leaf.difference.size > largest[table][0]:
            largest[table] = (leaf.difference.size, leaf.path)
    tables = tuple(TableComparison(name, counts[name], same[name], *largest[name]) for name in counts)
    return Comparison(tables, tuple(sorted(differences, key=lambda one: -one.size)))


def _leaves(stored: Any, found: Any, path: str, steps: tuple[str, ...]) -> Iterator[_Leaf]:
    if isinstance(stored, Mapping) and isinstance(found, Mapping):
        for name in dict.fromkeys((*stored, *found)):
            where, own = _joined(path, str(name)), (*steps, str(name))
            if name not in found:
                yield _leaf(where, own, "missing", stored[name], None)
            elif name not in stored:
                yield _leaf(where, own, "added", None, found[name])
            else:
                yield from _leaves(stored[name], found[name], where, own)
    elif _is_list(stored) and _is_list(found):
        if len(stored) != len(found):
            yield _leaf(path, steps, "length", len(stored), len(found))
        for at, (one, other) in enumerate(zip(stored, found)):
            yield from _leaves(one, other, f"{path}[{_row(at, one)}]", steps)
    else:
        yield _compared(stored, found, path, steps)


def _compared(stored: Any, found: Any, path: str, steps: tuple[str, ...]) -> _Leaf:
    if _is_number(stored) and _is_number(found):
        if stored == found:
            return _Leaf(path, _table(steps), None)
        return _leaf(path, steps, "number", stored, found)
    if type(stored) is type(found):
        same = stored == found
        return _Leaf(path, _table(steps), None) if same else _leaf(path, steps, "text", stored, found)
    return _leaf(path, steps, "type", stored, found)


def _leaf(path: str, steps: tuple[str, ...], kind: Kind, stored: Any, found: Any) -> _Leaf:
    size = difference_size(stored, found) if kind == "number" else math.inf
    return _Leaf(path, _table(steps), Difference(path, _table(steps), kind, stored, found, size))


def difference_size(stored: float, found: float) -> float:
    """|stored - found| / max(1, |stored|, |found|): absolute for small numbers, relative for large ones."""
    try:
        one, other = float(stored), float(found)
    except OverflowError:
        return math.inf
    size = abs(one - other) / max(1.0, abs(one), abs(other))
    return size if math.isfinite(size) else math.inf


def _table(steps: Sequence[str]) -> str:
    """The table that a value belongs to: the section and its part."""
    return ".".join(steps[:2])


def _row(at: int, row: Any) -> str:
    """The number of a row, and what names it."""
    if not isinstance(row, Mapping):
        return str(at)
    for keys in NAMES:
        if all(isinstance(row.get(key), (str, int)) for key in keys):
            return f"{at} {' '.join(str(row[key])[:40] for key in keys)}".rstrip()
    return str(at)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
