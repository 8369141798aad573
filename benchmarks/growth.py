"""How the cost of one ML fit grows with items, respondents and groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from benchmarks.material import chain_model, chain_sample
from benchmarks.table import markdown
from benchmarks.timing import Timed, timed, told
from tam.engine import fit_model
from tam.errors import TamError

ITEMS = (10, 20, 40, 60, 80, 100)
RESPONDENTS = (100, 1_000, 10_000, 100_000, 1_000_000)
GROUPS = (1, 2, 5, 10)


def measured() -> str:
    return "\n\n".join(
        [
            "### Growth of cost: one ML fit, standard errors, measures, standardised solution",
            _growth("items (1,000 respondents)", [(k, chain_sample(k, 1_000, 1), k, {}) for k in ITEMS]),
            _growth("respondents (20 items)", [(n, chain_sample(20, n, 2), 20, {}) for n in RESPONDENTS]),
            _growth(
                "groups (20 items, 300 respondents each)",
                [
                    (g, chain_sample(20, 300 * g, 3, g), 20, {} if g == 1 else {"group": "group"})
                    for g in GROUPS
                ],
            ),
        ]
    )


def _growth(what: str, cases: list[tuple[int, pd.DataFrame, int, Mapping[str, Any]]]) -> str:
    rows = []
    for size, table, items, options in cases:
        found = _timed(chain_model(items), table, options)
        told_time = ["not offered", ""] if found is None else [told(found.best), told(found.processor)]
        rows.append([f"{size:,}", *told_time])
    return markdown([what, "best", "processor time"], rows)


def _timed(model: str, table: pd.DataFrame, options: Mapping[str, Any]) -> Timed | None:
    def call() -> object:
        fit = fit_model(model, table, **options)
        return fit.estimates, fit.measures

    try:
        return timed(call, seconds=1.0)
    except (TamError, TypeError, NotImplementedError):
        return None
