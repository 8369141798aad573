"""The dialects of joint models: all equations, measurement included, by ML or GLS on the printed moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_derivatives import Samples, log_determinants
from tam.engine.bootstrap_front import GroupModel, GroupState, slopes_and_curvatures
from tam.engine.bootstrap_front import evaluate as evaluate_batch
from tam.engine.bootstrap_newton import for_samples, group_model, solve, whole_curvature
from tam.engine.fit import Fit, fit_model
from tam.engine.moments import Moments
from tam.engine.standardise import RowPlaces, row_places, row_values, standardised_values
from tam.engine.structure import Implied, Structure, with_sample
from tam.errors import TamError
from tam.published.joint_measures import FIT_MEASURES, LEAST_SQUARES, Judged, baseline_chisq
from tam.published.publication import Publication
from tam.published.regression_dialect import error_statistic
from tam.published.rounding_box import Box, Stack, rounding_box
from tam.published.wanted import Wanted

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Scale = Literal["std", "raw"]
Divisor = Literal["n", "n-1", "as-printed"]

UNKNOWN_N = 1_000
"""Stands in for an n that is not printed, where estimates do not depend on it."""
LATENT = "latent__"
"""Prefix of the latent variable that stands behind a printed variable of known reliability."""


@dataclass(frozen=True, slots=True)
class JointModel:
    """How the joint model is set up.

    ``syntax`` in lavaan's language. ``divisor``: of the moments, and what multiplies F (n; n - 1; the moments
    as printed with n). ``residuals``: which residual covariances are free. ``reliability``: the kind that
    single indicators are given (None: none are). ``marker``: what gives latents their scale. ``sds``:
    correlations are fitted as covariances, with the printed SDs. ``plain``: paths among printed variables
    only, whose unstandardised coefficients are those of regressions.
    """

    syntax: str
    estimator: Literal["ML", "GLS"] = "ML"
    divisor: Divisor = "n"
    residuals: str = "as-written"
    reliability: str | None = None
    marker: str = "first"
    sds: bool = False
    plain: bool = False

    @property
    def name(self) -> str:
        parts = [self.estimator.lower(), self.divisor]
        parts += [] if self.residuals == "as-written" else [f"residuals-{self.residuals}"]
        parts += ["sds"] if self.sds else []
        parts += [] if self.marker == "first" else [f"marker-{self.marker}"]
        parts += [] if self.reliability is None else [f"corrected-{self.reliability.replace('_', '-')}"]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Solved:
    """The model in r samples: ``covariances`` fitted (r, p, p), ``theta`` (r, q), ``at`` its implied moments,
    ``value`` F (r,), ``vcov`` (r, q, q), None unless wanted; ``ok`` (r,) those that converged."""

    covariances: Floats
    theta: Floats
    at: Implied
    value: Floats
    vcov: Floats | None
    ok: Booleans


class JointFit:
    """A joint model of one publication, to be fitted to whatever moments its box holds.

    ``failure`` says why it cannot be fitted to the moments as printed; None if it can. ``errors``: whether
    standard errors are wanted.
    """

    def __init__(self, publication: Publication, model: JointModel, *, errors: bool = True) -> None:
        self.publication = publication
        self.model = model
        self.n = publication.n or UNKNOWN_N
        self.errors = errors
        self.failure: str | None = None
        self._last: tuple[Floats, Solved] | None = None
        try:
            self._start()
        except (TamError, np.linalg.LinAlgError) as fault:
            self.failure = fault.problems[0].what if isinstance(fault, TamError) else "a matrix is singular"

    def _start(self) -> None:
        """The solution at the moments as printed, found with every care."""
        from tam.engine.parameter_table import build_table
        from tam.engine.syntax import parse_model

        latent_scale = self.model.marker == "variance"
        names = build_table(parse_model(self.model.syntax), std_lv=latent_scale).variables.observed
        unknown = [name for name in names if name not in self.publication.variables]
        if unknown:
            self.failure = f"{unknown[0]} is not among the printed variables"
            return
        kinds = () if self.model.reliability is None else (self.model.reliability,)
        self.box: Box = rounding_box(self.publication, names, sds=self.model.sds, reliabilities=kinds)
        stack = self.box.moments(self.box.centre[None])
        covariance = self._covariances(stack)[0]
        if np.isnan(covariance).any():
            self.failure = "a correlation that the model needs is not printed"
            return
        # the engine takes moments of divisor n - 1 and gives them the divisor n under ML
        given = covariance * (self.n / (self.n - 1)) if self.model.estimator == "ML" else covariance
        fit: Fit = fit_model(
            self.model.syntax,
            Moments(tuple(names), given, None, self.n),
            estimator=self.model.estimator,
            std_lv=latent_scale,
        )
        if not fit.converged:
            self.failure = "the search for a solution did not converge"
            return
        self.fit = fit
        self.structure: Structure = fit.solution.compiled.structures[0]
        self.rows: RowPlaces = row_places(self.structure, fit.table.rows)
        self.place = {(row.lhs, row.op, row.rhs): at for at, row in enumerate(fit.table.rows)}
        self.directions = fit.solution.space.basis
        self.batch: GroupModel = group_model(self.structure, self.directions)
        self.start = fit.theta
        own, samples = self._prepared(covariance[None], stack)
        self.curvature = whole_curvature([own], [samples], self.start, self.directions)

    @property
    def cases(self) -> int:
        """What multiplies F to give chi-square and the information behind standard errors."""
        return self.n - 1 if self.model.divisor == "n-1" or self.model.estimator == "GLS" else self.n

    @property
    def has_own_units(self) -> bool:
        """Whether unstandardised coefficients are others than those of regressions on correlations."""
        return self.failure is None and self.has_sds

    @cached_property
    def has_sds(self) -> bool:
        """Whether the moments fitted are covariances."""
        return self.box.covariance or self.model.sds

    def _covariances(self, stack: Stack) -> Floats:
        """What is fitted (r, p, p): with the printed SDs where all are printed, with the model's divisor."""
        found = stack.matrices
        if not self.box.covariance and self.has_sds:
            found = found * (stack.sds[:, :, None] * stack.sds[:, None, :])
        if self.model.divisor == "n" and self.model.estimator == "ML":
            found = found * ((self.n - 1) / self.n)
        return found

    def _prepared(self, covariances: Floats, stack: Stack) -> tuple[GroupModel, Samples]:
        """The batch's model and samples; single indicators get the error variance (1 - reliability) s2."""
        filled = with_sample(self.structure, covariances)
        kind = self.model.reliability
        if kind is not None:
            r, size = len(covariances), len(self.structure.names)
            base = np.broadcast_to(filled.base_covariances, (r, size, size)).copy()
            of = self.box.reliability_of[kind]
            variance = np.diagonal(covariances, axis1=1, axis2=2)[:, of]
            at = of + self.structure.latents
            base[:, at, at] = (1.0 - stack.reliabilities[kind][:, of]) * variance
            filled = replace(filled, base_covariances=base)
        weights = np.asarray(np.linalg.inv(covariances)) if self.model.estimator == "GLS" else None
        logs = log_determinants(covariances)[1]
        samples = Samples(covariances, logs, np.ones(len(covariances)), weights)
        return for_samples(self.batch, filled), samples

    def solve(self, points: Floats) -> Solved:
        """The model at points (r, k) of the box; remembers the last ones, which two scales share."""
        if self._last is None or not np.array_equal(self._last[0], points):
            self._last = (points, self._solved(points))
        return self._last[1]

    def _solved(self, points: Floats) -> Solved:
        stack = self.box.moments(points)
        covariances = self._covariances(stack)
        sound = log_determinants(covariances)[0]
        covariances = np.where(sound[:, None, None], covariances, np.eye(covariances.shape[1]))
        own, samples = self._prepared(covariances, stack)
        found = solve([own], [samples], self.start, self.directions, self.curvature)
        ok = sound & found.converged
        theta = np.where(ok[:, None], found.theta, self.start)
        _, states = evaluate_batch([own], [samples], theta)
        vcov = self._vcov(own, samples, states) if self.errors else None
        return Solved(covariances, theta, states[0].at, found.value, vcov, ok)

    def _vcov(self, own: GroupModel, samples: Samples, states: tuple[GroupState, ...]) -> Floats:
        """Covariance matrices (r, q, q) of theta: the inverse of cases / 2 times the expected second
        derivatives of F."""
        curvature = slopes_and_curvatures([own], [samples], states, self.directions, observed=False)[1]
        inverse = _inverses(curvature * (self.cases / 2.0))
        return np.asarray(self.directions @ inverse @ self.directions.T)

    def judged(self, solved: Solved) -> Judged:
        variables = self.fit.table.variables
        names = self.structure.observed_names
        predicting = np.array([name in variables.exogenous for name in names], dtype=bool)
        p, nx = len(names), int(predicting.sum())
        return Judged(
            chisq=np.maximum(solved.value, 0.0) * self.cases,
            df=self.fit.solution.compiled.df,
            baseline_chisq=baseline_chisq(solved.covariances, predicting, self.cases),
            baseline_df=p * (p + 1) // 2 - nx * (nx + 1) // 2 - (p - nx),
            cases=self.cases,
            sample=solved.covariances,
            implied=solved.at.sigma,
            exogenous=predicting,
        )


