"""What a path diagram of several groups draws: one edge per path, with the values of every group on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tam.analysis.confirmatory_models import Value
from tam.analysis.group_paths import GroupPaths, OverallTest, PathAcrossGroups
from tam.errors import Unavailable


@dataclass(frozen=True, slots=True)
class EdgeValue:
    """A path in one group: ``std`` standardised within the group, ``p`` that it is zero."""

    est: float
    std: Value
    p: Value


@dataclass(frozen=True, slots=True)
class GroupEdge:
    """``differs``: the adjusted p value of the overall test is below the level; None without a test."""

    predictor: str
    outcome: str
    groups: Mapping[str, EdgeValue]
    differs: bool | None
    p: Value
    p_holm: Value


@dataclass(frozen=True, slots=True)
class GroupDiagram:
    """``alpha`` the level of the tests; ``r2`` the explained share of each outcome by group."""

    alpha: float
    groups: tuple[str, ...]
    edges: tuple[GroupEdge, ...]
    r2: Mapping[str, Mapping[str, Value]]


def group_diagram(found: GroupPaths, labels: tuple[str, ...], alpha: float) -> GroupDiagram:
    """The diagram of compared paths, groups in the order of ``labels``."""
    return GroupDiagram(alpha, labels, tuple(_edge(one, alpha) for one in found.paths), found.r2)


def _edge(path: PathAcrossGroups, alpha: float) -> GroupEdge:
    test = path.overall
    p: Value = test.p if isinstance(test, OverallTest) else Unavailable(test.reason)
    p_holm: Value = test.p_holm if isinstance(test, OverallTest) else Unavailable(test.reason)
    return GroupEdge(
        path.predictor,
        path.outcome,
        {group: EdgeValue(own.est, own.std, own.p) for group, own in path.groups.items()},
        None if isinstance(p_holm, Unavailable) else p_holm < alpha,
        p,
        p_holm,
    )
