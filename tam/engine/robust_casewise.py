"""What each case contributes: scores of the likelihood, influence on the moments, and traces made of them.

Every free cell changes Sigma by weight * (left right' + right left'), so with y = Sigma^-1 (case - mean) the
case's share of the derivative is weight * (y'left)(y'right): two products of an n x p with a p x c matrix.
Fourth moments never need their p(p+1)/2-square matrix Gamma: quadratic forms of it are squares of these
shares, and its trace against the normal-theory weight is a mean of squared Mahalanobis distances.

Rows are read in blocks, so a million rows need no more memory than a few thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.engine.structure import Derivatives, Floats, Implied, Structure, derivatives

#: Rows per block: a block of scores of a hundred parameters stays within a few megabytes.
BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Cases:
    """The complete rows of one group, as the robust formulas need them.

    ``deviations`` (n, p) from the sample means; ``given`` (p,) marks variables taken as fixed (``fixed.x``);
    ``slopes`` (g, p) regression of every variable on the given ones (identity for those themselves).
    """

    deviations: Floats
    given: NDArray[np.bool_]
    slopes: Floats

    def __len__(self) -> int:
        return len(self.deviations)

    def blocks(self) -> Iterator[tuple[Floats, Floats]]:
        """Deviations (b, p) and the part of them that the given variables predict (b, p)."""
        for start in range(0, len(self.deviations), BLOCK):
            block = self.deviations[start : start + BLOCK]
            yield block, block[:, self.given] @ self.slopes


def cases_of(rows: Floats, given: NDArray[np.bool_] | None = None) -> Cases:
    """Cases of complete rows (n, p); ``given`` (p,) the mask of ``fixed.x`` variables."""
    deviations = rows - rows.mean(axis=0)
    mask = np.zeros(rows.shape[1], dtype=bool) if given is None else given
    slopes = np.zeros((int(mask.sum()), rows.shape[1]))
    if mask.any():
        known = deviations[:, mask]
        slopes = np.linalg.solve(known.T @ known, known.T @ deviations)
        slopes[:, mask] = np.eye(len(slopes))
    return Cases(deviations, mask, slopes)


def casewise_scores(structure: Structure, implied: Implied, inverse: Floats, deviations: Floats) -> Floats:
    """Derivative of every case's log-likelihood to theta (n, q); sums to zero at the optimum of one group.

    ``inverse`` Sigma^-1 (p, p); ``deviations`` (n, p) from the implied means (without mean structure: from
    the sample means). Peer: ``lavaan::lavScores(fit)``.
    """
    slopes = derivatives(structure, implied)
    return _scores(structure, slopes, inverse, deviations)


def _scores(structure: Structure, slopes: Derivatives, inverse: Floats, deviations: Floats) -> Floats:
    expected = np.sum(slopes.left * (inverse @ slopes.right), axis=0)
    return _shares(structure, slopes, deviations @ inverse, expected)


def _shares(structure: Structure, slopes: Derivatives, pulled: Floats, expected: Floats | float) -> Floats:
    """weight * ((y'left)(y'right) - expected) per case and parameter, plus y' dmu (n, q)."""
    by_cell = ((pulled @ slopes.left) * (pulled @ slopes.right) - expected) * slopes.weight
    result = by_cell if structure.gather is None else by_cell @ structure.gather
    return result if slopes.mu is None else result + pulled @ slopes.mu


def score_products(structure: Structure, implied: Implied, inverse: Floats, deviations: Floats) -> Floats:
    """Sum over cases of score times score' (q, q): the meat of the sandwich of MLR."""
    slopes = derivatives(structure, implied)
    total = np.zeros((len(structure.free),) * 2)
    for start in range(0, len(deviations), BLOCK):
        scores = _scores(structure, slopes, inverse, deviations[start : start + BLOCK])
        total += scores.T @ scores
    return total


def moment_products(structure: Structure, implied: Implied, inverse: Floats, cases: Cases) -> Floats:
    """n * Delta' V Gamma V Delta (q, q), the meat of MLM: Delta the moments' derivatives, V the normal-theory
    weight at the model, Gamma the fourth-moment covariance matrix of the sample moments (divisor n).

    Browne (1984), Satorra and Bentler. With given variables the parts of the moments that these
    determine do not vary.
    """
    slopes = derivatives(structure, implied)
    total, summed = np.zeros((len(structure.free),) * 2), np.zeros(len(structure.free))
    for block, predicted in cases.blocks():
        shares = _shares(structure, slopes, block @ inverse, 0.0)
        if cases.given.any():
            shares -= _shares(structure, slopes, predicted @ inverse, 0.0)
        total += shares.T @ shares
        summed += shares.sum(axis=0)
    return np.asarray(total - np.outer(summed, summed) / len(cases))


