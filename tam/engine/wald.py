"""Wald test of constraints on the labelled parameters of a fit, without fitting the constrained model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tam.engine.expressions import differentiate, names_in
from tam.engine.relations import defined_jacobian, defined_values
from tam.engine.statements import Relation
from tam.engine.structure import Floats
from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError, Where, problem

if TYPE_CHECKING:
    from tam.engine.fit import Fit

#: An eigenvalue of the constraints' correlation matrix below this says that one of them follows from the
#: others.
DEPENDENT = 1e-10


@dataclass(frozen=True, slots=True)
class WaldTest:
    """``chisq`` with ``df`` constraints and its ``pvalue`` in [0, 1]."""

    chisq: float
    df: int
    pvalue: float


def wald_test(fit: Fit, constraints: str) -> WaldTest:
    """Test that constraints such as ``"a == b; c == 0; a*b == 0.2"`` hold together.

    They use labels and defined parameters of the model; the covariance matrix is the fit's own, so the test
    is robust where the standard errors are. W = r' (R V R')^-1 r, r the left less the right sides and R their
    derivatives. Raises ``TamError`` for what cannot be read or tested.
    Peer: ``lavaan::lavTestWald(fit, constraints)``.
    """
    from scipy import special

    relations = parse_model(constraints, relations_only=True).relations
    problems = _problems(fit, relations)
    if problems:
        raise TamError(problems)
    value, slopes = _residuals(fit, relations)
    assert fit.vcov is not None
    covariance = slopes @ fit.vcov @ slopes.T
    deviations = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    if not (deviations > 0).all():
        raise TamError(problem("wald-dependent", constraints=[_text(one) for one in relations]))
    correlation = covariance / np.outer(deviations, deviations)
    if np.linalg.eigvalsh(correlation)[0] < DEPENDENT:
        raise TamError(problem("wald-dependent", constraints=[_text(one) for one in relations]))
    scaled = value / deviations
    chisq = float(scaled @ np.linalg.solve(correlation, scaled))
    return WaldTest(chisq, len(relations), float(special.chdtrc(len(relations), chisq)))


def _problems(fit: Fit, relations: tuple[Relation, ...]) -> list[Problem]:
    known = fit.solution.compiled.relations
    names = {*known.labels, *known.constants, *known.written}
    found = [
        problem("wald-only-equalities", Where(line=one.line), constraint=_text(one))
        for one in relations
        if one.operator != "=="
    ]
    for one in relations:
        for name in dict.fromkeys((*names_in(one.left_node), *names_in(one.right_node))):
            if name not in names:
                where = Where(line=one.line)
                found.append(problem("unknown-label", where, name=name, known=tuple(sorted(names)) or ("-",)))
    if not relations:
        found.append(problem("wald-nothing"))
    if fit.vcov is None:
        found.append(problem("comparison-no-solution"))
    return found


def _residuals(fit: Fit, relations: tuple[Relation, ...]) -> tuple[Floats, Floats]:
    """Left less right side of every constraint (m,) and its derivatives to theta (m, q)."""
    known, theta = fit.solution.compiled.relations, fit.theta
    identity = np.eye(len(theta))
    values = {label: float(theta[at]) for label, at in known.labels.items()}
    slopes = {label: identity[at] for label, at in known.labels.items()}
    chain = {name: np.zeros(len(theta)) for name in known.constants}
    chain |= slopes | defined_jacobian(known, values, slopes, len(theta))
    numbers = {**known.constants, **values, **defined_values(known, values)}
    sides = []
    for one in relations:
        pair = [differentiate(node, numbers) for node in (one.left_node, one.right_node)]
        parts = [
            sum((part * chain[name] for name, part in own.items()), np.zeros(len(theta))) for _, own in pair
        ]
        sides.append((float(pair[0][0] - pair[1][0]), parts[0] - parts[1]))
    return np.array([value for value, _ in sides]), np.array([slope for _, slope in sides])


def _text(relation: Relation) -> str:
    return f"{relation.left} {relation.operator} {relation.right}"
