"""Difference tests of two nested fits: plain for ML, scaled for robust estimators."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tam.engine.fiml_inference import incomplete_inference
from tam.engine.robust_difference import constraint_rows, difference_weights, moment_slopes
from tam.engine.robust_fit import robust_inference
from tam.engine.structure import Floats
from tam.errors import TamError, Unavailable, problem
from tam.stats.scaled_shifted import curvature_and_meat
from tam.stats.scaled_tests import (
    DifferenceTest,
    plain_difference,
    satorra_2000,
    satorra_bentler_2001,
    satorra_bentler_2010,
)

if TYPE_CHECKING:
    from tam.engine.fit import Fit
    from tam.engine.ordinal_solution import OrdinalSolution

PLAIN = "chisq"
SB2001, SB2010 = "satorra.bentler.2001", "satorra.bentler.2010"
S2000, S2000_SCALED = "satorra.2000", "satorra.2000.scaled"


def compare(first: Fit, second: Fit, method: str = "default") -> DifferenceTest:
    """Test whether the constraints that one fit has more than the other hold; the order does not matter.

    ``method``: "chisq" (default of fits without a scaled test); "satorra.bentler.2001" (default of MLM and
    MLR) or "satorra.bentler.2010"; "satorra.2000" (complete data; default of WLSMV), which matches mean and
    variance of the statistic, or "satorra.2000.scaled", which matches its mean. Raises ``TamError`` where the
    fits cannot be compared. Peer: ``lavaan::lavTestLRT``.
    """
    larger, less = sorted((first, second), key=lambda fit: int(fit.solution.compiled.df))
    _raise_if_not_comparable(larger, less)
    offered = methods_of(larger)
    chosen = offered[0] if method == "default" else method
    if chosen not in offered:
        estimator = larger.options.estimator
        raise TamError(
            problem("comparison-method-not-offered", method=method, estimator=estimator, offered=offered)
        )
    try:
        return _METHODS[chosen](larger, less)
    except ValueError as error:
        other = S2000 if S2000 in offered else SB2010
        raise TamError(
            problem("comparison-factor-negative", method=chosen, reason=str(error), alternative=other)
        ) from error


def methods_of(fit: Fit) -> tuple[str, ...]:
    """Names of the difference tests there are for a fit, the default first."""
    if _ordinal(fit) is not None:
        return (S2000, S2000_SCALED)
    if fit.options.estimator not in ("MLM", "MLR"):
        return (PLAIN,)
    return (SB2001, SB2010) if fit.sample.incomplete else (SB2001, SB2010, S2000, S2000_SCALED)


def _raise_if_not_comparable(larger: Fit, less: Fit) -> None:
    found = []
    if not (larger.converged and less.converged):
        found.append(problem("comparison-no-solution"))
    kinds = [f"{fit.options.estimator} ({fit.options.missing})" for fit in (larger, less)]
    if kinds[0] != kinds[1]:
        found.append(problem("comparison-different-estimators", first=kinds[0], second=kinds[1]))
    if difference := _difference_of_data(larger, less):
        found.append(problem("comparison-different-data", difference=difference))
    if larger.solution.compiled.df == less.solution.compiled.df:
        found.append(problem("comparison-same-df", df=larger.solution.compiled.df))
    if not found:
        more, fewer = (float(fit.measures["chisq"]) for fit in (larger, less))
        # Constraints that cost nothing leave a difference of rounding.
        if fewer < more - 1e-6 * max(1.0, more):
            found.append(problem("comparison-larger-fits-worse", less=f"{fewer:.6g}", more=f"{more:.6g}"))
    if found:
        raise TamError(found)


def _difference_of_data(larger: Fit, less: Fit) -> str:
    """What keeps two fits from having been fitted to the same moments; empty if nothing does."""
    one, other = larger.solution, less.solution
    if one.sizes != other.sizes:
        return f"n = {', '.join(map(str, one.sizes))} | {', '.join(map(str, other.sizes))}"
    names = [solution.structures[0].observed_names for solution in (one, other)]
    if only := sorted(set(names[0]) ^ set(names[1])):
        return ", ".join(only)
    means = [solution.structures[0].meanstructure for solution in (one, other)]
    if means[0] != means[1]:
        return "meanstructure"
    if _ordinal(larger) is not None and names[0] != names[1]:
        return ", ".join(names[1])
    order = [names[1].index(name) for name in names[0]]
    for here, there in zip(one.aims, other.aims):
        same = np.allclose(here.covariance, there.covariance[np.ix_(order, order)], rtol=1e-6)
        if not (same and np.allclose(here.means, there.means[order], rtol=1e-6, atol=1e-9)):
            return "covariances"
    return ""


def _tests(fit: Fit) -> tuple[float, int]:
    return float(fit.measures["chisq"]), int(fit.measures["df"])


def _factor(fit: Fit) -> float:
    """The scaling factor; 0 for a saturated model, where it counts for nothing."""
    found = fit.measures["scaling_factor"]
    if isinstance(found, Unavailable):
        if fit.measures["df"] == 0:
            return 0.0
        raise ValueError(found.reason)
    return float(found)


def _plain(larger: Fit, less: Fit) -> DifferenceTest:
    return plain_difference(*_tests(less), *_tests(larger))


def _satorra_bentler_2001(larger: Fit, less: Fit) -> DifferenceTest:
    return satorra_bentler_2001(*_tests(less), _factor(less), *_tests(larger), _factor(larger))


def _satorra_bentler_2010(larger: Fit, less: Fit) -> DifferenceTest:
    """The larger model's factor is taken where its parameters have the restricted model's values."""
    known = {
        (row.group, row.op, *_sides(row.op, row.lhs, row.rhs)): value
        for row, value in zip(less.table.rows, less.columns.est)
    }
    theta = np.array(larger.theta)
    for row in larger.table.rows:
        if row.free:
            place = (row.group, row.op, *_sides(row.op, row.lhs, row.rhs))
            theta[row.parameter] = known.get(place, 0.0)
    point = larger.solution.objective.evaluate(theta)
    if point is None:
        raise ValueError("the larger model has no density at the estimates of the other")
    options, solution, sample = larger.options, larger.solution, larger.sample
    if sample.incomplete:
        there = incomplete_inference(solution, sample.incomplete, point)
    else:
        rows = larger.complete_rows
        there = robust_inference(solution, rows, options.estimator, point, options.information)
    df = int(larger.measures["df"])
    factor = there.parts.trace / df if df > 0 else 0.0
    return satorra_bentler_2010(*_tests(less), _factor(less), *_tests(larger), factor)


def _sides(op: str, lhs: str, rhs: str) -> tuple[str, str]:
    """Both sides of a row, a covariance in alphabetical order."""
    return (min(lhs, rhs), max(lhs, rhs)) if op == "~~" else (lhs, rhs)


def _satorra_2000(larger: Fit, less: Fit, *, shifted: bool = True) -> DifferenceTest:
    space = larger.solution.space
    names = larger.solution.structures[0].observed_names
    rows = constraint_rows(_slopes(larger, names), _slopes(less, names))
    weights = difference_weights(*_information_and_meat(larger), space, rows)
    return satorra_2000(*_tests(less), *_tests(larger), weights, shifted=shifted)


def _information_and_meat(fit: Fit) -> tuple[Floats, Floats]:
    """Information and meat (q, q) of the moments that the difference is a quadratic form of."""
    if (ordinal := _ordinal(fit)) is not None:
        return curvature_and_meat(ordinal.groups)
    assert fit.robust is not None
    if fit.robust.kind == "MLM":
        return fit.robust.curvature, fit.robust.parts.meat
    # The meat of scores differs from that of moments where the means or the given variables are modelled.
    moments = robust_inference(fit.solution, fit.complete_rows, "MLM").parts.meat
    return fit.robust.curvature, moments


def _slopes(fit: Fit, names: tuple[str, ...]) -> Floats:
    """Derivatives of the moments of all groups to the free directions; variables in the order ``names``."""
    solution = fit.solution
    if (ordinal := _ordinal(fit)) is not None:
        return np.asarray(np.vstack([one.slopes for one in ordinal.groups]) @ solution.space.basis)
    order = [solution.structures[0].observed_names.index(name) for name in names]
    parts = [
        moment_slopes(structure, at, order) for structure, at in zip(solution.structures, solution.implied)
    ]
    return np.asarray(np.vstack(parts) @ solution.space.basis)


def _ordinal(fit: Fit) -> OrdinalSolution | None:
    """What a fit with ordered variables has beyond the others."""
    return getattr(fit, "ordinal", None)


_METHODS: dict[str, Callable[[Fit, Fit], DifferenceTest]] = {
    PLAIN: _plain,
    SB2001: _satorra_bentler_2001,
    SB2010: _satorra_bentler_2010,
    S2000: _satorra_2000,
    S2000_SCALED: partial(_satorra_2000, shifted=False),
}
