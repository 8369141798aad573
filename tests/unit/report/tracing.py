"""Follows every number of a document back to the results it was drawn from.

A number that a reader sees is a ``Shown`` with its values: each must stand in the results, bit for bit, or
count entries of a list there, and what is printed must be one of the values as it is rounded. Digits in any
other text must come from a text of the results or from the word catalogues.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trace_sources import BARE, DIGIT, Sources, sources, tokens_of

from tam.report.document import (
    Absent,
    Banner,
    Block,
    Bullets,
    Cards,
    Document,
    Figure,
    Pairs,
    Paragraph,
    Rich,
    Run,
    Subheading,
    Table,
    Told,
    plain,
)

DIGEST = re.compile(r"[0-9a-f]{12}")
SCIENTIFIC = re.compile(r"(-?\d\.\d) × 10(-?\d+)")
NUMBER = re.compile(r"(?<![A-Za-z\d.,])-?(?:\d[\d,]*\d|\d)?(?:\.\d+)?(?<=\d)")
ORDINARY = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


@dataclass(frozen=True, slots=True)
class Known:
    """What may be shown without a source: texts as printed, and numbers, such as guide values in the code."""

    texts: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a number stands that cannot be followed, its text, and why."""

    place: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Place:
    """A rich text and where it stands. ``own``: numbers that count what stands there, such as rows."""

    name: str
    text: Rich
    own: frozenset[float] = field(default=frozenset())


def places(document: Document) -> Iterator[Place]:
    """Every rich text of a document."""
    yield Place("kicker", document.kicker)
    yield from (Place("facts", fact) for fact in document.facts)
    for banner in document.banners:
        yield from _banner(banner)
    for section in document.sections:
        yield Place(section.key, section.title)
        own = frozenset(count for block in section.blocks for count in _rows_alike(block))
        for at, block in enumerate(section.blocks):
            yield from _block(block, f"{section.key}[{at}]", own)
    yield from (Place("footer", line) for line in document.footer)


def _banner(banner: Banner) -> Iterator[Place]:
    yield from (Place("banner", text) for text in (banner.title, *banner.body))


def _block(block: Block, name: str, own: frozenset[float]) -> Iterator[Place]:
    match block:
        case Table():
            yield from _table(block, f"{name} {block.key}")
        case Figure():
            texts = (block.title, *block.notes, (Run(block.description),))
            yield from (Place(f"{name} {block.key}", text, _counts(block.data)) for text in texts)
            yield from _table(block.data, f"{name} {block.data.key}")
        case _:
            yield from (Place(name, text, own) for text in _texts(block))


def _texts(block: Block) -> Iterator[Rich]:
    match block:
        case Paragraph(text=text) | Absent(text=text) | Subheading(text=text):
            yield text
        case Bullets():
            yield from block.entries
        case Pairs():
            yield from (text for entry in block.entries for text in entry)
        case Told():
            yield from (block.what, block.why, block.mend, (Run(block.where),))
        case Cards():
            yield from (text for card in block.entries for text in (card.head, card.figure, card.text))
        case _:
            raise TypeError(f"{type(block).__name__} is not walked")


def _table(table: Table, name: str) -> Iterator[Place]:
    own = _counts(table)
    for at, column in enumerate(table.columns, -1):
        yield Place(f"{name} head", column.head, frozenset(map(float, range(1, at + 2))))
    yield from (Place(name, text, own) for text in (table.title, table.folded, *table.notes))
    at = 0
    for group in table.groups:
        yield Place(name, group.label)
        for row in group.rows:
            at += 1
            label = f"{name} {plain(row[0].text)[:40]}"
            yield Place(label, row[0].text, frozenset({float(at)}))
            yield from (Place(label, cell.text) for cell in row[1:])


def _counts(table: Table) -> frozenset[float]:
    """What a sentence on a table may count: its rows, its groups, its columns of numbers."""
    rows = sum(len(group.rows) for group in table.groups)
    return frozenset(map(float, (rows, len(table.groups), len(table.columns) - 1)))


def _rows_alike(block: Block) -> Iterator[float]:
    """How many rows of a table have the same verdict, as a sentence beside a checklist sums up."""
    if isinstance(block, Table):
        verdicts = [at for at, column in enumerate(block.columns) if column.kind == "verdict"]
        rows = [row for group in block.groups for row in group.rows]
        for at in verdicts:
            yield from map(float, Counter(plain(row[at].text) for row in rows).values())


def untraced(document: Document, results: Mapping[str, Any], known: Known = Known()) -> list[Fault]:
    """Every number of a document that cannot be followed."""
    found, faults = sources(results, document.language), []
    for place in places(document):
        for run in place.text:
            why = _fault(run.text, place, found, known)
            if why:
                faults.append(Fault(place.name, str(run.text), why))
    return faults


def _fault(text: str, place: Place, found: Sources, known: Known) -> str | None:
    if text in known.texts or not DIGIT.search(text):
        return None
    values = getattr(text, "values", ())
    if values:
        strange = [value for value in values if not _stands(value, place, found, known)]
        if strange:
            return f"not in the results: {strange}"
        unlike = [one for one in unfollowed(text, values) if one not in found.fixed]
        return f"printed, but none of its values: {unlike}" if unlike else None
    if text in found.texts or found.is_filled(text) or found.leads_somewhere(text):
        return None
    ordinal = text.strip().rstrip(".")  # of a row or a column of its own table
    if ordinal.isdigit() and float(ordinal) in place.own:
        return None
    unknown = [one for one in tokens_of(text) if not _is_word(one, place, found)]
    return f"no source: {unknown}" if unknown and not found.is_of_labels(text) else None


def _stands(value: float, place: Place, found: Sources, known: Known) -> bool:
    whole = float(value).is_integer()
    return float(value) in found.numbers | known.numbers | place.own or (whole and int(value) in found.counts)


def _is_word(token: str, place: Place, found: Sources) -> bool:
    """Whether digits belong to a name or a date of the results or of the catalogues. A bare number does not:
    no text but the one it stands in is its source; but for the entries of the references."""
    if place.name.startswith("references"):
        return token in found.bibliography or token in found.tokens
    if BARE.fullmatch(token):
        return "." in token and token in found.texts  # a version
    if token in found.tokens:
        return True
    return bool(DIGEST.fullmatch(token)) and any(
        one.startswith(token) for one in found.texts if len(one) == 64
    )


def unfollowed(text: str, values: Iterable[float]) -> list[str]:
    """Numbers printed in a text that are none of its values as they would be rounded."""
    known = [float(value) for value in values]
    said = text.translate(ORDINARY)
    for mantissa, power in SCIENTIFIC.findall(said):
        if any(f"{one:.1e}" == f"{float(mantissa):.1f}e{int(power):+03d}" for one in known):
            said = said.replace(f"{mantissa} × 10{power}", "")
    return [one for one in NUMBER.findall(said) if not any(_rounds(one, value, said) for value in known)]


def _rounds(token: str, value: float, text: str) -> bool:
    shown, digits = float(token.replace(",", "")), len(token.partition(".")[2])
    if f"< {token}" in text:
        return value < shown
    if f"> {token}" in text:
        return value > shown
    within = 0.5 * 10.0**-digits * (1 + 1e-9)
    return abs(shown - value) <= within or abs(shown - 100 * value) <= within