def _inverses(matrices: Floats) -> Floats:
    """Inverses (r, z, z); NaN where a matrix is not positive definite."""
    sound = log_determinants(matrices)[0]
    found = np.full_like(matrices, np.nan)
    found[sound] = np.linalg.inv(matrices[sound])
    return found


@dataclass(frozen=True)
class JointDialect:
    """Numbers of a joint fit, standardised with the model's own variances or in the units of the moments."""

    fit: JointFit
    wanted: tuple[Wanted, ...]
    scale: Scale = "std"

    @property
    def name(self) -> str:
        return f"{self.fit.model.name}-{self.scale}"

    @property
    def box(self) -> Box:
        return self.fit.box

    def _named(self, name: str) -> str:
        """The name of a variable in the model: of the latent behind it where there is one."""
        latent = f"{LATENT}{name}"
        return latent if latent in self.fit.structure.names else name

    def _row(self, lhs: str, op: str, rhs: str) -> int | None:
        place, left, right = self.fit.place, self._named(lhs), self._named(rhs)
        if op == "~~":
            return place.get((left, op, right), place.get((right, op, left)))
        return place.get((left, op, right))

    def _steps(self, one: Wanted) -> tuple[tuple[str, str, str], ...]:
        if one.via:
            return tuple((outcome, "~", predictor) for predictor, outcome in pairwise(one.via))
        return ((one.lhs, one.op, one.rhs),)

    def reason(self, one: Wanted) -> str | None:
        """Why a printed number cannot be had in this dialect; None if it can."""
        if self.fit.failure is not None:
            return self.fit.failure
        gls = self.fit.model.estimator == "GLS"
        if one.statistic == "fit":
            known = one.what in FIT_MEASURES and (not gls or one.what in LEAST_SQUARES)
            return None if known else f"{one.what} cannot be had from printed moments"
        if one.statistic == "raw" and not self.fit.has_sds:
            return "an unstandardised value needs standard deviations"
        if one.statistic == "r2":
            known = self._named(one.lhs) in self.fit.structure.names
            return None if known else f"the model does not explain {one.lhs}"
        for step in self._steps(one):
            if self._row(*step) is None:
                return f"the model has no parameter {' '.join(step)}"
        return None

    def evaluate(self, points: Floats) -> Floats:
        """Every wanted number at points (r, k) of the box: (r, m), NaN where there is none."""
        found = np.full((len(points), len(self.wanted)), np.nan)
        if self.fit.failure is not None:
            return found
        solved = self.fit.solve(points)
        raw = row_values(self.fit.rows, solved.at)
        std = standardised_values(self.fit.structure, self.fit.rows, solved.at, latent_only=False)
        judged = self.fit.judged(solved) if any(one.statistic == "fit" for one in self.wanted) else None
        for at, one in enumerate(self.wanted):
            if self.reason(one) is not None:
                continue
            with np.errstate(all="ignore"):
                if one.statistic == "fit":
                    assert judged is not None
                    found[:, at] = FIT_MEASURES[one.what](judged)
                else:
                    found[:, at] = self._number(one, raw, std, solved)
        found[~solved.ok] = np.nan
        return found

    def _number(self, one: Wanted, raw: Floats, std: Floats, solved: Solved) -> Floats:
        if one.statistic == "r2":
            place = self.fit.structure.names.index(self._named(one.lhs))
            own = solved.at.matrices.covariances[:, place, place]
            return np.asarray(1.0 - own / solved.at.total[:, place, place])
        rows = [row for step in self._steps(one) if (row := self._row(*step)) is not None]
        standard = one.statistic == "std" or (one.statistic == "estimate" and self.scale == "std")
        if one.statistic in ("estimate", "raw", "std"):
            return np.asarray((std if standard else raw)[:, rows].prod(axis=1))
        assert solved.vcov is not None
        value = raw[:, rows].prod(axis=1)
        slopes = np.zeros((len(value), len(self.fit.start)))
        for at, row in enumerate(rows):
            parameter = int(self.fit.rows.parameter[row])
            if parameter >= 0:
                slopes[:, parameter] += np.delete(raw[:, rows], at, axis=1).prod(axis=1)
        error = np.sqrt(np.einsum("rq,rqs,rs->r", slopes, solved.vcov, slopes))
        return error_statistic(one, value, np.where(error > 0, error, np.nan), None)
