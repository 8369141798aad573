"""JSON Schema of a frozen result, read off its types: the description is the first line of its docstring."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from schema_words import ANYTHING, NUMBER, PROBLEM, REASONS, TEXT, Schema, by_name, maybe, record, rows

from tam.analysis.group_paths_permutation import PathPermutation
from tam.errors import Problem, Unavailable

#: Types that a module names but imports only for checking, so as not to import each other.
NAMED = {"PathPermutation": PathPermutation}
SIMPLE: dict[object, Schema] = {
    int: {"type": "integer"},
    float: NUMBER,
    bool: {"type": "boolean"},
    str: TEXT,
    object: ANYTHING,
    Any: ANYTHING,
    Problem: PROBLEM,
}


def section_of(kind: type, /, **more: Schema) -> Schema:
    """The schema of what ``to_record`` writes of a result: its fields, and why values are null."""
    schema = schema_of(kind)
    fields_of = {**schema["properties"], **more, "unavailable": REASONS}
    return {**schema, "properties": fields_of, "required": list(fields_of)}


def schema_of(kind: Any) -> Schema:
    """The schema of a value of a type, as ``tam.record`` writes it."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    if is_dataclass(kind):
        return _record_of(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _choice(inner)
    if origin is Literal:
        return {"enum": list(inner)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return by_name("By name.", schema_of(inner[1]))
    if origin is tuple and len(inner) == 2 and inner[1] is not ...:
        return rows("A pair.", {"anyOf": [schema_of(one) for one in inner]})
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return rows("In order.", schema_of(inner[0]))
    raise TypeError(f"no schema for {kind}")


def _record_of(kind: Any) -> Schema:
    hints = get_type_hints(kind, localns=NAMED)
    about = (kind.__doc__ or "").strip().splitlines()[0] if kind.__doc__ else kind.__name__
    return record(about, **{one.name: schema_of(hints[one.name]) for one in fields(kind)})


def _choice(inner: tuple[Any, ...]) -> Schema:
    absent = any(one in (Unavailable, types.NoneType) for one in inner)
    told = [schema_of(one) for one in inner if one not in (Unavailable, types.NoneType)]
    one = told[0] if len(told) == 1 else {"anyOf": told}
    return maybe(one) if absent and one != NUMBER else one
