"""From a compiled model and incomplete samples to what the search minimises, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from tam.engine.fiml import FimlML, fiml_target
from tam.engine.fiml_patterns import Booleans
from tam.engine.fiml_robust import IncompleteGroup
from tam.engine.fiml_sample import Incomplete, incomplete_sample, left_out
from tam.engine.groups import GroupedData
from tam.engine.objective import joint
from tam.engine.parameter_table import ParameterTable
from tam.engine.sample import GroupSample, Sample, collected, table_values
from tam.engine.solution import Compiled, Prepared, Solution, checked, merged_starts
from tam.engine.starting_values import plain_starting_values, starting_values
from tam.engine.structure import Floats, Structure, with_sample
from tam.errors import TamError, problem


def incomplete_sample_of(data: GroupedData, compiled: Compiled) -> Sample:
    """The sample of a compiled model's variables, gaps and all; raises ``TamError`` where there is none."""
    if data.table is None:
        raise TamError(problem("fiml-needs-rows"))
    names = compiled.structures[0].observed_names
    values, problems = table_values(data.table, names)
    if problems:
        raise TamError(problems)
    parts = [
        partial(_group_sample, values, data, at, label, structure)
        for at, (label, structure) in enumerate(zip(data.labels, compiled.structures))
    ]
    found = collected(parts, data.problems)
    in_group = values if data.group_of is None else values[data.group_of >= 0]
    notes = left_out(in_group, names, given_variables(compiled.structures[0]))
    notes += [note for one in found.incomplete for note in one.problems]
    return replace(found, problems=(*found.problems, *notes))


def _group_sample(
    values: Floats, data: GroupedData, group: int, label: str | None, structure: Structure
) -> GroupSample:
    """The sample of one group (counted from 0) from the values (n, p) of all rows."""
    assert data.table is not None
    places = data.places(group)
    own = values if places is None else values[places]
    found = incomplete_sample(own, structure.observed_names, given_variables(structure), label)
    kept = found.kept if places is None else places[found.kept]
    return GroupSample(label, found.moments, None, data.table.index[kept], found)


def prepare_incomplete(compiled: Compiled, samples: Sequence[Incomplete]) -> Prepared:
    """Everything before the search, one sample per group; raises ``TamError`` if the model is not identified.

    The model has a mean structure. Starting values come from the saturated moments.
    """
    structures, parts, starts, plain = [], [], [], []
    for at, sample in enumerate(samples):
        aim = fiml_target(sample.patterns, sample.saturated)
        structure = with_sample(compiled.structures[at], aim.covariance, aim.means)
        rows = compiled.table.rows_of(at)
        structures.append(structure)
        parts.append(FimlML(structure, aim))
        starts.append(starting_values(structure, rows, aim.covariance, aim.means))
        plain.append(plain_starting_values(structure, rows, aim.covariance, aim.means))
    sizes = tuple(len(sample.rows) for sample in samples)
    ready = Prepared(
        tuple(structures),
        sizes,
        joint(parts, sizes),
        merged_starts(structures, starts, sizes),
        merged_starts(structures, plain, sizes),
    )
    return checked(compiled, ready)


def incomplete_groups(
    solution: Solution, samples: Sequence[Incomplete], point: Any = None
) -> tuple[IncompleteGroup, ...]:
    """The groups at a point of the objective (the solution if it is None), as robust inference and the fit
    measures read them."""
    points = (solution.minimum.point if point is None else point).groups
    return tuple(
        IncompleteGroup(
            structure=structure,
            patterns=sample.patterns,
            saturated=sample.saturated,
            point=at,
            rows=sample.rows,
            given=given_variables(structure),
            predicting=predicting_variables(structure, solution.compiled.table),
        )
        for structure, sample, at in zip(solution.structures, samples, points)
    )


def given_variables(structure: Structure) -> Booleans:
    """Mask (p,) of the ``fixed.x`` variables."""
    mask = np.zeros(len(structure.observed_names), dtype=bool)
    mask[structure.exogenous - structure.latents] = True
    return mask


def predicting_variables(structure: Structure, table: ParameterTable) -> Booleans:
    """Mask (p,) of the variables that only predict: they keep their covariances in the baseline model."""
    return np.array([name in table.variables.exogenous for name in structure.observed_names], dtype=bool)
