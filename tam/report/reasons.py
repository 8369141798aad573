"""Reasons for absent values, recorded in English, told in the language of the report.

A reason is recognised by the English sentence of the catalogue ``[reasons]`` or of a problem that was caught
on the way, and told by the entry of the same key in the other language. What is not recognised stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import cast

from tam.errors import Language, catalogue
from tam.report.words import load_words

_PLACE = re.compile(r"\{([a-z_0-9]{1,40})\}")
_LONGEST, _MOST_PLACES, _LEAST_FIXED = 300, 3, 8
"""Longer texts and sentences with more places are not compared, so that matching stays quick; sentences that
are hardly more than places would fit anything."""


def told_reason(text: str, language: str) -> str | None:
    """The reason in ``language``; None where no catalogue knows it. Several stand apart by semicolons."""
    if language == "en":
        return text
    parts = [_one(part, language) for part in text.split("; ")]
    if len(parts) == 1 or any(part is None for part in parts):
        return _one(text, language)
    comma = load_words(language).entries["list.clause"]
    return comma.join(part.rstrip(".。") for part in parts if part)


def _one(text: str, language: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    stopped = text if text.endswith(".") else f"{text}."
    for pieces, sentence, template in _sentences(language):
        if all(piece in stopped for piece in pieces):
            found = _pattern(sentence).fullmatch(text) or _pattern(sentence).fullmatch(stopped)
            if found:
                return _filled(template, found.groupdict())
    return None


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)


@cache
def _sentences(language: str) -> tuple[tuple[tuple[str, ...], str, str], ...]:
    """The fixed pieces of every English sentence, the sentence, its counterpart; those with most fixed text
    first. A sentence becomes a pattern only where its pieces stand in a text: there are thousands."""
    pairs = sorted(_pairs(language), key=lambda pair: -len(_PLACE.sub("", pair[0])))
    return tuple(
        (tuple(filter(None, _PLACE.split(english)[::2])), english, other) for english, other in pairs
    )


def _pairs(language: str) -> Iterator[tuple[str, str]]:
    english, other = load_words("en").entries, load_words(language).entries
    for key, sentence in english.items():
        if key.startswith("reasons."):
            yield sentence, other[key]
    known = catalogue(cast(Language, language))
    for code, entry in catalogue("en").items():
        what = str(entry["what"])
        fixed = len(_PLACE.sub("", what))
        if code in known and len(_PLACE.findall(what)) <= _MOST_PLACES and fixed >= _LEAST_FIXED:
            yield what, str(known[code]["what"])


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    """The sentence with its places open; a place that comes again is not compared."""
    pieces, seen = [], set()
    for index, piece in enumerate(_PLACE.split(sentence)):
        if index % 2 == 0:
            pieces.append(re.escape(piece))
        elif piece in seen:
            pieces.append(".{0,200}?")
        else:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>.{{0,200}}?)")
    return re.compile("".join(pieces), re.DOTALL)
