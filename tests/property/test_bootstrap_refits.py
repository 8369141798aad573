"""Every draw is the fit of its resample, whatever the estimator, the groups and the missing answers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.engine import fit_model
from tam.engine.bootstrap import Draws, bootstrap_draws, bootstrap_setting
from tam.engine.bootstrap_setting import Task, counts_of
from tam.engine.fit import Fit

MODEL = "X =~ x1+x2+x3\nM =~ m1+m2+m3\nY =~ y1+y2+y3\nM ~ a*X\nY ~ b*M + X + age\nind := a*b\n"
GROUPED = MODEL.replace("a*X", "X").replace("b*M", "M").replace("ind := a*b\n", "")
DRAWS = 6


def survey(seed: int = 1, n: int = 240, missing: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    m = 0.6 * x + 0.8 * rng.normal(size=n)
    age = rng.normal(size=n)
    y = 0.5 * m + 0.2 * x + 0.3 * age + 0.7 * rng.normal(size=n)
    columns = {
        f"{name}{k}": load * latent + 0.5 * rng.normal(size=n) + 4
        for name, latent in (("x", x), ("m", m), ("y", y))
        for k, load in ((1, 1.0), (2, 0.9), (3, 0.8))
    }
    items = pd.DataFrame(columns)
    items = items.mask(rng.random(items.shape) < missing)
    group = np.where(np.arange(n) % 5 < 2, "b", "a")
    return items.assign(age=age, group=group)


CASES: Mapping[str, Mapping[str, Any]] = {
    "ML": {},
    "MLR": {"estimator": "MLR"},
    "GLS": {"estimator": "GLS"},
    "ULS": {"estimator": "ULS"},
    "FIML": {"missing": "fiml"},
    "groups": {"group": "group"},
    "groups, GLS": {"group": "group", "estimator": "GLS"},
    "groups, ULS": {"group": "group", "estimator": "ULS"},
    "metric": {"group": "group", "group_equal": ("loadings",)},
    "scalar": {"group": "group", "group_equal": ("loadings", "intercepts")},
    "scalar, GLS": {"group": "group", "group_equal": ("loadings", "intercepts"), "estimator": "GLS"},
    "strict": {"group": "group", "group_equal": ("loadings", "intercepts", "residuals", "regressions")},
    "groups, FIML": {"group": "group", "group_equal": ("loadings",), "missing": "fiml"},
}


def fitted(case: str, data: pd.DataFrame) -> Fit:
    options = dict(CASES[case])
    model = GROUPED if "group" in options else MODEL
    return fit_model(model, data, **options)


def drawn(data: pd.DataFrame, fit: Fit, draw: int, seed: int) -> pd.DataFrame:
    """The rows of one draw, as the counts of its stream say."""
    groups = [data.index] if len(fit.groups) == 1 else [data.index[data.group == g] for g in fit.groups]
    counts = counts_of([len(one) for one in groups], Task("draws", seed, draw, 1))
    rows = np.concatenate(
        [np.repeat(one.to_numpy(), count[0].astype(int)) for one, count in zip(groups, counts, strict=True)]
    )
    return data.loc[rows].reset_index(drop=True)


@pytest.mark.parametrize("case", CASES)
def test_a_draw_is_the_fit_of_its_rows(case: str) -> None:
    data = survey(missing=0.06 if "FIML" in case else 0.0)
    fit = fitted(case, data)
    draws = bootstrap_draws(bootstrap_setting(fit), DRAWS, 9)
    errors = np.sqrt(np.diag(fit.vcov))
    assert draws.used == DRAWS
    for k in range(DRAWS):
        again = fitted(case, drawn(data, fit, k, 9))
        assert again.groups == fit.groups and again.free == fit.free
        assert np.abs((again.theta - draws.theta[k]) / errors).max() < 1e-5
        if "FIML" not in case:
            chisq = again.measures["chisq"]
            assert fit.n * draws.value[k] == pytest.approx(chisq, abs=1e-5)


@pytest.mark.parametrize("case", ["ML", "scalar", "FIML", "groups, ULS"])
def test_neither_chunks_nor_workers_change_a_draw(case: str) -> None:
    data = survey(missing=0.06 if "FIML" in case else 0.0)
    setting = bootstrap_setting(fitted(case, data))
    whole = bootstrap_draws(setting, 12, 3)
    pieces = bootstrap_draws(setting, 12, 3, chunk=5)
    assert same(whole, pieces, 1e-9)


def same(one: Draws, two: Draws, tolerance: float) -> bool:
    return bool(
        (one.converged == two.converged).all()
        and (one.admissible == two.admissible).all()
        and np.allclose(one.theta, two.theta, rtol=0, atol=tolerance, equal_nan=True)
    )
