"""Factor scores of the rows that were analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tam.engine.sample import Sample
from tam.engine.solution import Solution
from tam.engine.structure import Floats
from tam.errors import TamError, problem

if TYPE_CHECKING:
    import pandas


def regression_scores(solution: Solution, sample: Sample) -> pandas.DataFrame:
    """E(eta | y) = E(eta) + Cov(eta, y) Sigma^-1 (y - mu), one row per row analysed, one column per latent
    (n, k); with missing answers, given those that are there.

    Without mean structure y is taken from the sample mean. Peer: ``lavaan::lavPredict(fit)``.
    """
    import pandas

    rows = _complete_rows(solution, sample)
    structure, point = solution.structure, solution.minimum.point
    k = structure.latents
    centre = point.implied.mu if structure.meanstructure else rows.mean(axis=0)
    weights = np.linalg.solve(point.implied.sigma, point.implied.total[structure.observed, :k])
    scores = (rows - centre) @ weights
    if structure.meanstructure:
        scores = scores + point.implied.mean[:k]
    return pandas.DataFrame(scores, index=sample.index, columns=list(structure.latent_names))


def _complete_rows(solution: Solution, sample: Sample) -> Floats:
    """The rows (n, p); gaps are filled by what the model expects, which gives the scores of the rest."""
    if sample.incomplete:
        from tam.engine.fiml_inference import rows_for_scores

        return rows_for_scores(solution, sample.incomplete)[0]
    if sample.rows is None:
        raise TamError(problem("scores-need-rows"))
    return sample.rows
