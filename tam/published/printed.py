"""Printed numbers: each is an interval, half a unit of the last printed place on either side."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

LONGEST = 40
"""Characters of one printed number. No table prints a longer one."""
LARGEST = Decimal(10) ** 15
MOST_DIGITS = 15
NOTHING = frozenset({"", "-", "--", "NA", "N/A", "n/a", "na", ".", "/"})
"""What tables print where there is no number."""
NOT_SIGNIFICANT = frozenset({"n.s.", "ns", "n.s", "not significant"})
_CONVENTION = "0.05"

_PLAIN = str.maketrans(
    {
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
        "\uff0e": ".",
        "\uff0b": "+",
        "\uff05": "%",
        "\uff1c": "<",
        "\uff1e": ">",
        "\u2217": "*",
        "\uff0a": "*",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u3000": " ",
    }
)
"""Typeset minus signs, dashes and full-width characters as the plain ones they stand for."""
_FORM = re.compile(
    r"(?P<bound>[<>])? ?(?P<number>[+-]? ?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)"
    r" ?(?P<percent>%)? ?(?P<stars>\*{1,4}|[†‡+^])?"
)
Fault = Literal["printed-comma", "printed-no-number", "printed-too-long", "printed-too-large"]


class PrintedError(ValueError):
    """A text that is no printed number; ``code`` names the problem of the catalogue."""

    def __init__(self, code: Fault, text: str) -> None:
        super().__init__(f"{code}: {text[:LONGEST]!r}")
        self.code: Fault = code


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as a paper prints it.

    ``value``, ``low``, ``high`` are in the unit of the quantity: 51.3% is .513, from .5125 to .5135. The ends
    are included, since papers round halves up as well as to even. ``digits`` counts the decimals of ``value``
    (three for 51.3%). With a ``bound`` only one side is known: ``<.001`` reaches from minus infinity to
    .001; ``within`` cuts at the limits of the quantity. ``n.s.`` is read as ``>.05``. ``stars`` stand as
    printed behind the number.
    """

    text: str
    value: float
    digits: int
    low: float
    high: float
    percent: bool = False
    bound: Literal["<", ">"] | None = None
    stars: str = ""

    @property
    def half_unit(self) -> float:
        """Half a unit in the last printed place."""
        return float(Decimal(5).scaleb(-self.digits - 1))

    @property
    def decimal(self) -> Decimal:
        """``value`` without any binary rounding."""
        return round(Decimal(repr(self.value)), self.digits) if self.digits > 0 else Decimal(repr(self.value))

    def holds(self, number: float) -> bool:
        """Could ``number`` have been printed so?"""
        return self.low <= number <= self.high

    def within(self, lowest: float = -math.inf, highest: float = math.inf) -> Printed:
        """The same with its interval cut at the limits of the quantity (a p value: 0 and 1)."""
        low, high = max(self.low, lowest), min(self.high, highest)
        return self if (low, high) == (self.low, self.high) else replace(self, low=low, high=high)

    def exactly(self) -> Printed:
        """The same as a count (n, df), where a whole number has no rounding; other numbers keep theirs."""
        if self.digits > 0 or self.bound is not None:
            return self
        return replace(self, low=self.value, high=self.value)


def parse_printed(text: str) -> Printed:
    """Read one printed number: ``0.31``, ``.31**``, ``−0.31``, ``68.0%``, ``<.001``, ``2.1e-05``, ``n.s.``.

    A comma is refused, since it may separate thousands or decimals. Exact decimal arithmetic: the interval of
    ``0.31`` is that of the decimal number, not of the nearest binary one. Raises PrintedError.
    """
    if len(text) > LONGEST:
        raise PrintedError("printed-too-long", text)
    plain = " ".join(text.translate(_PLAIN).split())
    if plain.casefold() in NOT_SIGNIFICANT:
        return replace(parse_printed(">" + _CONVENTION), text=text)
    match = _FORM.fullmatch(plain)
    if match is None:
        comma = re.fullmatch(r"[<>+-]? ?[0-9]*,[0-9,.]*[0-9]%? ?\**", plain) is not None
        raise PrintedError("printed-comma" if comma else "printed-no-number", text)
    number = Decimal(match["number"].replace(" ", ""))
    percent = match["percent"] is not None
    exponent = number.as_tuple().exponent
    digits = max(0, -exponent if isinstance(exponent, int) else 0)
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    if abs(number) > LARGEST or digits > MOST_DIGITS + 5 or len(number.as_tuple().digits) > MOST_DIGITS:
        raise PrintedError("printed-too-large", text)
    if percent:
        number, unit, digits = number / 100, unit / 100, digits + 2
    bound: Literal["<", ">"] | None = (
        None if match["bound"] is None else ("<" if match["bound"] == "<" else ">")
    )
    low = -math.inf if bound == "<" else float(number if bound else number - unit / 2)
    high = math.inf if bound == ">" else float(number if bound else number + unit / 2)
    return Printed(text, float(number), digits, low, high, percent, bound, match["stars"] or "")


def parse_cell(text: str | None) -> Printed | None:
    """A cell of a printed table: a number, or None where nothing is printed (``-``, ``NA``, empty)."""
    if text is None or text.translate(_PLAIN).strip() in NOTHING:
        return None
    return parse_printed(text)
