"""Regular expressions from study files, guarded: none that can run for longer than a blink is compiled."""

from __future__ import annotations

import re

LONGEST_PATTERN = 200
LONGEST_HEADER = 200
_MOST_REPEATS = 3
_MOST_OPTIONAL = 6
_MOST_BRANCHES = 12


class UnsafePattern(ValueError):
    """The pattern is refused; the message says what it may not hold."""


def safe_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern, or ``UnsafePattern``.

    Refused are repeated groups, look-around, back references and more than a few repeats: what remains needs
    at most a polynomial of low degree in the length of a header, and headers are cut to 200 characters.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise UnsafePattern(f"longer than {LONGEST_PATTERN} characters")
    _guard(pattern)
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as fault:
        raise UnsafePattern(str(fault)) from fault


def matches(pattern: re.Pattern[str], header: str) -> bool:
    return pattern.search(header[:LONGEST_HEADER]) is not None


def _guard(pattern: str) -> None:
    """Walk the pattern once, character by character, with no regard to what ``re`` would make of it."""
    repeats = optional = branches = 0
    inside_class = False
    previous = ""
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            _refuse_reference(pattern[index + 1 : index + 2])
            previous, index = "\\", index + 2
            continue
        if inside_class:
            inside_class = char != "]" or previous in ("[", "^[")
            previous = "^[" if previous == "[" and char == "^" else ("" if inside_class else "]")
        elif char == "[":
            inside_class, previous = True, "["
        else:
            if (
                char == "("
                and pattern[index + 1 : index + 2] == "?"
                and pattern[index + 2 : index + 3] != ":"
            ):
                raise UnsafePattern("look-around and other special groups")
            if char in "*+{?" and previous == ")":
                raise UnsafePattern("a repeated group")
            # the ? of (?: is part of the group's opening, the ? of *? only makes a repeat lazy
            repeats += char in "*+{"
            optional += char == "?" and previous not in ("(", "*", "+", "}")
            branches += char == "|"
            previous = char
        index += 1
    if repeats > _MOST_REPEATS or optional > _MOST_OPTIONAL or branches > _MOST_BRANCHES:
        raise UnsafePattern("too many repeats, optional parts or alternatives")


def _refuse_reference(escaped: str) -> None:
    if escaped.isdigit():
        raise UnsafePattern("a back reference")
