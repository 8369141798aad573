"""The maximum of the mixture's log-likelihood, on rules whose nodes are doubled until nothing changes.

The search goes up by quasi-Newton steps whose first metric is the cross-product of the scores, which is
positive definite wherever the model is identified, and ends with steps that share one exact Hessian. It runs
on a coarse rule first. Then the step of the rule is halved, from solution to solution, until neither the
log-likelihood nor a coefficient moves: the record of the last halving is the **certificate** of a solution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.lms_data import Answers
from tam.engine.lms_likelihood import Mixture, Point
from tam.engine.lms_moments import Nonlinear, prior_of
from tam.engine.solution import inverse_in
from tam.engine.structure import Affine, Floats
from tam.stats.quadrature import Rule, equally_spaced

#: Steps of the rules in posterior standard deviations under the linear model: the error of a normal integrand
#: is then 2 exp(-2 pi^2 / step^2), 1e-4 and 1e-8. Products narrow the posterior of some cases.
COARSE, WORKING = 1.4, 1.0
#: Nodes lie within this many standard deviations, the first that will do: rules reach on while a case has
#: more posterior weight than ``OUTSIDE`` in the outermost step (factors with long tails have cases further
#: out than normal ones). The finer rule of a comparison reaches further by ``FURTHER``.
REACHES = (6.0, 8.0, 10.0, 13.0, 17.0, 22.0, 30.0)
FURTHER = 2.0
OUTSIDE = 1e-7
#: Nodes at which no case has more posterior weight than this are left out while the search stays near.
EMPTY = 1e-13
#: Changes that count as none when the nodes are doubled: of the log-likelihood, and of the coefficients in
#: standard errors (a hundredth of what is printed).
SAME_LIKELIHOOD, SAME_COEFFICIENTS = 1e-4, 1e-3
#: Most nodes of a rule; the finer rule of a comparison may have twice as many.
MOST_NODES = 20_000
#: g'H^-1 g, twice what the log-likelihood can still rise: end of the coarse search, of the quasi-Newton
#: search, and of all.
ROUGH, NEAR, TIGHT = 1e-2, 1e-6, 1e-12
#: A point whose log-likelihood can still rise by less than this passes as a maximum: rounding of sums over
#: thousands of cases may hide the rest.
CERTIFIED = 1e-7
MOST_ITERATIONS = 500


@dataclass(frozen=True, slots=True)
class Certificate:
    """What doubling the nodes changed: ``nodes`` and ``doubled`` those of the two rules (of those that any
    case has weight at), ``delta_loglik`` the change of the log-likelihood, ``delta_coefficients`` the largest
    change of a coefficient, ``delta_in_errors`` the same in standard errors."""

    variables: tuple[str, ...]
    nodes: int
    doubled: int
    delta_loglik: float
    delta_coefficients: float
    delta_in_errors: float
    converged: bool


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the search ended: ``information`` (q, q) minus the Hessian, ``scores`` (n, q) of the cases,
    ``decrement`` g'H^-1 g, ``definite`` whether the information is positive definite."""

    point: Point
    mixture: Mixture
    information: Floats
    scores: Floats
    iterations: int
    decrement: float
    definite: bool
    certificate: Certificate

    @property
    def converged(self) -> bool:
        return self.definite and self.decrement < CERTIFIED


@dataclass(frozen=True, slots=True)
class _Reached:
    """A point with its gradient within the space, the inverse metric there and the steps so far."""

    point: Point
    slope: Floats
    inverse: Floats
    decrement: float
    iterations: int


