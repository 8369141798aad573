"""What a reader knows about a survey platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tam.data.table import Grid, Layout

MetaRole = Literal["id", "started", "submitted", "seconds", "source", "status", "finished", "ip"]


@dataclass(frozen=True, slots=True)
class Platform:
    """``recognise`` looks at the filled rows and the file name; None where the marks are absent."""

    name: str
    recognise: Callable[[Grid, str], Layout | None]
    meta: Mapping[str, MetaRole]
    """Folded header of a column that describes the response, not an answer -> its role."""
    meta_patterns: tuple[tuple[re.Pattern[str], MetaRole], ...] = ()
    """The same for headers that hold the name of a form; tried on the folded header, whole."""
    markers: Mapping[str, str] = field(default_factory=dict)
    """Folded cell that stands for no answer -> reason."""
    preview_statuses: frozenset[str] = frozenset()
    """Folded values of the status column that mark a test run of the survey's makers."""
    unfinished: frozenset[str] = frozenset()
    """Folded values of the column ``finished_by`` that say that the end was not reached."""
    finished_by: MetaRole = "finished"
    numbers_are_positions: bool = False
    """Do bare numbers count options in the order shown, unless the form of the file says otherwise?"""
    page_timer: re.Pattern[str] | None = None
    """Header of a column with the seconds spent on a page; group 1 names the page."""
    shown_order: re.Pattern[str] | None = None
    """Header of a column with the order in which something was shown."""
    empty_if_none_ticked: bool = False
    """Is a box that nobody saw written like one that was left unticked?"""

    def role(self, *names: str) -> MetaRole | None:
        """What a column with one of these folded headers says about the response, if anything."""
        for name in names:
            if name in self.meta:
                return self.meta[name]
            for pattern, role in self.meta_patterns:
                if pattern.fullmatch(name):
                    return role
        return None
