"""Whether the numbers of a text stand in the results, as the report rounds them."""

from __future__ import annotations

import re
from typing import Any

NUMBER = re.compile(r"(?<![A-Za-z\d.])−?\d*\.?\d+(?:,\d{3})*")


def leaves(node: Any) -> list[float]:
    """Every number of the results."""
    if isinstance(node, dict):
        return [value for child in node.values() for value in leaves(child)]
    if isinstance(node, list):
        return [value for child in node for value in leaves(child)]
    return [float(node)] if isinstance(node, (int, float)) and not isinstance(node, bool) else []


def known(value: str, numbers: list[float]) -> bool:
    """Whether one of the numbers prints so, as it is or in percent."""
    shown = float(value.replace("−", "-").replace(",", ""))
    digits = len(value.partition(".")[2])
    return any(
        abs(round(n, digits) - shown) < 1e-9 or abs(round(100 * n, digits) - shown) < 1e-9 for n in numbers
    )
