"""The worst residuals of a model, against lavaan's on Holzinger and Swineford's data, and their order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.analysis.local_fit import LocalFit, local_fit
from tam.engine import fit_model
from tam.errors import Unavailable

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
#: lavaan 0.6-14: residuals(fit, type = "cor")$cov and type = "standardized", the three largest.
PEER = (
    ("x2", "x7", -0.189183956, -3.65409899),
    ("x3", "x5", -0.150637875, -4.15701982),
    ("x1", "x9", 0.148811459, 4.07748259),
)


@pytest.mark.reference
def test_the_worst_pairs_are_lavaans(reference: Path) -> None:
    table = pd.read_csv(reference / "HolzingerSwineford1939" / "data.csv")
    found = local_fit(fit_model(MODEL, table))
    assert isinstance(found, LocalFit)
    assert (found.n_pairs, found.n_large) == (36, 5)
    for one, (a, b, residual, z) in zip(found.largest, PEER):
        assert (one.a, one.b) == (a, b)
        # lavaan stops its search within about 1e-5 of the optimum
        assert one.residual == pytest.approx(residual, abs=1e-5)
        assert one.z == pytest.approx(z, rel=1e-3)


def test_a_planted_pair_comes_first() -> None:
    rng = np.random.default_rng(3)
    factor, shared = rng.normal(size=(2, 2000))
    items = factor[:, None] * 0.8 + rng.normal(size=(2000, 6)) * 0.6
    items[:, :2] += 0.5 * shared[:, None]
    table = pd.DataFrame(items, columns=[f"a{k}" for k in range(6)])
    found = local_fit(fit_model("A =~ a0 + a1 + a2 + a3 + a4 + a5", table))
    assert isinstance(found, LocalFit)
    worst = found.largest[0]
    assert (worst.a, worst.b) == ("a0", "a1")
    assert worst.residual > 0.05 and not isinstance(worst.z, Unavailable) and worst.z > 5
    sizes = [abs(one.residual) for one in found.largest]
    assert sizes == sorted(sizes, reverse=True)


def test_without_standard_errors_the_residuals_stay() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)), columns=list("abcd"))
    found = local_fit(fit_model("F =~ a + b + c + d", table, estimator="ULS"))
    assert isinstance(found, LocalFit)
    assert all(isinstance(one.z, Unavailable) for one in found.largest)
