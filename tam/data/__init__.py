"""Readers per platform, coding of answers, Responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tam.data.coding import code_responses
    from tam.data.numeric import read_numeric
    from tam.data.reading import read_table
    from tam.data.responses import ColumnMatch, OutOfRange, Responses
    from tam.data.table import Table

__all__ = ["ColumnMatch", "OutOfRange", "Responses", "Table", "code_responses", "read_numeric", "read_table"]

_HOME = {
    "ColumnMatch": "responses",
    "OutOfRange": "responses",
    "Responses": "responses",
    "Table": "table",
    "code_responses": "coding",
    "read_numeric": "numeric",
    "read_table": "reading",
}


def __getattr__(name: str) -> Any:
    """The public names, imported only when asked for: pandas is not loaded by ``import tam.data``."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"tam.data.{_HOME[name]}"), name)
