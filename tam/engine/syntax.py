"""Reads lavaan's model syntax into statements; ``print_model`` prints them back so that they read the same.

Understood: ``=~  ~  ~~  ~ 1  |  :=  ==  <  >``, labels, fixed numbers (``0.85^2*x``), ``NA*``, ``start()``,
``equal()``, ``label()``, ``c()``, several modifiers on one term (``a*x + start(1)*x`` or ``a*start(1)*x``),
several statements on a line with ``;``, comments with ``#`` and ``!``, formulas that run over several
lines, names in any script, ``X:Z``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tam.engine.expressions import ExpressionError, Node, evaluate, names_in, parse_expression
from tam.engine.statements import Formula as Formula
from tam.engine.statements import Modifier as Modifier
from tam.engine.statements import ModifierKind
from tam.engine.statements import Relation as Relation
from tam.engine.statements import Syntax as Syntax
from tam.engine.statements import Term as Term
from tam.engine.statements import print_model as print_model
from tam.engine.tokens import Token, snippet, tokenise
from tam.errors import Problem, TamError, Where, problem

FORMULA_OPERATORS = ("=~", "~", "~~", "|")
EXPRESSION_OPERATORS = (":=", "==", "<", ">")
#: Operators of lavaan that are read but not estimated.
FOREIGN_OPERATORS = ("<~", "~*~")


def parse_model(text: str, *, relations_only: bool = False) -> Syntax:
    """The statements of a model text. Raises ``TamError`` with every problem, each with line and caret.

    ``relations_only``: the text needs no formula, as that of constraints to test.
    """
    tokens, problems = tokenise(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    bad_lines = {one.where.line for one in problems}
    formulas: list[Formula] = []
    relations: list[Relation] = []
    for statement in _statements(tokens):
        if bad_lines & {token.line for token in statement}:
            continue
        try:
            parsed = _statement(statement)
        except _Unexpected as error:
            problems.append(error.problem(lines))
            continue
        (formulas if isinstance(parsed, Formula) else relations).append(parsed)  # type: ignore[arg-type]
    if not problems and not formulas and not relations_only:
        problems.append(problem("model-empty"))
    if problems:
        raise TamError(sorted(problems, key=lambda one: one.where.line or 0))
    return Syntax(tuple(formulas), tuple(relations))


class _Unexpected(Exception):
    """A token that does not fit; becomes a problem once the line of the text is at hand."""

    def __init__(self, token: Token, code: str = "syntax-unexpected") -> None:
        super().__init__(code)
        self.token, self.code = token, code

    def problem(self, lines: Sequence[str]) -> Problem:
        token = self.token
        source, caret = snippet(lines[token.line - 1], token.column - 1)
        found = token.text if token.kind not in ("break", "end") else "⏎"
        where = Where(line=token.line, column=str(token.column))
        return problem(
            self.code, where, found=found, line=token.line, column=token.column, source=source, caret=caret
        )


def _statements(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Tokens of one statement after the other; the last token of each is the break that ends it.

    A line end does not end a statement while a bracket is open, after an operator or a sign, or when the next
    line begins with one and has no operator of its own: so a formula may run over several lines.
    """
    current: list[Token] = []
    depth = 0
    tokens = _without_empty_lines(tokens)
    for at, token in enumerate(tokens):
        if token.kind != "break":
            current.append(token)
            depth += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
            continue
        if not current or (token.text == "\n" and _runs_on(tokens, at, current, depth)):
            continue
        yield [*current, token]
        current, depth = [], 0
    if current:
        yield [*current, Token("end", "", current[-1].line, current[-1].column + len(current[-1].text))]


def _without_empty_lines(tokens: Sequence[Token]) -> list[Token]:
    """Only the first of several breaks in a row, a semicolon before line ends."""
    kept: list[Token] = []
    for token in tokens:
        if token.kind != "break" or not kept or kept[-1].kind != "break":
            kept.append(token)
        elif token.text == ";":
            kept[-1] = token
    return kept


def _runs_on(tokens: Sequence[Token], at: int, current: Sequence[Token], depth: int) -> bool:
    """Whether the statement goes on after the line end ``at``."""
    if at + 1 == len(tokens):
        return False
    if depth > 0 or current[-1].kind == "operator":
        return True
    if current[-1].kind == "sign" and current[-1].text != ")":
        return True
    following = tokens[at + 1]
    if following.kind == "operator":
        return True
    return following.kind == "sign" and following.text != "(" and not _has_operator(tokens, at + 1)


