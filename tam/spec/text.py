"""Words in two languages, identifiers, and suggestions for misspelt names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

IDENTIFIER = re.compile(r"[^\W\d][\w.]{0,63}")
"""A name the model syntax can hold: a letter first, then letters, digits, ``_`` and ``.``, in any script."""


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and Chinese; either may be missing, not both."""

    en: str | None = None
    zh: str | None = None

    def get(self, language: str) -> str:
        """In the language asked for, else in the other one."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first if first is not None else second or ""

    @classmethod
    def of(cls, value: Text | str | dict[str, str] | None, fallback: str = "") -> Text:
        if isinstance(value, Text):
            return value
        if isinstance(value, dict):
            return cls(value.get("en"), value.get("zh"))
        return cls(value if value is not None else fallback)

    def to_dict(self) -> dict[str, str | None]:
        return {"en": self.en, "zh": self.zh}


def is_identifier(name: str) -> bool:
    return IDENTIFIER.fullmatch(name) is not None


def closest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name`` as a clause for a message, or an empty string."""
    by_folded = {one.casefold(): one for one in sorted(known)}
    hit = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[hit[0]] if hit else ""


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Names for a message: the first ``limit`` of them, then how many more."""
    names = list(names)
    more = f" (+{len(names) - limit})" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
