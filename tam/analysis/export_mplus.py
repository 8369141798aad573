"""A model as Mplus input: every parameter is said, so that none rests on a default of Mplus.

Mplus names have at most eight characters, know no case and no signs but the underscore; others are replaced
and the replacement is told in comments. Lines stay under 90 characters, the answers stand in a file without
a header. The commands were compared with inputs that Mplus 6 to 8 has run (they are printed in its outputs).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from tam.analysis.export_expected import Expected
from tam.spec.study import Options

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.parameter_table import ParameterTable, Row

LONGEST_NAME, LONGEST_LINE = 8, 85
#: Stands for no answer in the data file; no scale reaches it.
MISSING = -999999
#: Words Mplus reads as commands or options where a variable could stand.
RESERVED = frozenset(
    {
        "all", "and", "are", "as", "at", "by", "cat", "con", "do", "else", "eq", "equal", "false", "ge",
        "gt", "if", "in", "ind", "is", "le", "lt", "model", "ne", "new", "not", "on", "or", "pon",
        "pwith", "rand", "then", "true", "type", "via", "vs", "while", "with", "xwith", "data", "title",
        "define", "output", "plot", "savedata"
    }
)  # fmt: skip
SIGNS: Mapping[str, str] = {"=~": "BY", "~": "ON", "~~": "WITH"}


def mplus_names(names: Iterable[str]) -> dict[str, str]:
    """A name that Mplus takes for each of ours: itself where it may be, ``V1``, ``V2``, ... elsewhere."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    waiting = []
    asked = list(dict.fromkeys(names))
    for name in asked:
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None and len(name) <= LONGEST_NAME
        if plain and name.lower() not in taken | RESERVED:
            found[name] = name
            taken.add(name.lower())
        else:
            waiting.append(name)
    number = 0
    for name in waiting:
        number += 1
        while f"v{number}" in taken:
            number += 1
        found[name] = f"V{number}"
        taken.add(f"v{number}")
    return {name: found[name] for name in asked}


def mplus_data(answers: pd.DataFrame) -> str:
    """The answers separated by blanks, without a header; ``MISSING`` where there is none."""
    lines = []
    for row in answers.to_numpy(dtype=float):
        lines.append(" ".join(f"{MISSING}" if np.isnan(value) else f"{value:.12g}" for value in row))
    return "\n".join(lines) + "\n"


def mplus_input(
    title: str,
    table: ParameterTable,
    columns: Sequence[str],
    data_file: str,
    options: Options,
    expected: Expected | None,
) -> str:
    """The input of one model; ``columns`` are those of the data file, in its order."""
    names = mplus_names([*columns, *table.variables.latent])
    labels = _labels(table, names)
    used = [names[name] for name in table.variables.observed]
    replaced = [
        f"! {mine} is {_ascii(name)}"[:LONGEST_LINE]
        for name, mine in [*names.items(), *labels.items()]
        if mine != name
    ]
    commands = [
        f"TITLE: {_ascii(title)[:70]};",
        f"DATA: FILE IS {data_file};",
        *(["  LISTWISE = ON;"] if options.missing == "listwise" else []),
        "VARIABLE:",
        *_wrapped(f"NAMES ARE {' '.join(names[name] for name in columns)};"),
        *_wrapped(f"USEVARIABLES ARE {' '.join(used)};"),
        f"  MISSING ARE ALL ({MISSING});",
        "ANALYSIS:",
        *_analysis(table, options),
        "MODEL:",
        *_statements(table, names, labels),
        *_constraints(table, labels),
        "OUTPUT: STANDARDIZED;",
    ]
    return "\n".join([*commands, *replaced, *_told(expected, {**labels, **names})]) + "\n"


def _analysis(table: ParameterTable, options: Options) -> list[str]:
    lines = [f"  ESTIMATOR = {options.estimator};", "  CONVERGENCE = 0.00000001;"]
    if options.estimator == "ML" and options.missing == "listwise":
        lines.insert(1, "  INFORMATION = EXPECTED;")
    return lines if table.meanstructure else ["  MODEL = NOMEANSTRUCTURE;", *lines]


