"""Pieces of the estimators on scores, by hand and against published formulas."""

from __future__ import annotations

import numpy as np
import pytest

from tam.engine.single_indicator import product_reliability
from tam.stats.interaction import explained_by_product, f_squared
from tam.stats.two_stage import bartlett_weights, regression_weights


def test_reliability_of_a_product() -> None:
    # uncorrelated: the product of both; perfectly correlated and reliable: 1
    assert product_reliability(0.8, 0.7, 0.0) == pytest.approx(0.56)
    assert product_reliability(1.0, 1.0, 0.5) == pytest.approx(1.0)
    assert product_reliability(0.8, 0.7, 0.5) == pytest.approx(0.81 / 1.25)


def test_bartlett_and_regression_weights_of_one_factor() -> None:
    loadings, residuals, variance = np.array([1.0, 0.8]), np.array([0.5, 0.4]), 2.0
    covariance = np.outer(loadings, loadings) * variance + np.diag(residuals)

    # l / theta over the sum of l^2 / theta
    bartlett = np.array([2.0, 2.0]) / (2.0 + 1.6)
    assert bartlett_weights(loadings, covariance, variance) == pytest.approx(bartlett)
    # the regression score is the Bartlett score shrunk by its reliability
    shrink = variance / (variance + 1 / 3.6)
    found = regression_weights(covariance, (loadings * variance)[None, :])
    assert found[0] == pytest.approx(bartlett * shrink)


def test_variance_that_only_the_product_explains() -> None:
    covariance = np.array([[1.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 1.1]])
    coefficients = np.array([0.4, 0.3, 0.2])

    own = explained_by_product(coefficients, covariance, 2)

    # what the best prediction from the other two would lose
    explained = coefficients @ covariance @ coefficients
    across = (covariance @ coefficients)[:2]
    without = across @ np.linalg.solve(covariance[:2, :2], across)
    assert own == pytest.approx(explained - without)
    assert explained_by_product(coefficients[2:], covariance[2:, 2:], 0) == pytest.approx(0.04 * 1.1)
    assert f_squared(0.02, 0.5) == pytest.approx(0.04)
