"""The floor: what one likelihood, one gradient, one information matrix cost, and what stands above it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.material import TAM, tam_table
from benchmarks.table import markdown
from benchmarks.timing import timed, told
from tam.engine import fit_model
from tam.engine.maximum_likelihood import evaluate, gradient, hessian, information
from tam.engine.structure import derivatives

#: Calls timed together: one of them is too short to be timed.
TOGETHER = 20


def measured() -> str:
    table = tam_table()
    fit = fit_model(TAM, table)
    structure, aim, theta = fit.structure, fit.solution.aim, fit.theta
    point = evaluate(structure, aim, theta)
    assert point is not None
    slopes = derivatives(structure, point.implied)
    curvature = information(structure, point, slopes)

    def seconds(call: Callable[[], object]) -> float:
        return timed(lambda: [call() for _ in range(TOGETHER)], seconds=0.5).processor / TOGETHER

    parts = {
        "moments of 300 x 20 answers (numpy alone)": seconds(lambda: np.cov(fit.sample.rows.T)),
        "likelihood (moments implied, Cholesky, inverse)": seconds(lambda: evaluate(structure, aim, theta)),
        "slopes of the moments": seconds(lambda: derivatives(structure, point.implied)),
        "gradient": seconds(lambda: gradient(structure, aim, point, slopes)),
        "information": seconds(lambda: information(structure, point, slopes)),
        "exact Hessian": seconds(lambda: hessian(structure, aim, point, slopes)),
        f"one linear solve ({len(theta)} parameters)": seconds(lambda: np.linalg.solve(curvature, theta)),
    }
    names = list(parts)
    step = sum(parts[name] for name in names[1:4]) + parts["exact Hessian"] + parts[names[-1]]
    steps = fit.iterations + 1
    search = parts[names[0]] + steps * step
    whole = timed(lambda: fit_model(TAM, table).theta).processor
    full = timed(lambda: _everything(table)).processor
    rows = [[name, told(value)] for name, value in parts.items()]
    rows += [
        [f"floor: moments and {steps} steps of the search", told(search)],
        ["estimates alone, from the table", f"{told(whole)} ({whole / search:.1f} x the floor)"],
        ["with everything that is printed", f"{told(full)} ({full / search:.1f} x the floor)"],
    ]
    return "### The floor: 20 items, 300 respondents\n\n" + markdown(["", "processor time"], rows)


def _everything(table: pd.DataFrame) -> object:
    fit = fit_model(TAM, table)
    return fit.estimates, fit.measures
