"""DataFile: one of several files that a study stacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tam.spec.instrument import ColumnRule

WAVE = "wave"
"""Name of the variable that says which file a respondent came from, in a study of several files."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """Where a file stands, what it is called in results, and what is said about it alone.

    ``name`` is the file's name, or its path as written where two files share a name. Settings that are None
    fall back to the study's; ``columns`` go before the study's.
    """

    path: Path
    name: str
    wave: str
    platform: str | None = None
    encoding: str | None = None
    sheet: str | int | None = None
    text_form: Path | None = None
    columns: Mapping[str, ColumnRule] = field(default_factory=dict)