def _has_operator(tokens: Sequence[Token], at: int) -> bool:
    """Whether the line that begins at ``at`` has an operator."""
    while at < len(tokens) and tokens[at].kind not in ("break", "operator"):
        at += 1
    return at < len(tokens) and tokens[at].kind == "operator"


def _statement(tokens: Sequence[Token]) -> Formula | Relation:
    """One statement; its last token is the end mark."""
    places = [at for at, token in enumerate(tokens) if token.kind == "operator"]
    if not places:
        raise _Unexpected(tokens[0], _code_without_operator(tokens))
    if len(places) > 1:
        raise _Unexpected(tokens[places[1]], "syntax-two-operators")
    at = places[0]
    operator = tokens[at].text
    if operator in FOREIGN_OPERATORS:
        raise _Unexpected(tokens[at], "syntax-operator-not-offered")
    left, right, end = tokens[:at], tokens[at + 1 : -1], tokens[-1]
    if operator in EXPRESSION_OPERATORS:
        return _relation(left, tokens[at], right, end)
    names = _left_names(left, tokens[at])
    return Formula(names, operator, _terms(right, end, operator), tokens[at].line)


def _code_without_operator(tokens: Sequence[Token]) -> str:
    named = tokens[0].text.lower() in ("group", "level", "block")
    block = named and len(tokens) > 1 and tokens[1].text == ":"
    return "syntax-block-not-offered" if block else "syntax-no-operator"


def _relation(left: Sequence[Token], operator: Token, right: Sequence[Token], end: Token) -> Relation:
    if operator.text == ":=" and (len(left) != 1 or left[0].kind != "name"):
        raise _Unexpected(left[1] if len(left) > 1 else operator)
    nodes = (_expression(left, operator), _expression(right, end))
    texts = ("".join(t.text for t in left), "".join(t.text for t in right))
    return Relation(texts[0], operator.text, texts[1], nodes[0], nodes[1], operator.line)


def _expression(tokens: Sequence[Token], after: Token) -> Node:
    try:
        return parse_expression(tokens)
    except ExpressionError as error:
        raise _Unexpected(tokens[error.at] if error.at < len(tokens) else after, error.code) from None


def _left_names(tokens: Sequence[Token], operator: Token) -> tuple[str, ...]:
    names = []
    for part, after in _split(tokens, operator):
        if not part:
            raise _Unexpected(after)
        if len(part) > 1 or part[0].kind != "name":
            raise _Unexpected(part[0] if part[0].kind != "name" else part[1])
        names.append(part[0].text)
    return tuple(names)


def _split(tokens: Sequence[Token], end: Token) -> Iterator[tuple[list[Token], Token]]:
    """Parts between plus signs that stand outside brackets, each with the token that follows it."""
    part: list[Token] = []
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
            if token.text == "+" and depth == 0 and part:
                yield part, token
                part = []
                continue
        part.append(token)
    yield part, end


def _terms(tokens: Sequence[Token], end: Token, operator: str) -> tuple[Term, ...]:
    """The terms of a right side; a name that stands twice (``a*x + start(1)*x``) gathers its modifiers."""
    terms: dict[str, Term] = {}
    for part, after in _split(tokens, end):
        if not part:
            raise _Unexpected(after)
        term = _term(part, after, operator)
        if term.name in terms:
            term = Term(term.name, terms[term.name].modifiers + term.modifiers, term.line, term.column)
        terms[term.name] = term
    return tuple(terms.values())


def _term(part: Sequence[Token], after: Token, operator: str) -> Term:
    stars = _places_outside_brackets(part, "*?")
    name = part[stars[-1] + 1 :] if stars else part
    if not name:
        raise _Unexpected(after)
    is_number = name[0].kind == "number"
    if is_number and not (operator == "~" and name[0].text == "1") and not _is_phantom(part, operator):
        raise _Unexpected(name[0])
    if name[0].kind != "name" and not is_number:
        raise _Unexpected(name[0])
    if len(name) > 1:
        raise _Unexpected(name[1])
    modifiers = _modifiers(part[: stars[-1]], part[stars[-1]]) if stars else ()
    return Term(name[0].text, modifiers, name[0].line, name[0].column)


