"""Arithmetic of ``:=``, ``==``, ``<`` and ``>``: + - * / ^ ( ), exp, log and sqrt; never ``eval``.

An expression is a small tree. It can be evaluated on plain numbers or on arrays (one value per bootstrap
draw), differentiated (forward, exact) and, where it is linear, taken apart into its coefficients.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tam.engine.tokens import Token

if TYPE_CHECKING:
    from typing import TypeAlias

FUNCTIONS = ("exp", "log", "sqrt")
#: Nesting of brackets, signs and powers; a formula of a paper has three or four.
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with their signs (+1 or -1)."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors with their powers (+1 multiplied, -1 divided)."""

    factors: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Power:
    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    argument: Node


Node: TypeAlias = "Number | Name | Sum | Product | Power | Call"


class ExpressionError(Exception):
    """The tokens are no expression; ``at`` is the index of the token that is not expected there."""

    def __init__(self, at: int, code: str = "syntax-unexpected") -> None:
        super().__init__(code)
        self.at, self.code = at, code


def parse_expression(tokens: Sequence[Token]) -> Node:
    """The tree of an expression; raises ``ExpressionError`` at the first token that does not fit."""
    node, at = _sum(tokens, 0, 0)
    if at < len(tokens):
        raise ExpressionError(at)
    return node


def _sign(tokens: Sequence[Token], at: int, signs: str) -> str:
    """The sign at a place if it is one of ``signs``, else an empty text."""
    if at < len(tokens) and tokens[at].kind == "sign" and tokens[at].text in signs:
        return tokens[at].text
    return ""


def _sum(tokens: Sequence[Token], at: int, depth: int) -> tuple[Node, int]:
    if depth > DEEPEST:
        raise ExpressionError(at, "syntax-too-deep")
    node, at = _product(tokens, at, depth)
    terms = [(1, node)]
    while sign := _sign(tokens, at, "+-"):
        node, at = _product(tokens, at + 1, depth)
        terms.append((1 if sign == "+" else -1, node))
    return (terms[0][1] if len(terms) == 1 else Sum(tuple(terms))), at


def _product(tokens: Sequence[Token], at: int, depth: int) -> tuple[Node, int]:
    node, at = _signed(tokens, at, depth)
    factors = [(1, node)]
    while sign := _sign(tokens, at, "*/"):
        node, at = _signed(tokens, at + 1, depth)
        factors.append((1 if sign == "*" else -1, node))
    return (factors[0][1] if len(factors) == 1 else Product(tuple(factors))), at


def _signed(tokens: Sequence[Token], at: int, depth: int) -> tuple[Node, int]:
    if depth > DEEPEST:
        raise ExpressionError(at, "syntax-too-deep")
    if sign := _sign(tokens, at, "+-"):
        node, at = _signed(tokens, at + 1, depth + 1)
        return (node if sign == "+" else Sum(((-1, node),))), at
    base, at = _atom(tokens, at, depth)
    if _sign(tokens, at, "^"):
        exponent, at = _signed(tokens, at + 1, depth + 1)
        return Power(base, exponent), at
    return base, at


def _atom(tokens: Sequence[Token], at: int, depth: int) -> tuple[Node, int]:
    if at >= len(tokens):
        raise ExpressionError(at)
    token = tokens[at]
    if token.kind == "number":
        return Number(float(token.text)), at + 1
    if _sign(tokens, at, "("):
        node, at = _sum(tokens, at + 1, depth + 1)
        return node, _closed(tokens, at)
    if token.kind == "name":
        if not _sign(tokens, at + 1, "("):
            return Name(token.text), at + 1
        if token.text not in FUNCTIONS:
            raise ExpressionError(at, "syntax-unknown-function")
        node, after = _sum(tokens, at + 2, depth + 1)
        return Call(token.text, node), _closed(tokens, after)
    raise ExpressionError(at)


def _closed(tokens: Sequence[Token], at: int) -> int:
    if not _sign(tokens, at, ")"):
        raise ExpressionError(at)
    return at + 1


def names_in(node: Node) -> tuple[str, ...]:
    """The names an expression uses, each once, in order of appearance."""
    found: dict[str, None] = {}
    _collect(node, found)
    return tuple(found)


