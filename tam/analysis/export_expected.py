"""What another program should find for an exported model: our estimates, standard errors and measures."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tam.spec.study import Options

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine import Fit

#: How far another program's estimate may lie from ours, in our standard errors, and its standard error from
#: ours, as a share: programs stop their search at different places, none of them visible in print.
CLOSE = 1e-2
#: The same for a chi-square, as a share, with half a printed digit beside it.
CLOSE_CHISQ = 1e-3
#: Measures that every program prints under the same definition.
MEASURES = ("npar", "chisq", "df")


@dataclass(frozen=True, slots=True)
class Expected:
    """Rows of ``lhs, op, rhs, est, se`` (se nan for fixed parameters) and measures by name."""

    rows: tuple[tuple[str, str, str, float, float], ...]
    measures: dict[str, float]

    def table(self) -> str:
        """As CSV, every number at full precision."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["lhs", "op", "rhs", "est", "se"])
        for lhs, op, rhs, est, se in self.rows:
            writer.writerow([lhs, op, rhs, repr(est), "" if np.isnan(se) else repr(se)])
        writer.writerows(
            ["", "measure", name, repr(float(value)), ""] for name, value in self.measures.items()
        )
        return out.getvalue()


def fitted(text: str, answers: pd.DataFrame, options: Options) -> Fit:
    """The exported model, estimated as the study asks."""
    from tam.engine import fit_model

    return fit_model(
        text,
        answers,
        estimator=options.estimator,
        missing=options.missing,
        meanstructure=options.meanstructure,
        std_lv=options.std_lv,
    )


def expected_values(fit: Fit) -> Expected | None:
    """None where the search did not converge: there is nothing to expect then."""
    if not fit.converged:
        return None
    table = fit.estimates
    texts = (table[name].astype(str).tolist() for name in ("lhs", "op", "rhs"))
    numbers = (table[name].to_numpy(dtype=float).tolist() for name in ("est", "se"))
    rows = tuple(row for row in zip(*texts, *numbers, strict=True) if np.isfinite(row[3]))
    measures = {name: fit.measures[name] for name in MEASURES}
    return Expected(rows, {k: float(v) for k, v in measures.items() if isinstance(v, int | float)})