def _is_phantom(part: Sequence[Token], operator: str) -> bool:
    """``F =~ 0``: a latent variable without indicators."""
    return operator == "=~" and len(part) == 1 and part[0].text == "0"


def _places_outside_brackets(tokens: Sequence[Token], signs: str) -> list[int]:
    places, depth = [], 0
    for at, token in enumerate(tokens):
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0 and token.text in signs:
                places.append(at)
    return places


def _modifiers(tokens: Sequence[Token], star: Token) -> tuple[Modifier, ...]:
    """What stands before the last ``*``: one number (arithmetic allowed), or modifiers between stars."""
    if star.text == "?":
        return (Modifier("start", (_number(tokens, star),)),)
    try:
        return (Modifier("fixed", (_number(tokens, star),)),)
    except _Unexpected as error:
        if tokens and tokens[0].kind in ("number", "sign"):
            raise error
    edges = [-1, *_places_outside_brackets(tokens, "*"), len(tokens)]
    parts = [tokens[a + 1 : b] for a, b in pairwise(edges)]
    return tuple(_modifier(part, star) for part in parts)


def _number(tokens: Sequence[Token], after: Token) -> float:
    node = _expression(tokens, after)
    value = float("nan") if names_in(node) else float(evaluate(node, {}))
    if value != value or abs(value) == float("inf"):
        raise _Unexpected(tokens[0])
    return value


def _modifier(tokens: Sequence[Token], star: Token) -> Modifier:
    if not tokens:
        raise _Unexpected(star)
    first = tokens[0]
    if len(tokens) == 1:
        return _combine([_value(tokens, star)], first)
    if first.kind == "name" and tokens[1].text == "(" and tokens[-1].text == ")":
        inside = tokens[2:-1]
        if first.text == "c":
            return _combine([_value(part, after) for part, after in _arguments(inside, tokens[-1])], first)
        if first.text in ("start", "equal", "label"):
            return _function(first, inside, tokens[-1])
        raise _Unexpected(first, "syntax-unknown-modifier")
    return Modifier("fixed", (_number(tokens, star),))


def _function(name: Token, inside: Sequence[Token], close: Token) -> Modifier:
    if len(inside) > 2 and inside[0].text == "c" and inside[1].text == "(" and inside[-1].text == ")":
        inside = inside[2:-1]
    values: list[float | str | None] = []
    for part, after in _arguments(inside, close):
        value = _number(part, after) if name.text == "start" else _text(part, after)
        values.append(value)
    kind: ModifierKind = "start" if name.text == "start" else "equal" if name.text == "equal" else "label"
    return Modifier(kind, tuple(values))


def _arguments(tokens: Sequence[Token], close: Token) -> Iterator[tuple[Sequence[Token], Token]]:
    edges = [-1, *_places_outside_brackets(tokens, ","), len(tokens)]
    for a, b in pairwise(edges):
        after = tokens[b] if b < len(tokens) else close
        if a + 1 >= b:
            raise _Unexpected(after)
        yield tokens[a + 1 : b], after


def _value(tokens: Sequence[Token], after: Token) -> float | str | None:
    """A label, a number, or None for NA."""
    first = tokens[0]
    if len(tokens) == 1 and first.kind == "name":
        return None if first.text == "NA" else first.text
    if len(tokens) == 1 and first.kind == "string":
        return _text(tokens, after)
    return _number(tokens, after)


def _text(tokens: Sequence[Token], after: Token) -> str:
    if len(tokens) != 1 or tokens[0].kind != "string":
        raise _Unexpected(tokens[0] if tokens else after)
    text = "".join(tokens[0].text[1:-1].split())
    if not text:
        raise _Unexpected(tokens[0])
    return text


def _combine(values: Sequence[float | str | None], first: Token) -> Modifier:
    """One kind for all values of a ``c()``: labels, or numbers with NA, never both."""
    if all(isinstance(value, str) for value in values):
        return Modifier("label", tuple(values))
    if any(isinstance(value, str) for value in values):
        raise _Unexpected(first, "syntax-mixed-vector")
    return Modifier("free" if all(value is None for value in values) else "fixed", tuple(values))
