"""Constrained product indicators: what normal factors imply for the products is held in the model.

Kenny and Judd (1984), Estimating the nonlinear and interactive effects of latent variables; Algina and
Moulder (2001), A note on estimating the Joreskog-Yang model for latent variable interaction. For centred
items x = lx X + ex and z = lz Z + ez, with p the factor covariances and t the error variances,

    loading of xz     lx lz               mean of XZ       p_xz
    variance of XZ    p_xx p_zz + p_xz^2  covariance of XZ with other factors   0
    error of xz       lx^2 p_xx t_z + lz^2 p_zz t_x + t_x t_z
    errors of xz and xw (same x)          lz lw p_zz t_x

Fewest parameters of all product methods, and the one that leans most on normal factors. The constraints are
curved, so the free parameters are mapped into those of the unconstrained model, whose objective is minimised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.fit import Fit, fit_model
from tam.engine.moments import Moments
from tam.engine.objective import Objective, parts_of
from tam.engine.optimiser import Minimum, minimise
from tam.engine.products import Products
from tam.engine.products_expand import expand_interactions
from tam.engine.reported_fit import ReportedFit
from tam.engine.structure import Affine, Floats, Integers
from tam.engine.syntax import parse_model, print_model
from tam.errors import TamError, problem

if TYPE_CHECKING:
    from tam.engine.groups import Given

Formula = Callable[[Any], Any]

#: Estimators whose discrepancy the constraints are put into.
ESTIMATORS = ("ML", "MLM", "MLR")
#: A fixed parameter that a constraint also determines must agree with it but for rounding.
HELD = 1e-9
#: A step into the imaginary numbers: its square vanishes against any number.
IMAGINARY = 1e-30
#: Half the width of the differences of slopes: its square times a third derivative is what they leave out.
BEND = 1e-4


@dataclass(frozen=True, slots=True)
class Mapped:
    """The constraints: theta (q,) of the unconstrained model from the ``independent`` ones; ``derived`` place
    in theta -> its formula of theta."""

    independent: Integers
    derived: Mapping[int, Formula]
    size: int

    def theta(self, free: Any) -> Any:
        """theta (..., q) at the free parameters (..., f)."""
        free = np.asarray(free)
        found = np.zeros((*free.shape[:-1], self.size), dtype=free.dtype)
        found[..., self.independent] = free
        values = {place: formula(found) for place, formula in self.derived.items()}
        for place, value in values.items():
            found[..., place] = value
        return found

    def jacobian(self, free: Floats) -> Floats:
        """Derivative (q, f), exact to rounding."""
        moved = free + 1j * IMAGINARY * np.eye(len(free))
        return np.asarray(self.theta(moved).imag.T / IMAGINARY)

    def bend(self, free: Floats, weights: Floats) -> Floats:
        """Sum of the Hessians (f, f) of every theta with these ``weights`` (q,). The formulas are of the
        fourth degree at most, so that central differences of exact slopes leave out next to nothing."""
        steps = BEND * np.eye(len(free))
        moved = free + 1j * IMAGINARY * np.eye(len(free))
        either = self.theta(moved + steps[:, None]) - self.theta(moved - steps[:, None])
        found = either.imag @ weights / (2.0 * BEND * IMAGINARY)
        return np.asarray((found + found.T) / 2.0)


@dataclass(frozen=True, slots=True)
class Curved:
    """An objective of the free parameters: ``inner`` after the map. Its points are those of ``inner``."""

    inner: Objective
    mapped: Mapped

    def evaluate(self, free: Floats) -> Any:
        return self.inner.evaluate(self.mapped.theta(free))

    def slopes(self, point: Any) -> Any:
        return self.inner.slopes(point)

    def gradient(self, point: Any, slopes: Any = None) -> Floats:
        return np.asarray(self._jacobian(point).T @ self.inner.gradient(point, slopes))

    def information(self, point: Any, slopes: Any = None) -> Floats:
        jacobian = self._jacobian(point)
        return np.asarray(jacobian.T @ self.inner.information(point, slopes) @ jacobian)

    def hessian(self, point: Any, slopes: Any = None) -> Floats:
        """J'HJ, and what the bending of the map adds where the inner gradient is not 0."""
        jacobian = self._jacobian(point)
        bend = self.mapped.bend(point.theta[self.mapped.independent], self.inner.gradient(point, slopes))
        return np.asarray(jacobian.T @ self.inner.hessian(point, slopes) @ jacobian + bend)

    def _jacobian(self, point: Any) -> Floats:
        return self.mapped.jacobian(point.theta[self.mapped.independent])


