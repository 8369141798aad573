"""Every draw is the fit of its resample, whatever the estimator, the groups and the missing answers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.lavaan_fit import fit as fit_any
from tam.engine import fit_model
from tam.engine.bootstrap import Draws, bootstrap_draws, bootstrap_setting
from tam.engine.bootstrap_setting import Task, counts_of
from tam.engine.fit import Fit
from tam.engine.reported_fit import standardised_draws
from tam.stats.resampling import wishart_moments

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


@pytest.mark.parametrize("method", ["dblcent", "meancentred"])
def test_products_of_incomplete_items_are_formed_anew_in_every_draw(method: str) -> None:
    data = survey(7, 300, missing=0.05)
    model = "X =~ x1+x2+x3\nM =~ m1+m2+m3\nY =~ y1+y2+y3\nY ~ X + M + X:M"
    fit = fit_any(model, data, missing="fiml", interaction=method, pairs="matched")
    draws = fit.bootstrap(3, seed=5).resampling.draws
    errors = np.sqrt(np.diag(fit.vcov))
    for k in range(3):
        rows = drawn(data, fit, k, 5)
        again = fit_any(model, rows, missing="fiml", interaction=method, pairs="matched")
        assert again.free == fit.free
        assert np.abs((again.theta - draws.theta[k]) / errors).max() < 1e-5


@pytest.mark.parametrize("case", ["ML", "FIML", "scalar"])
def test_standardised_values_of_a_draw_are_those_of_its_fit(case: str) -> None:
    data = survey(missing=0.06 if "FIML" in case else 0.0)
    fit = fitted(case, data).bootstrap(3, seed=9)
    values = standardised_draws(fit, fit.resampling.draws)
    again = fitted(case, drawn(data, fit, 1, 9))
    # the mean of an exogenous variable is given: no draw keeps it
    exogenous = again.estimates.lhs.eq("age") & again.estimates.op.eq("~1")
    assert values[1][~exogenous] == pytest.approx(again.estimates["std"][~exogenous].to_numpy(), abs=1e-6)


def test_rows_in_another_order_with_the_same_weights_give_the_same_draws() -> None:
    data = survey().drop(columns="group")
    order = np.random.default_rng(2).permutation(len(data))
    (counts,) = counts_of([len(data)], Task("draws", 4, 0, 5))
    first, second = (bootstrap_setting(fit_model(MODEL, one)).groups[0] for one in (data, data.iloc[order]))
    for one, two in zip(first.moments(counts), second.moments(counts[:, order]), strict=True):
        assert one == pytest.approx(two, abs=1e-12)


def test_a_bound_holds_in_every_draw_and_binds_only_where_it_must() -> None:
    model = MODEL + "a > 0.62\n"
    data = survey()
    free, bound = fit_model(MODEL, data), fit_model(model, data)
    at = free.free.index("a")
    loose = bootstrap_draws(bootstrap_setting(free), 30, 2).theta[:, at]
    held = bootstrap_draws(bootstrap_setting(bound), 30, 2).theta[:, bound.free.index("a")]
    assert (loose < 0.62).any() and (loose > 0.62).any()
    assert held == pytest.approx(np.maximum(loose, 0.62), abs=1e-6)


def test_the_parametric_bootstrap_draws_what_the_model_implies() -> None:
    fit = fitted("groups", survey())
    found = fit.bootstrap(800, kind="parametric", seed=3)
    ratio = np.sqrt(np.diag(found.vcov)) / np.sqrt(np.diag(fit.vcov))
    # standard errors under normality: the same up to chance, 1 / sqrt(2 R) = 2.5 %, and to what n = 96 leaves
    assert abs(np.median(ratio) - 1) < 0.05 and (np.abs(np.log(ratio)) < 0.35).all()


def test_simulated_moments_have_the_moments_of_wishart() -> None:
    rng = np.random.default_rng(1)
    sigma = np.array([[2.0, 0.6, 0.1], [0.6, 1.0, -0.2], [0.1, -0.2, 0.5]])
    mean, n, draws = np.array([1.0, -2.0, 0.0]), 12, 20_000
    factor = np.linalg.cholesky(sigma)
    levels, spreads = (
        np.array(part)
        for part in zip(*(wishart_moments(mean, factor, n, rng) for _ in range(draws)), strict=True)
    )
    room = 5 / np.sqrt(draws)
    assert levels.mean(axis=0) == pytest.approx(mean, abs=room)
    assert n * np.cov(levels.T) == pytest.approx(sigma, abs=2 * 2 * room)
    assert spreads.mean(axis=0) * n / (n - 1) == pytest.approx(sigma, abs=2 * room)
    # Var(S_ij) of an unbiased covariance is (s_ij^2 + s_ii s_jj) / (n - 1)
    wanted = (sigma**2 + np.outer(np.diag(sigma), np.diag(sigma))) / (n - 1)
    assert (spreads * n / (n - 1)).var(axis=0) == pytest.approx(wanted, rel=0.1)
