"""Holds the numbers of sentences against the tables of the same document.

A number of a sentence and one of a table are the same where their values are, bit for bit. A sentence may
print a share as a percentage where the table has it as a number; else both print the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trace_sources import tokens_of
from tracing import Fault

from tam.report.document import Block, Bullets, Cards, Document, Figure, Paragraph, Rich, Table, plain

Values = tuple[float, ...]


def told_without_table(document: Document, sections: Iterable[str]) -> list[tuple[Fault, Values]]:
    """Numbers in the sentences of some sections that no table of the document holds, with their values."""
    tables, wanted = in_tables(document), set(sections)
    single = {value for values in tables for value in values}
    faults = []
    for section, text in _told(document):
        for run in text if section in wanted else ():
            values = _values(run.text)
            lacking = tuple(one for one in values if one not in single)
            if lacking and values not in tables:
                faults.append((Fault(section, plain(text), f"in no table: {run.text!s}"), lacking))
    return faults


def told_otherwise(document: Document, *, rounded: bool = False) -> list[Fault]:
    """Numbers of sentences that a table of the document prints otherwise. ``rounded``: a sentence may have
    fewer digits than the table."""
    tables = in_tables(document)
    faults = []
    for section, text in _told(document):
        for run in text:
            printed = tables.get(_values(run.text), frozenset())
            tokens = {token for one in printed for token in tokens_of(one)}
            strange = [
                one
                for one in tokens_of(run.text)
                if one not in tokens and not (rounded and _is_whole_number(one))
            ]
            if printed and strange and not _is_percentage(str(run.text)) and not _is_whole(_values(run.text)):
                faults.append(Fault(section, str(run.text), f"a table prints {sorted(printed)}"))
    return faults


def in_tables(document: Document) -> dict[Values, frozenset[str]]:
    """The values that cells hold and how they print, of tables and of the data of figures."""
    found: dict[Values, set[str]] = {}
    for section in document.sections:
        for block in section.blocks:
            for run in _cells(block):
                if _values(run.text):
                    found.setdefault(_values(run.text), set()).add(str(run.text))
    return {values: frozenset(texts) for values, texts in found.items()}


def _cells(block: Block) -> Iterator[object]:
    table = block.data if isinstance(block, Figure) else block
    if isinstance(table, Table):
        for group in table.groups:
            for row in group.rows:
                yield from (run for cell in row for run in cell.text)


def _told(document: Document) -> Iterator[tuple[str, Rich]]:
    """The sentences of a document by section."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                yield section.key, block.text
            elif isinstance(block, Bullets):
                yield from ((section.key, entry) for entry in block.entries)
            elif isinstance(block, Cards):
                for card in block.entries:
                    yield from ((section.key, text) for text in (card.figure, card.text))


def _values(text: object) -> Values:
    return tuple(map(float, getattr(text, "values", ())))


def _is_whole_number(token: str) -> bool:
    return token.isdigit()


def _is_percentage(text: str) -> bool:
    return text.endswith("%")


def _is_whole(values: Values) -> bool:
    """Counts are too common to say that two of them are the same one."""
    return all(value.is_integer() for value in values)
