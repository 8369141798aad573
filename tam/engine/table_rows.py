"""The rows of a parameter table and the table itself, as data."""

from __future__ import annotations

from dataclasses import dataclass, field

from tam.engine.statements import Relation


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter.

    ``op`` is ``=~``, ``~``, ``~~`` or ``~1``. ``tied``: equal to the first group's row of the same terms,
    unless a label says otherwise. ``fixed`` is its value if fixed (None: free, or taken from
    the sample if ``exogenous``), ``start`` a starting value the text gave, ``parameter`` its index in theta
    (-1: not free).
    """

    lhs: str
    op: str
    rhs: str
    label: str = ""
    fixed: float | None = None
    start: float | None = None
    exogenous: bool = False
    user: bool = False
    parameter: int = -1
    group: str | None = None
    tied: bool = False
    line: int | None = field(default=None, compare=False)

    @property
    def free(self) -> bool:
        return self.parameter >= 0

    @property
    def name(self) -> str:
        return f"{self.lhs}{self.op}{self.rhs}"


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of a model by role, each in lavaan's order.

    ``observed`` = indicators, then observed outcomes, then exogenous, then those only in covariances.
    ``exogenous`` are observed variables that only predict and whose moments the text does not mention.
    """

    latent: tuple[str, ...]
    observed: tuple[str, ...]
    exogenous: tuple[str, ...]
    indicators: frozenset[str]
    outcomes: frozenset[str]
    predictors: frozenset[str]


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """All rows, the relations among labels, and the free parameters' names in the order of theta.

    ``groups`` are the labels of the groups, in the order of their rows; (None,) with one group.
    """

    rows: tuple[Row, ...]
    relations: tuple[Relation, ...]
    variables: Variables
    free: tuple[str, ...]
    meanstructure: bool
    groups: tuple[str | None, ...] = (None,)

    def rows_of(self, group: int) -> tuple[Row, ...]:
        """The rows of one group, counted from 0."""
        if len(self.groups) == 1:
            return self.rows
        label = self.groups[group]
        return tuple(row for row in self.rows if row.group == label)


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of a model: their labels, and what is equal across them.

    ``equal`` holds kinds of parameters (keys of ``tam.engine.group_table.KINDS``), ``partial`` names of
    parameters (``lhs op rhs`` without blanks) that stay free all the same.
    """

    labels: tuple[str | None, ...] = (None,)
    equal: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
