"""What characters are, for formats that hold text only as text: printable, of which script, how wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby

_OPENS_EMBEDDING = "\u202a\u202b\u202d\u202e"
_CLOSES_EMBEDDING = "\u202c"
_OPENS_ISOLATE = "\u2066\u2067\u2068"
_CLOSES_ISOLATE = "\u2069"
_LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n"})
_EAST_ASIAN = (
    (0x1100, 0x11FF),  # Hangul letters
    (0x2E80, 0xA4CF),  # radicals, kana, ideographs, Yi; their punctuation
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),  # full-width forms
    (0x20000, 0x3FFFF),
)
_QUOTES = "“”‘’…—"
"""Punctuation that Chinese and English write with the same characters and different widths."""

_NARROW, _BROAD = frozenset("iljtfrI.,:;'|!()[]{}/ ·"), frozenset("mwMW@%—…−×→ω")


def printable(text: str) -> str:
    """Text that any file can hold: control characters, halves of surrogate pairs and what is no character as
    visible codes (``\\x07``), line ends as ``\\n``, changes of direction ended where the text ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS)
    return _directions_ended("".join(char if _is_text(char) else _code(char) for char in lines))


def _is_text(char: str) -> bool:
    if char in "\t\n":
        return True
    return unicodedata.category(char) not in {"Cc", "Cs"} and ord(char) & 0xFFFE != 0xFFFE


def _code(char: str) -> str:
    number = ord(char)
    return (
        f"\\x{number:02x}"
        if number < 0x100
        else f"\\u{number:04x}"
        if number < 0x10000
        else f"\\U{number:08x}"
    )


def _directions_ended(text: str) -> str:
    """A text that turns the direction of writing must not turn what stands after it."""
    stack: list[str] = []
    for char in text:
        if char in _OPENS_EMBEDDING:
            stack.append(_CLOSES_EMBEDDING)
        elif char in _OPENS_ISOLATE:
            stack.append(_CLOSES_ISOLATE)
        elif stack and char == stack[-1]:
            stack.pop()
    return text + "".join(reversed(stack))


def is_east_asian(char: str) -> bool:
    """Chinese, Japanese or Korean writing and its full-width punctuation."""
    number = ord(char)
    return number >= 0x1100 and any(low <= number <= high for low, high in _EAST_ASIAN)


def has_east_asian(text: str) -> bool:
    return any(map(is_east_asian, text))


def by_script(text: str, *, chinese: bool) -> Iterator[tuple[bool, str]]:
    """Stretches of one script, in order: whether it is East Asian, and the stretch. ``chinese``: quotation
    marks, ellipses and dashes count as East Asian."""
    also = _QUOTES if chinese else ""
    for east_asian, chars in groupby(text, lambda char: is_east_asian(char) or char in also):
        yield east_asian, "".join(chars)


def width(text: str) -> float:
    """About how wide the text is set on one line, in ems of a proportional typeface."""
    return sum(map(_width, text))


def _width(char: str) -> float:
    if char in _NARROW:
        return 0.31
    if char in _BROAD:
        return 0.85
    if char < "\u0300":
        return 0.68 if char.isupper() else 0.5
    return 1.0 if is_east_asian(char) or ord(char) > 0x1F000 else 0.0 if unicodedata.combining(char) else 0.56