def moment_trace(inverse: Floats, cases: Cases, means: bool) -> float:
    """tr(V Gamma) of one group, V the normal-theory weight at a covariance matrix with this inverse (p, p).

    ``means``: whether the sample means count among the moments. Satorra and Bentler.
    """
    squares, level = 0.0, 0.0
    moments = np.zeros_like(inverse)
    for block, predicted in cases.blocks():
        pulled = block @ inverse
        own = np.einsum("ij,ij->i", pulled, block)
        squares += float(own @ own)
        level += float(own.sum())
        moments += block.T @ block
        if cases.given.any():
            mixed = np.einsum("ij,ij->i", pulled, predicted)
            known = np.einsum("ij,ij->i", predicted @ inverse, predicted)
            squares += float(known @ known - 2.0 * mixed @ mixed)
            level += float(np.sum(known - 2.0 * mixed))
            moments -= predicted.T @ predicted
    n = len(cases)
    turned = inverse @ moments / n
    return 0.5 * (squares / n - float(np.sum(turned * turned.T))) + (level / n if means else 0.0)


def saturated_trace(cases: Cases, means: bool) -> float:
    """tr(A^-1 B) of the saturated model of one group given its given variables: A the information, B the
    mean product of scores.

    By the freedom to choose parameters this is the trace of the regression of the other variables on the
    given ones: e the residuals with covariance matrix E, d = e' E^-1 e, h the leverage of the given
    variables: mean(d h) + mean(d^2)/2 - (p - g)/2. Yuan and Bentler (2000).
    """
    other = ~cases.given
    free = int(other.sum())
    if not free:
        return 0.0
    spread = cases.deviations[:, cases.given]
    leverage = np.linalg.pinv(spread.T @ spread / len(cases))
    residual = sum((block - known).T @ (block - known) for block, known in cases.blocks())
    inverse = np.linalg.inv(np.asarray(residual)[np.ix_(other, other)] / len(cases))
    total = 0.0
    for block, known in cases.blocks():
        away = (block - known)[:, other]
        distance = np.sum((away @ inverse) * away, axis=1)
        x = block[:, cases.given]
        reach = np.sum((x @ leverage) * x, axis=1) + float(means)
        total += float(np.sum(distance * reach + 0.5 * distance**2))
    return total / len(cases) - 0.5 * free


def part_of(cases: Cases, kept: NDArray[np.bool_]) -> Cases:
    """The cases on the variables ``kept`` (p,), none of them given."""
    chosen = cases.deviations[:, kept]
    return Cases(chosen, np.zeros(chosen.shape[1], dtype=bool), np.zeros((0, chosen.shape[1])))


def baseline_moment_trace(cases: Cases, predicting: NDArray[np.bool_], means: bool) -> float:
    """tr(U Gamma) of the baseline model of one group: uncorrelated variables, except that those that only
    predict (``predicting``, (p,)) keep their covariances among themselves.

    The baseline fits its variances, and its means, one by one: what they contribute is taken off tr(V Gamma).
    Peer: the numerator of ``fitMeasures(fit, "baseline.chisq.scaling.factor")`` under MLM.
    """
    n, alone = len(cases), ~predicting
    variances = np.mean(cases.deviations**2, axis=0)
    inverse = np.diag(1.0 / variances)
    fitted = 0.0
    if predicting.any():
        block = cases.deviations[:, predicting]
        inverse[np.ix_(predicting, predicting)] = np.linalg.inv(block.T @ block / n)
        if not cases.given.any():
            own = inverse[np.ix_(predicting, predicting)]
            fitted += moment_trace(own, part_of(cases, predicting), means)
    first, second, level = (np.zeros(len(predicting)) for _ in range(3))
    for block, known in cases.blocks():
        change = block**2 - known**2
        first += change.sum(axis=0)
        second += np.sum(change**2, axis=0)
        level += np.sum((block - known) ** 2, axis=0)
    spread = 0.5 * (second / n - (first / n) ** 2) / variances**2
    fitted += float(spread[alone].sum())
    if means:
        fitted += float((level / n / variances)[alone].sum())
    return moment_trace(inverse, cases, means) - fitted


def baseline_score_trace(cases: Cases, predicting: NDArray[np.bool_], means: bool) -> float:
    """tr(A^-1 B) of the baseline model of one group; given variables have no parameters.

    Peer: part of ``fitMeasures(fit, "baseline.chisq.scaling.factor")`` under MLR.
    """
    alone = ~predicting
    second, fourth = np.zeros(len(alone)), np.zeros(len(alone))
    for start in range(0, len(cases), BLOCK):
        squares = np.square(cases.deviations[start : start + BLOCK])
        second += squares.sum(axis=0)
        fourth += np.einsum("ij,ij->j", squares, squares)
    spread = fourth[alone] * len(cases) / second[alone] ** 2 - 1.0
    trace = 0.5 * float(spread.sum()) + float(means) * float(alone.sum())
    if cases.given.any() or not predicting.any():
        return trace
    return trace + saturated_trace(part_of(cases, predicting), means)
