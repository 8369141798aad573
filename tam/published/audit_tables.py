"""Tables copied from a paper or typed into CSV files, as a publication; what was understood and what not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tam.errors import Problem, TamError, Where, problem
from tam.published.audit_lines import Line, csv_lines, is_caption, text_lines
from tam.published.audit_publication import publication_of
from tam.published.audit_reading import Reading
from tam.published.publication import Publication

LARGEST = 300_000
"""Bytes of one file or of what is pasted; all tables of a paper together have some 20,000."""
MOST_FILES = 50
_TABLES = (".csv", ".tsv", ".txt", ".md")


@dataclass(frozen=True, slots=True)
class Shown:
    """One table as it was understood: its title, the heads and the cells as text."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A line that says nothing the program knows."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """The publication made of tables, those tables as they were read, and the lines left over."""

    publication: Publication
    tables: tuple[Shown, ...]
    ignored: tuple[Ignored, ...]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "tables": [
                {"title": one.title, "header": list(one.header), "rows": [list(row) for row in one.rows]}
                for one in self.tables
            ],
            "ignored": [{"file": one.file, "line": one.line, "text": one.text} for one in self.ignored],
        }


def read_pasted(text: str) -> Understood:
    """What was pasted, as a publication. Raises TamError where nothing in it is understood."""
    return _understood([text_lines(text)], "pasted")


def read_tables(path: str) -> Understood:
    """A CSV or text file, or every one of a folder, in the order of their names."""
    place = Path(path)
    files = (
        sorted(one for one in place.iterdir() if one.suffix.lower() in _TABLES) if place.is_dir() else [place]
    )
    if not files or len(files) > MOST_FILES:
        raise TamError(problem("audit-no-tables", Where(place.name), n=len(files), most=MOST_FILES))
    problems: list[Problem] = []
    tables = []
    for one in files:
        try:
            tables.append(_lines(one, one.name if place.is_dir() else ""))
        except TamError as fault:
            problems += fault.problems
    if problems:
        raise TamError(problems)
    return _understood(tables, place.stem or "tables")


def _lines(file: Path, name: str) -> list[Line]:
    try:
        content = file.read_bytes()
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise TamError(problem("file-not-readable", Where(file.name), reason=reason)) from None
    if len(content) > LARGEST:
        raise TamError(problem("audit-text-too-long", Where(file.name), size=len(content), largest=LARGEST))
    text = _decoded(content, file.name)
    if file.suffix.lower() in (".csv", ".tsv"):
        return csv_lines(text, name)
    return text_lines(text, name)


def _decoded(content: bytes, name: str) -> str:
    """UTF-8, else the Chinese encoding that spreadsheets save in."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TamError(problem("file-not-readable", Where(name), reason="it is neither UTF-8 nor GB18030 text"))


def _understood(sources: Iterable[Sequence[Line]], key: str) -> Understood:
    reading = Reading()
    for lines in sources:
        for block in _blocks(lines):
            reading.read(block)
        reading.end_of_source()
    publication = publication_of(reading, key)
    tables = tuple(Shown(*one) for one in shown_tables(publication))
    ignored = tuple(Ignored(line.file, line.number, line.text[:120]) for line in reading.ignored)
    if not tables:
        raise TamError(problem("audit-nothing-understood", n=len(ignored)))
    problems = (problem("audit-lines-ignored", n=len(ignored)),) if ignored else ()
    return Understood(publication, tables, ignored, problems)


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines without an empty one or a caption between them; a caption opens a block."""
    found: list[list[Line]] = [[]]
    for line in lines:
        if line.empty and not line.text:
            found.append([])
        elif is_caption(line):
            found += [[line]]
        else:
            found[-1].append(line)
    return [one for one in found if one]


Cells = tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]
"""Title, heads and rows."""


def shown_tables(publication: Publication) -> list[Cells]:
    """Every value of the publication as it was read, table by table."""
    found: list[Cells] = []
    if publication.n is not None:
        found.append(("Sample", ("n",), ((str(publication.n),),)))
    if publication.star_cuts:
        cuts = tuple((mark, f"p < {cut:g}") for mark, cut in publication.star_cuts.items())
        found.append(("Stars", ("mark", "level"), cuts))
    if publication.constructs:
        found.append(_constructs(publication))
    if publication.paths:
        found.append(_paths(publication))
    if publication.printed_indirect:
        rows = tuple(
            (
                " -> ".join(one.via),
                one.printed.text,
                _text(one.se),
                _text(one.t),
                _text(one.p),
                f"{_text(one.ci_low)} {_text(one.ci_high)}".strip(),
            )
            for one in publication.printed_indirect
        )
        found.append(("Indirect effects", ("path", "effect", "SE", "t", "p", "interval"), rows))
    for fit in publication.fits:
        names = tuple(fit.measures)
        cells = (
            fit.name or "-",
            "" if fit.n is None else str(fit.n),
            *(fit.measures[name].text for name in names),
        )
        found.append(("Fit", ("model", "n", *names), (cells,)))
    if publication.matrix:
        header = ("", *publication.variables)
        found.append(
            (f"Correlations (diagonal: {publication.diagonal})", header, _triangle(publication, False))
        )
    if publication.htmt:
        found.append(("HTMT", ("", *publication.variables), _triangle(publication, True)))
    explained = tuple((one.lhs, one.printed.text) for one in publication.printed if one.op == "R2")
    if explained:
        found.append(("Explained variance", ("outcome", "R2"), explained))
    if publication.descriptives:
        described = tuple(
            (one.what, "" if one.n is None else str(one.n), _text(one.mean), _text(one.sd), str(one.items))
            for one in publication.descriptives
        )
        found.append(("Descriptives", ("what", "n", "mean", "SD", "items"), described))
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value.text)


def _constructs(publication: Publication) -> Cells:
    header = ("construct", "items", "loadings", "alpha", "rho_A", "CR", "AVE", "root of AVE")
    rows = tuple(
        (
            one.name,
            str(one.n_items or len(one.items) or len(one.loadings) or ""),
            " ".join(value.text for value in one.loadings),
            _text(one.alpha),
            _text(one.rho_a),
            _text(one.composite_reliability),
            _text(one.ave),
            _text(one.sqrt_ave),
        )
        for one in publication.constructs
    )
    return "Constructs", header, rows


def _paths(publication: Publication) -> Cells:
    header = ("path", "b", "beta", "SE", "t", "p", "stars", "VIF")
    rows = tuple(
        (
            one.what,
            _text(one.b),
            _text(one.beta),
            _text(one.se),
            _text(one.t or one.z),
            _text(one.p),
            one.stars or "",
            _text(one.vif),
        )
        for one in publication.paths
    )
    return "Paths", header, rows


def _triangle(publication: Publication, htmt: bool) -> tuple[tuple[str, ...], ...]:
    rows = publication.htmt if htmt else publication.matrix
    size = len(publication.variables)
    return tuple(
        (name, *(_text(cell) for cell in row), *[""] * (size - len(row)))
        for name, row in zip(publication.variables, rows)
    )
