"""What each incomplete case contributes: scores of its likelihood, for sandwich errors and scaled tests.

A case with pattern k and deviation e from the means has u = J_k e, and its log-likelihood changes by
(u'D u - tr(J_k D)) / 2 + u' dmu when Sigma changes by D and mu by dmu. By the rank-two derivatives of a
structure the first part is weight * ((u'left)(u'right) - left'J_k right) per cell.

Rows are read in blocks, so many rows need no more memory than a few thousand.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tam.engine.fiml_moments import MomentPoint, vech_places
from tam.engine.fiml_patterns import Patterns
from tam.engine.structure import Floats, Implied, Integers, Structure, derivatives

#: Rows per block: a block of scores of 60 items' moments stays within 20 megabytes.
BLOCK = 1024


def casewise_scores(
    structure: Structure, implied: Implied, at: MomentPoint, patterns: Patterns, rows: Floats
) -> Floats:
    """Derivative of every case's log-likelihood to theta (n, q); sums to zero at the optimum of one group.

    ``rows`` (n, p) with nan where an answer is missing, as they were given to ``patterns_of``.
    Peer: ``lavaan::lavScores(fit)``.
    """
    slopes = derivatives(structure, implied)
    expected = np.sum(slopes.left * (at.inverses @ slopes.right), axis=1)
    scores = np.empty((len(rows), len(structure.free)))
    for part, pulled, kinds in _blocks(at, patterns, rows):
        by_cell = ((pulled @ slopes.left) * (pulled @ slopes.right) - expected[kinds]) * slopes.weight
        scores[part] = by_cell if structure.gather is None else by_cell @ structure.gather
        if slopes.mu is not None:
            scores[part] += pulled @ slopes.mu
    return scores


def moment_scores(at: MomentPoint, patterns: Patterns, rows: Floats) -> Iterator[Floats]:
    """Derivatives of every case's log-likelihood to (vech Sigma, mu), block by block (b, p(p + 1)/2 + p)."""
    i, j = vech_places(len(at.mu))
    share = np.where(i == j, 0.5, 1.0)
    for _, pulled, kinds in _blocks(at, patterns, rows):
        sigma = (pulled[:, i] * pulled[:, j] - at.inverses[:, i, j][kinds]) * share
        yield np.hstack([sigma, pulled])


def moment_score_products(
    at: MomentPoint, patterns: Patterns, rows: Floats, weights: Floats | None = None
) -> Floats:
    """Sum over cases of score times score' for (vech Sigma, mu): the meat of robust saturated moments."""
    size = len(at.mu) * (len(at.mu) + 3) // 2
    total, begin = np.zeros((size, size)), 0
    for scores in moment_scores(at, patterns, rows):
        weighted = scores if weights is None else scores * weights[begin : begin + len(scores), None]
        total += scores.T @ weighted
        begin += len(scores)
    return total


def _blocks(at: MomentPoint, patterns: Patterns, rows: Floats) -> Iterator[tuple[slice, Floats, Integers]]:
    """Where a block of rows stands, u = J e of its cases (b, p), and their patterns (b,)."""
    for begin in range(0, len(rows), BLOCK):
        part = slice(begin, begin + BLOCK)
        kinds = patterns.of_row[part]
        deviation = np.where(patterns.observed[kinds], rows[part] - at.mu, 0.0)
        yield part, (at.inverses[kinds] @ deviation[:, :, None])[:, :, 0], kinds


def completed_rows(at: MomentPoint, patterns: Patterns, rows: Floats) -> Floats:
    """The rows (n, p) with every gap filled by its expectation given the case's own answers.

    Factor scores of these rows are the scores given the answers that are there.
    Peer: what ``lavPredict(fit)`` does with missing answers.
    """
    filled = np.array(rows)
    for part, pulled, _ in _blocks(at, patterns, rows):
        expected = at.mu + pulled @ at.sigma
        filled[part] = np.where(np.isnan(rows[part]), expected, rows[part])
    return filled
