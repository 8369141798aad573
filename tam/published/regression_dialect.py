"""The dialect of composites: every equation of the model by ordinary least squares on the printed moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tam.engine.syntax import parse_model
from tam.published.publication import Publication
from tam.published.rounding_box import Box, Stack, rounding_box
from tam.published.wanted import Wanted

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Scale = Literal["std", "raw"]

SINGULAR = 1e-12
"""A determinant of correlations below this is zero but for the rounding of the arithmetic."""
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Equation:
    """One outcome and its predictors, as places among the names of the box."""

    outcome: str
    predictors: tuple[str, ...]
    y: int
    x: Integers


@dataclass(frozen=True, slots=True)
class Regressions:
    """One equation in r samples: ``slopes``, ``errors`` (r, m) in the dialect's scale, ``r2`` (r,), ``std``
    (r, m); ``df`` of the residuals, or None where n is not known."""

    slopes: Floats
    std: Floats
    errors: Floats
    r2: Floats
    df: int | None


def equations(model: str, names: Sequence[str]) -> dict[str, Equation]:
    """The regressions of a model among the ``names``; those with a fixed coefficient are left out."""
    predictors: dict[str, list[str]] = {}
    fixed: set[str] = set()
    for formula in parse_model(model).formulas:
        if formula.operator != "~":
            continue
        for outcome in formula.left:
            own = predictors.setdefault(outcome, [])
            own += [term.name for term in formula.terms if term.name not in ("0", "1", *own)]
            if any(one.kind == "fixed" for term in formula.terms for one in term.modifiers):
                fixed.add(outcome)
    place = {name: at for at, name in enumerate(names)}
    found = {}
    for outcome, own in predictors.items():
        if outcome in fixed or not own or not {outcome, *own} <= set(place):
            continue
        x = np.array([place[name] for name in own], dtype=np.intp)
        found[outcome] = Equation(outcome, tuple(own), place[outcome], x)
    return found


@dataclass(frozen=True)
class RegressionDialect:
    """Ordinary least squares; ``scale``: standardised coefficients, or in the printed SDs; ``reliability``:
    the kind by which correlations are disattenuated first (None: taken as they stand)."""

    publication: Publication
    wanted: tuple[Wanted, ...]
    scale: Scale = "std"
    reliability: str | None = None

    @property
    def name(self) -> str:
        corrected = "" if self.reliability is None else f"-corrected-{self.reliability.replace('_', '-')}"
        return f"ols-{self.scale}{corrected}"

    @cached_property
    def box(self) -> Box:
        return rounding_box(
            self.publication,
            self._used,
            sds=self.scale == "raw",
            reliabilities=() if self.reliability is None else (self.reliability,),
        )

    @cached_property
    def _all(self) -> dict[str, Equation]:
        return equations(self.publication.model or "", self.publication.variables)

    @cached_property
    def _used(self) -> tuple[str, ...]:
        used = {name for one in self._all.values() for name in (one.outcome, *one.predictors)}
        return tuple(name for name in self.publication.variables if name in used)

    @cached_property
    def equations(self) -> dict[str, Equation]:
        return equations(self.publication.model or "", self._used)

    def reason(self, one: Wanted) -> str | None:
        """Why a printed number cannot be had in this dialect; None if it can."""
        if one.statistic == "fit":
            return "regressions one by one have no fit indices"
        if one.op in ("=~", "~~", "~1"):
            return "this is no regression among the printed variables"
        if one.statistic == "raw" and self.scale == "std":
            return "an unstandardised value needs standard deviations"
        if one.statistic == "r2" and one.lhs not in self.equations:
            return f"the model has no regression of {one.lhs} on printed variables"
        for predictor, outcome in self._steps(one):
            if outcome not in self.equations or predictor not in self.equations[outcome].predictors:
                return f"the model has no path {predictor} -> {outcome} among the printed variables"
        return None

    @staticmethod
    def _steps(one: Wanted) -> tuple[tuple[str, str], ...]:
        if one.statistic == "r2":
            return ()
        return tuple(pairwise(one.via)) if one.via else ((one.rhs, one.lhs),)

    def evaluate(self, points: Floats) -> Floats:
        """Every wanted number at points (r, k) of the box: (r, m), NaN where there is none."""
        stack = self.box.moments(points)
        correlations, sds = self._correlations(stack)
        n = self.publication.n
        fitted = {
            name: _regress(one, correlations, sds if self.scale == "raw" else None, n)
            for name, one in self.equations.items()
        }
        found = np.full((len(points), len(self.wanted)), np.nan)
        for at, one in enumerate(self.wanted):
            if self.reason(one) is None:
                found[:, at] = self._number(one, fitted)
        return found

    def _correlations(self, stack: Stack) -> tuple[Floats, Floats]:
        """Correlations (r, p, p) and standard deviations (r, p) of the stack."""
        matrices, sds = stack.matrices, stack.sds
        if self.box.covariance:
            with np.errstate(invalid="ignore"):
                sds = np.sqrt(np.diagonal(matrices, axis1=1, axis2=2))
            matrices = matrices / (sds[:, :, None] * sds[:, None, :])
        if self.reliability is not None:
            roots = np.sqrt(stack.reliabilities[self.reliability])
            roots = np.where(np.isnan(roots), 1.0, roots)
            matrices = matrices / (roots[:, :, None] * roots[:, None, :])
            places = np.arange(matrices.shape[1])
            matrices[:, places, places] = 1.0
        return matrices, sds

    def _number(self, one: Wanted, fitted: Mapping[str, Regressions]) -> Floats:
        if one.statistic == "r2":
            return fitted[one.lhs].r2
        standard = one.statistic == "std"
        steps = self._steps(one)
        parts, errors, df = [], [], None
        for predictor, outcome in steps:
            own = fitted[outcome]
            at = self.equations[outcome].predictors.index(predictor)
            parts.append((own.std if standard else own.slopes)[:, at])
            errors.append(own.errors[:, at])
            df = own.df
        value = np.asarray(np.prod(parts, axis=0))
        if one.statistic in ("estimate", "raw", "std"):
            return value
        error = sobel_error(np.stack(parts, axis=1), np.stack(errors, axis=1))
        return error_statistic(one, value, error, df if len(steps) == 1 else None)


def _regress(one: Equation, correlations: Floats, sds: Floats | None, n: int | None) -> Regressions:
    """The regression of an equation in r samples: b = R_xx^-1 r_xy, R2 = b'r_xy."""
    inner = correlations[:, one.x[:, None], one.x]
    cross = correlations[:, one.x, one.y]
    with np.errstate(all="ignore"):
        sound = np.isfinite(inner).all(axis=(1, 2)) & (np.abs(np.linalg.det(inner)) > SINGULAR)
        inverse = np.full_like(inner, np.nan)
        inverse[sound] = np.linalg.inv(inner[sound])
        std = np.einsum("rij,rj->ri", inverse, cross)
        r2 = np.einsum("ri,ri->r", std, cross)
        df = None if n is None or n <= len(one.x) + 1 else n - len(one.x) - 1
        spread = np.maximum(1.0 - r2, 0.0) / (np.nan if df is None else df)
        errors = np.sqrt(spread[:, None] * np.diagonal(inverse, axis1=1, axis2=2))
        scale = 1.0 if sds is None else sds[:, one.y, None] / sds[:, one.x]
    return Regressions(std * scale, std, errors * scale, r2, df)


def sobel_error(parts: Floats, errors: Floats) -> Floats:
    """Standard error (r,) of the product of estimates (r, s) that are uncorrelated, to first order:
    sqrt(sum over s of (product of the others)^2 se_s^2). Sobel (1982). One estimate: its own error."""
    total = np.zeros(len(parts))
    for at in range(parts.shape[1]):
        others = np.delete(parts, at, axis=1).prod(axis=1)
        total += (others * errors[:, at]) ** 2
    return np.asarray(np.sqrt(total))


def error_statistic(one: Wanted, value: Floats, error: Floats, df: int | None) -> Floats:
    """The printed statistic of an estimate and its standard error (r,): with ``df`` by Student's t, without
    by the normal distribution."""
    with np.errstate(all="ignore"):
        ratio = value / error
    if one.statistic == "se":
        return error
    if one.statistic in ("t", "z"):
        return np.abs(ratio) if one.unsigned else ratio
    if one.statistic == "p":
        tail = special.ndtr(-np.abs(ratio)) if df is None else special.stdtr(df, -np.abs(ratio))
        return np.asarray(2.0 * tail)
    reach = Z95 if df is None else float(special.stdtrit(df, 0.975))
    return value + (reach if one.statistic == "ci_high" else -reach) * error
