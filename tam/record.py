"""Results as plain records for JSON: full precision, nulls with their reasons, never a bare NaN."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from tam.errors import Problem, Unavailable, Where


def to_record(result: object) -> dict[str, Any]:
    """A frozen result (dataclass or mapping) as a JSON-ready dict.

    Tables (pandas) become lists of row records, arrays nested lists. Every ``Unavailable`` becomes null and
    its reason is collected in the key ``unavailable`` under its dotted path. A NaN or an infinity is our own
    fault and raises ValueError: a number that could not be had must be an ``Unavailable``.
    """
    reasons: dict[str, str] = {}
    record = _plain(result, "", reasons)
    if not isinstance(record, dict):
        raise TypeError(f"a result must be a dataclass or a mapping, not {type(result).__name__}")
    record["unavailable"] = {**reasons, **record.get("unavailable", {})}
    return record


def _plain(value: object, path: str, reasons: dict[str, str]) -> Any:
    if value is None or (isinstance(value, (str, bool, int)) and type(value).__module__ == "builtins"):
        return value
    if isinstance(value, Unavailable):
        reasons[path] = value.reason
        return None
    if isinstance(value, (Problem, Where)):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name), _join(path, f.name), reasons) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v, _join(path, str(k)), reasons) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v, _join(path, str(i)), reasons) for i, v in enumerate(value)]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{path}: {value} is not a number that can be reported")
        return float(value)
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        rows = value.to_dict("records")
        return [_plain(_blank_to_none(row), _join(path, str(i)), reasons) for i, row in enumerate(rows)]
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), path, reasons)
    raise TypeError(f"{path}: cannot be written to JSON: {type(value).__name__}")


def _blank_to_none(row: Mapping[Any, Any]) -> dict[Any, Any]:
    """An empty cell of a table is null; its reason stands in ``unavailable`` if it needs one."""
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
