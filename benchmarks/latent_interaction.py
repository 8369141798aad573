"""A latent interaction, 2,000 respondents and nine items: LMS and the floor below it, and product
indicators."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.peer import PeerCase, PeerTimes
from benchmarks.table import markdown
from benchmarks.timing import timed, told
from tam.engine.lms_fit import fit_lms
from tam.engine.products_expand import expand_interactions
from tam.engine.products_fit import fit_interactions
from tam.engine.syntax import parse_model, print_model

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


def peer_cases() -> list[PeerCase]:
    """lavaan gets the products ready made: only its fit is timed, ours forms them too."""
    made = expand_interactions(parse_model(MODEL), table(), "dblcent", "all")
    model = print_model(made.syntax).replace(":", "_")
    named = made.data.rename(columns=lambda name: str(name).replace(":", "_"))
    return [PeerCase("products", model, named, repeats=3)]


def products(peer: PeerTimes | None) -> str:
    """Nine products of all pairs, centred twice; residuals of those that share an item covary."""
    data = table()

    def whole() -> object:
        fit = fit_interactions(MODEL, data).fit
        return fit.estimates, fit.measures

    ours, theirs = timed(whole), peer.times.get("products") if peer else None
    row = ["double-mean-centred products, all pairs", told(ours.best), told(ours.median)]
    if theirs is None:
        row += [""] * 4
    else:
        row += [told(theirs.best), told(theirs.median)]
        row += [f"{theirs.best / ours.best:.1f}", f"{theirs.processor / ours.processor:.1f}"]
    header = ["fit, standard errors, measures, standardised", "tam", "(median)", "lavaan", "(median)"]
    title = "### Latent interaction by product indicators: 18 indicators, 2,000 respondents\n\n"
    return title + markdown([*header, "times faster", "by processor time", "target"], [[*row, "10 x"]])


def lms() -> str:
    data = table()
    fit = fit_lms(MODEL, data)
    mixture, theta = fit.maximum.mixture, fit.theta
    point = mixture.evaluate(theta)
    assert point is not None
    likelihood = timed(lambda: mixture.evaluate(theta)).processor
    gradient = timed(lambda: mixture.gradient(point)).processor
    hessian = timed(lambda: mixture.curvature(point)).processor
    whole = timed(lambda: fit_lms(MODEL, data).vcov)
    nodes = fit.quadrature
    rows = [
        [f"likelihood at {nodes.doubled} nodes", told(likelihood)],
        ["gradient there", told(gradient)],
        ["exact Hessian and scores there", told(hessian)],
        [
            f"all, certificate too ({nodes.nodes} and {nodes.doubled} nodes, {fit.iterations} steps)",
            f"{told(whole.processor)} ({whole.processor / (likelihood + gradient):.0f} x the first two)",
        ],
        [
            "the same by the clock, best and median (target: .5 s)",
            f"{told(whole.best)}, {told(whole.median)}",
        ],
    ]
    title = "### Latent interaction by LMS: 9 items, 2,000 respondents\n\n"
    return title + markdown(["", "processor time"], rows)
