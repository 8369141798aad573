"""One cell to one code. Only the words that a scale lists become codes; nothing is inferred from meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tam.data.quantities import parse_count, parse_number
from tam.data.wording import fold
from tam.spec.instrument import Scale

Fault = Literal["", "not_on_scale", "contradicts", "out_of_range"]

_LETTERED = re.compile(r"^[a-z] ?[.、):] ?")
_NUMBERED = re.compile(r"^\d{1,2} ?[.、):] ?")
# "1 非常不同意", "7=Strongly agree", "5-同意": the number is the code shown beside the words.
_ANCHORED = re.compile(r"^(-?\d{1,3}) ?(?:[ =(\-]|(?=[^\W\d]))[ (]*(.+?)\)?$")
_ANCHORED_AFTER = re.compile(r"^(.+?) ?\((-?\d{1,3})\)$")
_ANSWER_CODE = re.compile(r"^ao?0*(\d{1,3})$")
_TAG = re.compile(r"<[^<>]{1,200}>")
ANY_OTHER = "*"
"""An alias that stands for every answer the scale does not list: the free text beside "other"."""
_OPEN_OTHER = re.compile(r"\s*〖[^〗]*〗\s*$")


@dataclass(frozen=True, slots=True)
class Answer:
    """``code`` is None where there is no answer, and ``reason`` says why; ``fault`` names what is wrong."""

    code: int | str | float | None
    reason: str = ""
    fault: Fault = ""


@dataclass(frozen=True, slots=True)
class Coder:
    """Codes the cells of one column. Build it with ``coder``."""

    scale: Scale
    words: Mapping[str, int | str]
    missing: Mapping[str, str]
    markers: Mapping[str, str]
    counts: bool = False
    positions: Literal["ascending", "descending"] | None = None

    def code(self, cell: str) -> Answer:
        plain = fold(cell)
        if plain in self.missing:
            return Answer(None, self.missing[plain])
        if not plain:
            return Answer(None, "blank")
        answer = self._number(cell) if self.scale.type == "numeric" else self._choice(cell, plain)
        if answer.fault and plain in self.markers:
            return Answer(None, self.markers[plain])
        return answer

    def _choice(self, cell: str, plain: str) -> Answer:
        if not self.words and self.scale.type == "nominal":
            return Answer(" ".join(cell.split()))
        if plain in self.words:
            return Answer(self.words[plain])
        closed = _OPEN_OTHER.sub("", plain)
        for text in (_LETTERED.sub("", closed), _NUMBERED.sub("", closed), closed):
            # what is left of "1.5" is a number, not the label of a numbered option
            if text in self.words and any(char.isalpha() for char in text):
                return Answer(self.words[text])
        anchored = self._anchored(plain)
        if anchored is not None:
            return anchored
        number = parse_number(cell)
        counted = _ANSWER_CODE.match(plain) if self.positions else None
        if counted:
            return self._position(float(counted.group(1)))
        if number is None:
            return self._other(plain)
        return self._position(number) if self.positions else self._code(number)

    def _other(self, plain: str) -> Answer:
        """Words that stand in tags, or for which the scale has a place; else no answer of this scale."""
        if "<" in plain and (bare := _TAG.sub("", plain).strip()) != plain:
            return self.code(bare)
        if ANY_OTHER in self.words and plain not in self.markers:
            return Answer(self.words[ANY_OTHER])
        return Answer(None, "not_on_scale", "not_on_scale")

    def _anchored(self, plain: str) -> Answer | None:
        """A code and a listed label in one cell must say the same."""
        before, after = _ANCHORED.match(plain), _ANCHORED_AFTER.match(plain)
        for hit, number, label in ((before, 1, 2), (after, 2, 1)):
            if hit and (code := self.words.get(hit.group(label).strip())) is not None:
                agrees = self.positions is not None or str(code) == hit.group(number)
                return Answer(code) if agrees else Answer(None, "contradicts", "contradicts")
        return None

    def _code(self, number: float) -> Answer:
        codes = [code for code in self.scale.labels if isinstance(code, int)]
        if self.scale.type == "nominal":
            return Answer(int(number)) if number in codes else Answer(None, "out_of_range", "out_of_range")
        # a labelled scale has whole points only; an unlabelled one may be a slider
        whole = number.is_integer() or not self.scale.labels
        return self._within(number) if whole else Answer(None, "out_of_range", "out_of_range")

    def _position(self, number: float) -> Answer:
        codes: list[int | str | float] = list(self.scale.labels)
        if not codes and self.scale.min is not None and self.scale.max is not None:
            codes = list(range(int(self.scale.min), int(self.scale.max) + 1))
        ordered = codes if self.positions == "ascending" else codes[::-1]
        if number.is_integer() and 1 <= number <= len(ordered):
            return Answer(ordered[int(number) - 1])
        return Answer(None, "out_of_range", "out_of_range")

    def _number(self, cell: str) -> Answer:
        number = parse_count(cell) if self.counts else parse_number(cell)
        if number is None and self.counts:
            number = parse_number(cell)
        return Answer(None, "not_on_scale", "not_on_scale") if number is None else self._within(number)

    def _within(self, number: float) -> Answer:
        low = -math.inf if self.scale.min is None else self.scale.min
        high = math.inf if self.scale.max is None else self.scale.max
        if math.isfinite(number) and low <= number <= high:
            return Answer(number)
        return Answer(None, "out_of_range", "out_of_range")


def coder(
    scale: Scale,
    missing_codes: Mapping[str, str],
    markers: Mapping[str, str],
    *,
    counts: bool = False,
    positions: Literal["ascending", "descending"] | None = None,
) -> Coder:
    """A coder for the columns of one scale.

    ``missing_codes`` are the instrument's and always mean missing; ``markers`` are the platform's and mean
    missing only where the cell is no answer on the scale (-2 is an answer on a scale from -3 to 3).
    """
    missing = {fold(code): reason for code, reason in missing_codes.items()}
    numeric = {f"{code}.0": reason for code, reason in missing.items() if re.fullmatch(r"-?\d+", code)}
    return Coder(scale, _words(scale), {**numeric, **missing}, dict(markers), counts, positions)


def _words(scale: Scale) -> dict[str, int | str]:
    """Folded label, alias or text code -> code; a word that would stand for two codes stands for none."""
    found: dict[str, int | str] = {}
    doubled: set[str] = set()
    for code, label in scale.labels.items():
        own = () if isinstance(code, int) else (code,)
        for word in filter(None, (label.en, label.zh, *label.aliases, *own)):
            key = fold(word)
            if found.setdefault(key, code) != code:
                doubled.add(key)
    return {word: code for word, code in found.items() if word not in doubled}
