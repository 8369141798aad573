"""Factor scores of the complete rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tam.engine.sample import Sample
from tam.engine.solution import Solution
from tam.errors import TamError, problem

if TYPE_CHECKING:
    import pandas


def regression_scores(solution: Solution, sample: Sample) -> pandas.DataFrame:
    """E(eta | y) = E(eta) + Cov(eta, y) Sigma^-1 (y - mu), one row per complete row, one column per latent
    (n, k).

    Without mean structure y is taken from the sample mean. Peer: ``lavaan::lavPredict(fit)``.
    """
    import pandas

    if sample.rows is None:
        raise TamError(problem("scores-need-rows"))
    structure, point = solution.structure, solution.minimum.point
    k = structure.latents
    centre = point.implied.mu if structure.meanstructure else sample.rows.mean(axis=0)
    weights = np.linalg.solve(point.implied.sigma, point.implied.total[structure.observed, :k])
    scores = (sample.rows - centre) @ weights
    if structure.meanstructure:
        scores = scores + point.implied.mean[:k]
    return pandas.DataFrame(scores, index=sample.index, columns=list(structure.latent_names))
