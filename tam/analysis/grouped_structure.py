"""The model over every grouping of a study: do scales measure the same, do the paths hold in each group?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tam.analysis.grouping import Split
from tam.analysis.invariance import GroupInvariance, group_invariance
from tam.analysis.invariance_models import labelled_groups
from tam.errors import Problem, TamError, Unavailable
from tam.spec.model import Model
from tam.spec.study import Options

if TYPE_CHECKING:
    import pandas as pd

Invariance = GroupInvariance | Unavailable
SAID = {"invariance-group-too-small": "small", "invariance-too-few-groups": "few"}
"""Problems that a comparison of scores may have told already, in the same respondents."""


def grouped_structure(
    model: Model, rows: pd.DataFrame, splits: Sequence[Split], options: Options, seed: int
) -> tuple[tuple[Invariance, ...], list[Problem]]:
    """Measurement invariance, paths and latent means over each of the ``splits``, in their order.

    rows: items and observed columns of the model (``model_rows``). Of the options, estimator, missing, ci,
    min_group and permutations hold. The problems leave out what ``compare_groups`` says as well: that
    a group has fewer than ``min_group`` respondents. Every result has all of its own.
    """
    results: list[Invariance] = []
    problems: list[Problem] = []
    for split in splits:
        found, told = _one(model, rows, split, options, seed)
        results.append(found)
        problems += told
    return tuple(results), problems


def _one(
    model: Model, rows: pd.DataFrame, split: Split, options: Options, seed: int
) -> tuple[Invariance, list[Problem]]:
    try:
        found = group_invariance(
            model,
            rows,
            labelled_groups(split),
            estimator=options.estimator,
            missing=options.missing,
            ci=options.ci,
            minimum=options.min_group,
            seed=seed,
            permutations=options.permutations,
        )
    except TamError as error:
        return Unavailable("; ".join(one.what.rstrip(".") for one in error.problems)), []
    said = _said_already(found, split, options.min_group)
    return found, [one for one in found.problems if SAID.get(one.code) not in said]


def _said_already(found: GroupInvariance, split: Split, minimum: int) -> set[str]:
    """``small`` where every group left out is too small for scores as well; ``few`` where that leaves fewer
    than two groups."""
    sizes = {one: int((split.members == one).sum()) for one in split.labels}
    small = {one for one, n in sizes.items() if n < minimum}
    said = {"small"} if {one.id for one in found.too_small} <= small else set()
    return said | ({"few"} if len(sizes) - len(small) < 2 else set())
