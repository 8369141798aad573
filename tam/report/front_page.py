"""What a brand puts at the head of a printed report: name or logo, the lines of its title page, its type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tam.report.characters import has_east_asian
from tam.report.look import Look
from tam.report.theme import Picture
from tam.report.words import load_words

_CHINESE_FAMILY = re.compile(
    r"CJK|\b(?:SC|TC|HK|JP|KR)\b|Sim(?:Sun|Hei)|Song|Hei|Kai|YaHei|PingFang|Source Han|FangSong|DengXian",
)
_RASTER = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class FrontPage:
    """``logo``: a picture that Word and LaTeX can print, else None; ``lines``: subtitle, client, date, who
    may read it; ``alone``: the head of the report is a page of its own. ``accent``: six hexadecimal digits or
    empty. ``text_fonts`` and ``heading_fonts``: a family for Latin and one for Chinese letters, empty where
    the theme names none."""

    organisation: str = ""
    logo: Picture | None = None
    lines: tuple[str, ...] = ()
    alone: bool = False
    accent: str = ""
    text_fonts: tuple[str, str] = ("", "")
    heading_fonts: tuple[str, str] = ("", "")

    @property
    def logo_ending(self) -> str:
        return _RASTER[self.logo.media_type] if self.logo else ""


def front_page(look: Look, language: str) -> FrontPage:
    theme = look.theme
    if theme is None:
        return FrontPage()
    page, words = theme.title_page, load_words(language)
    lines: list[str] = []
    if page is not None:
        client = page.client and words.text("look.client", client=page.client.get(language))
        stated = [page.subtitle, client, page.date, page.confidential]
        lines = [one if isinstance(one, str) else one.get(language) for one in stated if one]
    return FrontPage(
        theme.organisation.get(language) if theme.organisation else "",
        theme.logo if theme.logo and theme.logo.media_type in _RASTER else None,
        tuple(lines),
        page is not None,
        (theme.accent or "").removeprefix("#").upper(),
        _families(theme.text_fonts),
        _families(theme.heading_fonts),
    )


def _families(families: Sequence[str]) -> tuple[str, str]:
    """The first family for Latin letters and the first for Chinese ones."""
    chinese = [one for one in families if has_east_asian(one) or _CHINESE_FAMILY.search(one)]
    latin = [one for one in families if one not in chinese]
    return (*latin, "")[0], (*chinese, "")[0]
