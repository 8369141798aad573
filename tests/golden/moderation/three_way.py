"""Makes three_way.csv: 500 respondents, three items each of X, Z, W and Y, correlated factors, with
Y = .4 X + .3 Z + .2 W + .2 XZ + .15 ZW + .1 XW + .25 XZW. ``python tests/golden/moderation/three_way.py``"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def survey(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky([[1, 0.4, 0.3], [0.4, 1, 0.3], [0.3, 0.3, 1]])
    x, z, w = root @ rng.normal(size=(3, n))
    y = 0.4 * x + 0.3 * z + 0.2 * w + 0.2 * x * z + 0.15 * z * w + 0.1 * x * w + 0.25 * x * z * w
    latents = {"x": x, "z": z, "w": w, "y": y + 0.6 * rng.normal(size=n)}
    return pd.DataFrame(
        {
            f"{name}{k}": load * value + 0.5 * rng.normal(size=n)
            for name, value in latents.items()
            for k, load in ((1, 1.0), (2, 0.9), (3, 1.1))
        }
    )


if __name__ == "__main__":
    survey(500, 20261122).round(4).to_csv(Path(__file__).with_name("three_way.csv"), index=False)
