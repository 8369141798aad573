"""``code_responses``: a table of text to coded responses, by what the instrument says and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tam.data.answers import Coder, coder
from tam.data.columns import match_columns
from tam.data.findings import coding_problems, range_problems, soundness_problems
from tam.data.labelled import column_answers
from tam.data.meta import META_ROLES, Meta, respondent_meta
from tam.data.platforms import Platform, platform_named
from tam.data.positions import refused_positions
from tam.data.responses import ColumnMatch, OutOfRange, Responses
from tam.data.table import Table
from tam.errors import Problem, TamError, Where, problem
from tam.spec.instrument import ColumnRule, Instrument, Scale
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
) -> Responses:
    """Code a table by an instrument.

    ``columns`` says where a name differs from the header; it may also name what the platform recorded
    (``id``, ``submitted``, ``seconds``, ``source``, ``status``, ``ip``). ``needed`` names must be in the
    table (default: every item, and the observed columns a model names); other variables and attention checks
    may be absent, with a note. An answer that no scale explains raises ``TamError``; one outside its scale
    becomes missing and is reported.
    """
    platform = platform_named(table.platform, table.file)
    rules = columns or {}
    wordings = _wordings(instrument)
    roles: dict[str, Text] = {name: Text() for name in META_ROLES if name in rules and name not in wordings}
    needed = _needed(instrument) if needed is None else needed
    matches, undecided = match_columns(table, {**wordings, **roles}, rules, needed)
    if len(table.rows) < 2:
        undecided = (*undecided, problem("too-few-rows", Where(file=table.file), n=len(table.rows)))
    answers = [match for match in matches if match.item not in roles]
    if not any(one.exit_code == 2 for one in undecided):
        undecided = (*undecided, *refused_positions(table, instrument, answers))
    stopping = [one for one in undecided if one.exit_code == 2]
    if stopping:
        raise TamError(stopping)
    coded = {match.item: _code(table, instrument, platform, match) for match in answers}
    faulty = coding_problems(table, coded.values())
    if faulty:
        raise TamError(faulty)
    taken = {match.position - 1 for match in answers}
    declared: dict[str, int] = {match.item: match.position - 1 for match in matches if match.item in roles}
    meta = respondent_meta(table, platform, taken, declared, keep_personal)
    notes = (*table.problems, *undecided)
    return _responses(table, instrument, coded, meta, matches, notes)


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
    if table.platform == "wenjuanxing" and table.form in (None, "sequence") and scale.type != "numeric":
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
    coded: Mapping[str, CodedColumn],
    meta: Meta,
    matches: tuple[ColumnMatch, ...],
    notes: tuple[Problem, ...],
) -> Responses:
    index = pd.Index(table.row_numbers, name="row")
    items = [name for name in instrument.items if name in coded]
    shown = [name for name in instrument.presented() if name in items]
    checks = [name for name in instrument.attention_checks if name in coded]
    raw = pd.DataFrame({name: coded[name].numbers() for name in shown}, index=index)
    values = pd.DataFrame(
        {name: _keyed(raw[name], coded[name].scale, instrument.items[name].reverse) for name in items},
        index=index,
    )
    found = [*notes, *range_problems(table, coded.values())]
    found += soundness_problems(table.file, values, {name: coded[name].match.column for name in items})
    if meta.dropped:
        n, place = len(meta.dropped), Where(file=table.file)
        found.append(problem("personal-columns-dropped", place, n=n, columns=meta.dropped))
    return Responses(
        values=values,
        raw=raw,
        variables=pd.DataFrame(
            {name: _variable(coded[name]) for name in instrument.variables if name in coded}, index=index
        ),
        checks=pd.DataFrame({name: _check(coded[name]) for name in checks}, index=index),
        meta=meta.table,
        missing=pd.DataFrame({name: coded[name].reasons for name in items}, index=index),
        out_of_range=_out_of_range(table, coded.values()),
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
    )


def _keyed(raw: pd.Series, scale: Scale, reverse: bool) -> pd.Series:
    """Codes in the direction of the construct: low + high - code for a reverse-keyed item."""
    if not reverse:
        return raw
    assert scale.min is not None and scale.max is not None, "the instrument's reader checks this"
    return scale.min + scale.max - raw


def _variable(column: CodedColumn) -> np.ndarray:
    """Nominal answers as words (English, else Chinese), every other scale as numbers."""
    if column.scale.type != "nominal":
        return column.numbers()
    words = {code: label.get("en") or str(code) for code, label in column.scale.labels.items()}
    return _objects([None if code is None else words.get(code, str(code)) for code in column.codes])


def _check(column: CodedColumn) -> np.ndarray:
    codes = [code if isinstance(code, (int, float)) else None for code in column.codes]
    return np.array([np.nan if code is None else float(code) for code in codes], dtype=float)


def _out_of_range(table: Table, coded: Collection[CodedColumn]) -> tuple[OutOfRange, ...]:
    found = [
        OutOfRange(table.row_numbers[i], column.match.column, column.match.item, cell)
        for column in coded
        for i, fault, cell in column.faults
        if fault == "out_of_range"
    ]
    return tuple(sorted(found, key=lambda one: one.row))
