"""What must hold for any data: of products, of the bootstrap and of effects."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tam.analysis.effects import effects
from tam.engine import fit_model
from tam.engine.bootstrap import CHUNK, Draws, Rows, bootstrap_draws, bootstrap_setting
from tam.engine.bootstrap_setting import Task, counts_of
from tam.engine.fit import Fit
from tam.engine.products import PRODUCT_METHODS, product_indicators
from tam.engine.products_fit import fit_interactions
from tam.stats.indirect import directed_paths, path_product, total_effects
from tam.stats.resampling import bootstrap_interval

MODEL = "X =~ x1+x2+x3\nM =~ m1+m2+m3\nY =~ y1+y2+y3\nM ~ X\nY ~ M + X + age\n"


def _survey(seed: int, n: int = 150) -> pd.DataFrame:
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
    return pd.DataFrame({**columns, "age": age})


@pytest.fixture(scope="module")
def fitted() -> Fit:
    return fit_model(MODEL, _survey(1))


def _same(first: Draws, second: Draws) -> bool:
    return all(
        np.array_equal(one, two, equal_nan=True)
        for name in ("theta", "value", "converged", "admissible")
        for one, two in ((getattr(first, name), getattr(second, name)),)
    ) and all(np.array_equal(*pair) for pair in zip(first.exogenous, second.exogenous, strict=True))


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    method=st.sampled_from(PRODUCT_METHODS),
    pairs=st.sampled_from(["all", "matched"]),
)
@settings(max_examples=40, deadline=None)
def test_products_have_the_means_their_method_promises(
    seed: int, sizes: tuple[int, int], method: str, pairs: str
) -> None:
    rng = np.random.default_rng(seed)
    left, right = ([f"{side}{k}" for k in range(size)] for side, size in zip("xz", sizes, strict=True))
    data = pd.DataFrame(rng.integers(1, 8, size=(40, sum(sizes))).astype(float), columns=[*left, *right])
    made = product_indicators(data, left, right, method, pairs)
    assert len(made.indicators) == (sizes[0] * sizes[1] if pairs == "all" else min(sizes))
    means = made.table.mean().to_numpy()
    if method in ("meancentred", "unconstrained", "uncentred"):
        centred = data if method == "uncentred" else data - data.mean()
        wanted = [float((centred[a] * centred[b]).mean()) for a, b in made.pairs]
        assert means == pytest.approx(wanted, abs=1e-12)
    else:
        assert np.abs(means).max() < 1e-13 * 49  # products lie within 7 x 7


@given(seed=st.integers(0, 2**32 - 1), rounds=st.integers(1, 3))
@settings(max_examples=10, deadline=None)
def test_a_row_s_order_does_not_move_products(seed: int, rounds: int) -> None:
    data = _survey(2)
    shuffled = data.sample(frac=1, random_state=np.random.default_rng(seed))
    for _ in range(rounds):
        shuffled = shuffled.sample(frac=1, random_state=np.random.default_rng(seed + 1))
    made = product_indicators(data, ["x1", "x2"], ["m1"]).table
    other = product_indicators(shuffled, ["x1", "x2"], ["m1"]).table
    assert other.loc[made.index].to_numpy() == pytest.approx(made.to_numpy(), abs=1e-12)


def test_draws_do_not_depend_on_the_number_of_workers(fitted: Fit) -> None:
    setting = bootstrap_setting(fitted)
    one, three = (bootstrap_draws(setting, 2 * CHUNK + 7, 5, workers=k, jackknife=True) for k in (1, 3))
    assert _same(one, three)
    assert one.jackknife is not None and three.jackknife is not None and _same(one.jackknife, three.jackknife)


def test_more_draws_of_the_same_seed_begin_with_the_same_whole_chunks(fitted: Fit) -> None:
    setting = bootstrap_setting(fitted)
    few, many = bootstrap_draws(setting, CHUNK, 5), bootstrap_draws(setting, 3 * CHUNK, 5)
    assert np.array_equal(few.theta, many.theta[:CHUNK])
    assert not np.array_equal(many.theta[:CHUNK], many.theta[CHUNK : 2 * CHUNK])
    assert not np.array_equal(few.theta, bootstrap_draws(setting, CHUNK, 6).theta)


def test_a_mean_structure_that_only_reproduces_the_means_changes_nothing(fitted: Fit) -> None:
    with_means = fit_model(MODEL, _survey(1), meanstructure=True)
    plain = bootstrap_draws(bootstrap_setting(fitted), 60, 3)
    meant = bootstrap_draws(bootstrap_setting(with_means), 60, 3)
    columns = [with_means.free.index(name) for name in fitted.free]
    assert meant.theta[:, columns] == pytest.approx(plain.theta, abs=1e-9)
    # the intercept of an indicator of a latent variable with mean zero is the resample's mean
    data = _survey(1)
    (counts,) = counts_of([len(data)], Task("draws", 3, 0, CHUNK))
    means = counts @ data["x2"].to_numpy() / len(data)
    assert meant.theta[:CHUNK, with_means.free.index("x2~1")] == pytest.approx(means, abs=1e-9)


def test_draws_are_what_refitting_the_drawn_rows_gives(fitted: Fit) -> None:
    data = _survey(1)
    draws = bootstrap_draws(bootstrap_setting(fitted), CHUNK, 9)
    (counts,) = counts_of([len(data)], Task("draws", 9, 0, CHUNK))
    errors = np.sqrt(np.diag(fitted.vcov))
    for k in range(0, CHUNK, 10):
        rows = data.loc[np.repeat(np.arange(len(data)), counts[k].astype(int))].reset_index(drop=True)
        again = fit_model(MODEL, rows)
        assert np.abs((again.theta - draws.theta[k]) / errors).max() < 1e-5


@pytest.mark.parametrize("method", PRODUCT_METHODS)
def test_products_are_formed_anew_in_every_resample(method: str) -> None:
    data = _survey(4, 200) + 3.0
    model = "X =~ x1+x2+x3\nM =~ m1+m2+m3\nY =~ y1+y2+y3\nY ~ X + M + X:M"
    found = fit_interactions(model, data, method=method, pairs="matched", meanstructure=True)
    setting = bootstrap_setting(found.fit, products=found.expansion.products)
    draws = bootstrap_draws(setting, CHUNK, 2)
    (counts,) = counts_of([len(data)], Task("draws", 2, 0, CHUNK))
    errors = np.sqrt(np.diag(found.fit.vcov))
    for k in (0, 7):
        rows = data.loc[np.repeat(np.arange(len(data)), counts[k].astype(int))].reset_index(drop=True)
        again = fit_interactions(model, rows, method=method, pairs="matched", meanstructure=True).fit
        assert again.free == found.fit.free
        assert np.abs((again.theta - draws.theta[k]) / errors).max() < 1e-5


def test_constraints_hold_in_every_draw() -> None:
    model = "X =~ x1 + a*x2 + b*x3\nY =~ y1 + y2 + y3\nY ~ X\na == b + 0.1"
    fit = fit_model(model, _survey(1))
    draws = bootstrap_draws(bootstrap_setting(fit), 60, 1)
    a, b = (draws.theta[:, fit.free.index(name)] for name in "ab")
    assert a - b == pytest.approx(np.full(60, 0.1), abs=1e-12)


def test_means_that_are_constrained_are_estimated_draw_by_draw() -> None:
    model = "Y =~ y1 + y2 + y3\ny1 ~ m*1\ny2 ~ m*1\ny3 ~ k*1"
    fit = fit_model(model, _survey(1), meanstructure=True)
    draws = bootstrap_draws(bootstrap_setting(fit), 4, 1)
    assert draws.used == 4 and np.isfinite(draws.theta).all()


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=3, deadline=None)
def test_names_and_the_order_of_columns_do_not_matter(seed: int) -> None:
    data = _survey(1)
    rng = np.random.default_rng(seed)
    order = list(rng.permutation(data.columns))
    names = {name: f"q{k}" for k, name in enumerate(order)}
    renamed = MODEL
    for name in sorted(names, key=len, reverse=True):
        renamed = renamed.replace(name, names[name])
    first = effects(None, fit_model(MODEL, data), draws=100, seed=4)
    second = effects(None, fit_model(renamed, data[order].rename(columns=names)), draws=100, seed=4)
    for one, two in zip(first.indirect, second.indirect, strict=True):
        assert (one.predictor, one.via, one.outcome) == (two.predictor, two.via, two.outcome)
        assert (one.est, one.ci_low, one.ci_high) == pytest.approx(
            (two.est, two.ci_low, two.ci_high), abs=1e-6
        )


@given(
    size=st.integers(3, 7),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40, deadline=None)
def test_routes_add_up_to_the_total_effect(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    b = np.tril(rng.normal(size=(size, size)) * (rng.random((size, size)) < 0.6), -1)
    names = [f"v{k}" for k in range(size)]
    edges = [(names[j], names[i]) for i, j in zip(*np.nonzero(b), strict=True)]
    total = total_effects(b)
    for start in range(size):
        for end in range(start + 1, size):
            routes = directed_paths(edges, names[start], names[end], 1000)
            assert all(step in edges for route in routes for step in pairwise(route))
            indirect = sum(float(path_product(b, [int(n[1:]) for n in route])) for route in routes)
            assert indirect + b[end, start] == pytest.approx(total[end, start], abs=1e-9)


@given(
    draws=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60),
    estimate=st.floats(-1e6, 1e6),
    level=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
    method=st.sampled_from(["percentile", "bc", "bca"]),
    acceleration=st.floats(-0.3, 0.3),
)
@example(draws=[0.0, 0.0, -1.0], estimate=1.0, level=0.99, method="bca", acceleration=0.296875)
@settings(max_examples=100, deadline=None)
def test_interval_lies_within_the_draws_and_is_in_order(
    draws: list[float], estimate: float, level: float, method: str, acceleration: float
) -> None:
    values = np.array(draws)[:, None]
    low, high = bootstrap_interval(values, np.array([estimate]), level, method, np.array([acceleration]))  # type: ignore[arg-type]
    assert min(draws) <= low[0] <= high[0] <= max(draws)


def test_a_setting_of_too_few_rows_fails_draw_by_draw_and_says_so(fitted: Fit) -> None:
    setting = bootstrap_setting(fitted)
    (rows,) = setting.groups
    few = Rows(rows.level, rows.centred[:9])  # fewer rows than variables
    small = replace(setting, groups=(few,))
    draws = bootstrap_draws(small, 10, 1)
    assert (draws.used, draws.failed) == (0, 10) and np.isnan(draws.theta).all()
