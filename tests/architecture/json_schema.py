"""A validator for the part of JSON Schema that the schema of results.json uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}
KNOWN = {
    "$schema",
    "title",
    "type",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "minimum",
}


def faults(value: Any, schema: Mapping[str, Any], path: str = "$") -> Iterator[str]:
    """Every place where a value breaks a schema."""
    assert set(schema) <= KNOWN, f"{path}: the validator does not know {set(schema) - KNOWN}"
    if "anyOf" in schema:
        attempts = [list(faults(value, one, path)) for one in schema["anyOf"]]
        if all(attempts):
            yield from min(attempts, key=len)
        return
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if "type" in schema and not _is_of(value, schema["type"]):
        yield f"{path}: {value!r} is no {schema['type']}"
        return
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: {value!r} is below {schema['minimum']}"
    if isinstance(value, dict):
        yield from _object_faults(value, schema, path)
    if isinstance(value, list) and "items" in schema:
        for at, one in enumerate(value):
            yield from faults(one, schema["items"], f"{path}[{at}]")


def _is_of(value: Any, kind: str | list[str]) -> bool:
    kinds = [kind] if isinstance(kind, str) else kind
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, TYPES[one]) for one in kinds)


def _object_faults(value: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{path}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    more = schema.get("additionalProperties", True)
    for name, inner in value.items():
        if name in known:
            yield from faults(inner, known[name], f"{path}.{name}")
        elif more is False:
            yield f"{path}: {name} is not in the schema"
        elif isinstance(more, Mapping):
            yield from faults(inner, more, f"{path}.{name}")
