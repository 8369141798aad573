"""From the columns of a table to the scores of a process model: reversed items, means, complete rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tam.analysis.process_models import process_model
from tam.analysis.process_results import ProcessModel
from tam.analysis.reliability import range_problems, request_problems, reversed_answers
from tam.errors import Problem, TamError, problem
from tam.record import to_record

Items = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """A process model with the ``variables`` it is made of (name -> columns; one of them: the column itself),
    ``n_left_out`` rows with a missing answer, and whether products were ``centred``."""

    model: ProcessModel
    variables: Mapping[str, Items]
    n_left_out: int
    centred: bool
    requested: int

    def to_dict(self) -> dict[str, Any]:
        """The model's own keys at the top, the variables beside them."""
        own = to_record(self.model)
        variables = {name: list(items) for name, items in self.variables.items()}
        more = {"n_left_out": self.n_left_out, "centred": self.centred, "requested": self.requested}
        return {**own, "variables": variables, **more}


def roles_of(variables: Sequence[tuple[str, Items]]) -> dict[str, Items]:
    """Names with their columns; raises ``TamError`` where a name stands twice."""
    names = [name for name, _ in variables]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TamError(problem("process-role-twice", columns=twice))
    return dict(variables)


def scored(
    number: int,
    data: pd.DataFrame,
    variables: Mapping[str, Items],
    reverse: Mapping[str, tuple[float, float]],
    *,
    centre: bool,
    draws: int,
    **asked: Any,
) -> tuple[Process, tuple[Problem, ...]]:
    """A process model (``process_model``, which takes ``asked``) of mean scores; a score is missing where any
    of its items is. ``reverse``: lowest and highest possible answer of items to be turned round. Raises
    ``TamError`` as ``process_model`` does, and for reversals that name nothing."""
    wrong = request_problems(list(data.columns), variables, reverse)
    if wrong:
        raise TamError(wrong)
    answers = reversed_answers(data, reverse)
    means = {name: answers[list(items)].mean(axis=1, skipna=False) for name, items in variables.items()}
    scores = pd.DataFrame(means)
    found = process_model(number, scores, centre=centre, draws=draws, **asked)
    notes = list(range_problems(data, reverse))
    dropped = len(scores) - found.n
    if dropped:
        gaps = scores.isna().sum()
        columns = ", ".join(f"{name} {int(count)}" for name, count in gaps.items() if count)
        notes.append(problem("rows-incomplete", dropped=dropped, total=len(scores), columns=columns))
    return Process(found, variables, dropped, centre, draws), tuple(notes)
