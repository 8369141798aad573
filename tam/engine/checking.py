"""Can a model be estimated from these data at all? Reads, counts and differentiates; estimates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tam.engine.moments import Moments
from tam.engine.parameter_table import build_table
from tam.engine.sample import raise_for_empty_interactions, sample_of
from tam.engine.solution import compile_model, prepare
from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError

if TYPE_CHECKING:
    import pandas


def check_model(
    model: str, data: pandas.DataFrame | Moments, *, meanstructure: bool = False, std_lv: bool = False
) -> tuple[Problem, ...]:
    """Everything that would keep ``fit_model`` from estimating, and its notes on the rows left out.

    data: complete or incomplete numeric columns that the model names, or moments. Never raises TamError.
    """
    try:
        table = build_table(parse_model(model), meanstructure=meanstructure, std_lv=std_lv)
        raise_for_empty_interactions(table)
        compiled = compile_model(table)
        sample = sample_of(data, compiled.structure)
        prepare(compiled, [sample.moments])
    except TamError as found:
        return found.problems
    return sample.problems
