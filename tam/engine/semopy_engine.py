"""The second, independent estimation engine: complete-data maximum likelihood by semopy.

The only module that imports semopy, and only when used. What goes in is spelt out
(``semopy_engine_syntax``); what comes out are estimates and standard errors, never its fit statistics,
several of which are known to be wrong. Before its answer counts, semopy must show that it holds the same
model: fed with our estimates it must imply our moments.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap import means_follow
from tam.engine.semopy_engine_syntax import Statement, describe, starting_values
from tam.errors import Problem, problem

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Array = NDArray[np.float64]

TOLERANCE = 1e-12
"""semopy's default of 1e-6 stops short of the optimum in two of five ill-conditioned samples."""
MOST_EVALUATIONS = 20_000
"""Objective evaluations after which the search is given up; ordinary models need some hundreds."""

LIMIT = 1e-3
"""Standard errors by which two engines may differ and still be said to agree: far below a printed digit."""

_LOCK = threading.Lock()  # building a semopy model writes to its class


class CannotState(Exception):
    """semopy cannot give an answer that could be compared; the problem says why."""

    def __init__(self, reason: Problem) -> None:
        self.reason = reason
        super().__init__(reason.code)


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """semopy's answer: ``estimates`` and ``standard_errors`` (q,) in our order of the free parameters
    (expected information), ``discrepancy`` its F, and its version."""

    estimates: Array
    standard_errors: Array
    discrepancy: float
    version: str


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """Whether two engines agree on one fit.

    ``max_se_difference``: the largest difference of an estimate between them, in standard errors of ours,
    and the ``parameter`` it belongs to; None when the check was ``skipped``, for the reason given.
    ``differ`` beyond ``limit``.
    """

    engine: str
    version: str
    verdict: Literal["agree", "differ", "skipped"]
    max_se_difference: float | None
    parameter: str | None
    limit: float = LIMIT
    reason: str | None = None
    problems: tuple[Problem, ...] = ()


def version() -> str:
    from importlib.metadata import version as installed

    return installed("semopy")


def cross_check(fit: Fit, data: object = None) -> CrossCheck:
    """The fit repeated by semopy from its own starting values, on the same moments.

    ``data`` is not needed: both engines are given the moments the fit was made from. Never raises for a
    model or a solution that semopy cannot take: the check is then skipped and says why.
    """
    del data
    try:
        statements, parameters = statements_of(fit)
        solution = fit.solution
        errors = _errors(fit.vcov)[parameters]
        theirs = estimate(
            statements,
            solution.structure.observed_names,
            solution.aim.covariance,
            fit.n,
            (solution.theta[parameters], solution.minimum.point.implied.sigma),
        )
    except CannotState as refusal:
        return CrossCheck(
            "semopy", version(), "skipped", None, None, reason=refusal.reason.what, problems=(refusal.reason,)
        )
    difference = np.abs(theirs.estimates - solution.theta[parameters]) / errors
    worst = int(np.argmax(difference))
    name = solution.structure.free[parameters[worst]]
    if difference[worst] <= LIMIT:
        return CrossCheck("semopy", theirs.version, "agree", float(difference[worst]), name)
    told = problem("engines-differ", parameter=name, difference=f"{difference[worst]:.4g}")
    return CrossCheck("semopy", theirs.version, "differ", float(difference[worst]), name, problems=(told,))


def statements_of(fit: Fit) -> tuple[list[Statement], NDArray[np.intp]]:
    """The fit's parameter table for semopy and, for each of semopy's parameters, its place in theta.

    Intercepts are left out where every observed variable has one of its own: they then reproduce the
    means and move nothing else. Raises CannotState for what semopy is not trusted with.
    """
    solution = fit.solution
    table = solution.compiled.table
    asked = fit.options
    if asked.estimator not in ("ML", "MLR", "MLM") or asked.missing != "listwise":
        raise CannotState(problem("second-engine-estimator", estimator=f"{asked.estimator}, {asked.missing}"))
    if not solution.converged:
        raise CannotState(problem("second-engine-no-solution"))
    if not solution.space.is_identity:
        raise CannotState(problem("second-engine-constraints"))
    if not means_follow(solution.compiled.structure, solution.space):
        raise CannotState(problem("second-engine-means"))
    variances = np.diag(solution.minimum.point.implied.matrices.covariances)
    if (variances < 0).any():
        raise CannotState(problem("second-engine-bounds"))
    rows = [row for row in table.rows if row.op != "~1"]
    parameters = sorted({row.parameter for row in rows if row.free})
    number = {parameter: k for k, parameter in enumerate(parameters)}
    statements = [
        Statement(row.lhs, row.op, row.rhs, number.get(row.parameter), row.fixed or 0.0) for row in rows
    ]
    return statements, np.array(parameters, dtype=np.intp)


def estimate(
    statements: Sequence[Statement],
    observed: Sequence[str],
    covariance: Array,
    n: int,
    implied_at: tuple[Array, Array] | None = None,
) -> SecondOpinion:
    """Estimates and standard errors by semopy.

    Parameters: ``statements``, the whole parameter table without means; ``observed`` names in the order of
    ``covariance`` (p, p), divisor n; ``implied_at``: a parameter vector (q,) and the covariance matrix
    (p, p) that it implies, against which semopy's reading of the model is held. Raises CannotState. Safe
    to call from several threads; they wait for each other.
    """
    if np.linalg.eigvalsh(covariance)[0] <= 0:
        raise CannotState(problem("second-engine-singular"))
    with _LOCK, _quiet_root_logger(), np.errstate(all="ignore"):
        model = _build(statements, observed, covariance, n)
        names = [name for name, one in model.parameters.items() if one.active]
        order = [int(name[1:]) for name in names]
        if implied_at is not None:
            _compare_reading(model, implied_at[0][order], implied_at[1], observed, statements)
        found, lowest = _search(model)
        bounded = [name for name, one in model.parameters.items() if one.active and one.bound[0] == 0]
        _refuse_at_bounds(found, names, bounded)
        errors = _standard_errors(model)
    back = np.argsort(order)
    return SecondOpinion(found[back], errors[back], lowest, version())