@dataclass(frozen=True, slots=True)
class Bent:
    """The objective of the unconstrained model as the fit sees it: its Hessian knows that the map bends."""

    curved: Curved

    @property
    def parts(self) -> tuple[Any, ...]:
        return parts_of(self.curved.inner)

    def evaluate(self, theta: Floats) -> Any:
        return self.curved.inner.evaluate(theta)

    def slopes(self, point: Any) -> Any:
        return self.curved.inner.slopes(point)

    def gradient(self, point: Any, slopes: Any = None) -> Floats:
        return self.curved.inner.gradient(point, slopes)

    def information(self, point: Any, slopes: Any = None) -> Floats:
        return self.curved.inner.information(point, slopes)

    def hessian(self, point: Any, slopes: Any = None) -> Floats:
        """(q, q), that of the free parameters within the tangents of the map."""
        inverse = np.linalg.pinv(self.curved._jacobian(point))
        return np.asarray(inverse.T @ self.curved.hessian(point, slopes) @ inverse)


@dataclass(frozen=True)
class ConstrainedFit(ReportedFit):
    """A fit by constrained products. ``theta`` (q,) and ``vcov`` (q, q) are of the unconstrained model's
    parameters; the constraints stand in the solution as their tangents, so that the free parameters are
    counted rightly and derived ones have the errors that follow from the others."""

    @property
    def resampled(self) -> bool:
        return False

    def bootstrap(self, *_given: Any, **_how: Any) -> Fit:
        """Not offered: raises ``TamError``."""
        raise TamError(problem("excludes", first="--interaction constrained", second="--se bootstrap"))

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "interaction": "constrained"}

    def bollen_stine(self, *_given: Any, **_how: Any) -> Any:
        """Not offered: raises ``TamError``."""
        raise TamError(problem("excludes", first="--interaction constrained", second="--se bootstrap"))


def fit_constrained(model: str, data: Given, *, pairs: str = "all", **options: Any) -> ConstrainedFit:
    """Fit a model with one interaction ``X:Z`` of two constructs that nothing predicts, by constrained
    product indicators. ``options`` go to ``fit_model``: estimator ML, MLM or MLR, ``missing``, ``se``,
    ``information``, ``ci``. Raises TamError as ``expand_interactions`` and ``fit_model`` do, and for what the
    constraints are not made for."""
    if isinstance(data, (Moments, Mapping)):
        raise TamError(problem("interaction-needs-rows", name="X:Z"))
    _refuse(options)
    expansion = expand_interactions(parse_model(model), data, "unconstrained", pairs)
    if len(expansion.products) != 1 or len(set(expansion.products[0].name.split(":"))) != 2:
        raise TamError(problem("interaction-constrained-one"))
    (product,) = expansion.products
    fit = fit_model(print_model(expansion.syntax), expansion.data, **options)
    mapped = constraints(fit, product)
    found = _search(fit, product, mapped)
    tangent = Affine(np.asarray(found.point.theta), mapped.jacobian(found.point.theta[mapped.independent]))
    before = fit.solution
    notes = (
        () if found.converged else (problem("not-converged", iterations=found.iterations, parameters=["-"]),)
    )
    solution = replace(
        before,
        compiled=replace(before.compiled, space=tangent),
        objective=Bent(Curved(before.objective, mapped)),
        space=tangent,
        minimum=found,
        problems=notes,
    )
    return ConstrainedFit(
        fit.model, fit.options, solution, fit.sample, expansion.products, expansion.problems
    )


