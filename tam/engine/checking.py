"""Can a model be estimated from these data at all? Reads, counts and differentiates; estimates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tam.engine.identification import identification_problems
from tam.engine.maximum_likelihood import target
from tam.engine.parameter_table import build_table
from tam.engine.sample import sample_of_table
from tam.engine.solution import compile_model
from tam.engine.starting_values import starting_values
from tam.engine.structure import with_sample
from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError

if TYPE_CHECKING:
    import pandas


def check_model(
    model: str, data: pandas.DataFrame, *, meanstructure: bool = False, std_lv: bool = False
) -> tuple[Problem, ...]:
    """Everything that would keep ``fit_model`` from estimating, and its notes on the rows left out.

    data: complete or incomplete numeric columns that the model names. Never raises TamError.
    """
    try:
        table = build_table(parse_model(model), meanstructure=meanstructure, std_lv=std_lv)
        compiled = compile_model(table)
        sample = sample_of_table(data, compiled.structure.observed_names)
    except TamError as found:
        return found.problems
    moments = sample.moments
    covariance = moments.covariance * ((moments.nobs - 1) / moments.nobs)
    structure = with_sample(compiled.structure, covariance, moments.means)
    means = moments.means if structure.meanstructure else None
    start = starting_values(structure, table, covariance, means)
    aim = target(covariance, means)
    unidentified = identification_problems(
        structure, aim, compiled.space, start, df=compiled.df, moments=compiled.moments
    )
    return (*sample.problems, *unidentified)
