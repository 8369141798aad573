"""What a reader may choose about the look of a report, beside its language and audience."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tam.report.theme import Theme


@dataclass(frozen=True, slots=True)
class Look:
    """``likert``: answers as 100 % stacked bars or diverging from the middle of the scale; ``theme``: logo,
    colours and title page of a brand; ``templates``: a folder whose templates go before the shipped ones."""

    likert: Literal["stacked", "diverging"] = "stacked"
    theme: Theme | None = None
    templates: Path | None = None


PLAIN = Look()
