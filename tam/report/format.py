"""Numbers as a reader sees them: APA 7 in English, the habits of Chinese journals in Chinese.

APA drops the zero before the point where a value cannot exceed one (p, r, alpha, AVE, R squared, CFI, RMSEA);
Chinese journals keep it everywhere. Nothing is rounded before this module and nothing is computed in it.
"""

from __future__ import annotations

from dataclasses import dataclass

MINUS = "\u2212"
BLANK = "\u2013"


class Shown(str):
    """A number as a reader sees it, with the values it stands for in full precision.

    Writers of data files (CSV, XLSX) take ``values``; a test holds each of them against the results.
    """

    __slots__ = ("values",)
    values: tuple[float, ...]

    def __new__(cls, text: str, *values: float | None) -> Shown:
        made = super().__new__(cls, text)
        made.values = tuple(value for value in values if value is not None)
        return made

    @classmethod
    def joined(cls, *parts: str) -> Shown:
        """The parts as one text that keeps the values of all."""
        return cls("".join(parts), *(value for part in parts for value in getattr(part, "values", ())))


@dataclass(frozen=True, slots=True)
class Numbers:
    """How one language prints numbers, as text that keeps them (``Shown``).

    ``leading_zero`` keeps the zero of values that cannot exceed one."""

    leading_zero: bool = False

    def plain(self, value: float | None, digits: int = 2) -> str:
        """A value that may exceed one in size: 0.42, −1.10; an absent one is a dash. Never −0.00."""
        if value is None:
            return Shown(BLANK)
        text = f"{abs(value):.{digits}f}"
        negative = value < 0 and float(text) != 0
        return Shown((MINUS if negative else "") + text, value)

    def bounded(self, value: float | None, digits: int = 2) -> str:
        """A value that cannot exceed one in size: .87, −.12 (0.87 where the language keeps the zero)."""
        text = self.plain(value, digits)
        return text if self.leading_zero else Shown(_without_zero(text), value)

    def p(self, value: float | None) -> str:
        """A probability to three digits: .012, < .001, > .999."""
        if value is None:
            return Shown(BLANK)
        if value < 0.001:
            return Shown("< " + self.bounded(0.001, 3), value)
        if value > 0.999:
            return Shown("> " + self.bounded(0.999, 3), value)
        return self.bounded(value, 3)

    def p_equals(self, value: float | None) -> str:
        """The same with its relation, for a sentence: ``= .012``, ``< .001``."""
        text = self.p(value)
        return text if text[0] in "<>" else Shown(f"= {text}", value)

    def interval(
        self, low: float | None, high: float | None, digits: int = 2, *, bounded: bool = False
    ) -> str:
        """An interval in brackets: [0.31, 0.53]."""
        if low is None or high is None:
            return Shown(BLANK)
        show = self.bounded if bounded else self.plain
        return Shown(f"[{show(low, digits)}, {show(high, digits)}]", low, high)

    def count(self, value: float | None) -> str:
        """A whole number, thousands apart by a comma: 12,400."""
        return Shown(BLANK if value is None else f"{round(value):,}".replace("-", MINUS), value)

    def name(self, value: int | None) -> str:
        """A whole number that names something, such as a row or a seed: 20260304, without commas."""
        return Shown(BLANK if value is None else str(value), value)

    def degrees(self, value: float | None) -> str:
        """Degrees of freedom: whole where they are whole, else two digits; no comma (APA 7, 6.38)."""
        if value is None:
            return Shown(BLANK)
        return self.plain(value, 0 if abs(value - round(value)) < 1e-9 else 2)

    def with_degrees(self, value: float | None, degrees: float | None) -> str:
        """A test statistic with its degrees of freedom: 252.80 (220)."""
        shown = self.plain(value)
        return shown if value is None else Shown.joined(shown, " (", self.degrees(degrees), ")")

    def with_interval(
        self, value: float | None, low: float | None, high: float | None, digits: int = 2
    ) -> str:
        """A value that cannot exceed one in size with its interval, where it has one: .85 [.82, .87]."""
        shown = self.bounded(value, digits)
        if value is None or low is None or high is None:
            return shown
        return Shown.joined(shown, " ", self.interval(low, high, digits, bounded=True))

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A share between 0 and 1 as a percentage: 12.4%."""
        return Shown(BLANK if share is None else f"{self.plain(100 * share, digits)}%", share)

    def level(self, level: float | None) -> str:
        """A confidence level: 95%, 97.5%."""
        return Shown(BLANK if level is None else f"{100 * level:.10g}%", level)

    def scientific(self, value: float | None) -> str:
        """A very small number in powers of ten: 2.1 × 10⁻⁵; exact zero stays 0."""
        if value is None:
            return Shown(BLANK)
        if value == 0:
            return Shown("0", value)
        mantissa, exponent = f"{value:.1e}".split("e")
        power = str(int(exponent)).translate(_SUPERSCRIPTS)
        return Shown(f"{mantissa.replace('-', MINUS)} × 10{power}", value)


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _without_zero(text: str) -> str:
    sign, digits = (text[0], text[1:]) if text.startswith(MINUS) else ("", text)
    return sign + (digits[1:] if digits.startswith("0.") else digits)


def numbers_for(language: str) -> Numbers:
    """The habits of a language: ``en`` follows APA 7, ``zh`` keeps every leading zero."""
    return Numbers(leading_zero=language == "zh")
