"""The words of a report: one catalogue per language, sentences with named places and marks for italics.

In a catalogue ``*p*`` prints italic and ``**bold**`` strong. Values are put in after the marks are read, so
that nothing a respondent wrote can become a mark or a placeholder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tam.content import content_path
from tam.report.document import Rich, Run, plain, rich

_MARKS = re.compile(r"(\*\*[^*]{1,200}\*\*|\*[^*]{1,60}\*)")


@dataclass(frozen=True, slots=True)
class Words:
    """A catalogue: dotted key -> template."""

    language: str
    entries: Mapping[str, str]

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def text(self, key: str, **values: object) -> str:
        """The sentence as plain text."""
        return plain(self.rich(key, **values))

    def rich(self, key: str, **values: Any) -> Rich:
        """The sentence with its italics; a value may itself be rich text."""
        runs: list[Run] = []
        for piece in _MARKS.split(self.entries[key]):
            if not piece:
                continue
            strong = piece.startswith("**")
            italic = not strong and piece.startswith("*") and len(piece) > 1
            inner = piece.strip("*") if strong or italic else piece
            runs.extend(_filled(inner, values, italic=italic, strong=strong))
        return tuple(runs)

    def listed(self, parts: Iterable[str]) -> str:
        """``a, b and c`` as the language writes it."""
        return plain(self.listed_rich(rich(part) for part in parts))

    def joined(self, mark: str, parts: Iterable[str]) -> str:
        """Parts between marks of ``list``: ``comma`` or ``clause``."""
        between = self.entries[f"list.{mark}"]
        runs: list[Run] = []
        for part in parts:
            runs.extend([Run(between), *rich(part)] if runs else rich(part))
        return plain(tuple(runs))

    def listed_rich(self, parts: Iterable[Rich]) -> Rich:
        """The same of parts that hold marks."""
        entries = list(parts)
        runs: list[Run] = []
        for index, entry in enumerate(entries):
            if index:
                runs.extend(rich(self.entries["list.and" if index == len(entries) - 1 else "list.comma"]))
            runs.extend(entry)
        return tuple(runs)


_PLACE = re.compile(r"\{([a-z_0-9]{1,40})\}")


def _filled(template: str, values: Mapping[str, Any], *, italic: bool, strong: bool) -> list[Run]:
    runs: list[Run] = []
    for index, piece in enumerate(_PLACE.split(template)):
        if index % 2 == 0:
            runs.extend([Run(piece, italic, strong)] if piece else [])
            continue
        value = values[piece]
        inserted = (
            value if isinstance(value, tuple) else rich(value if isinstance(value, str) else str(value))
        )
        runs.extend(
            Run(run.text, run.italic or italic, run.strong or strong, run.language) for run in inserted
        )
    return runs


def _flat(node: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    entries: dict[str, str] = {}
    for name, value in node.items():
        key = f"{prefix}{name}"
        entries.update(_flat(value, key + ".") if isinstance(value, dict) else {key: str(value)})
    return entries


@cache
def language_name(language: str) -> str:
    """How a language calls itself, without the rest of its catalogue."""
    text = content_path("reports", "words", f"{language}.toml").read_text(encoding="utf-8")
    head = text.index("[document]")
    document = tomllib.loads(text[head : text.index("\n[", head)])["document"]
    return str(document["language_name"])


@cache
def load_words(language: str) -> Words:
    """The catalogue ``reports/words/<language>.toml`` with those of ``sections/``, one for each part of a
    report. A key stands in one of them only."""
    folder = content_path("reports", "words")
    entries: dict[str, str] = {}
    for path in (folder / f"{language}.toml", *sorted((folder / "sections").glob(f"*.{language}.toml"))):
        found = _flat(tomllib.loads(path.read_text(encoding="utf-8")))
        twice = entries.keys() & found.keys()
        if twice:
            raise ValueError(f"{path.name} repeats {sorted(twice)}")
        entries |= found
    return Words(language, entries)
