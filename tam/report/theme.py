"""The look of a brand: logo, colours, fonts and title page, read from a small theme file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tam.spec.text import Text


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it stands in its file; ``media_type`` was found in its bytes, not in its name."""

    media_type: str
    data: bytes

    @property
    def address(self) -> str:
        """As a ``data:`` address, the only kind of picture a report may show."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode()}"


@dataclass(frozen=True, slots=True)
class TitlePage:
    """What the first page says beside the title; on paper it is a page of its own."""

    title: Text | None = None
    subtitle: Text | None = None
    client: Text | None = None
    date: Text | None = None
    confidential: Text | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """``light`` and ``dark``: token of the stylesheet -> colour as ``#rrggbb``, those that differ from the
    shipped ones. ``text_fonts`` and ``heading_fonts``: families in the order in which they are tried.
    ``stated``: what the file says, to be kept in a report so that it can be drawn again."""

    organisation: Text | None = None
    logo: Picture | None = None
    logo_dark: Picture | None = None
    light: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)
    text_fonts: tuple[str, ...] = ()
    heading_fonts: tuple[str, ...] = ()
    title_page: TitlePage | None = None
    stated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accent(self) -> str | None:
        """The colour of the brand on white, as ``#rrggbb``; None where the theme names none."""
        return self.light.get("accent")


PLAIN_THEME = Theme()


def load_theme(path: str | Path) -> Theme:
    """The theme of a TOML file. Raises TamError with everything that is wrong with it."""
    from tam.report.theme_file import read_theme

    return read_theme(Path(path))
