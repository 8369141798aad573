"""The look of a brand: logo, colours and title page, read from a small theme file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """``organisation`` stands on the title page."""

    organisation: str = ""
