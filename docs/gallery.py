"""Writes the example reports and figures: ``python docs/gallery.py``; ``--check`` says what is stale.
With ``--demo`` the demonstration and the publication are computed anew first.

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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tam.report.document import Document, Figure
from tam.report.editions import EDITIONS, document_for
from tam.report.pictures import svg_file
from tam.report.write import report_name, write_report

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES, FIGURES = ROOT / "reports" / "examples", ROOT / "docs" / "images" / "figures"
LANGUAGES = ("en", "zh")
DEMONSTRATION, PUBLICATION = "demo/results.json.gz", "publication/review.json.gz"
SHIPPED = "wheaton1977"
"""A publication that comes with the program, and whose printed values come out."""
DRAWN = {
    "loadings.en": ("academic", "loadings"),
    "diagram.en": ("academic", "diagram"),
    "diagram.zh": ("academic", "diagram"),
    "slopes.en": ("academic", "slopes-1"),
    "johnson-neyman.en": ("academic", "johnson-neyman-1"),
    "robustness.en": ("academic", "robustness"),
    "market-map.en": ("market", "market-map"),
}
"""Figures that the pages show: file and language; edition and key."""


def stored(name: str) -> dict[str, Any]:
    """The results that reports are drawn from."""
    record: dict[str, Any] = json.loads(gzip.decompress((EXAMPLES / name).read_bytes()))
    return record


def files() -> dict[Path, bytes]:
    """Every report and figure by its path."""
    found: dict[Path, bytes] = {}
    for source, audiences in ((DEMONSTRATION, tuple(EDITIONS)), (PUBLICATION, ("review",))):
        record = stored(source)
        for audience in audiences:
            for language in LANGUAGES:
                page = write_report(
                    record, language, languages=LANGUAGES, audience=audience, audiences=audiences
                )
                found[(EXAMPLES / source).parent / report_name(language, audience)] = page.encode("utf-8")
    for name, (audience, key) in DRAWN.items():
        language = name.rpartition(".")[2]
        document = document_for(stored(DEMONSTRATION), language, audience)
        figure = next(one for one in figures(document) if one.key == key)
        found[FIGURES / f"{name}.svg"] = svg_file(figure, language).encode("utf-8")
    return found


def figures(document: Document) -> Iterator[Figure]:
    """Every figure of a document."""
    for section in document.sections:
        yield from (block for block in section.blocks if isinstance(block, Figure))


def written() -> set[Path]:
    """What lies there now."""
    return {*EXAMPLES.rglob("*.html"), *FIGURES.glob("*.svg")}


def stale() -> list[str]:
    """Files that the code would draw otherwise, that are missing, or that nothing draws any more."""
    drawn, there = files(), written()
    differ = {path for path, content in drawn.items() if path in there and path.read_bytes() != content}
    return sorted(path.relative_to(ROOT).as_posix() for path in differ | (there ^ set(drawn)))


def renew() -> None:
    """Run the demonstration and review the publication; store what comes of them."""
    from tam.analysis.run import run
    from tam.planning.demo import write_demo
    from tam.spec.study_file import load_study

    with tempfile.TemporaryDirectory() as folder:
        study = load_study(write_demo(Path(folder) / "tam-demo").study)
        _store(DEMONSTRATION, run(study).to_dict())
    _store(PUBLICATION, reviewed())


def reviewed() -> dict[str, Any]:
    """The publication, reproduced and audited."""
    from tam.published.audit import audit
    from tam.published.publication_file import load_publication
    from tam.published.reproduce import reproduce
    from tam.published.review import review_record
    from tam.record import to_record

    paper = load_publication(SHIPPED)
    return review_record(paper, to_record(reproduce(paper)), to_record(audit(paper)))


def _store(name: str, record: Mapping[str, Any]) -> None:
    path = EXAMPLES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if not path.is_file() or gzip.decompress(path.read_bytes()) != text.encode("utf-8"):
        path.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def write() -> None:
    """Every report and figure, and none that is drawn no more."""
    drawn = files()
    for path in written() - set(drawn):
        path.unlink()
    for path, content in drawn.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("\n".join(f"stale: {name}" for name in stale()) or None)
    if "--demo" in sys.argv:
        renew()
    write()
