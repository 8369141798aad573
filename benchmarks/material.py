"""Models and samples of the benchmarks; every one is our own simulation, made from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
#: 300 simulated respondents, 20 items of a technology-acceptance survey (our own simulation).
TAM_DATA = ROOT / "tests" / "data" / "engine" / "tam.csv"
MEASURED = "\n".join(
    f"{name} =~ " + " + ".join(f"{name.lower()}{k}" for k in range(1, 5))
    for name in ("PEOU", "PU", "ATT", "PI", "KOL")
)
TAM = f"{MEASURED}\nPU ~ PEOU\nATT ~ PU + PEOU\nPI ~ ATT + PU + KOL\n"
#: The same with an indirect effect.
TAM_INDIRECT = (
    f"{MEASURED}\nPU ~ a*PEOU\nATT ~ b*PU + c*PEOU\nPI ~ d*ATT + e*PU + f*KOL\n"
    "indirect := a*b*d + c*d + a*e\n"
)
ITEMS_PER_FACTOR = 5


def tam_table() -> pd.DataFrame:
    """The survey (300, 20) and its two groups in the column ``group``."""
    return pd.read_csv(TAM_DATA)


def with_holes(table: pd.DataFrame, share: float = 0.05, seed: int = 1) -> pd.DataFrame:
    """The items with ``share`` of the answers missing completely at random."""
    items = table.drop(columns="group", errors="ignore")
    holes = np.random.default_rng(seed).random(items.shape) < share
    return items.astype(float).mask(holes)


def in_categories(table: pd.DataFrame, categories: int = 5) -> pd.DataFrame:
    """The items cut into ordered categories at equally spaced points of their standard scores."""
    items = table.drop(columns="group", errors="ignore")
    scores = (items - items.mean()) / items.std()
    cuts = np.linspace(-1.5, 1.5, categories - 1)
    return pd.DataFrame({name: np.searchsorted(cuts, scores[name]) + 1 for name in items})


def chain_model(items: int) -> str:
    """Factors of five items each, every one predicted by the one before it: ``items`` in all."""
    factors = items // ITEMS_PER_FACTOR
    lines = [f"F{k} =~ " + " + ".join(item_names(k)) for k in range(factors)]
    lines += [f"F{k} ~ F{k - 1}" for k in range(1, factors)]
    return "\n".join(lines) + "\n"


def item_names(factor: int) -> list[str]:
    return [f"x{factor}_{i}" for i in range(ITEMS_PER_FACTOR)]


def chain_sample(items: int, respondents: int, seed: int, groups: int = 1) -> pd.DataFrame:
    """Answers 1 to 7 that follow ``chain_model``; with several groups their labels in ``group``."""
    rng = np.random.default_rng(seed)
    factors = items // ITEMS_PER_FACTOR
    factor = rng.standard_normal(respondents)
    columns: dict[str, Sequence[object]] = {}
    for k in range(factors):
        if k:
            factor = 0.6 * factor + 0.8 * rng.standard_normal(respondents)
        for i, name in enumerate(item_names(k)):
            score = (0.6 + 0.07 * i) * factor + 0.6 * rng.standard_normal(respondents)
            columns[name] = np.clip(np.round(4.0 + 1.4 * score), 1, 7)
    table = pd.DataFrame(columns)
    if groups > 1:
        table["group"] = [f"g{k % groups}" for k in range(respondents)]
    return table
