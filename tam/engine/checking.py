"""Can a model be estimated from these data at all? Reads, counts and differentiates; estimates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tam.engine.groups import grouped
from tam.engine.methods import METHODS
from tam.engine.parameter_table import build_table
from tam.engine.sample import raise_for_empty_interactions
from tam.engine.solution import compile_model
from tam.engine.syntax import parse_model
from tam.engine.table_rows import Grouping
from tam.errors import Problem, TamError

if TYPE_CHECKING:
    from tam.engine.groups import Given


def check_model(
    model: str,
    data: Given,
    *,
    meanstructure: bool = False,
    std_lv: bool = False,
    group: str | None = None,
    missing: str = "listwise",
) -> tuple[Problem, ...]:
    """Everything that would keep ``fit_model`` from estimating, and its notes on the rows left out.

    data: complete or incomplete numeric columns that the model names, or moments. Never raises TamError.
    """
    try:
        method = METHODS["ML", missing]
        given = grouped(data, group)
        table = build_table(
            parse_model(model),
            meanstructure=meanstructure or method.means,
            std_lv=std_lv,
            grouping=Grouping(given.labels),
        )
        raise_for_empty_interactions(table)
        compiled = compile_model(table)
        sample = method.read(given, compiled)
        method.prepare(compiled, sample)
    except TamError as found:
        return found.problems
    return sample.problems
