"""For whom reports are written, in which formats and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Audience = Literal["academic", "market", "review"]
Format = Literal["html", "docx", "latex", "csv", "xlsx", "markdown", "svg", "png", "pdf"]
Likert = Literal["stacked", "diverging"]
AUDIENCES: tuple[Audience, ...] = ("academic", "market", "review")
FORMATS: tuple[Format, ...] = ("html", "docx", "latex", "csv", "xlsx", "markdown", "svg", "png", "pdf")
LIKERT: tuple[Likert, ...] = ("stacked", "diverging")


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """``theme``: the file of a brand's look; ``templates``: a folder of templates of one's own."""

    audience: tuple[Audience, ...] = ("academic",)
    to: tuple[Format, ...] = ("html",)
    likert: Likert = "stacked"
    theme: Path | None = None
    templates: Path | None = None
