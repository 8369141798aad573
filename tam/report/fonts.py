"""Letters as outlines: which font of the machine has each character, and what it looks like there.

A picture needs no font where it is shown and none is embedded in it; Chinese comes out as Chinese, or a
problem says what to install. Nothing becomes a box: what no font has is a replacement mark, and the caller is
told.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from tam.errors import TamError, problem

LATIN = ("Segoe UI", "Helvetica Neue", "Helvetica", "Arial", "Noto Sans", "Liberation Sans", "DejaVu Sans")
CHINESE = (
    *("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"),
    *("Source Han Sans CN", "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei"),
    *("WenQuanYi Zen Hei", "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK KR"),
    *("Droid Sans Fallback", "SimSun", "Noto Serif CJK SC", "Noto Serif CJK JP"),
)
"""Sans serif first. Older matplotlib sees the first face of a collection only, the Japanese one of Noto."""
NEVER = ("Last Resort", "Color Emoji", "Adobe Blank", "Adobe NotDef")
"""Parts of names of fonts whose glyphs are boxes, bitmaps or nothing."""
REPLACEMENT = "\ufffd"
UNITS = 100.0
"""Size in pixels at which outlines are taken; they are not hinted, so any other size is a multiple."""
_EXTENT = {"DejaVu Sans": 0.9}
"""What makes letters of a wide font about as wide as those that the drawings were laid out for."""
_BOLD_FROM = 600


@dataclass(frozen=True, slots=True)
class Outline:
    """A line of text: vertices (x to the right, y upward, in ``UNITS``) with matplotlib's path codes.

    ``bold`` are contours of fonts that have no bold face, to be drawn with a stroke. ``replaced`` are the
    characters that no font has.
    """

    shapes: tuple[tuple[Any, bool], ...]
    advance: float
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Face:
    """A face at ``UNITS`` pixels; ``embolden`` where it is lighter than asked for."""

    font: Any
    scale: float
    embolden: bool
    letters: frozenset[int]


@lru_cache(maxsize=4096)
def outline(text: str, weight: int = 400) -> Outline:
    """The outlines of a line of text. Raises TamError where it holds Chinese and no font has it."""
    import numpy as np
    from matplotlib.path import Path

    parts: dict[bool, list[Any]] = {}
    replaced: list[str] = []
    x = 0.0
    last: tuple[_Face, str] | None = None
    for letter in visible(text):
        found = _face_of(letter, weight)
        if found is None:
            replaced.append(letter)
        face, drawn = (found, letter) if found else _replacement(weight)
        if last and last[0] is face:
            x += _kerning(face, last[1], drawn)
        vertices, codes, advance = _glyph(face, drawn)
        if len(vertices):
            parts.setdefault(face.embolden, []).append(Path(vertices + np.array([x, 0.0]), codes))
        x, last = x + advance, (face, drawn)
    shapes = tuple((Path.make_compound_path(*paths), bold) for bold, paths in parts.items())
    return Outline(shapes, x, tuple(dict.fromkeys(replaced)))


def visible(text: str) -> str:
    """The characters that are drawn, in the order in which they are seen: marks of direction and joiners are
    left out, stretches that run from right to left turned round."""
    drawn = [letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc", "Cs", "Mn", "Me")]
    return "".join(_turned(drawn))


def _turned(letters: Sequence[str]) -> Iterator[str]:
    waiting: list[str] = []
    for letter in letters:
        way = unicodedata.bidirectional(letter)
        if way in ("R", "AL") or (waiting and way in ("WS", "ON", "CS")):
            waiting.append(letter)
            continue
        yield from _released(waiting)
        yield letter
    yield from _released(waiting)


def _released(waiting: list[str]) -> Iterator[str]:
    """The waiting letters reversed; spaces behind the last of them stay behind."""
    end = len(waiting)
    while end and unicodedata.bidirectional(waiting[end - 1]) not in ("R", "AL"):
        end -= 1
    yield from reversed(waiting[:end])
    yield from waiting[end:]
    waiting.clear()


def is_chinese(letter: str) -> bool:
    """Han characters with their punctuation, full-width forms, kana and Hangul."""
    code = ord(letter)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7AF
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


@cache
def _face_of(letter: str, weight: int) -> _Face | None:
    """The first face that has a character; None where no font has it and it is not Chinese."""
    chinese = is_chinese(letter)
    families = (*CHINESE, *LATIN) if chinese else (*LATIN, *CHINESE)
    for known in (families, _families()):
        for family in known:
            face = _face(family, weight)
            if face is not None and ord(letter) in face.letters:
                return face
    if chinese and not any(_face(family, weight) for family in CHINESE):
        raise TamError(problem("font-without-chinese", letter=letter))
    return None


def _replacement(weight: int) -> tuple[_Face, str]:
    for letter in (REPLACEMENT, "?"):
        face = _face_of(letter, weight)
        if face is not None:
            return face, letter
    raise RuntimeError("matplotlib has come without its fonts")


@cache
def _families() -> tuple[str, ...]:
    """Every family of the machine, also of fonts installed since matplotlib last looked."""
    from contextlib import suppress

    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(OSError, RuntimeError, ValueError):  # a damaged font is no font
            font_manager.fontManager.addfont(path)
    _installed.cache_clear()
    return tuple(sorted(_installed()))


@cache
def _installed() -> frozenset[str]:
    from matplotlib import font_manager

    names = {entry.name for entry in font_manager.fontManager.ttflist}
    return frozenset(name for name in names if not any(part in name for part in NEVER))


def _face(family: str, weight: int) -> _Face | None:
    return _loaded(family, weight >= _BOLD_FROM) if family in _installed() else None


@cache
def _loaded(family: str, bold: bool) -> _Face | None:
    """A family's upright face of regular or bold weight; None where the file cannot be used."""
    from matplotlib import font_manager

    asked = font_manager.FontProperties(family=[family], weight="bold" if bold else "normal")
    try:
        path = font_manager.findfont(asked, fallback_to_default=False)
        font = font_manager.get_font(path)
        font.set_size(UNITS, 72)
    except (OSError, RuntimeError, ValueError):
        return None
    weights = [entry.weight for entry in font_manager.fontManager.ttflist if entry.fname == str(path)]
    heaviest = max((_number(one) for one in weights), default=400)
    letters = frozenset(font.get_charmap())
    return _Face(font, _EXTENT.get(family, 1.0), bold and heaviest < _BOLD_FROM, letters)


def _number(weight: int | str) -> int:
    from matplotlib.font_manager import weight_dict

    return int(weight_dict.get(weight, 400)) if isinstance(weight, str) else int(weight)


_NO_HINTING = 2
"""FT_LOAD_NO_HINTING, which matplotlib has named in two ways."""


def _flags() -> Any:
    from matplotlib import ft2font

    return ft2font.LoadFlags.NO_HINTING if hasattr(ft2font, "LoadFlags") else _NO_HINTING


def _glyph(face: _Face, letter: str) -> tuple[Any, Any, float]:
    """Vertices, codes and advance of one character."""
    glyph = face.font.load_char(ord(letter), flags=_flags())
    vertices, codes = face.font.get_path()
    return vertices * face.scale, codes, glyph.linearHoriAdvance / 65536 * face.scale


def _kerning(face: _Face, left: str, right: str) -> float:
    from matplotlib import ft2font

    named: Any = getattr(ft2font, "Kerning", None)
    mode = named.UNFITTED if named else getattr(ft2font, "KERNING_UNFITTED")  # noqa: B009  (before 3.10)
    pair = (face.font.get_char_index(ord(left)), face.font.get_char_index(ord(right)))
    return float(face.font.get_kerning(*pair, mode)) / 64 * face.scale
