"""Reading the reference values and bringing factors of two programs side by side."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SIMULATED = HERE.parents[1] / "data" / "tam_sim"
SURVEYS = (
    "HolzingerSwineford1939",
    "PoliticalDemocracy",
    "bergami_bagozzi",
    "bfi",
    "influencer",
    "satisfaction_bank",
    "tam_ebook",
    "utaut2_trello",
)
SCALES = {
    "PU": ["PU1", "PU2", "PU3", "PU4"],
    "PEOU": ["PEOU1", "PEOU2", "PEOU3"],
    "ATT": ["ATT1", "ATT2", "ATT3"],
    "PI": ["PI1", "PI2", "PI3"],
    "EXP": ["EXP1", "EXP2", "EXP3"],
    "TRU": ["TRU1", "TRU2", "TRU3"],
    "ATR": ["ATR1", "ATR2", "ATR3"],
}
# by path: other areas have a file of this name
LEFT_OUT: dict[str, dict[str, str]] = runpy.run_path(str(HERE / "left_out.py"))["LEFT_OUT"]
ITEMS = [item for items in SCALES.values() for item in items]


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def simulated() -> pd.DataFrame:
    """The complete simulated survey with its two reverse-keyed items turned round."""
    table = pd.read_csv(SIMULATED / "tam_sim_complete.csv").astype(float)
    return table.assign(PU4=8 - table["PU4"], TRU3=8 - table["TRU3"])[ITEMS]


def survey(reference: Path, name: str) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Answers and constructs of a reference survey; bfi with its reverse-keyed items turned round."""
    meta = load(reference / name / "golden" / "meta.json")
    scales = {key: one if isinstance(one, list) else [one] for key, one in meta["constructs"].items()}
    table = pd.read_csv(reference / name / "data.csv")
    if name == "bfi":
        turned = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
        table = table.assign(**{item: 7 - table[item] for item in turned})
    return table[[item for items in scales.values() for item in items]].astype(float), scales


def beside(theirs: np.ndarray, ours: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Which of our factors stands beside each of theirs, and with which sign: programs order them freely."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-np.abs(theirs.T @ ours))
    assert list(rows) == list(range(theirs.shape[1]))
    return [int(k) for k in columns], np.sign((theirs * ours[:, columns]).sum(axis=0))


def leaves(node: Any, path: str = "") -> list[str]:
    """Dotted names of the fields of a file: objects are walked, everything else is a field."""
    if not isinstance(node, dict):
        return [path]
    return [leaf for key, one in node.items() for leaf in leaves(one, f"{path}.{key}" if path else key)]


#: Fields of the simulated survey's values that the tests of this folder compare.
EXPECTED_FIELDS = {
    "n",
    "software",
    "kmo",
    "kmo_items",
    "bartlett",
    "efa",
    "cfa",
    "CR",
    "htmt",
    "htmt2",
    "parallel",
}
