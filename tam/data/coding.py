"""``code_responses``: a table of text to coded responses, by what the instrument says and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tam.data.answers import Coder, coder
from tam.data.columns import Headers, match_columns
from tam.data.findings import coding_problems, range_problems, soundness_problems
from tam.data.labelled import column_answers
from tam.data.meta import META_ROLES, Meta, respondent_meta
from tam.data.option_columns import OptionColumn, option_columns
from tam.data.platforms import Platform, platform_named
from tam.data.positions import choice_scale, may_hold_positions, refused_positions
from tam.data.privacy import Pseudonyms
from tam.data.responses import ColumnMatch, OutOfRange, Responses
from tam.data.reversal import reversal_problems
from tam.data.several import CellColumn, SeveralAnswers, code_one_cell, code_option_columns
from tam.data.table import Table
from tam.data.text_form import through_text_form
from tam.errors import Problem, TamError, Where, problem
from tam.spec.instrument import ColumnRule, Instrument, Scale, Variable
from tam.spec.text import Text


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """One column after coding; arrays have one entry per respondent."""

    match: ColumnMatch
    scale: Scale
    codes: np.ndarray
    """Objects: int, float or str code, None where missing."""
    reasons: np.ndarray
    """Objects: str, "" where answered."""
    faults: tuple[tuple[int, str, str], ...]
    """(index of the respondent, kind of fault, cell) for every cell that could not be taken as it stands."""

    def numbers(self) -> np.ndarray:
        """Codes as floats, NaN where missing; shape (n,)."""
        return np.array([np.nan if code is None else float(code) for code in self.codes], dtype=float)


def code_responses(
    table: Table,
    instrument: Instrument,
    columns: Mapping[str, ColumnRule] | None = None,
    *,
    needed: Collection[str] | None = None,
    keep_personal: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> Responses:
    """Code a table by an instrument.

    ``columns`` says where a name differs from the header; it may also name what the platform recorded
    (``id``, ``submitted``, ``seconds``, ``source``, ``status``, ``ip``). ``needed`` names must be in the
    table (default: every item, and the observed columns a model names); other variables and attention checks
    may be absent, with a note. ``pseudonyms`` compares personal values with those of other files of the run.
    An answer that no scale explains raises ``TamError``; one outside its scale
    becomes missing and is reported.
    """
    platform = platform_named(table.platform, table.file)
    rules = columns or {}
    found = _find(table, instrument, rules, _needed(instrument) if needed is None else needed)
    undecided = [*found.problems]
    if len(table.rows) < 2:
        undecided.append(problem("too-few-rows", Where(file=table.file), n=len(table.rows)))
    _stop(undecided)
    choices = {match: scale for match in found.single if (scale := choice_scale(instrument, match.item))}
    table, unclear = through_text_form(table, instrument, choices)
    undecided += unclear or refused_positions(table, instrument, platform, found.single)
    _stop(undecided)
    coded = {match.item: _code(table, instrument, platform, match) for match in found.single}
    several = _code_several(table, instrument, platform, found)
    cells: list[CodedColumn | CellColumn] = [*coded.values()]
    cells += (column for one in several.values() for column in one.columns)
    _stop(coding_problems(table, cells))
    meta = respondent_meta(table, platform, found.taken, found.declared, keep_personal, pseudonyms)
    notes = (*table.problems, *undecided, *meta.problems, *range_problems(table, cells))
    return _responses(table, instrument, Coded(coded, several, cells), meta, found.matches, notes)


def _stop(problems: Collection[Problem]) -> None:
    stopping = [one for one in problems if one.exit_code == 2]
    if stopping:
        raise TamError(stopping)


@dataclass(frozen=True, slots=True)
class FoundColumns:
    """The columns of a table by what they are for."""

    single: tuple[ColumnMatch, ...]
    """Items, checks and variables with one answer."""
    one_cell: tuple[ColumnMatch, ...]
    """Variables with several answers in one cell."""
    options: Mapping[str, tuple[OptionColumn, ...]]
    """Variables with a column per option."""
    recorded: tuple[ColumnMatch, ...]
    """What the platform recorded, where the study says which column it is."""
    matches: tuple[ColumnMatch, ...]
    problems: tuple[Problem, ...]

    @property
    def taken(self) -> set[int]:
        """Positions (from 0) of the columns that hold answers."""
        options = {one.position for columns in self.options.values() for one in columns}
        return {match.position - 1 for match in (*self.single, *self.one_cell)} | options

    @property
    def declared(self) -> dict[str, int]:
        return {match.item: match.position - 1 for match in self.recorded}


@dataclass(frozen=True, slots=True)
class Coded:
    """The coded columns; ``cells`` are all of them, as the problems tell of them."""

    single: Mapping[str, CodedColumn]
    several: Mapping[str, SeveralAnswers]
    cells: Collection[CodedColumn | CellColumn]


def _find(
    table: Table, instrument: Instrument, rules: Mapping[str, ColumnRule], needed: Collection[str]
) -> FoundColumns:
    """Every column that the instrument and the rules point to, and what could not be decided."""
    headers = Headers.of(table)
    options: dict[str, tuple[OptionColumn, ...]] = {}
    problems: list[Problem] = []
    for variable in _with_several(instrument):
        scale = instrument.scales[variable.scale]
        columns, unclear = option_columns(table, headers, variable, scale, rules.get(variable.id))
        problems += unclear
        if columns:
            options[variable.id] = columns
    wordings = {name: text for name, text in _wordings(instrument).items() if name not in options}
    roles: dict[str, Text] = {name: Text() for name in META_ROLES if name in rules and name not in wordings}
    ticked = tuple(one.match(table, name) for name, columns in options.items() for one in columns)
    left = {name: rule for name, rule in rules.items() if name not in options}
    matches, undecided = match_columns(table, {**wordings, **roles}, left, needed, ticked, headers)
    several = {variable.id for variable in _with_several(instrument)}
    return FoundColumns(
        single=tuple(one for one in matches if one.item not in roles and one.item not in several),
        one_cell=tuple(one for one in matches if one.item in several),
        options=options,
        recorded=tuple(one for one in matches if one.item in roles),
        matches=(*matches, *ticked),
        problems=(*problems, *undecided),
    )


def _with_several(instrument: Instrument) -> list[Variable]:
    return [one for one in instrument.variables.values() if one.type != "single"]


def _code_several(
    table: Table, instrument: Instrument, platform: Platform, found: FoundColumns
) -> dict[str, SeveralAnswers]:
    coded = {}
    cells = {match.item: match for match in found.one_cell}
    for variable in _with_several(instrument):
        scale, missing = instrument.scales[variable.scale], instrument.missing_codes
        if variable.id in found.options:
            columns = found.options[variable.id]
            coded[variable.id] = code_option_columns(table, platform, variable, scale, missing, columns)
        elif variable.id in cells:
            match = cells[variable.id]
            coded[variable.id] = code_one_cell(table, platform, variable, scale, missing, match)
    return coded


def _wordings(instrument: Instrument) -> dict[str, Text]:
    return {
        **{item.id: item.text for item in instrument.items.values()},
        **{check.id: check.text for check in instrument.attention_checks.values()},
        **{variable.id: variable.text for variable in instrument.variables.values()},
    }


def _needed(instrument: Instrument) -> set[str]:
    observed = {name for name, variable in instrument.variables.items() if variable.role == "observed"}
    return {*instrument.items, *observed}


def _scale_of(instrument: Instrument, name: str) -> Scale:
    if name in instrument.attention_checks:
        return instrument.attention_checks[name].scale
    owner = instrument.items.get(name) or instrument.variables[name]
    return instrument.scales[owner.scale]


def _code(table: Table, instrument: Instrument, platform: Platform, match: ColumnMatch) -> CodedColumn:
    scale = _scale_of(instrument, match.item)
    variable = instrument.variables.get(match.item)
    positions: Literal["ascending", "descending"] | None = None
    if may_hold_positions(table, platform) and scale.type != "numeric":
        positions = instrument.sequence_order.get(scale.id)
    counts = variable is not None and variable.role == "followers"
    one = coder(scale, instrument.missing_codes, platform.markers, counts=counts, positions=positions)
    return _apply(one, table, match)


def _apply(one: Coder, table: Table, match: ColumnMatch) -> CodedColumn:
    """Code each distinct cell once and spread the result over the column."""
    places, distinct = pd.factorize(table.rows[match.position - 1])
    answers = column_answers(table, match.position - 1, one, [str(cell) for cell in distinct])
    codes = _objects([answer.code for answer in answers])
    reasons = _objects([answer.reason for answer in answers])
    wrong = np.array([bool(answer.fault) for answer in answers])
    rows = np.flatnonzero(wrong[places]) if wrong.any() else ()
    faults = tuple((int(i), answers[places[i]].fault, str(distinct[places[i]])) for i in rows)
    return CodedColumn(match, one.scale, codes[places], reasons[places], faults)


def _objects(values: list[object]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _responses(
    table: Table,
    instrument: Instrument,
    answers: Coded,
    meta: Meta,
    matches: tuple[ColumnMatch, ...],
    notes: tuple[Problem, ...],
) -> Responses:
    coded = answers.single
    index = pd.Index(table.row_numbers, name="row")
    items = [name for name in instrument.items if name in coded]
    shown = [name for name in instrument.presented() if name in items]
    checks = [name for name in instrument.attention_checks if name in coded]
    raw = pd.DataFrame({name: coded[name].numbers() for name in shown}, index=index)
    values = pd.DataFrame(
        {name: _keyed(raw[name], coded[name].scale, instrument.items[name].reverse) for name in items},
        index=index,
    )
    found = [*notes, *reversal_problems(table, instrument, values)]
    found += soundness_problems(table.file, values, {name: coded[name].match.column for name in items})
    if meta.dropped:
        n, place = len(meta.dropped), Where(file=table.file)
        found.append(problem("personal-columns-dropped", place, n=n, columns=meta.dropped))
    return Responses(
        values=values,
        raw=raw,
        variables=pd.DataFrame(_variables(instrument, answers), index=index),
        checks=pd.DataFrame({name: _check(coded[name]) for name in checks}, index=index),
        meta=meta.table,
        missing=pd.DataFrame({name: coded[name].reasons for name in items}, index=index),
        out_of_range=_out_of_range(table, answers.cells),
        column_map=matches,
        dropped_columns=meta.dropped,
        unused_columns=meta.unused,
        problems=tuple(found),
        file=table.file,
        sha256=table.sha256,
        platform=table.platform,
        evidence=table.evidence,
        encoding=table.encoding,
        n_rows=len(table.rows),
        preview_statuses=meta.preview_statuses,
        timing=meta.timing,
    )


def _keyed(raw: pd.Series, scale: Scale, reverse: bool) -> pd.Series:
    """Codes in the direction of the construct: low + high - code for a reverse-keyed item."""
    if not reverse:
        return raw
    assert scale.min is not None and scale.max is not None, "the instrument's reader checks this"
    return scale.min + scale.max - raw


def _variables(instrument: Instrument, answers: Coded) -> dict[str, np.ndarray]:
    """Columns of the variables in the order of the instrument, one per option where answers are several."""
    found: dict[str, np.ndarray] = {}
    for name in instrument.variables:
        if name in answers.single:
            found[name] = _variable(answers.single[name])
        elif name in answers.several:
            found |= answers.several[name].variables()
    return found


def _variable(column: CodedColumn) -> np.ndarray:
    """Nominal answers as words (English, else Chinese), every other scale as numbers."""
    if column.scale.type != "nominal":
        return column.numbers()
    words = {code: label.get("en") or str(code) for code, label in column.scale.labels.items()}
    return _objects([None if code is None else words.get(code, str(code)) for code in column.codes])


def _check(column: CodedColumn) -> np.ndarray:
    codes = [code if isinstance(code, (int, float)) else None for code in column.codes]
    return np.array([np.nan if code is None else float(code) for code in codes], dtype=float)


def _out_of_range(table: Table, coded: Collection[CodedColumn | CellColumn]) -> tuple[OutOfRange, ...]:
    found = [
        OutOfRange(table.row_numbers[i], column.match.column, column.match.item, cell)
        for column in coded
        for i, fault, cell in column.faults
        if fault == "out_of_range"
    ]
    return tuple(sorted(found, key=lambda one: one.row))
