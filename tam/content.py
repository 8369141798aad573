"""Finds the content folders ``instruments/`` and ``reports/``: in a wheel, else in the checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _root(folder: str) -> Path:
    for base in (_PACKAGE / "_content", _PACKAGE.parent):
        if (base / folder).is_dir():
            return base / folder
    raise FileNotFoundError(f"the installation is incomplete: the folder {folder}/ is missing")


def content_path(folder: str, *parts: str) -> Path:
    """Path of a content file: ``content_path("instruments", "models", "davis-tam.yaml")``."""
    return _root(folder).joinpath(*parts)
