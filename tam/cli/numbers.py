"""Numbers for a terminal: three decimals, p values as papers print them, a dash where there is none."""

from __future__ import annotations

from typing import Any


def decimal(value: Any, digits: int = 3) -> str:
    """``0.123``; an absent number is a dash, a true or false is yes or no."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{float(value):.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def p_value(value: Any) -> str:
    """``< .001``, ``.012``; a dash where there is none."""
    if value is None:
        return "-"
    return "< .001" if float(value) < 0.001 else f"{float(value):.3f}".removeprefix("0")


def interval(low: Any, high: Any, digits: int = 3) -> str:
    """``[0.123, 0.456]``; a dash where either end is absent."""
    return "-" if low is None or high is None else f"[{decimal(low, digits)}, {decimal(high, digits)}]"
