"""A fit with more to tell: latent interactions, properly standardised, and inference from the bootstrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap import (
    Draws,
    Kind,
    Progress,
    bootstrap_draws,
    bootstrap_setting,
    map_draws,
    unwatched,
)
from tam.engine.fit import Fit
from tam.engine.inference import EstimateColumns, first_rows, normal_tests
from tam.engine.products import Products
from tam.engine.products_standardised import (
    StandardisedInteraction,
    interaction_values,
    standardised_interactions,
)
from tam.engine.relations import defined_values
from tam.engine.standardise import row_places, standardised_values
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


def bootstrapped(
    found: Fit,
    draws: int,
    seed: int,
    interval: IntervalMethod = "percentile",
    *,
    kind: Kind = "case",
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> ReportedFit:
    """The fit with inference from resamples, within groups; products are formed anew in each.

    ``kind`` "case" draws respondents, "parametric" samples from the distribution the model implies,
    "bollen_stine" respondents for whom the model holds (only its p value is of use). ``workers`` and
    ``scheduler`` say who computes and do not change the answer. Raises TamError where there are no rows to
    resample, or no usable estimates.
    """
    own = found if isinstance(found, ReportedFit) else with_products(found, ())
    setting = bootstrap_setting(own, products=own.products, kind=kind)
    drawn = bootstrap_draws(
        setting,
        draws,
        seed,
        kind=kind,
        jackknife=interval == "bca",
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )
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
        if self.resampling.draws.used < 2:
            return None
        usable = self.resampling.draws.theta[self.resampling.draws.converged]
        if not usable.size:
            return np.zeros((0, 0))
        return np.atleast_2d(np.cov(usable, rowvar=False, bias=True))

    @property
    def products_in_rows(self) -> Mapping[int, Products]:
        """Row of the estimates -> the interaction whose coefficient stands in it."""
        known = {one.name: one for one in self.products}
        rows = enumerate(self.table.rows)
        return {at: known[row.rhs] for at, row in rows if row.op == "~" and row.rhs in known}

    @cached_property
    def interactions(self) -> Mapping[int, StandardisedInteraction]:
        """Row of the estimates -> the properly standardised coefficient of the product in it."""
        found = standardised_interactions(self, self.products)
        rows = {(row.lhs, row.rhs): at for at, row in enumerate(self.table.rows) if row.op == "~"}
        return {rows[one.outcome, one.name]: one for one in found}

    @cached_property
    def columns(self) -> EstimateColumns:
        columns = super().columns
        std, std_se = columns.std.copy(), columns.std_se.copy()
        for row, one in self.interactions.items():
            std[row], std_se[row] = one.std, one.std_se
        columns = replace(columns, std=std, std_se=std_se)
        return bootstrapped_columns(self, columns, self.resampling) if self.resampling else columns

    @cached_property
    def standardised_limits(self) -> tuple[Floats, Floats]:
        """Ends of the bootstrap intervals (rows + defined,) of the standardised values; nan without draws."""
        std = self.columns.std
        low, high = np.full(len(std), np.nan), np.full(len(std), np.nan)
        if self.resampling is not None and self.resampling.draws.used > 1:
            rows = self.columns.std_se > 0
            low[rows], high[rows] = limits(self, self.resampling, "std", std, rows)
        return low, high

    def _estimate_records(self) -> list[dict[str, Any]]:
        records = super()._estimate_records()
        for row, one in self.interactions.items():
            records[row]["std_naive"] = one.std_naive
        if self.resampling is not None:
            for record, low, high in zip(records, *self.standardised_limits):
                record |= {"std_ci_low": float(low), "std_ci_high": float(high)}
        return records

    def to_dict(self) -> dict[str, Any]:
        record = super().to_dict()
        if self.products:
            record |= {"interaction": self.products[0].method, "pairs": self.products[0].pairing}
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


def bootstrapped_columns(
    fitted: ReportedFit, columns: EstimateColumns, resampling: Resampling
) -> EstimateColumns:
    """Standard errors of defined parameters and of the standardised solution, tests and intervals of every
    row, all from the same draws.

    The standard error of a defined parameter or a standardised value is the deviation of its own values
    over the draws (divisor R - 1); those of free parameters stand in ``columns`` already. Peer:
    ``lavaan::sem(se = "bootstrap")``.
    """
    draws = resampling.draws
    if draws.used < 2:
        return columns
    rows = row_draws(fitted, columns.est, draws.theta[draws.converged])
    tested = ~np.isnan(columns.se)
    defined = np.arange(rows.shape[1]) >= len(fitted.table.rows)
    se = np.where(tested & defined, _deviations(rows), columns.se)
    z, p, _, _ = normal_tests(columns.est, se, fitted.options.ci)
    low, high = columns.ci_low.copy(), columns.ci_high.copy()
    low[tested], high[tested] = limits(fitted, resampling, "est", columns.est, tested)
    # what theta does not move, as moments of exogenous variables, is given and has no error
    std_se = np.where(columns.std_se > 0, _deviations(standardised_draws(fitted, draws)), columns.std_se)
    return replace(columns, se=se, z=z, p=p, ci_low=low, ci_high=high, std_se=std_se)


def _deviations(values: Floats) -> Floats:
    """Standard deviations (k,) over the draws, those without a value left out; 0 where all are the same."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    centre = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, values - centre, 0.0) ** 2
    spread = np.sqrt(squares.sum(axis=0) / np.maximum(count - 1, 1))
    return np.asarray(np.where(count > 1, spread, np.nan))


def limits(
    fitted: ReportedFit, resampling: Resampling, what: str, value: Floats, rows: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Ends of the bootstrap intervals of some ``rows`` (m,) of the estimates, ``what`` "est" or "std"."""

    def values(draws: Draws) -> Floats:
        if what == "std":
            return standardised_draws(fitted, draws)
        return row_draws(fitted, value, draws.theta[draws.converged])

    draws, acceleration = resampling.draws, None
    if draws.jackknife is not None:
        acceleration = jackknife_acceleration(values(draws.jackknife)[:, rows])
    return bootstrap_interval(
        values(draws)[:, rows], value[rows], fitted.options.ci, resampling.interval, acceleration
    )


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


def standardised_draws(fitted: ReportedFit, draws: Draws) -> Floats:
    """The standardised value of every row for every usable draw, (draws, rows + defined), with the draw's
    own moments of exogenous variables; NaN where a variance is not positive."""
    structures = fitted.solution.compiled.structures
    table, relations = fitted.table, fitted.solution.compiled.relations
    places = [row_places(one, table.rows_of(at)) for at, one in enumerate(structures)]
    firsts = first_rows(fitted.solution)
    groups = len(structures)

    def values(*given: Any) -> Floats:
        """Of a stack of draws: (r, rows + defined)."""
        parts = [
            standardised_values(one, place, at, latent_only=False)
            for one, place, at in zip(structures, places, given[:groups])
        ]
        rows = np.concatenate(parts, axis=1)
        for at, product in fitted.products_in_rows.items():
            outcome = table.rows[at].lhs
            rows[:, at] = interaction_values(structures[0], given[0], outcome, product)[0]
        if not relations.definitions:
            return rows
        with np.errstate(all="ignore"):
            defined = defined_values(relations, {name: rows[:, at] for name, at in firsts.items()})
        more = [np.broadcast_to(defined[name], len(rows)) for name in relations.written]
        return np.column_stack([rows, *more])

    return map_draws(structures, draws, values)
