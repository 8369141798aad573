"""Pydantic's findings as problems with a place and a suggestion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from tam.errors import Problem, Where, problem
from tam.spec.text import closest, listed

Locate = Callable[[tuple[str | int, ...]], Where]


class Strict(BaseModel):
    """A part of a specification file: unknown keys are errors, nothing is coerced, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


def as_problems(fault: ValidationError, model: type[BaseModel], where: Locate) -> list[Problem]:
    """Every finding of a validation, told in our own words. ``where`` turns a path of keys into a place."""
    found: dict[tuple[Any, ...], Problem] = {}
    for error in fault.errors(include_url=False):
        path = tuple(part for part in error["loc"] if not _is_type_tag(part))
        place, key = where(path), ".".join(str(part) for part in path) or "the file"
        if error["type"] == "extra_forbidden":
            known = _keys_at(model, error["loc"][:-1])
            guess = closest(str(path[-1]), known)
            one = problem("unknown-key", place, key=key, suggestion=guess or listed(sorted(known)) or "-")
        elif error["type"] == "missing":
            one = problem("missing-key", place, key=key)
        elif error["type"] == "problem":  # a validator of ours named the code
            one = problem(error["ctx"]["code"], place, key=key, value=error.get("input"))
        else:
            one = problem("bad-value", place, key=key, value=error.get("input"), reason=error["msg"])
        found.setdefault((path, one.code), one)
    return list(found.values())


def _is_type_tag(part: str | int) -> bool:
    """Pydantic puts the tried member of a union into the path; a reader of the file does not know it."""
    return isinstance(part, str) and ("[" in part or part in _TAGS)


_TAGS = {"str", "int", "float", "bool", "none", "TextForm", "ColumnForm", "TierGrouping", "list", "dict"}


def _keys_at(annotation: Any, path: tuple[str | int, ...]) -> set[str]:
    """The keys a specification allows at a path of keys, as written in the file."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields
        if not path:
            return {field.alias or name for name, field in fields.items()}
        inner = next((f.annotation for n, f in fields.items() if path[0] in (n, f.alias)), None)
        return _keys_at(inner, path[1:])
    arguments = get_args(annotation)
    if get_origin(annotation) in (dict, list, tuple):
        return _keys_at(arguments[-1], path[1:]) if path else set()
    return next((found for part in arguments if (found := _keys_at(part, path))), set())
