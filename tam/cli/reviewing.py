"""Writes the reviewer's report on a publication: what ``tam reproduce`` and ``tam audit`` share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tam.writing import write_files

if TYPE_CHECKING:
    from tam.published.publication import Publication

LANGUAGES = ("en", "zh")
FILE = "review.json"


def write_review(
    publication: Publication,
    folder: str | Path,
    *,
    reproduction: Mapping[str, Any] | None = None,
    audit: Mapping[str, Any] | None = None,
) -> list[str]:
    """``review.json`` and ``report.review.<language>.html``: all files or none.

    The part that is not given is computed, where the publication holds what it takes: one report holds both.
    """
    from tam.published.audit import audit as audited
    from tam.published.reproduce import reproduce
    from tam.published.review import review_record
    from tam.record import to_record
    from tam.report.write import report_name, write_report

    if reproduction is None and publication.reproducible:
        reproduction = to_record(reproduce(publication))
    record = review_record(publication, reproduction, audit or to_record(audited(publication)))
    place = Path(folder)
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    contents: dict[Path, str | bytes] = {place / FILE: text}
    for language in LANGUAGES:
        page = write_report(record, language, languages=LANGUAGES, audience="review")
        contents[place / report_name(language, "review")] = page
    return [str(path) for path in write_files(contents)]