def _errors(vcov: Array | None) -> Array:
    if vcov is None:
        raise CannotState(problem("second-engine-no-solution"))
    return np.asarray(np.sqrt(np.diag(vcov)))


def _build(statements: Sequence[Statement], observed: Sequence[str], covariance: Array, n: int) -> Any:
    """A semopy model with the sample loaded and every start set, so that its own start search never
    runs."""
    import pandas as pd
    from semopy import Model

    description = describe(statements, observed)
    safe = [description.safe_names[name] for name in observed]
    try:
        model = Model(description.text, mimic_lavaan=True)
    except (ValueError, KeyError, SyntaxError, NotImplementedError) as error:
        raise CannotState(problem("second-engine-other-model")) from error
    starts = starting_values(statements, observed, covariance)
    active = {name: one for name, one in model.parameters.items() if one.active}
    if set(active) != {f"p{i}" for i in range(len(starts))} or set(model.vars["observed"]) != set(safe):
        raise CannotState(problem("second-engine-other-model"))
    for name, one in active.items():
        one.start = float(starts[int(name[1:])])
    model.load(cov=pd.DataFrame(covariance, index=safe, columns=safe), n_samples=n)
    return model


def _compare_reading(
    model: Any, values: Array, sigma: Array, observed: Sequence[str], statements: Sequence[Statement]
) -> None:
    """With our estimates in its matrices semopy must imply our moments; otherwise it reads another
    model."""
    starts = model.param_vals.copy()
    model.update_matrices(values)
    theirs = model.calc_sigma()[0]
    model.update_matrices(starts)
    safe = describe(statements, observed).safe_names
    place = {name: i for i, name in enumerate(model.vars["observed"])}
    order = [place[safe[name]] for name in observed]
    scale = np.sqrt(np.outer(np.diag(sigma), np.diag(sigma)))
    # both sides compute the same products in another order: rounding only
    if np.abs((theirs[np.ix_(order, order)] - sigma) / scale).max() > 1e-8:
        raise CannotState(problem("second-engine-other-model"))


def _search(model: Any) -> tuple[Array, float]:
    """The minimum semopy finds, restarted at its own answer until F no longer falls (at most three
    times)."""
    model.objectives["MLW"] = _counted(*model.objectives["MLW"])
    best, lowest = model.param_vals.copy(), np.inf
    for solver, options in (
        ("SLSQP", {"ftol": TOLERANCE, "maxiter": 1000}),
        ("SLSQP", {"ftol": TOLERANCE, "maxiter": 1000}),
        ("L-BFGS-B", {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000}),
    ):
        model.param_vals = best
        try:
            result = model.fit(solver=solver, options=dict(options))
        except _Exhausted as error:
            raise CannotState(problem("second-engine-stalled", evaluations=MOST_EVALUATIONS)) from error
        except np.linalg.LinAlgError as error:
            raise CannotState(problem("second-engine-stalled", evaluations=MOST_EVALUATIONS)) from error
        fell = lowest - float(result.fun)
        if np.isfinite(result.fun) and result.fun <= lowest:
            best, lowest = np.asarray(result.x, dtype=np.float64), float(result.fun)
        if abs(fell) < TOLERANCE:
            break
    if not np.isfinite(lowest):
        raise CannotState(problem("second-engine-stalled", evaluations=MOST_EVALUATIONS))
    model.update_matrices(best)
    return np.asarray(best, dtype=np.float64), lowest


class _Exhausted(Exception):
    pass


def _counted(value: Callable[[Array], float], slope: Callable[[Array], Array]) -> tuple[Any, Any]:
    """The objective and its gradient, stopping the search after ``MOST_EVALUATIONS`` calls."""
    calls = 0

    def counted(theta: Array) -> float:
        nonlocal calls
        calls += 1
        if calls > MOST_EVALUATIONS:
            raise _Exhausted
        return value(theta)

    return counted, slope


def _refuse_at_bounds(found: Array, names: Sequence[str], bounded: Sequence[str]) -> None:
    """semopy keeps variances at or above zero; at that bound its answer is another model's."""
    at_bound = [name for name, value in zip(names, found, strict=True) if name in bounded and value <= 1e-7]
    if at_bound:
        raise CannotState(problem("second-engine-bounds"))


def _standard_errors(model: Any) -> Array:
    information = model.calc_fim()
    try:
        variance = np.diag(np.linalg.inv(information))
    except np.linalg.LinAlgError as error:
        raise CannotState(problem("second-engine-singular")) from error
    if not (variance > 0).all():
        raise CannotState(problem("second-engine-singular"))
    return np.asarray(np.sqrt(variance))


@contextmanager
def _quiet_root_logger() -> Iterator[None]:
    """semopy speaks through the root logger, which sets itself up when it has no handler. While it works
    the root logger has a silent handler and drops what semopy's own files say; other loggers are not
    touched."""
    handler = logging.NullHandler()
    root = logging.getLogger()
    root.addHandler(handler)
    root.addFilter(_not_from_semopy)
    try:
        yield
    finally:
        root.removeFilter(_not_from_semopy)
        root.removeHandler(handler)


def _not_from_semopy(record: logging.LogRecord) -> bool:
    return "semopy" not in PurePath(record.pathname).parts
