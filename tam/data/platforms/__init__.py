"""One small module per survey platform. A new reader is a new module and a line in ``PLATFORMS``."""

from __future__ import annotations

from dataclasses import replace

from tam.data.platforms.google_forms import GOOGLE_FORMS
from tam.data.platforms.limesurvey import LIMESURVEY
from tam.data.platforms.plain import PLAIN
from tam.data.platforms.platform import Platform
from tam.data.platforms.qualtrics import QUALTRICS
from tam.data.platforms.redcap import REDCAP
from tam.data.platforms.surveymonkey import SURVEYMONKEY
from tam.data.platforms.tencent import TENCENT
from tam.data.platforms.wenjuan import WENJUAN
from tam.data.platforms.wenjuanxing import WENJUANXING
from tam.data.table import Grid, Layout
from tam.errors import TamError, Where, problem

PLATFORMS: tuple[Platform, ...] = (
    QUALTRICS,
    WENJUANXING,
    TENCENT,
    WENJUAN,
    SURVEYMONKEY,
    LIMESURVEY,
    REDCAP,
    GOOGLE_FORMS,
    PLAIN,
)
"""In the order in which they are tried; the last one takes any table."""

__all__ = ["PLATFORMS", "Platform", "platform_named", "recognise"]


def platform_named(name: str, file: str | None = None) -> Platform:
    for platform in PLATFORMS:
        if platform.name == name:
            return platform
    known = ", ".join(platform.name for platform in PLATFORMS)
    raise TamError(problem("platform-unknown", Where(file=file), platform=name, known=known))


def recognise(grid: Grid, file: str, declared: str | None = None) -> Layout:
    """The layout of a grid: of the declared platform, else of the first one whose evidence is there.

    A declared platform whose marks are absent is taken at its word, with a warning, unless the file shows the
    marks of another one. ``plain`` is always taken.
    """
    if declared is not None:
        return _declared(grid, file, declared)
    for platform in PLATFORMS:
        found = platform.recognise(grid, file)
        if found is not None:
            return found
    raise AssertionError("the plain platform takes any table")


def _declared(grid: Grid, file: str, declared: str) -> Layout:
    platform = platform_named(declared, file)
    found = platform.recognise(grid, file)
    if found is not None:
        shown = "" if platform is PLAIN else "declared; "
        return replace(found, evidence=tuple(f"{shown}{one}" for one in found.evidence))
    where = Where(file=file)
    for other in PLATFORMS[:-1]:
        layout = other.recognise(grid, file)
        if layout is not None:
            seen = layout.evidence
            raise TamError(
                problem("platform-contradicted", where, declared=declared, found=other.name, evidence=seen)
            )
    note = problem("platform-marks-missing", where, declared=declared)
    return Layout(platform.name, ("declared; its usual marks were not found",), problems=(note,))
