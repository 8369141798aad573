"""Factor scores of the rows that were analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tam.engine.sample import Sample
from tam.engine.solution import Solution
from tam.engine.structure import Floats, Implied, Structure
from tam.errors import TamError, problem

if TYPE_CHECKING:
    import pandas


def factor_scores(solution: Solution, sample: Sample, method: str = "regression") -> pandas.DataFrame:
    """Scores of the latents (n, k), one row per row analysed, in the order of the data.

    ``method``: "regression", E(eta | y) = E(eta) + Cov(eta, y) Sigma^-1 (y - mu), or "bartlett", the weighted
    least squares estimate of eta from y - nu, with weights Theta^-1. With missing answers: given those that
    are there (regression only). Without mean structure y is taken from the sample mean. With several groups
    the first column is ``group``. Peer: ``lavaan::lavPredict(fit, method = )``.
    """
    import pandas

    if method not in METHODS:
        raise TamError(problem("option-not-offered", option="method", value=method, offered=tuple(METHODS)))
    if sample.incomplete and method != "regression":
        raise TamError(problem("scores-bartlett-incomplete"))
    frames = []
    for one, rows, structure, at in zip(
        sample.groups, _complete_rows(solution, sample), solution.structures, solution.implied
    ):
        found = METHODS[method](structure, at, rows)
        frame = pandas.DataFrame(found, index=one.index, columns=list(structure.latent_names))
        if len(sample.groups) > 1:
            frame.insert(0, "group", one.label)
        frames.append(frame)
    if len(frames) == 1:
        return frames[0]
    together = pandas.concat(frames)
    return together.sort_index(kind="stable") if together.index.is_unique else together


def regression_scores(structure: Structure, at: Implied, rows: Floats) -> Floats:
    """Regression scores (n, k) of the rows (n, p) of one group."""
    k = structure.latents
    centre = at.mu if structure.meanstructure else rows.mean(axis=0)
    scores = (rows - centre) @ np.linalg.solve(at.sigma, at.total[structure.observed, :k])
    return np.asarray(scores + at.mean[:k] if structure.meanstructure else scores)


def bartlett_scores(structure: Structure, at: Implied, rows: Floats) -> Floats:
    """Bartlett scores (n, k) of the rows (n, p) of one group: E(eta) + (L' T^-1 L)^-1 L' T^-1 (y - mu).

    T = Sigma - L Cov(eta) L' are the residual covariances of y given eta, L = Cov(y, eta) Cov(eta)^-1 its
    regression on eta. Raises ``TamError`` where a matrix has no inverse. Bartlett (1937).
    """
    k = structure.latents
    try:
        loadings = np.linalg.solve(at.total[:k, :k], at.total[:k, structure.observed]).T
        residual = at.sigma - loadings @ at.total[:k, structure.observed]
        weighted = np.linalg.solve(residual, loadings)
        weights = np.linalg.solve(loadings.T @ weighted, weighted.T)
    except np.linalg.LinAlgError:
        raise TamError(problem("scores-bartlett-singular")) from None
    centre = at.mu if structure.meanstructure else rows.mean(axis=0)
    scores = (rows - centre) @ weights.T
    return np.asarray(scores + at.mean[:k] if structure.meanstructure else scores)


METHODS = {"regression": regression_scores, "bartlett": bartlett_scores}


def _complete_rows(solution: Solution, sample: Sample) -> tuple[Floats, ...]:
    """The rows (n_g, p) of every group; gaps are filled by what the model expects, which gives the scores of
    the rest."""
    if sample.incomplete:
        from tam.engine.fiml_inference import rows_for_scores

        return rows_for_scores(solution, sample.incomplete)
    if not sample.complete_rows:
        raise TamError(problem("scores-need-rows"))
    return sample.complete_rows
