"""Normal rectangles, thresholds and polychoric scores against independent computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal

from tam.stats.bivariate_normal import bivariate_normal_cdf, bivariate_normal_density
from tam.stats.ordinal_moments import ordinal_moments
from tam.stats.polychoric import cell_probabilities, cross_tables, polychoric_pairs
from tam.stats.polyserial import pearson, polyserial
from tam.stats.thresholds import threshold_scores, thresholds

CORRELATIONS = (-0.99999, -0.97, -0.93, -0.9, -0.76, -0.3, 0.0, 0.2, 0.74, 0.92, 0.926, 0.95, 0.999, 0.99999)


def conditional_integral(h: float, k: float, r: float) -> float:
    """Phi2 by integrating phi(x) Phi((k - r x) / s) numerically: another road to the same number."""
    rest = np.sqrt(1 - r * r)

    def inner(x: float) -> float:
        return float(np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * ndtr((k - r * x) / rest))

    bend = k / r if r else 0.0
    points = [p for p in (bend - 6 * rest, bend, bend + 6 * rest) if -9 < p < h]
    return float(quad(inner, -9, h, points=points or None, epsabs=1e-13, epsrel=1e-12, limit=500)[0])


@pytest.mark.parametrize("r", CORRELATIONS)
def test_rectangles_to_twelve_digits(r: float) -> None:
    rng = np.random.default_rng(5)
    h, k = 1.3 * rng.normal(size=(2, 12))
    k[:6] = np.sign(r + 1e-9) * h[:6] + 0.03 * rng.normal(size=6)  # where the integrand is steepest
    found = bivariate_normal_cdf(h, k, np.array(r))
    expected = [conditional_integral(one, other, r) for one, other in zip(h, k)]
    assert np.abs(found - expected).max() < 1e-12


@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(-0.999, 0.999))
@settings(max_examples=60, deadline=None)
def test_rectangles_equal_scipy(h: float, k: float, r: float) -> None:
    found = float(bivariate_normal_cdf(np.array(h), np.array(k), np.array(r)))
    theirs = multivariate_normal(cov=np.array([[1, r], [r, 1]])).cdf([h, k])
    assert abs(found - theirs) < 1e-7  # scipy's own accuracy


def test_rectangles_at_the_ends() -> None:
    infinite = np.inf
    h = np.array([0.0, 1.0, infinite, -infinite, 1.0, 0.0])
    k = np.array([0.0, infinite, -1.0, 2.0, -1.0, 0.0])
    r = np.array([0.5, -0.99, 0.5, 0.99, -1.0, 1.0])
    expected = [1 / 3, ndtr(1.0), ndtr(-1.0), 0.0, 0.0, 0.5]  # P(X, Y < 0) = 1/4 + asin(r) / (2 pi)
    assert bivariate_normal_cdf(h, k, r) == pytest.approx(expected, abs=1e-15)


def test_density_is_the_slope_of_the_rectangle() -> None:
    """Plackett's identity."""
    h, k, r = np.array([0.3, -1.0]), np.array([0.7, 0.2]), np.array([0.4, -0.8])
    step = 1e-5
    slope = (bivariate_normal_cdf(h, k, r + step) - bivariate_normal_cdf(h, k, r - step)) / (2 * step)
    assert bivariate_normal_density(h, k, r) == pytest.approx(slope, rel=1e-8)


def test_thresholds_cut_the_normal_at_the_shares() -> None:
    assert thresholds(np.array([25.0, 50.0, 25.0])) == pytest.approx([ndtri(0.25), ndtri(0.75)])


def test_threshold_scores_are_slopes_of_log_shares() -> None:
    cuts, step = np.array([-0.8, 0.1, 1.2]), 1e-6

    def logs(at: np.ndarray) -> np.ndarray:
        return np.log(np.diff(ndtr(np.concatenate([[-np.inf], at, [np.inf]]))))

    for m in range(3):
        shift = step * np.eye(3)[m]
        slope = (logs(cuts + shift) - logs(cuts - shift)) / (2 * step)
        assert threshold_scores(cuts)[:, m] == pytest.approx(slope, abs=1e-8)