def _refuse(options: Mapping[str, Any]) -> None:
    """Estimators and options that the constraints are not written for."""
    estimator = options.get("estimator", "ML")
    asked = {
        f"--estimator {estimator}": estimator not in ESTIMATORS,
        "--std-lv": options.get("std_lv", False),
        "--group": options.get("group") is not None,
        "--ordered": bool(options.get("ordered")),
    }
    found = [
        problem("excludes", first="--interaction constrained", second=one)
        for one, said in asked.items()
        if said
    ]
    if found:
        raise TamError(found)


def _search(fit: Fit, product: Products, mapped: Mapped) -> Minimum:
    """The minimum of the constrained model, from the unconstrained one and from one without interaction."""
    curved = Curved(fit.solution.objective, mapped)
    without = fit.theta.copy()
    for row in fit.table.rows:
        if (row.op, row.rhs) == ("~", product.name) and row.free:
            without[row.parameter] = 0.0
    f = len(mapped.independent)
    starts = (fit.theta[mapped.independent], without[mapped.independent])
    found = minimise(curved, Affine(np.zeros(f), np.eye(f)), starts)
    if found is None:
        raise TamError(problem("no-starting-values"))
    return found


def constraints(fit: Fit, product: Products) -> Mapped:
    """The Kenny-Judd constraints on the parameters of the unconstrained model. Raises TamError where one of
    them would fall on a parameter that the model holds at another value, or beside the model's own."""
    relations = fit.solution.compiled.relations
    if len(relations.equalities) or relations.inequalities:
        raise TamError(problem("excludes", first="--interaction constrained", second="==, <, >"))
    rows = {(row.lhs, row.op, row.rhs): row for row in fit.table.rows}

    def of(lhs: str, op: str, rhs: str) -> Formula:
        row = rows.get((lhs, op, rhs)) or rows.get((rhs, op, lhs))
        if row is None:
            return _constant(0.0)
        if row.free:
            place = int(row.parameter)
            return lambda theta: theta[..., place]
        return _constant(float(row.fixed or 0.0))

    derived = {}
    for row in fit.table.rows:
        formula = _formula(row.lhs, row.op, row.rhs, product, of)
        if formula is None:
            continue
        if row.free:
            derived[int(row.parameter)] = formula
        elif abs(formula(fit.theta) - float(row.fixed or 0.0)) > HELD:
            raise TamError(problem("interaction-constrained-markers", name=product.name))
    independent = np.array([k for k in range(len(fit.theta)) if k not in derived])
    return Mapped(independent, derived, len(fit.theta))


def _constant(value: float) -> Formula:
    return lambda _theta: value


def _formula(
    lhs: str, op: str, rhs: str, product: Products, of: Callable[[str, str, str], Formula]
) -> Formula | None:
    """What a parameter of the product's measurement is made of; None where it is free."""
    x, z, name = product.predictor, product.moderator, product.name
    pairs = dict(zip(product.indicators, product.pairs, strict=True))
    xx, zz, xz = of(x, "~~", x), of(z, "~~", z), of(x, "~~", z)
    if op == "=~" and lhs == name:
        a, b = pairs[rhs]
        left, right = of(x, "=~", a), of(z, "=~", b)
        return lambda t: left(t) * right(t)
    if op != "~~":
        return None
    if lhs == rhs == name:
        return lambda t: xx(t) * zz(t) + xz(t) ** 2
    if name in (lhs, rhs):
        return _constant(0.0)
    if lhs in pairs and rhs in pairs:
        (a, b), (c, d) = pairs[lhs], pairs[rhs]
        la, lb, lc, ld = of(x, "=~", a), of(z, "=~", b), of(x, "=~", c), of(z, "=~", d)
        ta, tb = of(a, "~~", a), of(b, "~~", b)
        if (a, b) == (c, d):
            return lambda t: la(t) ** 2 * xx(t) * tb(t) + lb(t) ** 2 * zz(t) * ta(t) + ta(t) * tb(t)
        if a == c:
            return lambda t: lb(t) * ld(t) * zz(t) * ta(t)
        return lambda t: la(t) * lc(t) * xx(t) * tb(t)
    return None
