"""Makes survey.csv: 200 respondents, three items each of X, Z and Y, with Y = .4 X + .3 Z + .35 XZ + .2 XX.

Seeded; some answers are blank at random (completely). Run again only to change the data.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

rng = np.random.default_rng(20000)
n = 200
x, z = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.3], [0.3, 0.8]], n).T
y = 0.4 * x + 0.3 * z + 0.35 * x * z + 0.2 * x**2 + rng.normal(0.0, 0.7, n)
loadings = np.array([1.0, 0.8, 1.1])
items = np.hstack([np.outer(one, loadings) for one in (x, z, y)])
items += rng.normal(0.0, 0.6, items.shape) + np.array([4.0, 3.5, 4.2, 3.0, 3.8, 4.1, 3.6, 4.4, 3.9])
items = np.round(items, 3)
blank = rng.random(items.shape) < 0.06
names = [f"{of}{at}" for of in "xzy" for at in (1, 2, 3)]
lines = [",".join(names)]
lines += [",".join("" if gone else f"{value:.3f}" for value, gone in zip(*row)) for row in zip(items, blank)]
Path(__file__).with_name("survey.csv").write_text("\n".join(lines) + "\n")