def two_by_two(a: int, b: int, c: int, d: int) -> np.ndarray:
    return np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [a, b, c, d], axis=0).astype(float)


def test_tetrachoric_with_even_margins_is_a_sine() -> None:
    """With both margins one half, P(0, 0) = 1/4 + asin(r) / (2 pi)."""
    found = ordinal_moments(two_by_two(40, 10, 10, 40), np.array([True, True])).covariance[0, 1]
    assert found == pytest.approx(np.sin(2 * np.pi * (0.4 - 0.25)), abs=1e-12)


def test_perfect_agreement_runs_away_and_is_named() -> None:
    values = np.repeat([[1, 1, 1], [2, 2, 3], [3, 3, 2]], 20, axis=0).astype(float)
    assert ordinal_moments(values, np.ones(3, dtype=bool)).ran_away.tolist() == [[0, 1]]


def sample(seed: int = 3, n: int = 250) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    values = 0.7 * common + 0.7 * rng.normal(size=(n, 5))
    ordered = np.array([True, False, True, True, False])
    values[:, 0], values[:, 2] = np.digitize(values[:, 0], [-0.5, 0.4]), np.digitize(values[:, 2], [0.3])
    values[:, 3] = np.digitize(values[:, 3], [-1.0, 0.0, 0.5, 1.0])
    values[:, 1] = 10 + 4 * values[:, 1]
    return values, ordered


def test_only_the_order_of_categories_counts() -> None:
    values, ordered = sample()
    recoded = values.copy()
    recoded[:, 3] = np.exp(recoded[:, 3]) - 7.5
    recoded[:, 0] = recoded[:, 0] * 100
    first, second = ordinal_moments(values, ordered), ordinal_moments(recoded, ordered)
    assert (first.statistics == second.statistics).all()
    assert (first.nacov == second.nacov).all()


def test_units_of_continuous_variables_only_rescale() -> None:
    values, ordered = sample()
    scaled = values.copy()
    scaled[:, 1] = 3.0 * scaled[:, 1] - 2.0
    first, second = ordinal_moments(values, ordered), ordinal_moments(scaled, ordered)
    scale = np.array([1.0, 3.0, 1.0, 1.0, 1.0])
    assert second.covariance == pytest.approx(first.covariance * np.outer(scale, scale), abs=1e-9)


def test_order_of_variables_only_reorders() -> None:
    values, ordered = sample()
    turn = np.array([4, 2, 0, 3, 1])
    first, second = ordinal_moments(values, ordered), ordinal_moments(values[:, turn], ordered[turn])
    assert second.covariance == pytest.approx(first.covariance[np.ix_(turn, turn)], abs=1e-9)
    assert np.trace(second.nacov) == pytest.approx(np.trace(first.nacov), rel=1e-9)


def test_reversing_an_item_turns_its_correlations() -> None:
    values, ordered = sample()
    turned = values.copy()
    turned[:, 3] = -turned[:, 3]
    first, second = ordinal_moments(values, ordered), ordinal_moments(turned, ordered)
    sign = np.array([1, 1, 1, -1, 1])
    assert second.covariance == pytest.approx(first.covariance * np.outer(sign, sign), abs=1e-9)
    assert second.thresholds[3] == pytest.approx(-first.thresholds[3][::-1])


def test_covariance_of_statistics_is_that_of_resamples() -> None:
    """The jackknife knows nothing of scores: its variances agree with NACOV / n up to O(1 / n)."""
    values, ordered = sample(n=160)
    found = ordinal_moments(values, ordered)
    each = np.array([ordinal_moments(np.delete(values, at, axis=0), ordered).statistics for at in range(160)])
    jackknife = (len(each) - 1) * np.var(each, axis=0) * len(values)
    ratio = jackknife / np.diag(found.nacov)
    assert ratio.min() > 0.6 and ratio.max() < 1.5


