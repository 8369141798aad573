"""One small module per survey platform. A new reader is a new module and a line in ``PLATFORMS``."""

from __future__ import annotations

from tam.data.platforms.plain import PLAIN
from tam.data.platforms.platform import Platform
from tam.data.platforms.qualtrics import QUALTRICS
from tam.data.platforms.wenjuanxing import WENJUANXING
from tam.data.table import Grid, Layout
from tam.errors import TamError, Where, problem

PLATFORMS: tuple[Platform, ...] = (QUALTRICS, WENJUANXING, PLAIN)
"""In the order in which they are tried; the last one takes any table."""

__all__ = ["PLATFORMS", "Platform", "platform_named", "recognise"]


def platform_named(name: str, file: str | None = None) -> Platform:
    for platform in PLATFORMS:
        if platform.name == name:
            return platform
    known = ", ".join(platform.name for platform in PLATFORMS)
    raise TamError(problem("platform-unknown", Where(file=file), platform=name, known=known))


def recognise(grid: Grid, file: str, declared: str | None = None) -> Layout:
    """The layout of a grid: of the declared platform, else of the first one whose evidence is there."""
    if declared is not None:
        platform = platform_named(declared, file)
        found = platform.recognise(grid, file)
        if found is None:
            return Layout(platform.name, ("declared; its usual marks were not found",))
        return found
    for platform in PLATFORMS:
        found = platform.recognise(grid, file)
        if found is not None:
            return found
    raise AssertionError("the plain platform takes any table")