def maximise(
    model: Nonlinear, answers: Answers, space: Affine, start: Floats, names: tuple[str, ...]
) -> Maximum | None:
    """The maximum from a start (q,); None where the start has no density. ``names`` of the variables
    conditioned on."""
    grid = posterior_grid(model, start)
    if grid is None:
        return None
    mixture, reach = _reaching(model, answers, grid, COARSE, start, REACHES[0])
    reached = None if mixture is None else _begin(mixture, space, start)
    if mixture is None or reached is None:
        return None
    reached = _climb(mixture, space, reached, ROUGH)
    step = WORKING
    while True:
        working, reach = _reaching(model, answers, grid, step, reached.point.theta, reach)
        assert working is not None
        reached = _climb(working, space, _moved(working, space, reached), NEAR)
        hessian, scores = working.curvature(reached.point)
        vcov = inverse_in(-hessian, space)
        if vcov is None:
            reached = _climb(working, space, _moved(working, space, reached), TIGHT)
            hessian, scores = working.curvature(reached.point)
            vcov = inverse_in(-hessian, space)
        inverse = reached.inverse if vcov is None else _within(space, vcov)
        reached = _chord(working, space, reached, inverse)
        further = grid.rule(step, reach + FURTHER, doubled=True)
        finer = _narrowed(Mixture(model, answers, further), reached.point.theta)
        assert finer is not None
        doubled = _chord(finer, space, _moved(finer, space, reached), inverse)
        certificate = _certificate(names, working, finer, reached, doubled, space, inverse)
        if certificate.converged or vcov is None or len(finer.rule) > MOST_NODES:
            break
        step /= 2.0 ** (1.0 / max(1, len(model.conditioned)))
        reached = doubled
    return Maximum(
        doubled.point,
        finer,
        -hessian,
        scores,
        doubled.iterations,
        doubled.decrement,
        vcov is not None,
        certificate,
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the posterior of u is narrow: ``axes`` (k, k) in columns, and its standard deviations (k,) along
    them."""

    axes: Floats
    deviations: Floats

    def rule(self, step: float, reach: float, *, doubled: bool = False) -> Rule:
        """Nodes ``step`` posterior standard deviations apart, within ``reach`` standard deviations."""
        return equally_spaced(step * self.deviations, reach, self.axes, doubled=doubled)


def posterior_grid(model: Nonlinear, theta: Floats) -> Grid | None:
    """The posterior of u given all answers, with the products taken as 0; None where theta has no density."""
    try:
        prior = prior_of(model, theta, np.zeros((1, len(model.conditioned))))
        seen = model.structure.observed
        loads = prior.linear[seen] @ prior.loads
        total = prior.linear[seen] @ prior.at.covariances @ prior.linear[seen].T
        posterior = np.eye(loads.shape[1]) - loads.T @ np.linalg.solve(total, loads)
    except np.linalg.LinAlgError:
        return None
    values, axes = np.linalg.eigh(posterior)
    # A variable its indicators determine would need steps of zero width; a fiftieth is narrow enough.
    return Grid(axes, np.sqrt(np.maximum(values, 4e-4)))


def _reaching(
    model: Nonlinear, answers: Answers, grid: Grid, step: float, theta: Floats, least: float
) -> tuple[Mixture | None, float]:
    """The mixture on the first rule, from ``least`` on, that reaches every case at theta, without the nodes
    at which nobody is, and its reach; None where theta has no density."""
    outermost = step * float(grid.deviations.max(initial=0.0))
    found, reach = None, least
    for reach in [one for one in REACHES if one >= least]:
        mixture = Mixture(model, answers, grid.rule(step, reach))
        most = _most_weight(mixture, theta)
        if most is None:
            return None, reach
        found = Mixture(model, answers, mixture.rule.only(np.asarray(most > EMPTY)))
        far = (mixture.rule.nodes**2).sum(axis=1) > (reach - outermost) ** 2
        if not len(grid.deviations) or most[far].max(initial=0.0) < OUTSIDE or len(most) > MOST_NODES:
            break
    return found, reach


def _narrowed(mixture: Mixture, theta: Floats) -> Mixture | None:
    """The mixture without the nodes at which nobody is; None where theta has no density."""
    most = _most_weight(mixture, theta)
    if most is None:
        return None
    return Mixture(mixture.model, mixture.answers, mixture.rule.only(np.asarray(most > EMPTY)))


def _most_weight(mixture: Mixture, theta: Floats) -> Floats | None:
    """The largest posterior weight of any case (R,) at every node; None where theta has no density."""
    point = mixture.evaluate(theta)
    if point is None:
        return None
    return np.asarray(np.max([one.max(axis=0) for one in point.posterior], axis=0))


def _within(space: Affine, vcov: Floats) -> Floats:
    """A covariance matrix of theta (q, q) in the coordinates z (r, r) of the space."""
    back = np.linalg.pinv(space.basis)
    return np.asarray(back @ vcov @ back.T)


def _begin(mixture: Mixture, space: Affine, theta: Floats) -> _Reached | None:
    """The first point, with the cross-product of the scores as metric."""
    point = mixture.evaluate(theta)
    if point is None:
        return None
    scores = mixture.scores(point) @ space.basis
    curvature = scores.T @ scores
    scale = 1.0 / np.sqrt(np.maximum(np.diag(curvature), 1e-300))
    values, vectors = np.linalg.eigh(curvature * np.outer(scale, scale))
    vectors = vectors * scale[:, None]
    # Directions on which the scores say next to nothing (few cases) keep a metric of their own.
    inverse = (vectors / np.maximum(values, 1e-6 * values[-1])) @ vectors.T
    slope = scores.sum(axis=0)
    return _Reached(point, slope, inverse, float(slope @ inverse @ slope), 0)


def _moved(mixture: Mixture, space: Affine, reached: _Reached) -> _Reached:
    """The same theta and metric on another rule."""
    point = mixture.evaluate(reached.point.theta)
    assert point is not None
    slope = space.basis.T @ mixture.gradient(point)
    decrement = float(slope @ reached.inverse @ slope)
    return _Reached(point, slope, reached.inverse, decrement, reached.iterations)


def _climb(mixture: Mixture, space: Affine, start: _Reached, enough: float) -> _Reached:
    """Quasi-Newton steps (BFGS) until the decrement is below ``enough`` or nothing rises any more."""
    at = start
    while at.decrement > enough and at.iterations < MOST_ITERATIONS:
        step = at.inverse @ at.slope
        following = _line_search(mixture, space, at, step)
        if following is None:
            return at
        point, share = following
        slope = space.basis.T @ mixture.gradient(point)
        inverse = _updated(at.inverse, share * step, at.slope - slope)
        at = _Reached(point, slope, inverse, float(slope @ inverse @ slope), at.iterations + 1)
    return at


def _chord(mixture: Mixture, space: Affine, start: _Reached, inverse: Floats) -> _Reached:
    """Newton steps that share one inverse Hessian (r, r), at least one, until the decrement is below
    ``TIGHT``."""
    at = _Reached(
        start.point, start.slope, inverse, float(start.slope @ inverse @ start.slope), start.iterations
    )
    while (at.decrement > TIGHT or at.point is start.point) and at.iterations < MOST_ITERATIONS:
        following = _line_search(mixture, space, at, inverse @ at.slope)
        if following is None:
            return at
        slope = space.basis.T @ mixture.gradient(following[0])
        decrement = float(slope @ inverse @ slope)
        if decrement >= at.decrement:
            return at
        at = _Reached(following[0], slope, inverse, decrement, at.iterations + 1)
    return at


def _line_search(mixture: Mixture, space: Affine, at: _Reached, step: Floats) -> tuple[Point, float] | None:
    """Halve the step until the log-likelihood rises enough (Armijo); None if it does not."""
    rise = float(at.slope @ step)
    direction = space.basis @ step
    share = 1.0
    # The value is a sum over the cases: what it can resolve grows with its size.
    blur = 1e-13 * abs(at.point.value)
    while share > 1e-6:
        found = mixture.evaluate(at.point.theta + share * direction)
        if found is not None and found.value >= at.point.value + 1e-4 * share * rise - blur:
            return found, share
        share *= 0.5 if found is not None else 0.25
    return None


def _updated(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """The BFGS update of an inverse metric; unchanged where the function is not concave along the step."""
    product = float(step @ change)
    towards = inverse @ change
    if product <= 1e-10 * float(np.sqrt((step @ step) * (change @ change))):
        return inverse
    both = np.outer(step, towards)
    return np.asarray(
        inverse
        + (1.0 + float(change @ towards) / product) * np.outer(step, step) / product
        - (both + both.T) / product
    )


def _certificate(
    names: tuple[str, ...],
    working: Mixture,
    finer: Mixture,
    reached: _Reached,
    doubled: _Reached,
    space: Affine,
    inverse: Floats,
) -> Certificate:
    difference = doubled.point.theta - reached.point.theta
    errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", space.basis, inverse, space.basis), 0.0))
    moved = np.abs(difference)
    in_errors = float(np.max(moved / np.where(errors > 0, errors, np.inf), initial=0.0))
    change = doubled.point.value - reached.point.value
    converged = abs(change) < SAME_LIKELIHOOD and in_errors < SAME_COEFFICIENTS
    return Certificate(
        names,
        len(working.rule),
        len(finer.rule),
        float(change),
        float(moved.max(initial=0.0)),
        in_errors,
        bool(converged),
    )
