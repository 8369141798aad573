"""Problems: what a person is told when something is wrong, and the exceptions that carry them.

A problem is data: a code, a place and named values. Its words (what, why, mend) come from the catalogue
``reports/words/problems/<area>.<language>.toml``, so the same problem can be told in any language there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from tam.content import content_path

Severity = Literal["error", "warning", "note"]
Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a problem. Rows are numbered as a spreadsheet numbers them (the header is row 1)."""

    file: str | None = None
    row: int | None = None
    column: str | None = None
    item: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        for name in ("line", "row", "column", "item"):
            value = getattr(self, name)
            if value is not None:
                parts.append(f"{name} {value}")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("file", "row", "column", "item", "line")}


@cache
def catalogue(language: Language = "en") -> Mapping[str, Mapping[str, Any]]:
    """Every problem code with its severity, exit code and words in one language, all areas together."""
    merged: dict[str, Mapping[str, Any]] = {}
    for path in sorted(content_path("reports", "words", "problems").glob(f"*.{language}.toml")):
        for code, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if code in merged:
                raise ValueError(f"{path.name}: the problem code {code} stands in two catalogues")
            merged[code] = entry
    return merged


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``values`` fill the placeholders of the catalogue's sentences."""

    code: str
    severity: Severity
    where: Where = field(default_factory=Where)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 usable, 1 done but not to be trusted, 2 the person must change something."""
        return int(catalogue()[self.code]["exit"])

    def text(self, part: Literal["what", "why", "mend"], language: Language = "en") -> str:
        entry = catalogue(language)[self.code]
        values = {name: _brief(worded(entry, name, value)) for name, value in self.values.items()}
        return str(entry[part]).format_map(values)

    @property
    def what(self) -> str:
        return self.text("what")

    @property
    def why(self) -> str:
        return self.text("why")

    @property
    def mend(self) -> str:
        return self.text("mend")

    def to_dict(self) -> dict[str, Any]:
        """The shape of DESIGN 5.3, with the values kept so that a report can tell it in another language."""
        return {
            "code": self.code,
            "severity": self.severity,
            "where": self.where.to_dict(),
            "what": self.what,
            "why": self.why,
            "mend": self.mend,
            "values": {name: _plain(value) for name, value in self.values.items()},
        }


def worded(entry: Mapping[str, Any], name: str, value: object) -> object:
    """A value that is a code of ours in the words of the catalogue's entry (its table ``words.<name>``), a
    list of codes likewise; anything else as it is."""
    words: Mapping[str, str] = entry.get("words", {}).get(name, {})
    if isinstance(value, (list, tuple)):
        return [words.get(str(one), one) for one in value]
    return words.get(str(value), value) if words else value


def _brief(value: object, limit: int = 120) -> str:
    """A value as a sentence shows it: one line, at most ``limit`` long, control characters made visible."""
    text = ", ".join(str(part) for part in value) if isinstance(value, (list, tuple)) else str(value)
    text = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _plain(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def problem(code: str, where: Where | None = None, /, **values: Any) -> Problem:
    """A problem of the catalogue; its severity stands there. An unknown code is our own fault: KeyError."""
    return Problem(code, catalogue()[code]["severity"], where or Where(), values)


class TamError(Exception):
    """Nothing was computed: the person must change something first. Carries every problem found."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(f"{one.code}: {one.what}" for one in self.problems))

    def __reduce__(self) -> tuple[type[TamError], tuple[tuple[Problem, ...]]]:
        """The problems travel between processes, not the text made of them."""
        return TamError, (self.problems,)


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise all of them at once, if there are any that stop the work (exit code 2)."""
    found = tuple(problems)
    if any(one.exit_code == 2 for one in found):
        raise TamError(found)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Stands in the place of a number that could not be had, and says why."""

    reason: str
