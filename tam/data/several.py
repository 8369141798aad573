"""Variables with several answers: cells to one mark per option, whatever way the platform writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tam.data.answers import ANY_OTHER, Coder, coder
from tam.data.option_columns import Code, OptionColumn
from tam.data.platforms import Platform
from tam.data.quantities import parse_number
from tam.data.responses import ColumnMatch
from tam.data.table import Table
from tam.data.wording import fold
from tam.spec.instrument import Scale, Variable

_TICKED = frozenset({"1", "1.0", "y", "yes", "true", "checked", "x", "√", "✓", "✔", "是", "选中", "已选"})
_UNTICKED = frozenset({"0", "0.0", "n", "no", "false", "unchecked", "not selected", "否", "未选中", "未选"})
_SEPARATORS = "┋|;；,，、\n"
_RANKED = "→>"
_OTHER_TEXT = re.compile(r"〖[^〗]*〗")


@dataclass(frozen=True, slots=True)
class CellColumn:
    """A column as the problems of coding tell of it: where it stands and which of its cells are wrong."""

    match: ColumnMatch
    scale: Scale
    faults: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class SeveralAnswers:
    """``marks`` (n, options): 1 chosen, 0 not, or the rank; NaN where missing. ``reasons`` (n,): text."""

    name: str
    marks: Mapping[Code, np.ndarray]
    reasons: np.ndarray
    columns: tuple[CellColumn, ...]

    def variables(self) -> dict[str, np.ndarray]:
        return {f"{self.name}:{code}": marks for code, marks in self.marks.items()}


def code_option_columns(
    table: Table,
    platform: Platform,
    variable: Variable,
    scale: Scale,
    missing_codes: Mapping[str, str],
    found: Sequence[OptionColumn],
) -> SeveralAnswers:
    """One column per option: ticked by 1, Y or the option's own words; nobody ticked anything is blank."""
    one = coder(scale, missing_codes, platform.markers)
    ranked = variable.type == "ranking"
    n = len(table.rows)
    marks: dict[Code, np.ndarray] = {}
    reasons = np.full(n, "", dtype=object)
    seen = np.zeros(n, dtype=bool)
    columns = []
    for option in found:
        places, distinct = _distinct(table, option.position)
        cells = [_tick(one, cell, option.code, ranked) for cell in distinct]
        marks[option.code] = np.array([mark for mark, _, _ in cells], dtype=float)[places]
        told = np.array([reason for _, reason, _ in cells], dtype=object)[places]
        reasons = np.where(told != "", told, reasons)
        filled = [fold(cell) != "" and not reason for cell, (_, reason, _) in zip(distinct, cells)]
        if platform.empty_if_none_ticked:
            filled = [mark > 0 for mark, _, _ in cells]
        seen |= np.array(filled, dtype=bool)[places]
        wrong = [(i, cells[p][2], distinct[p]) for i, p in enumerate(places) if cells[p][2]]
        columns.append(CellColumn(option.match(table, variable.id), scale, tuple(wrong)))
    reasons = np.where(seen, "", np.where(reasons == "", "blank", reasons))
    marks = {code: np.where(seen, values, np.nan) for code, values in marks.items()}
    return SeveralAnswers(variable.id, marks, reasons, tuple(columns))


def _distinct(table: Table, position: int) -> tuple[list[int], list[str]]:
    """For every respondent the number of its cell among the distinct cells, and these."""
    places, distinct = pd.factorize(table.rows[position])
    return [int(place) for place in places], [str(cell) for cell in distinct]


def _tick(one: Coder, cell: str, code: Code, ranked: bool) -> tuple[float, str, str]:
    """(mark, reason, fault) of a cell in the column of an option."""
    plain = fold(cell)
    if not plain or (plain in one.missing and one.missing[plain] == "blank"):
        return (np.nan if ranked else 0.0), "", ""
    if plain in one.missing:
        return np.nan, one.missing[plain], ""
    if plain in one.markers:
        return np.nan, one.markers[plain], ""
    number = parse_number(cell)
    if ranked and number is not None:
        good = number.is_integer() and 0 <= number <= len(one.scale.labels)
        return (number if number else np.nan), "", "" if good else "out_of_range"
    if plain in _UNTICKED:
        return 0.0, "", ""
    if plain in _TICKED or plain == fold(str(code)):
        return 1.0, "", ""
    answer = one.code(_OTHER_TEXT.sub("", cell))
    if answer.code == code or code == one.words.get(ANY_OTHER):
        return 1.0, "", ""
    return np.nan, "", "contradicts" if answer.code is not None else "not_on_scale"


def code_one_cell(
    table: Table,
    platform: Platform,
    variable: Variable,
    scale: Scale,
    missing_codes: Mapping[str, str],
    match: ColumnMatch,
) -> SeveralAnswers:
    """All options in one cell: ``A┋B``, ``A, B``, ``1,3``, or ``A→B`` for a ranking."""
    one = coder(scale, missing_codes, platform.markers)
    places, distinct = _distinct(table, match.position - 1)
    cells = [_chosen(one, cell, variable.type == "ranking") for cell in distinct]
    marks = {}
    for code in scale.labels:
        values = [_mark(chosen, code, variable.type == "ranking") for chosen, _, _ in cells]
        marks[code] = np.array(values, dtype=float)[places]
    reasons = np.array([reason for _, reason, _ in cells], dtype=object)[places]
    faults = tuple((i, cells[p][2], distinct[p]) for i, p in enumerate(places) if cells[p][2])
    return SeveralAnswers(variable.id, marks, reasons, (CellColumn(match, scale, faults),))


def _mark(chosen: Sequence[Code] | None, code: Code, ranked: bool) -> float:
    if chosen is None or (ranked and code not in chosen):
        return np.nan
    return float(chosen.index(code) + 1) if ranked else float(code in chosen)


def _chosen(one: Coder, cell: str, ranked: bool) -> tuple[list[Code] | None, str, str]:
    """(codes in the order of the cell, reason, fault) of a cell with several answers."""
    plain = fold(cell)
    if not plain:
        return None, "blank", ""
    for known in (one.missing, one.markers):
        if plain in known:
            return None, known[plain], ""
    codes: list[Code] = []
    for piece in _pieces(one, fold(_OTHER_TEXT.sub("", cell)), _RANKED if ranked else _SEPARATORS):
        answer = one.code(piece)
        code = int(answer.code) if isinstance(answer.code, float) else answer.code
        if answer.fault or code is None or code not in one.scale.labels:
            return None, answer.fault or "not_on_scale", answer.fault or "not_on_scale"
        if code not in codes:
            codes.append(code)
    return codes, "", ""


def _pieces(one: Coder, text: str, separators: str) -> Iterator[str]:
    """The answers of a cell. Where options hold the separator themselves, the longest known one is taken."""
    marks = re.escape(separators)
    known = sorted(one.words, key=len, reverse=True)
    while text := text.strip(f" {separators}"):
        lettered = re.sub(r"^[a-z] ?[.、):] ?", "", text)
        hit = next((word for word in known if _begins(lettered, word, separators)), None)
        if hit is not None:
            yield hit
            text = lettered[len(hit) :]
            continue
        piece = re.split(f"[{marks}]", text, maxsplit=1)[0]
        yield piece.strip()
        text = text[len(piece) :]


def _begins(text: str, word: str, separators: str) -> bool:
    """Does the text begin with this whole word?"""
    rest = text[len(word) :].lstrip() if text.startswith(word) else None
    return rest is not None and (not rest or rest[0] in separators)
