"""What a command gives back: data for a program, blocks for a person, and the problems met on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tam.errors import Problem


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as text. ``align`` holds one letter a column, ``l`` or ``r``; the rest are left."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that opens a part of the answer."""

    text: str


Block = str | Table | Heading


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found.

    ``result`` is ready for JSON, ``blocks`` is the same for a person's eyes. ``problems`` decide the exit
    code (their highest); ``at_least`` raises it where the answer itself is a failed check.
    """

    result: Mapping[str, Any] | None = None
    blocks: Sequence[Block] = ()
    problems: Sequence[Problem | Mapping[str, Any]] = field(default_factory=tuple)
    at_least: Literal[0, 1] = 0
