"""Text as people and platforms write it: widths, spaces, dashes, question numbers, enumerations."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_CLOSING = " ?。.:;,，!*"
_TAG = re.compile(r"<[^<>]{1,200}>")
_QUESTION = re.compile(r"^(?:第\s*(\d{1,3})\s*题|[Qq]?(\d{1,3})\s*[、.:)]|[Qq](\d{1,3})\s)\s*")
_SUBQUESTION = re.compile(r"^\((\d{1,3})\)\s*")
_UNDER_NUMBER = re.compile(r"^第\s*\d{1,3}\s*题\s*\((.+)\)$")
_BRACKET = re.compile(r"^(.*?)\s*\[([^\[\]]+)\]$")
_CHOICE = re.compile(r"^(.+?)\s*\(choice\s*=\s*(.+)\)$", re.IGNORECASE)
_SELECTED = re.compile(r"\s-\s(?:selected choice|已选(?:的)?选项|所选选项)(?=\s-\s|$)")
_MOST_PARTS = 6
_NUMBER_NAME = re.compile(r"^(?:[Qq](\d{1,3})(?:[_.-](\d{1,3}))?|第(\d{1,3})题(?:\((\d{1,3})\))?)$")


def normalise(text: str) -> str:
    """NFKC, one kind of dash, no invisible characters, single spaces, stripped."""
    if not text.isascii():
        text = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    return " ".join(text.split())


def fold(text: str) -> str:
    """``normalise`` without regard to case: two spellings that fold alike are the same word."""
    return normalise(text).casefold()


@dataclass(frozen=True, slots=True)
class Heading:
    """A column header taken apart: ``3、(1)子题`` has number 3, part 1 and wording ``子题``."""

    number: int | None
    part: int | None
    wording: str
    """Folded, without question numbers, tags and closing punctuation."""
    parts: tuple[tuple[str, str], ...] = ()
    """(question, row or option), folded, for every way in which the header may be a question and its row."""


def heading(text: str) -> Heading:
    whole = plain = normalise(_TAG.sub(" ", text[:2000]))
    number = part = None
    if hit := _QUESTION.match(plain):
        number = int(next(group for group in hit.groups() if group))
        plain = plain[hit.end() :]
    if hit := _SUBQUESTION.match(plain):
        part = int(hit.group(1))
        plain = plain[hit.end() :]
    return Heading(number, part, bare_wording(plain), _parts(whole, fold(plain)))


def _parts(whole: str, plain: str) -> tuple[tuple[str, str], ...]:
    """``第6题(行)``, ``题干[行]``, ``题干(choice=选项)``, ``题干:选项``, ``题干 - 行``, ``题干_行``."""
    if hit := _UNDER_NUMBER.match(whole):
        return (("", fold(hit.group(1)).strip(_CLOSING)),)
    for shape in (_BRACKET, _CHOICE):
        if hit := shape.match(plain):
            return ((hit.group(1).strip(_CLOSING), hit.group(2).strip(_CLOSING)),)
    chosen = selected(plain)
    found = []
    for mark in (" - ", ":", "_", "--", "-"):
        pieces = chosen.split(mark)
        if len(pieces) <= _MOST_PARTS:
            pairs = [(mark.join(pieces[:i]), mark.join(pieces[i:])) for i in range(1, len(pieces))]
            found += [(one.strip(_CLOSING), two.strip(_CLOSING)) for one, two in pairs]
    return tuple(dict.fromkeys((one, two) for one, two in found if one and two))


def selected(plain: str) -> str:
    """A folded wording without the words that Qualtrics adds where an option has a text field."""
    return _SELECTED.sub("", plain).strip(_CLOSING)


def bare_wording(text: str) -> str:
    """Folded wording without closing punctuation, as headers often lose it."""
    return fold(_TAG.sub(" ", text)).strip(_CLOSING)


def question_number(name: str) -> tuple[int, int | None] | None:
    """``Q7`` -> (7, None), ``Q7_2`` -> (7, 2), ``第7题`` -> (7, None); None for anything else."""
    hit = _NUMBER_NAME.match(normalise(name))
    if hit is None:
        return None
    number, part = hit.group(1) or hit.group(3), hit.group(2) or hit.group(4)
    return int(number), int(part) if part else None