def _labels(table: ParameterTable, names: Mapping[str, str]) -> dict[str, str]:
    """A short name for every label and defined parameter, none that a variable has."""
    labels = [row.label for row in table.rows if row.free and row.label]
    labels += [one.left for one in table.relations if one.operator == ":="]
    taken = {name.lower() for name in names.values()}
    free = (f"LAB{number}" for number in count(1) if f"lab{number}" not in taken)
    return dict(zip(dict.fromkeys(labels), free))


def _statements(table: ParameterTable, names: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    """One statement for every parameter, fixed ones with their value, then those that are not there."""
    lines = []
    for row in table.rows:
        if row.exogenous:
            continue
        value = _value(row)
        equality = f" ({labels[row.label]})" if row.free and row.label else ""
        if row.op == "~1":
            lines.append(f"[{names[row.lhs]}{value}]{equality};")
        elif row.op == "~~" and row.lhs == row.rhs:
            lines.append(f"{names[row.lhs]}{value}{equality};")
        else:
            lines.append(f"{names[row.lhs]} {SIGNS[row.op]} {names[row.rhs]}{value}{equality};")
    return [f"  {line}" for line in [*lines, *_absent(table, names)]]


def _value(row: Row) -> str:
    """``@`` a fixed value, ``*`` free (with its starting value, if the model gives one)."""
    if row.free:
        return "*" if row.start is None else f"*{_number(row.start)}"
    return f"@{_number(row.fixed or 0.0)}"


def _number(value: float) -> str:
    """Without an exponent, which Mplus may take for a name."""
    return np.format_float_positional(value, trim="-")


def _absent(table: ParameterTable, names: Mapping[str, str]) -> list[str]:
    """Covariances that Mplus would free by itself and the model does not have."""
    said = {frozenset((row.lhs, row.rhs)) for row in table.rows if row.op == "~~"}
    latent = table.variables.latent
    members = {row.rhs for row in table.rows if row.op == "=~"}
    free_ones = [name for name in latent if name not in members]
    return [
        f"{names[one]} WITH {names[other]}@0;"
        for at, one in enumerate(free_ones)
        for other in free_ones[at + 1 :]
        if frozenset((one, other)) not in said and not _linked(table, one, other)
    ]


def _linked(table: ParameterTable, one: str, other: str) -> bool:
    """Whether one of the two predicts the other: then no covariance of them is free by default."""
    return any(row.op == "~" and {row.lhs, row.rhs} == {one, other} for row in table.rows)


def _constraints(table: ParameterTable, labels: Mapping[str, str]) -> list[str]:
    """Relations among labels and defined parameters, as MODEL CONSTRAINT."""
    if not table.relations:
        return []
    defined = [labels[one.left] for one in table.relations if one.operator == ":="]
    lines = _wrapped(f"NEW({' '.join(defined)});") if defined else []
    signs = {":=": "=", "==": "=", "<": "<", ">": ">"}
    for one in table.relations:
        left, right = (_expression(side, labels) for side in (one.left, one.right))
        lines += _wrapped(f"{left} {signs[one.operator]} {right};")
    return ["MODEL CONSTRAINT:", *lines]


def _expression(text: str, labels: Mapping[str, str]) -> str:
    """Labels in an expression as Mplus knows them; functions and numbers stay."""
    words = re.sub(r"(?<![\w.])[^\W\d][\w.]*", lambda found: labels.get(found[0], found[0]), text)
    return words.replace("^", "**")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, LONGEST_LINE, initial_indent="  ", subsequent_indent="    ", break_long_words=False
    )


def _told(expected: Expected | None, names: Mapping[str, str]) -> list[str]:
    """What tam found, as comments in the order of the model."""
    if expected is None:
        return ["! tam: the search did not converge; nothing to compare with."]
    lines = ["! Expected (tam): parameter, estimate, standard error"]
    for lhs, op, rhs, est, se in expected.rows:
        if np.isnan(se):
            continue
        left, right = names.get(lhs, lhs), names.get(rhs, "")
        lines.append(f"! {left} {SIGNS.get(op, op)} {right}  {est:.6f}  {se:.6f}")
    lines += [f"! {name}  {value:.6g}" for name, value in expected.measures.items()]
    return [line[:LONGEST_LINE] for line in lines]


def _ascii(text: str) -> str:
    """Text without signs that could end a comment or that Mplus cannot read."""
    plain = "".join(char if char.isprintable() and char.isascii() else "?" for char in text)
    return plain.replace(";", ",")
