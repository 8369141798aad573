"""Writes the reviewer's report on a publication: what ``tam reproduce`` and ``tam audit`` share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tam.errors import TamError
from tam.writing import write_files

if TYPE_CHECKING:
    from tam.published.publication import Publication

LANGUAGES = ("en", "zh")
FILE = "review.json"


def review_of(publication: Publication) -> dict[str, Any]:
    """Reproduction and audit of a publication in one record; a part for which nothing is printed is None."""
    from tam.published.audit import audit
    from tam.published.reproduce import reproduce
    from tam.published.review import review_record
    from tam.record import to_record

    try:
        reproduction = to_record(reproduce(publication))
    except TamError:
        if publication.reproducible:
            raise
        reproduction = None
    return review_record(publication, reproduction, to_record(audit(publication)))


def write_review(
    record: dict[str, Any], folder: Path, languages: Sequence[str] = LANGUAGES, *, keep: bool = True
) -> list[str]:
    """``review.json`` (unless not to be kept) and ``report.review.<language>.html``: all files or none."""
    from tam.report.write import report_name, write_report

    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    contents: dict[Path, str | bytes] = {folder / FILE: text} if keep else {}
    for language in languages:
        page = write_report(record, language, languages=languages, audience="review")
        contents[folder / report_name(language, "review")] = page
    return [str(path) for path in write_files(contents)]
