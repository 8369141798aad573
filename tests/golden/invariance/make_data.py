"""Draws the survey of the invariance tests: a loading, an intercept and a path that differ between groups.

Run: python tests/golden/invariance/make_data.py  (writes groups.csv beside itself, always the same bytes)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SIZES = {"head": 190, "middle": 160, "tail": 150}
LOADINGS = {"U": (1.0, 0.9, 1.1, 0.8), "A": (1.0, 0.85, 0.95), "I": (1.0, 1.05, 0.9, 0.8)}
MEANS = {"head": (0.0, 0.0), "middle": (0.25, 0.0), "tail": (-0.3, 0.2)}
PATHS = {"head": (0.6, 0.5, 0.1), "middle": (0.6, 0.2, 0.1), "tail": (0.55, 0.75, 0.1)}


def drawn(rng: np.random.Generator, group: str, n: int) -> pd.DataFrame:
    a, b, c = PATHS[group]
    mean_u, more_a = MEANS[group]
    u = mean_u + rng.normal(size=n)
    att = more_a + a * u + 0.75 * rng.standard_t(8, size=n)
    pi = b * att + c * u + 0.7 * rng.normal(size=n)
    columns = {}
    for name, latent in {"U": u, "A": att, "I": pi}.items():
        for k, loading in enumerate(LOADINGS[name], 1):
            level = 4.0 + 0.1 * k
            own = loading
            if (group, name, k) == ("tail", "U", 3):
                own = 0.55
            if (group, name, k) == ("middle", "I", 4):
                level += 0.7
            columns[f"{name.lower()}{k}"] = level + own * latent + 0.65 * rng.normal(size=n)
    return pd.DataFrame(columns).round(3).assign(tier=group)


def main() -> None:
    rng = np.random.default_rng(20260711)
    rows = pd.concat([drawn(rng, group, n) for group, n in SIZES.items()], ignore_index=True)
    order = rng.permutation(len(rows))
    order = np.concatenate([[int(np.flatnonzero(rows["tier"] == g)[0]) for g in SIZES], order])
    rows = rows.iloc[list(dict.fromkeys(order.tolist()))]
    rows.to_csv(Path(__file__).with_name("groups.csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
