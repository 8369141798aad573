"""The parameter table: every parameter of the model, those the text names and those lavaan's ``sem()`` adds.

The automatic rules: the first indicator of a latent fixed at 1 (``std_lv``: the latent's variance instead),
residual variances of everything, covariances among exogenous latents, residual covariances among outcomes
that predict nothing, the variance of a single indicator fixed at 0, observed exogenous variables fixed at
their sample moments, and with a mean structure free intercepts of observed variables and zero means of
latents. Rows stand in lavaan's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tam.engine.group_table import across_groups, grouping_problems
from tam.engine.syntax import Formula, Syntax, Term
from tam.engine.table_rows import Grouping as Grouping
from tam.engine.table_rows import ParameterTable as ParameterTable
from tam.engine.table_rows import Row as Row
from tam.engine.table_rows import Variables as Variables
from tam.errors import Problem, TamError, Where, problem

ONE_GROUP = Grouping()
#: Turns the rows of one group (counted from 0) into those of a method with rows of its own.
Extension = Callable[[list[Row], int], list[Row]]


def build_table(
    syntax: Syntax,
    *,
    meanstructure: bool = False,
    std_lv: bool = False,
    fixed_x: bool = True,
    grouping: Grouping = ONE_GROUP,
    extension: Extension | None = None,
) -> ParameterTable:
    """The table of a parsed model (peer: ``lavaan::lavaanify`` with the defaults of ``sem``).

    Several groups always have a mean structure.
    """
    labels = grouping.labels
    problems = _refusals(syntax, len(labels), thresholds=extension is not None)
    if problems:
        raise TamError(problems)
    variables = classify(syntax)
    has_means = any(t.name == "1" for f in syntax.formulas if f.operator == "~" for t in f.terms)
    means = meanstructure or has_means or len(labels) > 1
    rows: list[Row] = []
    for at, label in enumerate(labels):
        own, twice = _user_rows(syntax, variables, at)
        problems += twice if at == 0 else []
        own = _mark_scale(own, variables, std_lv)
        own += _automatic_rows(own, variables, std_lv=std_lv, fixed_x=fixed_x, means=means)
        rows += [replace(row, group=label) for row in (extension(own, at) if extension else own)]
    problems += grouping_problems(grouping, rows)
    rows = across_groups(rows, variables, grouping, std_lv=std_lv)
    rows, more = _resolve_equal(rows)
    rows, free, conflicts = _number_parameters(rows, labels)
    problems += more + conflicts
    if problems:
        raise TamError(problems)
    return ParameterTable(tuple(rows), syntax.relations, variables, free, means, labels)


def _refusals(syntax: Syntax, groups: int, *, thresholds: bool) -> list[Problem]:
    found = []
    for formula in syntax.formulas:
        where = Where(line=formula.line)
        if formula.operator == "|" and not thresholds:
            found.append(
                problem("thresholds-not-offered", where, variable=formula.left[0], line=formula.line)
            )
        for term in formula.terms:
            for name in formula.left:
                if name == term.name and formula.operator in ("=~", "~"):
                    found.append(problem("self-effect", where, variable=name, line=formula.line))
            lengths = {len(modifier.values) for modifier in term.modifiers} - {1, groups}
            found += [
                problem(
                    "group-vector-length",
                    where,
                    variable=term.name,
                    line=formula.line,
                    values=length,
                    groups=groups,
                )
                for length in sorted(lengths)
            ]
    return found


def classify(syntax: Syntax) -> Variables:
    """Which variables are latent, observed, exogenous; order as lavaan lists them."""
    latent = _ordered(name for f in syntax.formulas if f.operator == "=~" for name in f.left)
    known = set(latent)
    loaded = _ordered(t.name for f in syntax.formulas if f.operator == "=~" for t in f.terms if t.name != "0")
    outcomes = _ordered(
        name
        for f in syntax.formulas
        if f.operator == "~" and any(t.name != "1" for t in f.terms)
        for name in f.left
    )
    predictors = _ordered(
        t.name for f in syntax.formulas if f.operator == "~" for t in f.terms if t.name != "1"
    )
    in_moments = _ordered(
        name
        for f in syntax.formulas
        for name in _moment_names(f)
        if f.operator == "~~" or (f.operator == "~" and any(t.name == "1" for t in f.terms))
    )
    indicators = [name for name in loaded if name not in known]
    y = [name for name in outcomes if name not in known and name not in indicators]
    taken = {*known, *indicators, *y}
    x = [name for name in predictors if name not in taken]
    extra = [name for name in in_moments if name not in taken and name not in x]
    exogenous = [name for name in x if name not in in_moments]
    return Variables(
        tuple(latent),
        (*indicators, *y, *x, *extra),
        tuple(exogenous),
        frozenset(loaded),
        frozenset(outcomes),
        frozenset(predictors),
    )


def _ordered(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _moment_names(formula: Formula) -> list[str]:
    """Variables whose own (co)variance or intercept a formula mentions."""
    if formula.operator == "~":
        return list(formula.left)
    return [*formula.left, *(term.name for term in formula.terms)]


def _user_rows(syntax: Syntax, variables: Variables, group: int) -> tuple[list[Row], list[Problem]]:
    """The rows of the text for one group (counted from 0)."""
    rank = {name: at for at, name in enumerate((*variables.latent, *variables.observed))}
    rows: dict[tuple[str, str, str], Row] = {}
    problems = []
    for formula in syntax.formulas:
        for left in formula.left:
            for term in formula.terms:
                row = _row(left, formula.operator, term, rank, group)
                key = (row.lhs, row.op, row.rhs)
                if key in rows:
                    where = Where(line=term.line, column=str(term.column))
                    what = f"{row.lhs} {formula.operator} {term.name}"
                    problems.append(problem("duplicate-parameter", where, parameter=what, line=term.line))
                rows[key] = row
    return list(rows.values()), problems


def _row(left: str, operator: str, term: Term, rank: dict[str, int], group: int) -> Row:
    lhs, op, rhs = left, operator, term.name
    if op == "~" and rhs == "1":
        op, rhs = "~1", ""
    elif op == "=~" and rhs == "0":
        return Row(lhs, op, lhs, fixed=0.0, user=True, line=term.line)
    elif op == "~~" and rank[rhs] < rank[lhs]:
        lhs, rhs = rhs, lhs
    row = Row(lhs, op, rhs, user=True, line=term.line)
    freed = False
    for modifier in term.modifiers:
        value = modifier.values[group if len(modifier.values) > 1 else 0]
        if modifier.kind == "label":
            row = replace(row, label=str(value))
        elif modifier.kind == "equal":
            row = replace(row, label=f"={value}")
        elif value is None:
            row, freed = replace(row, fixed=None), True
        elif modifier.kind == "fixed":
            row, freed = replace(row, fixed=float(value), start=None), False
        else:
            row = replace(row, start=float(value))
    return replace(row, parameter=0 if freed else -1)


def _mark_scale(rows: Sequence[Row], variables: Variables, std_lv: bool) -> list[Row]:
    """Fix the marker of each latent (or its variance, with ``std_lv``) unless the text freed it with NA.

    As in lavaan, a first loading with ``start(0.8)`` is fixed at that value. ``parameter`` 0 marks NA here.
    """
    first: set[str] = set()
    done = []
    for row in rows:
        is_marker = row.op == "=~" and row.lhs not in first
        if row.op == "=~":
            first.add(row.lhs)
        own_variance = row.op == "~~" and row.lhs == row.rhs and row.lhs in variables.latent
        scales = (is_marker and not std_lv) or (own_variance and std_lv)
        if scales and row.fixed is None and row.parameter < 0:
            row = replace(row, fixed=1.0 if row.start is None else row.start)
        done.append(row)
    return done


def _automatic_rows(
    rows: Sequence[Row], variables: Variables, *, std_lv: bool, fixed_x: bool, means: bool
) -> list[Row]:
    present = {(row.lhs, row.op, row.rhs) for row in rows} | {(row.rhs, row.op, row.lhs) for row in rows}
    single = _single_indicators(rows)
    exogenous = set(variables.exogenous)
    added = []
    for name in (*variables.observed, *variables.latent):
        if name in exogenous:
            continue
        fixed = 0.0 if name in single else 1.0 if std_lv and name in variables.latent else None
        added.append(Row(name, "~~", name, fixed=fixed))
    added += [Row(a, "~~", b) for a, b in _automatic_covariances(variables)]
    x = variables.exogenous
    added += [Row(a, "~~", b, exogenous=fixed_x) for i, a in enumerate(x) for b in x[i:]]
    if means:
        added += [Row(name, "~1", "", exogenous=fixed_x and name in exogenous) for name in variables.observed]
        added += [Row(name, "~1", "", fixed=0.0) for name in variables.latent]
    return [row for row in added if (row.lhs, row.op, row.rhs) not in present]


def _single_indicators(rows: Sequence[Row]) -> set[str]:
    """Variables that are the only indicator of a latent and an indicator of nothing else."""
    of: dict[str, list[str]] = {}
    times: dict[str, int] = {}
    for row in rows:
        if row.op == "=~" and row.lhs != row.rhs:
            of.setdefault(row.lhs, []).append(row.rhs)
            times[row.rhs] = times.get(row.rhs, 0) + 1
    return {names[0] for names in of.values() if len(names) == 1 and times[names[0]] == 1}


def _automatic_covariances(variables: Variables) -> list[tuple[str, str]]:
    """Among exogenous latents, and among outcomes that predict nothing and indicate nothing."""
    exogenous = [
        name
        for name in variables.latent
        if name not in variables.outcomes and name not in variables.indicators
    ]
    outcomes = [
        name
        for name in (*variables.latent, *variables.observed)
        if name in variables.outcomes
        and name not in variables.predictors
        and name not in variables.indicators
    ]
    return [(a, b) for names in (exogenous, outcomes) for i, a in enumerate(names) for b in names[i + 1 :]]


def _resolve_equal(rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """Give ``equal("A=~x2")`` and its target one label; the target may be a parameter of the first group or
    a label."""
    first = [(at, row) for at, row in enumerate(rows) if row.group == rows[0].group]
    by_name = {row.name: at for at, row in first}
    by_name |= {f"{row.rhs}~~{row.lhs}": at for at, row in first if row.op == "~~"}
    by_label = {row.label: at for at, row in enumerate(rows) if row.label and not row.label.startswith("=")}
    done = list(rows)
    problems = []
    for at, row in enumerate(rows):
        if not row.label.startswith("="):
            continue
        target = row.label[1:]
        found = by_label.get(target, by_name.get(target, -1))
        if found < 0 or found == at:
            problems.append(
                problem("unknown-label", Where(line=row.line), name=target, known=tuple(by_label))
            )
            continue
        label = done[found].label or done[found].name
        done[found] = replace(done[found], label=label)
        done[at] = replace(done[at], label=label)
    return done, problems


def _number_parameters(
    rows: Sequence[Row], groups: Sequence[str | None]
) -> tuple[list[Row], tuple[str, ...], list[Problem]]:
    """Number the free parameters; rows with one label or tie share a number, or the fixed value one has."""
    keys = [_key(row, groups) for row in rows]
    fixed: dict[str, float] = {}
    problems = []
    for row, key in zip(rows, keys):
        if row.fixed is None or fixed.setdefault(key, row.fixed) == row.fixed or not row.label:
            continue
        values = (fixed[key], row.fixed)
        problems.append(problem("label-two-values", Where(line=row.line), label=row.label, values=values))
    index: dict[str, int] = {}
    done = []
    for row, key in zip(rows, keys):
        value = row.fixed if row.fixed is not None else fixed.get(key)
        if value is not None or row.exogenous:
            done.append(replace(row, fixed=value, parameter=-1))
        else:
            done.append(replace(row, parameter=index.setdefault(key, len(index))))
    return done, tuple(name.strip() for name in index), problems


def _key(row: Row, groups: Sequence[str | None]) -> str:
    """What names a parameter: its label or tie, else its terms, with ``.g2`` and so on in later groups.

    A label cannot begin with a blank, so an unlabelled parameter never meets a label of the same spelling.
    """
    if row.label:
        return row.label
    at = groups.index(row.group)
    return " " + row.name + (f".g{at + 1}" if at and not row.tied else "")
