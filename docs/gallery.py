"""Writes the example reports: ``python docs/gallery.py``; ``--check`` says what is stale; ``--demo`` runs the
demonstration and the publication anew first.

Reports are drawn from results alone, so the results stand beside them (compressed) and the check draws every
report again and compares bytes: seconds, the same on every machine. Whether the demonstration still gives
these results is another question, with another test (tests/end_to_end/test_gallery.py), which allows the last
digits of other numerical libraries. The reports are stored without the results that ``tam report`` embeds.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tam.report.editions import EDITIONS
from tam.report.write import report_name, write_report

EXAMPLES = Path(__file__).resolve().parent.parent / "reports" / "examples"
LANGUAGES = ("en", "zh")
DEMONSTRATION, PUBLICATION = "demo/results.json.gz", "publication/review.json.gz"
SHIPPED = "deng2015"
"""A publication that comes with the program and whose printed values come out."""


def stored(name: str) -> dict[str, Any]:
    """The results that reports are drawn from."""
    record: dict[str, Any] = json.loads(gzip.decompress((EXAMPLES / name).read_bytes()))
    return record


def pages() -> dict[str, bytes]:
    """Every report by its path under reports/examples/."""
    found: dict[str, bytes] = {}
    for source, audiences in ((DEMONSTRATION, tuple(EDITIONS)), (PUBLICATION, ("review",))):
        record = stored(source)
        for audience in audiences:
            for language in LANGUAGES:
                page = write_report(record, language, languages=LANGUAGES, audience=audience)
                found[f"{Path(source).parent}/{report_name(language, audience)}"] = page.encode("utf-8")
    return found


def stale() -> list[str]:
    """Reports that the code would draw otherwise, that are missing, or that nothing draws any more."""
    drawn = pages()
    there = {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.html")}
    differ = {
        name for name, page in drawn.items() if name in there and (EXAMPLES / name).read_bytes() != page
    }
    return sorted(differ | (there ^ set(drawn)))


def renew() -> None:
    """Run the demonstration and review the publication; store what comes of them."""
    from tam.analysis.run import run
    from tam.planning.demo import write_demo
    from tam.published.audit import audit
    from tam.published.publication_file import load_publication
    from tam.published.reproduce import reproduce
    from tam.published.review import review_record
    from tam.record import to_record
    from tam.spec.study_file import load_study

    with tempfile.TemporaryDirectory() as folder:
        study = load_study(write_demo(Path(folder) / "tam-demo").study)
        _store(DEMONSTRATION, run(study).to_dict())
    paper = load_publication(SHIPPED)
    _store(PUBLICATION, review_record(paper, to_record(reproduce(paper)), to_record(audit(paper))))


def _store(name: str, record: Mapping[str, Any]) -> None:
    path = EXAMPLES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if not path.is_file() or gzip.decompress(path.read_bytes()) != text.encode("utf-8"):
        path.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def write() -> None:
    """Every report, and none that is drawn no more."""
    drawn = pages()
    for path in EXAMPLES.rglob("*.html"):
        if path.relative_to(EXAMPLES).as_posix() not in drawn:
            path.unlink()
    for name, page in drawn.items():
        (EXAMPLES / name).write_bytes(page)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("\n".join(f"stale: reports/examples/{name}" for name in stale()) or None)
    if "--demo" in sys.argv:
        renew()
    write()
