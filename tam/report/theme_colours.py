"""Colours of a theme: what it may name, what follows from an accent, whether text can be read on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from tam.content import content_path

NAMES = ("page", "surface", "ink", "muted", "accent", "accent_ink", "series_1", "series_2", "series_3")
"""What a theme may set; in the stylesheet a dash stands for the underscore."""

LEAST = 4.5
"""Contrast of text that WCAG 2.2 asks for at level AA (success criterion 1.4.3)."""

_DECLARED = re.compile(r"--([a-z0-9-]{1,40}): (#[0-9a-fA-F]{6})\b")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_TEXT = ("ink", "muted", "accent", "accent-ink")
_ON_PAGE = ("series-1", "series-2", "series-3", "good", "caution", "bad", "moderator")


def as_hex(text: str) -> str | None:
    """``#rgb`` or ``#rrggbb`` as ``#rrggbb`` in small letters; None where it is neither."""
    if not _HEX.fullmatch(text):
        return None
    digits = text[1:].lower()
    return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits)


@cache
def shipped(mode: str) -> Mapping[str, str]:
    """Token -> colour of the shipped stylesheet, ``light`` or ``dark``."""
    text = content_path("reports", "style", "tokens.css").read_text(encoding="utf-8")
    light, _, dark = text.partition("@media")
    found = dict(_DECLARED.findall(light))
    return found if mode == "light" else {**found, **dict(_DECLARED.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, two: str, share: float) -> str:
    """``share`` of the first colour, the rest of the second, channel by channel."""
    pairs = [(int(one[at : at + 2], 16), int(two[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def readable(colour: str, ground: str, least: float = LEAST) -> str:
    """The colour, or the nearest mixture with black or white that has the contrast on the ground."""
    towards = "#000000" if luminance(ground) > 0.18 else "#ffffff"  # the end with more contrast to the ground
    steps = (mixed(colour, towards, 1 - step / 20) for step in range(21))
    return next((one for one in steps if contrast(one, ground) >= least), towards)


def completed(stated: Mapping[str, str], mode: str) -> dict[str, str]:
    """The colours stated, with those that follow from the accent: links, washes, the boxes of the diagram."""
    found = dict(stated)
    accent, page = found.get("accent"), found.get("page", shipped(mode)["page"])
    if accent is None:
        return found
    derived = {
        "accent-ink": readable(accent, page),
        "accent-soft": mixed(accent, page, 0.5),
        "wash": mixed(accent, page, 0.08),
        "node": mixed(accent, page, 0.06),
        "outcome": mixed(accent, page, 0.14),
        "series-3": readable(accent, page),
    }
    return derived | found


def dark_from(light: Mapping[str, str]) -> dict[str, str]:
    """The accent of the light page made light enough for the dark one."""
    if "accent" not in light:
        return {}
    return completed({"accent": readable(light["accent"], shipped("dark")["page"], 7.0)}, "dark")


def unreadable(colours: Mapping[str, str], mode: str) -> Iterator[tuple[str, str, float]]:
    """Token, ground and contrast of every pair that text stands in and that the theme made hard to read."""
    palette = {**shipped(mode), **colours}
    pairs = [(name, ground) for name in _TEXT for ground in ("page", "surface")]
    for name, ground in (*pairs, *((name, "page") for name in _ON_PAGE)):
        ratio = contrast(palette[name], palette[ground])
        if ratio < LEAST and (name in colours or ground in colours):
            yield name, ground, ratio
