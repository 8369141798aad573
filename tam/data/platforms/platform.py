"""What a reader knows about a survey platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tam.data.table import Grid, Layout

MetaRole = Literal["id", "submitted", "seconds", "source", "status", "ip"]


@dataclass(frozen=True, slots=True)
class Platform:
    """``recognise`` looks at the filled rows and the file name; None where the marks are absent."""

    name: str
    recognise: Callable[[Grid, str], Layout | None]
    meta: Mapping[str, MetaRole]
    """Folded header of a column that describes the response, not an answer -> its role."""
    markers: Mapping[str, str] = field(default_factory=dict)
    """Folded cell that stands for no answer -> reason."""
    preview_statuses: frozenset[str] = frozenset()
    """Folded values of the status column that mark a test run of the survey's makers."""
