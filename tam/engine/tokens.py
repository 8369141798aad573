"""Cuts model text into tokens, each with its line and column: no regular expressions, linear time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tam.errors import Problem, Where, problem

#: A model longer than this is not a model; lavaan scripts of whole dissertations stay far below.
LONGEST_TEXT = 100_000
#: Longest operators first, so that ``=~`` is not read as ``=`` and ``~``.
OPERATORS = ("~*~", "=~", "<~", "~~", ":=", "==", "~", "<", ">", "|")
SIGNS = "+-*/^(),?:"

Kind = Literal["name", "number", "string", "operator", "sign", "break", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``line`` and ``column`` count from 1."""

    kind: Kind
    text: str
    line: int = field(compare=False, default=0)
    column: int = field(compare=False, default=0)


def starts_name(character: str) -> bool:
    return character in "._" or character.isalpha()


def continues_name(character: str) -> bool:
    return character == "." or ("a" + character).isidentifier()


def tokenise(text: str) -> tuple[list[Token], list[Problem]]:
    """All tokens of the text, ``break`` for line ends and semicolons, and the problems met on the way."""
    if len(text) > LONGEST_TEXT:
        return [], [problem("syntax-too-long", length=len(text), longest=LONGEST_TEXT)]
    tokens: list[Token] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        for token in _tokens_of_line(line, number):
            if isinstance(token, Problem):
                problems.append(token)
            else:
                tokens.append(token)
        tokens.append(Token("break", "\n", number, len(line) + 1))
    return tokens, problems


def _tokens_of_line(line: str, number: int) -> Iterator[Token | Problem]:
    at = 0
    while at < len(line):
        character = line[at]
        if character in "#!":
            return
        if character.isspace() or character == "\ufeff":
            at += 1
            continue
        token = _token_at(line, at, number)
        yield token
        at += len(token.text) if isinstance(token, Token) else 1
        if isinstance(token, Problem) and token.code == "syntax-quote-open":
            return


def _token_at(line: str, at: int, number: int) -> Token | Problem:
    character = line[at]
    if character == ";":
        return Token("break", ";", number, at + 1)
    if character in "\"'":
        end = line.find(character, at + 1)
        if end < 0:
            return _complaint("syntax-quote-open", line, number, at)
        return Token("string", line[at : end + 1], number, at + 1)
    if starts_number(line, at):
        return Token("number", line[at : _number_end(line, at)], number, at + 1)
    if starts_name(character):
        return Token("name", line[at : _name_end(line, at)], number, at + 1)
    for operator in OPERATORS:
        if line.startswith(operator, at):
            return Token("operator", operator, number, at + 1)
    if character in SIGNS:
        return Token("sign", character, number, at + 1)
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and len(plain) == 1 and (plain in SIGNS or plain in "~=:<>|;#!'\""):
        return _complaint("syntax-full-width", line, number, at, plain=plain)
    return _complaint("syntax-character", line, number, at)


def starts_number(line: str, at: int) -> bool:
    digit = "0123456789"
    return line[at] in digit or (line[at] == "." and line[at + 1 : at + 2] in tuple(digit))


def _number_end(line: str, at: int) -> int:
    """End of digits, one point, digits and an exponent; ``0.85``, ``.5``, ``1e-3``."""
    at = _digits_end(line, at)
    if line[at : at + 1] == ".":
        at = _digits_end(line, at + 1)
    if line[at : at + 1] in ("e", "E"):
        sign = at + 1 + (line[at + 1 : at + 2] in ("+", "-"))
        after = _digits_end(line, sign)
        if after > sign:
            at = after
    return at


def _digits_end(line: str, at: int) -> int:
    while at < len(line) and line[at] in "0123456789":
        at += 1
    return at


def _name_end(line: str, at: int) -> int:
    """End of a name; ``X:Z`` without blanks is one name (an interaction), ``a:=`` is not."""
    while at < len(line):
        if continues_name(line[at]):
            at += 1
        elif line[at] == ":" and at + 1 < len(line) and starts_name(line[at + 1]):
            at += 2
        else:
            break
    return at


def _complaint(code: str, line: str, number: int, at: int, **values: object) -> Problem:
    source, caret = snippet(line, at)
    where = Where(line=number, column=str(at + 1))
    return problem(
        code, where, found=line[at], line=number, column=at + 1, source=source, caret=caret, **values
    )


def snippet(line: str, at: int, room: int = 50) -> tuple[str, str]:
    """The part of a line around position ``at`` and a second line with the caret under it.

    Wide (Chinese, Japanese, Korean) characters take two cells in a terminal, so two blanks stand under each.
    """
    first = max(0, at - room)
    shown = line[first : at + room].replace("\t", " ")
    before = line[first:at]
    blanks = "".join("  " if unicodedata.east_asian_width(char) in "WF" else " " for char in before)
    return shown, blanks + "^"
