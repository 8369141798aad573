"""The data handed to a fit, by group: whose rows are whose, and what is wrong with the grouping."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from tam.engine.moments import Moments
from tam.engine.structure import Integers
from tam.errors import Problem, TamError, Where, problem

if TYPE_CHECKING:
    import pandas

    Given = pandas.DataFrame | Moments | Mapping[str, Moments]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GroupedData:
    """A table, or moments of each group; the groups' labels in order of first appearance, (None,) for one.

    ``group_of`` (n,) the group of each row of the table, -1 for none; None with one group.
    """

    labels: tuple[str | None, ...]
    table: pandas.DataFrame | None
    group_of: Integers | None
    moments: tuple[Moments, ...]
    problems: tuple[Problem, ...] = ()

    def places(self, group: int) -> Integers | None:
        """Rows of a group (counted from 0) in the table; None for all of them."""
        return None if self.group_of is None else np.flatnonzero(self.group_of == group)


def grouped(data: Given, group: str | None) -> GroupedData:
    """Data by group; raises ``TamError`` where the grouping is none."""
    if isinstance(data, Mapping):
        labels: tuple[str | None, ...] = tuple(data) if len(data) > 1 else (None,)
        return GroupedData(labels, None, None, tuple(data.values()))
    if isinstance(data, Moments):
        if group is not None:
            raise TamError(problem("group-needs-rows", column=group))
        return GroupedData((None,), None, None, (data,))
    if group is None:
        return GroupedData((None,), data, None, ())
    return _by_column(data, group)


def _by_column(table: pandas.DataFrame, group: str) -> GroupedData:
    import pandas

    known = [str(name) for name in table.columns]
    where = Where(column=group)
    if known.count(group) > 1:
        raise TamError(problem("model-column-twice", where, column=group))
    if group not in known:
        near = difflib.get_close_matches(group, known, n=3, cutoff=0.5) or known[:5] or ["-"]
        raise TamError(problem("model-group-column-missing", where, column=group, near=near))
    codes, values = pandas.factorize(table.iloc[:, known.index(group)])
    labels = [_label(value) for value in values]
    order = {label: at for at, label in enumerate(dict.fromkeys(one for one in labels if one))}
    if len(order) < 2:
        raise TamError(problem("group-column-constant", where, column=group, labels=tuple(order) or ("-",)))
    # The last place answers for code -1, no value at all.
    group_of = np.array([*(order.get(label, -1) for label in labels), -1], dtype=np.intp)[codes]
    without = int((group_of < 0).sum())
    notes: tuple[Problem, ...] = ()
    if without:
        notes = (problem("rows-without-group", where, dropped=without, total=len(table), column=group),)
    return GroupedData(tuple(order), table, group_of, (), notes)


def _label(value: object) -> str:
    """A group's label as text: whole numbers without a decimal point, empty for no answer."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def only(groups: Sequence[T]) -> T:
    """What belongs to the only group; raises ``TamError`` where there are several."""
    if len(groups) > 1:
        raise TamError(problem("one-group-only", groups=len(groups)))
    return groups[0]


def named(name: str, label: str | None) -> str:
    """A variable's name, with its group where there are several."""
    return name if label is None else f"{name} ({label})"
