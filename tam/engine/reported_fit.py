"""A fit with more to tell: latent interactions, properly standardised, and inference from the bootstrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from tam.engine.bootstrap import Draws, bootstrap_draws, bootstrap_setting
from tam.engine.fit import Fit
from tam.engine.inference import EstimateColumns, normal_tests
from tam.engine.products import Products
from tam.engine.products_standardised import StandardisedInteraction, standardised_interactions
from tam.engine.relations import defined_values
from tam.engine.structure import Floats
from tam.errors import Problem, problem
from tam.stats.resampling import IntervalMethod, bootstrap_interval, jackknife_acceleration

#: Share of failed draws above which bootstrap results are not to be trusted.
TOLERATED_FAILURES = 0.05


@dataclass(frozen=True, slots=True)
class Resampling:
    """Draws, and how intervals are read from them."""

    draws: Draws
    interval: IntervalMethod


def with_products(found: Fit, products: Sequence[Products], notes: Sequence[Problem] = ()) -> ReportedFit:
    """The fit of a model with latent interactions that ``products`` measure; ``notes`` on their making."""
    return ReportedFit(
        found.model,
        found.options,
        found.solution,
        found.sample,
        products=tuple(products),
        notes=tuple(notes),
    )


def bootstrapped(found: Fit, draws: int, seed: int, interval: IntervalMethod = "percentile") -> ReportedFit:
    """The fit with inference from resamples of its rows; products are formed anew in each.

    Raises TamError where there are no rows to resample, or no usable estimates.
    """
    own = found if isinstance(found, ReportedFit) else with_products(found, ())
    setting = bootstrap_setting(own, products=own.products)
    drawn = bootstrap_draws(setting, draws, seed, jackknife=interval == "bca")
    return replace(own, resampling=Resampling(drawn, interval))


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