def _collect(node: Node, found: dict[str, None]) -> None:
    match node:
        case Name(name):
            found[name] = None
        case Sum(parts) | Product(parts):
            for _, part in parts:
                _collect(part, found)
        case Power(base, exponent):
            _collect(base, found)
            _collect(exponent, found)
        case Call(_, argument):
            _collect(argument, found)


def evaluate(node: Node, values: Mapping[str, Any]) -> Any:
    """The value of an expression.

    ``values`` maps every name to a number or to an array; arrays broadcast. Where the mathematics has no
    value (log of a negative number, division by zero) the result is nan or infinite; nothing is raised.
    """
    return differentiate(node, values)[0]


def differentiate(node: Node, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The value and the partial derivative to each name used, by forward differentiation."""
    import numpy as np

    with np.errstate(all="ignore"):
        return _forward(node, {name: np.asarray(value)[()] for name, value in values.items()})


def _forward(node: Node, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    import numpy as np

    match node:
        case Number(value):
            return np.float64(value), {}
        case Name(name):
            return values[name], {name: np.float64(1.0)}
        case Sum(terms):
            total: Any = np.float64(0.0)
            slopes: dict[str, Any] = {}
            for sign, part in terms:
                value, slope = _forward(part, values)
                total = total + sign * value
                _add(slopes, slope, sign)
            return total, slopes
        case Product(factors):
            return _product_rule(factors, values)
        case Power(base, exponent):
            return _power_rule(_forward(base, values), _forward(exponent, values))
        case Call(function, argument):
            value, slope = _forward(argument, values)
            result = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt}[function](value)
            outer = {"exp": result, "log": 1 / value, "sqrt": 0.5 / result}[function]
            return result, {name: outer * part for name, part in slope.items()}
    raise TypeError(f"not an expression: {node!r}")


def _add(slopes: dict[str, Any], more: Mapping[str, Any], factor: Any) -> None:
    for name, part in more.items():
        slopes[name] = slopes.get(name, 0.0) + factor * part


def _product_rule(
    factors: Sequence[tuple[int, Node]], values: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    import numpy as np

    total: Any = np.float64(1.0)
    slopes: dict[str, Any] = {}
    for power, part in factors:
        value, slope = _forward(part, values)
        new: dict[str, Any] = {}
        if power > 0:
            _add(new, slopes, value)
            _add(new, slope, total)
            total = total * value
        else:
            _add(new, slopes, 1 / value)
            _add(new, slope, -total / value**2)
            total = total / value
        slopes = new
    return total, slopes


def _power_rule(
    base: tuple[Any, dict[str, Any]], exponent: tuple[Any, dict[str, Any]]
) -> tuple[Any, dict[str, Any]]:
    import numpy as np

    (b, base_slope), (e, exponent_slope) = base, exponent
    value = np.power(b * 1.0, e)
    slopes: dict[str, Any] = {}
    _add(slopes, base_slope, e * np.power(b * 1.0, e - 1))
    if exponent_slope:
        _add(slopes, exponent_slope, value * np.log(b))
    return value, slopes


def linear_form(node: Node) -> tuple[float, dict[str, float]] | None:
    """Constant and coefficients, ``2*a - b + 1`` -> (1, {a: 2, b: -1}); None if it is not linear."""
    match node:
        case Number(value):
            return value, {}
        case Name(name):
            return 0.0, {name: 1.0}
        case Sum(terms):
            return _linear_sum(terms)
        case Product(factors):
            return _linear_product(factors)
    if names_in(node):
        return None
    value = float(evaluate(node, {}))
    return (value, {}) if math.isfinite(value) else None


def _linear_sum(terms: Sequence[tuple[int, Node]]) -> tuple[float, dict[str, float]] | None:
    constant = 0.0
    slopes: dict[str, float] = {}
    for sign, part in terms:
        form = linear_form(part)
        if form is None:
            return None
        constant += sign * form[0]
        _add(slopes, form[1], sign)
    return constant, slopes


def _linear_product(factors: Sequence[tuple[int, Node]]) -> tuple[float, dict[str, float]] | None:
    constant = 1.0
    slopes: dict[str, float] = {}
    for power, part in factors:
        form = linear_form(part)
        if form is None or (form[1] and (slopes or power < 0)) or (power < 0 and form[0] == 0):
            return None
        value = form[0] if power > 0 else 1 / form[0]
        slopes = {name: slope * value for name, slope in slopes.items()} or {
            name: slope * constant for name, slope in form[1].items()
        }
        constant *= value
    return constant, slopes
