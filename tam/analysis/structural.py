"""The structural model of a study: fitted, checked by the second engine, its hypotheses judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tam.errors import Problem
from tam.spec.model import Model
from tam.spec.study import Options

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine import Fit


@dataclass(frozen=True, slots=True)
class Structure:
    """The fit, and the second engine's opinion of it (None where it was not asked)."""

    fit: Fit
    cross_check: Mapping[str, Any] | None
    problems: tuple[Problem, ...]

    @property
    def unusable(self) -> str | None:
        """Why no hypothesis can be judged by this solution, or None."""
        return None if self.fit.converged else "the structural model did not converge"


def model_rows(
    values: pd.DataFrame, variables: pd.DataFrame, model: Model, missing: str = "listwise"
) -> pd.DataFrame:
    """What the structural model reads, in one numeric table: one row per respondent who can be used.

    ``listwise`` keeps those who answered everything, ``fiml`` those who answered anything.
    """
    items = [name for name in model.model_items() if name in values.columns]
    observed = [name for name in model.model_items() if name not in values.columns]
    table = values[items]
    if observed:
        table = table.join(variables[observed].astype(float))
    return table.dropna() if missing == "listwise" else table.dropna(how="all")


def fit_structure(model: Model, data: pd.DataFrame, options: Options) -> Structure:
    """Fit the model without its interactions to the rows of ``model_rows``."""
    from tam.engine import fit_model

    items = [name for names in model.measurement.values() for name in names if name in data.columns]
    fit = fit_model(
        model.to_lavaan(),
        data,
        estimator=options.estimator,
        missing=options.missing,
        ordered=tuple(items) if options.estimator == "WLSMV" else (),
        meanstructure=options.meanstructure,
        std_lv=options.std_lv,
        ci=options.ci,
    )
    if not options.cross_check:
        return Structure(fit, None, ())
    from tam.engine.semopy_engine import cross_check
    from tam.record import to_record

    check = cross_check(fit, data)
    record = to_record(check)
    problems = tuple(getattr(check, "problems", ()))
    return Structure(fit, {k: v for k, v in record.items() if k not in ("problems", "unavailable")}, problems)
