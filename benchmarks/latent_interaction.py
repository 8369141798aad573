"""LMS: 2,000 respondents, nine items, one latent interaction; and the floor below it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.table import markdown
from benchmarks.timing import timed, told
from tam.engine.lms_fit import fit_lms

MODEL = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\nY ~ X + Z + X:Z"


def table(n: int = 2000) -> pd.DataFrame:
    """Answers with the population values of modsem's ``oneInt``: paths .7, .6 and .7, reliable items."""
    rng = np.random.default_rng(17)
    x, z = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.2], [0.2, 1.0]], n).T
    y = 0.7 * x + 0.6 * z + 0.7 * x * z + rng.normal(0.0, 1.0, n)
    return pd.DataFrame(
        {
            f"{name}{at + 1}": 1.0 + loading * one + rng.normal(0.0, 0.4, n)
            for name, one in zip("xzy", (x, z, y))
            for at, loading in enumerate((1.0, 0.8, 0.9))
        }
    )


def measured() -> str:
    data = table()
    fit = fit_lms(MODEL, data)
    mixture, theta = fit.maximum.mixture, fit.theta
    point = mixture.evaluate(theta)
    assert point is not None
    likelihood = timed(lambda: mixture.evaluate(theta)).processor
    gradient = timed(lambda: mixture.gradient(point)).processor
    hessian = timed(lambda: mixture.curvature(point)).processor
    whole = timed(lambda: fit_lms(MODEL, data).vcov).processor
    nodes = fit.quadrature
    rows = [
        [f"likelihood at {nodes.doubled} nodes", told(likelihood)],
        ["gradient there", told(gradient)],
        ["exact Hessian and scores there", told(hessian)],
        [
            f"all, certificate too ({nodes.nodes} and {nodes.doubled} nodes, {fit.iterations} steps)",
            f"{told(whole)} ({whole / (likelihood + gradient):.0f} x one likelihood and gradient)",
        ],
    ]
    title = "### Latent interaction by LMS: 9 items, 2,000 respondents\n\n"
    return title + markdown(["", "processor time"], rows)
