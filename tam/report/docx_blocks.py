"""The blocks of a report, other than tables and figures, as paragraphs of Word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tam.report.document import (
    Absent,
    Banner,
    Block,
    Bullets,
    Cards,
    Pairs,
    Paragraph,
    Rich,
    Run,
    Section,
    Subheading,
    Told,
    rich,
)
from tam.report.docx_styles import LEVELS, MUTED
from tam.report.docx_tables import cards_grid, pairs_grid
from tam.report.docx_text import Face, Setting, bookmarked, element, field, on, paragraph, runs

_KINDS = {"text": "Normal", "lead": "Lead", "small": "Small", "paste": "Quote", "code": "Code"}
_LISTS = {"text": "ListBullet", "steps": "ListNumber", "references": "Reference"}
NewList = Callable[[], int]
"""Begins a numbered list: the number under which Word counts its entries."""


def block_parts(block: Block, room: float, setting: Setting, new_list: NewList) -> list[Any]:
    """What the block becomes. ``room``: the width of the text in millimetres."""
    match block:
        case Paragraph():
            return [paragraph(_KINDS[block.kind], runs(block.text, setting))]
        case Bullets():
            return [*_bullets(block, setting, new_list)]
        case Pairs():
            return [pairs_grid(block, room, setting), spacer()]
        case Cards():
            return [cards_grid(block, room, setting), spacer()]
        case Subheading():
            return [bookmarked(paragraph("Heading2", runs(block.text, setting)), block.key, setting)]
        case Told():
            return [*_told(block, setting)]
        case Absent():
            text = runs(block.text, setting, Face(color=MUTED))
            return [paragraph("Notice", text, border=LEVELS["plain"]), spacer()]
        case _:
            raise TypeError(f"{type(block).__name__} is no block of paragraphs")


def spacer() -> Any:
    """Between two tables; without it Word makes one of them."""
    return paragraph("TableNote")


def _bullets(block: Bullets, setting: Setting, new_list: NewList) -> Iterator[Any]:
    number = new_list() if block.kind == "steps" and block.entries else 0
    for entry in block.entries:
        made = paragraph(_LISTS[block.kind], runs(entry, setting))
        if number:
            made[0].append(element("w:numPr", {}, on("w:ilvl", 0), on("w:numId", number)))
        yield made


def banner_parts(banner: Banner, setting: Setting) -> Iterator[Any]:
    color = LEVELS[banner.level]
    face = Face(strong=True, color=color)
    yield paragraph("Notice", runs(banner.title, setting, face), border=color, keep=True)
    for line in banner.body:
        yield paragraph("Notice", runs(line, setting), border=color)
    yield spacer()


def _told(told: Told, setting: Setting) -> Iterator[Any]:
    """What, where, why, what to do, and the command that explains it at length."""
    color = LEVELS[told.level]
    mend = (Run(setting.words.text("document.mend") + " ", strong=True), *told.mend) if told.mend else ()
    small = Face(color=MUTED, size=9)
    lines: list[tuple[Rich, Face]] = [
        (told.what, Face(strong=True)),
        (rich(told.where), small),
        (told.why, Face()),
        (mend, Face()),
        (rich(f"tam explain {told.code}"), small),
    ]
    said = [(text, face) for text, face in lines if text]
    for index, (text, face) in enumerate(said):
        yield paragraph("Notice", runs(text, setting, face), border=color, keep=index < len(said) - 1)
    yield spacer()


def contents_parts(sections: Sequence[Section], setting: Setting) -> Iterator[Any]:
    """The sections as links, within a field that Word can bring up to date with page numbers."""
    yield paragraph("CardHead", runs(rich(setting.words.text("document.contents")), setting))
    begin, code, separate, *_, end = field('TOC \\o "1-1" \\h \\z \\u', "", setting)
    last = len(sections) - 1
    for index, section in enumerate(sections):
        text = tuple(
            Run(run.text, run.italic, run.strong, run.language, section.key) for run in section.title
        )
        content = runs(text, setting)
        before = [begin, code, separate] if index == 0 else []
        after = [end] if index == last else []
        yield paragraph("toc1", [*before, *content, *after])


def notes_part(notes: Sequence[Rich], setting: Setting) -> Any:
    """The notes beneath a table or figure in one paragraph; empty where there are none."""
    if not notes:
        return spacer()
    gap = "" if setting.chinese else " "
    text: list[Run] = [Run(setting.words.text("document.note") + gap, italic=True)]
    for index, note in enumerate(notes):
        text.extend(((Run(gap),) if index and gap else ()) + note)
    return paragraph("TableNote", runs(tuple(text), setting))
