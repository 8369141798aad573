"""What several groups change in a parameter table: what is equal across them, and what that sets free.

The rules are those of lavaan's ``group.equal`` and ``group.partial``: parameters of the kinds named are the
first group's everywhere, unless they have a label of their own or are named as partial; with equal
intercepts the latent means of later groups are free, with equal loadings and latent variances fixed for
scaling so are the variances of later groups.
"""

from __future__ import annotations

import difflib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from tam.engine.table_rows import Grouping, Row, Variables
from tam.errors import Problem, problem


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of parameters: its operator, whether the left side is latent and both sides are the same; None:
    either."""

    op: str
    latent: bool | None = None
    same: bool | None = None

    def holds(self, row: Row, latent: Container[str]) -> bool:
        """Whether a row is of this kind; ``latent`` the latent variables."""
        return (
            row.op == self.op
            and self.latent in (None, row.lhs in latent)
            and self.same in (None, row.lhs == row.rhs)
        )


#: What ``group_equal`` can name.
KINDS: Mapping[str, Kind] = {
    "loadings": Kind("=~"),
    "intercepts": Kind("~1", latent=False),
    "means": Kind("~1", latent=True),
    "thresholds": Kind("|"),
    "regressions": Kind("~"),
    "residuals": Kind("~~", latent=False, same=True),
    "residual.covariances": Kind("~~", latent=False, same=False),
    "lv.variances": Kind("~~", latent=True, same=True),
    "lv.covariances": Kind("~~", latent=True, same=False),
}


def grouping_problems(grouping: Grouping, rows: Sequence[Row]) -> list[Problem]:
    """Kinds and parameters that do not exist."""
    found = [
        problem("option-not-offered", option="group-equal", value=kind, offered=tuple(KINDS))
        for kind in grouping.equal
        if kind not in KINDS
    ]
    asked = (*grouping.equal, *grouping.partial)
    if asked and len(grouping.labels) < 2:
        found.append(problem("group-equal-one-group"))
    known = {name: None for row in rows for name in _names(row)}
    for name in grouping.partial:
        if _plain(name) not in known:
            near = difflib.get_close_matches(_plain(name), known, n=3, cutoff=0.5) or list(known)[:5]
            found.append(problem("group-partial-unknown", name=name, near=tuple(near)))
    return found


def _plain(name: str) -> str:
    return "".join(name.split())


def _names(row: Row) -> tuple[str, ...]:
    """The name of a parameter; of a covariance in both orders."""
    return (row.name, f"{row.rhs}~~{row.lhs}") if row.op == "~~" else (row.name,)


def across_groups(
    rows: Sequence[Row], variables: Variables, grouping: Grouping, *, std_lv: bool
) -> list[Row]:
    """The rows of all groups, those equal to the first group's marked as ``tied``."""
    partial = {_plain(name) for name in grouping.partial}
    latent = set(variables.latent)
    done = []
    for row in rows:
        equal = any(KINDS[kind].holds(row, latent) for kind in grouping.equal if kind in KINDS)
        tied = equal and not row.exogenous and not partial & set(_names(row))
        changed = replace(row, tied=tied)
        if row.group != grouping.labels[0] and _freed(row, latent, grouping.equal, std_lv):
            changed = replace(changed, fixed=None)
        done.append(changed)
    return done


def _freed(row: Row, latent: set[str], equal: Sequence[str], std_lv: bool) -> bool:
    """Whether a fixed automatic row of a later group is free because of what is equal."""
    if row.user or row.lhs not in latent:
        return False
    if row.op == "~1":
        return bool({"intercepts", "thresholds"} & set(equal)) and "means" not in equal
    scaled = row.op == "~~" and row.lhs == row.rhs and std_lv and row.fixed == 1.0
    return scaled and "loadings" in equal and "lv.variances" not in equal
