"""What a report consists of, whatever file it becomes: paragraphs, tables and figures, as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from tam.report.format import Shown

Level = Literal["good", "plain", "caution", "bad"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text. ``language`` is set where it differs from the document's, ``target`` where it leads
    to a section of the document."""

    text: str
    italic: bool = False
    strong: bool = False
    language: str | None = None
    target: str | None = None


Rich = tuple[Run, ...]


def rich(text: str) -> Rich:
    """Plain text as rich text."""
    return (Run(text),) if text else ()


def plain(text: Rich) -> str:
    """Rich text without its marks; numbers keep their values."""
    said = Shown.joined(*(run.text for run in text))
    return said if said.values else str(said)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``paste`` is to be copied into a paper, ``code`` keeps its lines and is set as code."""

    text: Rich
    kind: Literal["text", "lead", "small", "paste", "code"] = "text"


@dataclass(frozen=True, slots=True)
class Bullets:
    entries: tuple[Rich, ...]
    kind: Literal["text", "references", "steps"] = "text"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with their values, such as digests and versions."""

    entries: tuple[tuple[Rich, Rich], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """``kind`` aligns and gives room: short text, names and sentences to the left, numbers to the right."""

    head: Rich
    kind: Literal["text", "name", "sentence", "number", "verdict"] = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    text: Rich
    level: Level = "plain"

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers in full precision that the text shows; empty where it is words."""
        return tuple(value for run in self.text for value in getattr(run.text, "values", ()))


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a common head; an empty label prints none."""

    rows: tuple[tuple[Cell, ...], ...]
    label: Rich = ()


@dataclass(frozen=True, slots=True)
class Table:
    """``folded``: the line that stands for a long table until the reader opens it; empty shows the table."""

    key: str
    title: Rich
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    notes: tuple[Rich, ...] = ()
    number: int = 0
    folded: Rich = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """``svg`` is finished markup of our own drawing modules; ``data`` holds the numbers that it shows."""

    key: str
    title: Rich
    description: str
    svg: str
    data: Table
    notes: tuple[Rich, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands where a part could not be computed and says why."""

    text: Rich


@dataclass(frozen=True, slots=True)
class Card:
    """One answer at a glance: what it is about, the number or word that counts, a sentence. ``target``: the
    section of the document that shows the evidence."""

    head: Rich
    figure: Rich
    text: Rich
    level: Level = "plain"
    target: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Answers beside each other; beneath each other where there is no room."""

    entries: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Subheading:
    key: str
    text: Rich


@dataclass(frozen=True, slots=True)
class Told:
    """A problem told to the reader: what, why, mend."""

    code: str
    level: Level
    where: str
    what: Rich
    why: Rich
    mend: Rich


Block = Paragraph | Bullets | Pairs | Table | Figure | Absent | Subheading | Told | Cards


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: Rich
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Banner:
    level: Level
    title: Rich
    body: tuple[Rich, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    language: str
    title: str
    kicker: Rich
    facts: tuple[Rich, ...]
    banners: tuple[Banner, ...]
    sections: tuple[Section, ...]
    footer: tuple[Rich, ...] = ()
    other_languages: tuple[tuple[str, str, str], ...] = field(default=())


def numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections with tables and figures numbered in the order in which they stand."""
    counts = {"table": 0, "figure": 0}

    def number(block: Block) -> Block:
        if not isinstance(block, (Table, Figure)):
            return block
        kind = "table" if isinstance(block, Table) else "figure"
        counts[kind] += 1
        return replace(block, number=counts[kind])

    return tuple(replace(one, blocks=tuple(number(block) for block in one.blocks)) for one in sections)


def figures(sections: Iterable[Section]) -> Iterator[Figure]:
    for section in sections:
        yield from (block for block in section.blocks if isinstance(block, Figure))
