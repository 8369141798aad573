"""The marker that a study names: something asked with the survey that has no part in its model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tam.errors import Problem, Where, problem
from tam.spec.instrument import Instrument
from tam.spec.model import Model
from tam.spec.text import closest, listed


def marker_columns(instrument: Instrument) -> tuple[str, ...]:
    """Everything numeric that was asked once: items, and variables that are not nominal."""
    scales = instrument.scales
    numeric = [
        name
        for name, variable in instrument.variables.items()
        if variable.scale in scales and scales[variable.scale].type != "nominal"
    ]
    return (*instrument.items, *numeric)


def marker_problems(
    model: Model,
    constructs: Mapping[str, Sequence[str]],
    columns: Collection[str],
    marker: str | None,
    unrelated: str | None = None,
    where: Where | None = None,
) -> list[Problem]:
    """What keeps ``marker`` from being one: unknown, or part of the model.

    constructs: the items of every first-order construct. columns: the items and variables there are.
    unrelated: the construct of the paths that the marker has nothing to do with.
    """
    found: list[Problem] = []
    used = set(model.used_constructs())
    paths = [name for one in model.outcomes for name in (one, *model.predictors(one))]
    if marker is not None:
        items = tuple(constructs.get(marker, (marker,)))
        own = {item for name in used for item in model.measurement.get(name, ())}
        if marker in used | set(paths) or set(items) & own:
            found.append(problem("marker-in-model", where, name=marker))
        elif any(item not in columns for item in items):
            free = [name for name in constructs if name not in used]
            guess = closest(marker, free) or listed(free) or "-"
            found.append(problem("unknown-marker", where, name=marker, suggestion=guess))
    scored = [name for name in dict.fromkeys(paths) if name in model.constructs]
    if unrelated is not None and unrelated not in scored:
        guess = closest(unrelated, scored) or listed(scored)
        found.append(problem("unknown-construct", where, name=unrelated, suggestion=guess))
    return found
