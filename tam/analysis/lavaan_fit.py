"""Any model in lavaan syntax on any table or moment matrix: what ``tam.fit`` and ``tam fit`` do.

A latent interaction ``X:Z`` is measured by product indicators before the engine sees the model; standard
errors and intervals may come from the bootstrap; the estimates may come from the second engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tam.engine.bootstrap import Draws, bootstrap_draws, bootstrap_setting
from tam.engine.fit import Fit, fit_model
from tam.engine.inference import EstimateColumns, normal_tests
from tam.engine.moments import Moments
from tam.engine.products import Products
from tam.engine.products_expand import Expansion, expand_interactions
from tam.engine.products_standardised import StandardisedInteraction, standardised_interactions
from tam.engine.relations import defined_values
from tam.engine.structure import Floats
from tam.engine.syntax import print_model
from tam.errors import Problem, TamError, problem
from tam.stats.resampling import IntervalMethod, bootstrap_interval, jackknife_acceleration

if TYPE_CHECKING:
    import pandas as pd

#: Share of failed draws above which bootstrap results are not to be trusted.
TOLERATED_FAILURES = 0.05


@dataclass(frozen=True, slots=True)
class Resampling:
    """Draws, and how intervals are read from them."""

    draws: Draws
    interval: IntervalMethod


def fit(
    model: str,
    data: pd.DataFrame | Moments,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    se: str = "standard",
    bootstrap: int = 1000,
    seed: int = 1,
    interval: IntervalMethod = "percentile",
    group: str | None = None,
    ordered: Sequence[str] = (),
    meanstructure: bool = False,
    std_lv: bool = False,
    interaction: str = "dblcent",
    pairs: Literal["all", "matched"] = "all",
    engine: Literal["tam", "semopy"] = "tam",
    ci: float = 0.95,
) -> Fit:
    """Fit a model in lavaan syntax with the automatic rules of ``lavaan::sem``.

    ``data`` holds a column for every observed variable, or moments with divisor n - 1. ``se="bootstrap"``
    draws ``bootstrap`` resamples from ``seed`` and reads the intervals from them. Raises TamError with
    every problem found; a solution that is not to be trusted is returned and says so (``converged``,
    ``admissible``, ``problems``).
    """
    resampled = se == "bootstrap"
    _raise_for_combinations(data, resampled, engine)
    expansion = None if isinstance(data, Moments) else expand_interactions(model, data, interaction, pairs)
    if expansion is not None and expansion.products:
        model, data = print_model(expansion.syntax), expansion.data
    found = fit_model(
        model,
        data,
        estimator=estimator,
        missing=missing,
        se="standard" if resampled else se,
        group=group,
        ordered=tuple(ordered),
        meanstructure=meanstructure,
        std_lv=std_lv,
        ci=ci,
    )
    if engine == "semopy":
        from tam.analysis.semopy_fit import fit_with_semopy

        return fit_with_semopy(found)
    products = expansion.products if expansion else ()
    resampling = _resample(found, data, products, bootstrap, seed, interval) if resampled else None
    if resampling is None and (expansion is None or not expansion.products):
        return found
    return _reported(found, expansion, resampling)


def _raise_for_combinations(data: pd.DataFrame | Moments, resampled: bool, engine: str) -> None:
    found = []
    if isinstance(data, Moments) and resampled:
        found.append(problem("excludes", first="--se bootstrap", second="--moments"))
    if engine == "semopy" and resampled:
        found.append(problem("excludes", first="--se bootstrap", second="--engine semopy"))
    if found:
        raise TamError(found)


def _resample(
    found: Fit,
    data: pd.DataFrame | Moments,
    products: tuple[Products, ...],
    draws: int,
    seed: int,
    interval: IntervalMethod,
) -> Resampling | None:
    if isinstance(data, Moments) or not found.converged:
        return None
    setting = bootstrap_setting(found, data, products)
    return Resampling(bootstrap_draws(setting, draws, seed, jackknife=interval == "bca"), interval)


def _reported(found: Fit, expansion: Expansion | None, resampling: Resampling | None) -> ReportedFit:
    return ReportedFit(
        found.model,
        found.options,
        found.solution,
        found.sample,
        products=expansion.products if expansion else (),
        notes=expansion.problems if expansion else (),
        resampling=resampling,
    )


@dataclass(frozen=True)
class ReportedFit(Fit):
    """A fit with latent interactions, or with bootstrap standard errors, or both."""

    products: tuple[Products, ...] = ()
    notes: tuple[Problem, ...] = ()
    resampling: Resampling | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*super().problems, *self.notes, *self._failed_draws)

    @property
    def _failed_draws(self) -> tuple[Problem, ...]:
        draws = self.resampling.draws if self.resampling else None
        if draws is None or draws.failed <= TOLERATED_FAILURES * draws.requested:
            return ()
        counts = {"failed": draws.failed, "requested": draws.requested, "used": draws.used}
        return (problem("bootstrap-many-failed", **counts),)

    @property
    def vcov(self) -> Floats | None:
        """Covariance matrix (q, q) of theta: of its draws, if any (divisor their number, as in lavaan)."""
        if self.resampling is None:
            return super().vcov
        usable = self.resampling.draws.theta[self.resampling.draws.converged]
        return np.atleast_2d(np.cov(usable, rowvar=False, bias=True))

    @cached_property
    def interactions(self) -> Mapping[int, StandardisedInteraction]:
        """Row of the estimates -> the properly standardised coefficient of the product in it."""
        found = standardised_interactions(self, self.products)
        rows = {(row.lhs, row.rhs): at for at, row in enumerate(self.table.rows) if row.op == "~"}
        return {rows[one.outcome, one.name]: one for one in found}

    @cached_property
    def columns(self) -> EstimateColumns:
        columns = super().columns
        if self.resampling is not None:
            columns = bootstrapped_columns(self, columns, self.resampling)
        std, std_se = columns.std.copy(), columns.std_se.copy()
        for row, one in self.interactions.items():
            std[row], std_se[row] = one.std, one.std_se
        return replace(columns, std=std, std_se=std_se)

    def _estimate_records(self) -> list[dict[str, Any]]:
        records = super()._estimate_records()
        for row, one in self.interactions.items():
            records[row]["std_naive"] = one.std_naive
        return records

    def to_dict(self) -> dict[str, Any]:
        record = super().to_dict()
        if self.resampling is None:
            return record
        draws = self.resampling.draws
        record["bootstrap"] = {
            "requested": draws.requested,
            "used": draws.used,
            "failed": draws.failed,
            "inadmissible": draws.inadmissible,
            "interval": self.resampling.interval,
            "seed": draws.seed,
        }
        record["unavailable"].pop("bootstrap", None)
        return record


def bootstrapped_columns(fitted: Fit, columns: EstimateColumns, resampling: Resampling) -> EstimateColumns:
    """Standard errors of defined parameters, tests and intervals of every row, from the draws.

    A defined parameter's standard error is the deviation of its own values over the draws (divisor R - 1);
    those of free parameters stand in ``columns`` already. Peer: ``lavaan::sem(se = "bootstrap")``.
    """
    draws = resampling.draws
    rows = row_draws(fitted, columns.est, draws.theta[draws.converged])
    tested = ~np.isnan(columns.se)
    defined = np.arange(rows.shape[1]) >= len(fitted.table.rows)
    se = np.where(tested & defined, rows.std(axis=0, ddof=1), columns.se)
    z, p, _, _ = normal_tests(columns.est, se, fitted.options.ci)
    acceleration = None
    if draws.jackknife is not None:
        left_out = row_draws(fitted, columns.est, draws.jackknife.theta[draws.jackknife.converged])
        acceleration = jackknife_acceleration(left_out[:, tested])
    low, high = columns.ci_low.copy(), columns.ci_high.copy()
    low[tested], high[tested] = bootstrap_interval(
        rows[:, tested], columns.est[tested], fitted.options.ci, resampling.interval, acceleration
    )
    return replace(columns, se=se, z=z, p=p, ci_low=low, ci_high=high)


def row_draws(fitted: Fit, est: Floats, theta: Floats) -> Floats:
    """The value of every row for every draw: (draws, rows + defined); fixed rows keep their value."""
    table, relations = fitted.table, fitted.solution.compiled.relations
    values = np.tile(est, (len(theta), 1))
    for at, row in enumerate(table.rows):
        if row.free:
            values[:, at] = theta[:, row.parameter]
    if relations.definitions:
        defined = defined_values(relations, {name: theta[:, at] for name, at in relations.labels.items()})
        for at, name in enumerate(relations.written, start=len(table.rows)):
            values[:, at] = defined[name]
    return values