def test_polychoric_scores_vanish_in_sum_and_are_slopes() -> None:
    values, _ = sample()
    codes = np.column_stack([values[:, 0], values[:, 3]]).astype(np.intp)
    cuts = [thresholds(np.bincount(column).astype(float)) for column in codes.T]
    one, two = np.array([0]), np.array([1])
    table = cross_tables(codes, 5, one, two)
    pair = polychoric_pairs(table, cuts, one, two, np.array([0.2]))
    assert abs(np.sum(table * pair.score)) < 1e-7 * len(values)
    step, r = 1e-6, pair.correlation
    h, k = cuts[0][None, :, None], cuts[1][None, None, :]
    slope = np.log(cell_probabilities(h, k, r + step)) - np.log(cell_probabilities(h, k, r - step))
    assert pair.score[0, :3, :5] == pytest.approx(slope[0] / (2 * step), abs=1e-6)
    up, down = cuts[0] + [step, 0], cuts[0] - [step, 0]
    moved = cell_probabilities(up[None, :, None], k, r) - cell_probabilities(down[None, :, None], k, r)
    assert pair.by_first[0, 0] == pytest.approx(moved[0, 0] / (2 * step), abs=1e-8)
    assert -pair.by_first[0, 0] == pytest.approx(moved[0, 1] / (2 * step), abs=1e-8)


def test_scores_of_continuous_pairs_are_slopes() -> None:
    """Log-likelihoods written out here, differentiated numerically."""
    values, _ = sample()
    y, x, w = values[:, 0].astype(np.intp), values[:, 1], values[:, 4]
    cuts = thresholds(np.bincount(y).astype(float))
    z, deviation = (x - x.mean()) / x.std(), x.std()

    def ordered_pair(r: float, tau: np.ndarray, mean: float, variance: float) -> np.ndarray:
        at = (x - mean) / np.sqrt(variance)
        bounds = np.concatenate([[-np.inf], tau, [np.inf]])
        rest = np.sqrt(1 - r * r)
        inside = ndtr((bounds[y + 1] - r * at) / rest) - ndtr((bounds[y] - r * at) / rest)
        return np.log(inside) - at * at / 2 - np.log(variance) / 2

    pair, step = polyserial(y, cuts, z, deviation), 1e-5
    point = (pair.correlation, cuts, x.mean(), deviation**2)
    assert pair.score == pytest.approx(slope_of(ordered_pair, point, 0, step), abs=1e-6)
    assert pair.second[:, 0] == pytest.approx(slope_of(ordered_pair, point, 2, step), abs=1e-6)
    assert pair.second[:, 1] == pytest.approx(slope_of(ordered_pair, point, 3, step), abs=1e-6)
    assert abs(pair.score.sum()) < 1e-6

    def normal_pair(r: float, mean: float, variance: float) -> np.ndarray:
        at, other = (x - mean) / np.sqrt(variance), (w - w.mean()) / w.std()
        inside = (at * at - 2 * r * at * other + other * other) / (1 - r * r)
        return -inside / 2 - np.log(1 - r * r) / 2 - np.log(variance) / 2

    both = pearson(z, (w - w.mean()) / w.std(), deviation, w.std())
    point = (both.correlation, x.mean(), deviation**2)
    assert both.score == pytest.approx(slope_of(normal_pair, point, 0, step), abs=1e-6)
    assert both.first[:, 0] == pytest.approx(slope_of(normal_pair, point, 1, step), abs=1e-6)
    assert both.first[:, 1] == pytest.approx(slope_of(normal_pair, point, 2, step), abs=1e-6)


def slope_of(function, point, at: int, step: float) -> np.ndarray:  # type: ignore[no-untyped-def]
    up, down = list(point), list(point)
    up[at], down[at] = up[at] + step, down[at] - step
    return (function(*up) - function(*down)) / (2 * step)
