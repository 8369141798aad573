"""Does a score form hold answers that the platform has turned round already?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tam.data.table import Table
from tam.errors import Problem, Where, problem
from tam.spec.instrument import Instrument

_FEWEST = 10


def reversal_problems(table: Table, instrument: Instrument, values: pd.DataFrame) -> list[Problem]:
    """A warning if reverse-keyed items of a score form correlate negatively with the rest of their scale.

    ``values`` (n, items) hold the items turned round by the instrument's marks. Only a correlation beyond
    twice its standard error under independence, 2 / sqrt(n), counts.
    """
    if table.form != "score":
        return []
    found: dict[str, float] = {}
    for items in instrument.first_order().values():
        present = [item for item in items if item in values.columns]
        for item in present:
            rest = [one for one in present if one != item and not instrument.items[one].reverse]
            if instrument.items[item].reverse and rest:
                r = _correlation(values[item], values[rest])
                if r is not None:
                    found[item] = r
    if not found:
        return []
    shown = [f"{r:.2f}" for r in found.values()]
    return [problem("scores-perhaps-reversed", Where(table.file), items=list(found), r=shown)]


def _correlation(item: pd.Series, rest: pd.DataFrame) -> float | None:
    """Pearson's r of an item and the mean of the others over complete rows, if clearly negative."""
    whole = pd.concat([item, rest], axis=1).dropna()
    if len(whole) < _FEWEST:
        return None
    x, y = whole.iloc[:, 0].to_numpy(), whole.iloc[:, 1:].mean(axis=1).to_numpy()
    if not x.std() or not y.std():
        return None
    r = float(np.corrcoef(x, y)[0, 1])
    return r if r < -2 / np.sqrt(len(whole)) else None
