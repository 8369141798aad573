"""Rich text and cells of tables as HTML: everything escaped, writing from right to left kept to itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tam.report.document import Cell, Column, Rich, Run, plain

if TYPE_CHECKING:
    from markupsafe import Markup

LONG = 32
"""Characters from which a short text or a number may break over lines."""

_CLASSES = {"text": "t", "name": "m", "sentence": "s", "verdict": "v", "number": ""}
"""Kind of a column -> the class of its cells; of numbers, which are most, none."""

_TURNS = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters written from right to left, and the marks that turn the direction of what follows."""

_OPENS = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"),
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),
}
"""Marks that change the direction -> the mark that ends it (Unicode standard annex 9)."""

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def runs(text: Rich, language: str = "") -> Markup:
    """Rich text with its marks, in a document of the language. Text with right-to-left letters or marks is
    isolated by ``bdi``, so that it cannot reorder the words around it; Chinese in an English document is
    marked, so that it is read aloud and set as Chinese."""
    from markupsafe import Markup

    return Markup("".join(_run(run, language) for run in text))


def _run(run: Run, language: str) -> str:
    from markupsafe import escape

    said = str(escape(run.text))
    if _TURNS.search(run.text):
        said = f"<bdi>{escape(_closed(run.text))}</bdi>"
    if run.italic:
        said = f"<i>{said}</i>"
    if run.strong:
        said = f"<strong>{said}</strong>"
    spoken = run.language or ("zh" if language == "en" and _CHINESE.search(run.text) else "")
    if spoken:
        said = f'<span lang="{escape(spoken)}">{said}</span>'
    return f'<a href="#{escape(run.target)}">{said}</a>' if run.target else said


def _closed(text: str) -> str:
    """The text with every change of direction ended within it: one left open would outlast the element around
    it, and an end too many would end that element's own."""
    expected: list[str] = []
    said: list[str] = []
    for char in text.replace("\u2029", " "):
        if char in _OPENS:
            expected.append(_OPENS[char])
        elif char in _OPENS.values():
            if char not in expected:
                continue
            while expected.pop() != char:
                pass
        said.append(char)
    return "".join(said + expected[::-1])


def head_cells(columns: Sequence[Column], language: str = "") -> Markup:
    """The heads of a table's columns, on one line."""
    from markupsafe import Markup

    return Markup("".join(f"<th scope=col{_class(one.kind)}>{runs(one.head, language)}" for one in columns))


def body_cells(row: Sequence[Cell], columns: Sequence[Column], language: str = "") -> Markup:
    """The cells of a row, one a line, the first its head. End tags are left out, as HTML allows."""
    from markupsafe import Markup

    cells = (_cell(cell, columns[at].kind, at == 0, language) for at, cell in enumerate(row))
    return Markup("\n".join(cells))


def _cell(cell: Cell, kind: str, first: bool, language: str) -> str:
    said = str(runs(cell.text, language))
    if kind == "verdict":
        return f'<td class=v><span class="tag {cell.level}">{said}</span>'
    marks: list[str] = [] if cell.level == "plain" else [cell.level]
    if kind in ("text", "number") and len(plain(cell.text)) > LONG:
        marks.append("w")
    return f"{'<th scope=row' if first else '<td'}{_class(kind, *marks)}>{said}"


def _class(kind: str, *marks: str) -> str:
    names = [name for name in (_CLASSES[kind], *marks) if name]
    if not names:
        return ""
    return f" class={names[0]}" if len(names) == 1 else f' class="{" ".join(names)}"'
