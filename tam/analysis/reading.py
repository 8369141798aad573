"""Reads a study's data: the table, the columns its model and groups name, the coded answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tam.errors import TamError, Where, problem
from tam.spec.instrument import ColumnRule, Instrument, Role, Scale, Variable
from tam.spec.study import Study, TierGrouping
from tam.spec.text import Text, closest, listed

if TYPE_CHECKING:
    from tam.data.responses import Responses
    from tam.data.table import Table

NUMBER = Scale("number", "numeric")
AS_WRITTEN = Scale("as-written", "nominal")


def read_study_data(study: Study) -> tuple[Instrument, Responses]:
    """The study's instrument with the observed columns it needs, and the coded answers. Raises TamError."""
    from tam.data.coding import code_responses
    from tam.data.reading import read_table

    table = read_table(study.data, platform=study.platform, encoding=study.encoding)
    instrument = _with_columns(study, table)
    rules = {**_instrument_rules(study, table), **study.columns}
    needed = {*instrument.items, *study.model.observed, *(group.variable for group in study.groups)}
    responses = code_responses(table, instrument, rules, needed=needed, keep_personal=study.keep_personal)
    return instrument, responses


def _instrument_rules(study: Study, table: Table) -> dict[str, ColumnRule]:
    """Column rules that the instrument brings for exports of its platform, where no column bears the name."""
    if study.instrument.column_platform not in (None, table.platform):
        return {}
    named = {name.strip().casefold() for name in table.header}
    return {name: r for name, r in study.instrument.column_rules.items() if name.casefold() not in named}


def _with_columns(study: Study, table: Table) -> Instrument:
    """Names that the model or the groups use and the instrument does not know are columns of the data."""
    numbers = [n for n in study.model.observed if n not in study.instrument.variables]
    counts = [g.variable for g in study.groups if isinstance(g, TierGrouping)]
    written = [g.variable for g in study.groups if not isinstance(g, TierGrouping)]
    problems = []
    known = {*table.header, *study.columns, *study.instrument.items, *study.instrument.variables}
    for name in dict.fromkeys([*numbers, *counts, *written]):
        if name not in known:
            candidates = [*study.model.constructs, *study.instrument.variables, *table.header]
            guess = closest(name, candidates) or listed(candidates)
            code = "unknown-construct" if name in study.model.observed else "unknown-group"
            problems.append(problem(code, Where(study.file), name=name, suggestion=guess))
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
