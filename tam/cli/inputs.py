"""Reads what `tam fit` is given: a model text, and the columns of a table that the model names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tam.errors import Problem, TamError, Where, problem

if TYPE_CHECKING:
    import pandas as pd

LARGEST_MODEL = 1_000_000
"""Bytes; far above any model that a person or a program writes."""


def read_model_text(path: str) -> str:
    """The text of a model file: UTF-8, with or without a byte order mark."""
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise TamError(problem("file-not-readable", Where(file.name), reason=reason)) from None
    if len(content) > LARGEST_MODEL:
        reason = f"{len(content)} bytes are too many for a model"
        raise TamError(problem("file-not-readable", Where(file.name), reason=reason))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TamError(
            problem("file-not-readable", Where(file.name), reason="it is not UTF-8 text")
        ) from None


@contextmanager
def places_in(path: str) -> Iterator[None]:
    """Problems raised inside that name a line but no file are of this file."""
    try:
        yield
    except TamError as error:
        raise TamError([_placed(one, Path(path).name) for one in error.problems]) from error


def _placed(one: Problem, file: str) -> Problem:
    if one.where.file is not None or one.where.line is None:
        return one
    return replace(one, where=replace(one.where, file=file))


def read_columns(
    path: str, text: str, also: Sequence[str] = (), *, group: str | None = None
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """The columns of a table that the model needs, the one that holds the groups, as text; and notes."""
    from tam.data.numeric import read_numeric_told

    columns = list(dict.fromkeys([*_needed(text), *also]))
    return read_numeric_told(path, columns=columns, text_columns=() if group is None else (group,))


def _needed(text: str) -> list[str]:
    from tam.engine.parameter_table import classify
    from tam.engine.products_expand import interaction_names
    from tam.engine.syntax import parse_model

    syntax = parse_model(text)
    variables = classify(syntax)
    interactions = interaction_names(syntax)
    sides = [side for name in interactions for side in name.split(":")]
    observed = [name for name in variables.observed if name not in interactions]
    return [*observed, *(side for side in sides if side not in variables.latent)]
