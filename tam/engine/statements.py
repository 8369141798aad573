"""The statements of a model, as data, and their printed form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tam.engine.expressions import Node
from tam.engine.tokens import continues_name, starts_name

ModifierKind = Literal["fixed", "free", "start", "label", "equal"]


@dataclass(frozen=True, slots=True)
class Modifier:
    """What stands before ``*``: ``fixed`` 0.8, ``free`` (NA), ``start``, ``label``, ``equal``.

    ``values`` holds one value, or one per group where the modifier was written with ``c()``.
    """

    kind: ModifierKind
    values: tuple[float | str | None, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One variable on the right of a formula; the name ``1`` is the intercept, ``0`` an empty right side."""

    name: str
    modifiers: tuple[Modifier, ...] = ()
    line: int = field(compare=False, default=0)
    column: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Formula:
    """``left operator terms``: measurement, regression, covariance, intercept or thresholds."""

    left: tuple[str, ...]
    operator: str
    terms: tuple[Term, ...]
    line: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Relation:
    """A defined parameter (``:=``) or a constraint (``==``, ``<``, ``>``); the texts have no blanks."""

    left: str
    operator: str
    right: str
    left_node: Node = field(compare=False)
    right_node: Node = field(compare=False)
    line: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Syntax:
    """A whole model text."""

    formulas: tuple[Formula, ...]
    relations: tuple[Relation, ...]


def print_model(syntax: Syntax) -> str:
    """The model text in its normal form, one statement a line."""
    lines = [_print_formula(formula) for formula in syntax.formulas]
    lines += [f"{one.left} {one.operator} {one.right}" for one in syntax.relations]
    return "\n".join(lines) + "\n"


def _print_formula(formula: Formula) -> str:
    right = " + ".join(_print_term(term) for term in formula.terms)
    return f"{' + '.join(formula.left)} {formula.operator} {right}"


def _print_term(term: Term) -> str:
    return " + ".join(f"{_print_modifier(one)}*{term.name}" for one in term.modifiers) or term.name


def _print_modifier(modifier: Modifier) -> str:
    quoted = modifier.kind == "equal" or any(
        isinstance(value, str) and not _is_name(value) for value in modifier.values
    )
    parts = [_print_value(value, quoted) for value in modifier.values]
    inner = parts[0] if len(parts) == 1 else f"c({', '.join(parts)})"
    return f"{modifier.kind}({inner})" if modifier.kind in ("start", "equal") else inner


def _print_value(value: float | str | None, quoted: bool) -> str:
    if value is None:
        return "NA"
    if isinstance(value, str):
        mark = "'" if '"' in value else '"'
        return f"{mark}{value}{mark}" if quoted else value
    return repr(value)


def _is_name(text: str) -> bool:
    """Whether a label can be printed without quotation marks."""
    whole = text.replace(":", "_")
    plain = starts_name(text[0]) and all(continues_name(character) for character in whole)
    return plain and ":" not in text and text != "NA"
