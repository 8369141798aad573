"""Reads a study's data: the table, the columns its model and groups name, the coded answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tam.errors import Problem, TamError, Where, problem
from tam.spec.data_file import WAVE, DataFile
from tam.spec.instrument import ColumnRule, Instrument, Role, Scale, Variable
from tam.spec.study import GroupBy, Study, TierGrouping
from tam.spec.text import Text, closest, listed

if TYPE_CHECKING:
    from tam.data.privacy import Pseudonyms
    from tam.data.responses import Responses
    from tam.data.table import Table

NUMBER = Scale("number", "numeric")
AS_WRITTEN = Scale("as-written", "nominal")


def read_study_data(study: Study) -> tuple[Instrument, Responses]:
    """The study's instrument with the observed columns it needs, and the coded answers. Raises TamError.

    Several files are read and coded each by itself and then stacked; the variable ``wave`` tells them apart.
    """
    from tam.data.privacy import Pseudonyms

    if study.files:
        return _read_files(study)
    return _read_file(study, DataFile(study.data, study.data.name, ""), Pseudonyms())


def _read_files(study: Study) -> tuple[Instrument, Responses]:
    """All files of a study stacked; what is wrong in any of them is told together."""
    from tam.data.privacy import Pseudonyms
    from tam.data.stacking import stack_responses

    pseudonyms = Pseudonyms()
    groups = tuple(one for one in study.groups if one != GroupBy(WAVE))
    found: list[tuple[Instrument, Responses]] = []
    problems: list[Problem] = []
    for file in study.files:
        try:
            found.append(_read_file(replace(study, groups=groups), file, pseudonyms))
        except TamError as fault:
            problems += fault.problems
    if problems:
        raise TamError(problems)
    stacked = stack_responses([part for _, part in found], [file.wave for file in study.files], WAVE)
    wave = Variable(WAVE, "group", Text("Wave", "批次"), AS_WRITTEN.id)
    return found[0][0].with_variables({WAVE: wave}, {AS_WRITTEN.id: AS_WRITTEN}), stacked


def _read_file(study: Study, file: DataFile, pseudonyms: Pseudonyms) -> tuple[Instrument, Responses]:
    """One file by the study's settings and its own, which go first."""
    from tam.data.coding import code_responses
    from tam.data.reading import read_table

    table = read_table(
        file.path,
        platform=file.platform or study.platform,
        encoding=file.encoding or study.encoding,
        sheet=study.sheet if file.sheet is None else file.sheet,
        text_form=file.text_form or study.text_form,
    )
    table = replace(table, file=file.name)
    study = replace(study, columns={**study.columns, **file.columns})
    instrument = _with_columns(study, table)
    order = {**instrument.sequence_order, **study.sequence_order}
    instrument = replace(instrument, sequence_order=order)
    rules = {**_instrument_rules(study, table), **study.columns}
    asked = (one.variable for one in (*study.screening.consent, *study.screening.target))
    grouped = (group.variable for group in study.groups)
    needed = {*instrument.items, *study.model.observed, *grouped, *asked}
    responses = code_responses(
        table, instrument, rules, needed=needed, keep_personal=study.keep_personal, pseudonyms=pseudonyms
    )
    return instrument, responses


def _instrument_rules(study: Study, table: Table) -> dict[str, ColumnRule]:
    """Column rules that the instrument brings for exports of its platform, where no column bears the name."""
    if study.instrument.column_platform not in (None, table.platform):
        return {}
    named = {name.strip().casefold() for name in table.header}
    return {name: r for name, r in study.instrument.column_rules.items() if name.casefold() not in named}


def _with_columns(study: Study, table: Table) -> Instrument:
    """Names that the model or the groups use and the instrument does not know are columns of the data."""
    asked = (*study.screening.consent, *study.screening.target)
    numbers = [n for n in study.model.observed if n not in study.instrument.variables]
    numbers += [one.variable for one in asked if one.is_number]
    counts = [g.variable for g in study.groups if isinstance(g, TierGrouping)]
    written = [g.variable for g in study.groups if not isinstance(g, TierGrouping)]
    written += [one.variable for one in asked if not one.is_number]
    written = [name for name in written if name not in study.instrument.option_names()]
    problems = []
    known = {*table.header, *study.columns, *study.instrument.items, *study.instrument.variables}
    for name in dict.fromkeys([*numbers, *counts, *written]):
        if name not in known:
            candidates = [*study.model.constructs, *study.instrument.variables, *table.header]
            guess = closest(name, candidates) or listed(candidates)
            place = Where(study.file)
            if name in study.model.observed:
                problems.append(problem("unknown-construct", place, name=name, suggestion=guess))
            elif any(name == one.variable for one in asked):
                problems.append(problem("unknown-screening-column", place, name=name, suggestion=guess))
            else:
                problems.append(problem("unknown-group", place, name=name, suggestion=guess))
    if problems:
        raise TamError(problems)
    new = {
        **_variables(counts, study.instrument, "followers", NUMBER),
        **_variables(numbers, study.instrument, "observed", NUMBER),
        **_variables(written, study.instrument, "group", AS_WRITTEN),
    }
    return study.instrument.with_variables(new, {s.id: s for s in (NUMBER, AS_WRITTEN)} if new else {})


def _variables(names: Iterable[str], instrument: Instrument, role: Role, scale: Scale) -> dict[str, Variable]:
    return {
        name: Variable(name, role, Text(name, name), scale.id)
        for name in names
        if name not in instrument.variables and name not in instrument.items
    }
