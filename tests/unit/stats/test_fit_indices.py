"""Measures of fit by hand and against printed values; the golden tests compare many models with lavaan."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tam.stats import fit_indices as formulas

#: lavaan 0.6-14, cfa of HolzingerSwineford1939: chi-square 85.306 on 24 df, baseline 918.852 on 36, n = 301.
CHISQ, DF, BASE, BASE_DF, N = 85.3055217699727, 24, 918.851589292384, 36, 301


def test_printed_example() -> None:
    assert formulas.pvalue(CHISQ, DF) == pytest.approx(8.50255321704907e-09, rel=1e-8)
    assert formulas.cfi(CHISQ, DF, BASE, BASE_DF) == pytest.approx(0.930559651799336, abs=1e-12)
    assert formulas.tli(CHISQ, DF, BASE, BASE_DF) == pytest.approx(0.895839477699004, abs=1e-12)
    assert formulas.rmsea(CHISQ, DF, N) == pytest.approx(0.0921214845101686, abs=1e-12)
    low, high = formulas.rmsea_interval(CHISQ, DF, N)
    assert low == pytest.approx(0.0714184904399382, abs=1e-8)
    assert high == pytest.approx(0.113678016811963, abs=1e-8)
    assert formulas.rmsea_pvalue(CHISQ, DF, N) == pytest.approx(0.000661236778051855, rel=1e-6)
    assert formulas.aic(-3737.7449266262, 21) == pytest.approx(7517.48985325239, rel=1e-12)
    assert formulas.bic(-3737.7449266262, 21, N) == pytest.approx(7595.33916881212, rel=1e-12)
    assert formulas.bic_adjusted(-3737.7449266262, 21, N) == pytest.approx(7528.73911173078, rel=1e-12)


def test_a_model_without_degrees_of_freedom() -> None:
    assert formulas.rmsea(0.0, 0, 100) == 0.0
    assert formulas.rmsea_interval(0.0, 0, 100) == (0.0, 0.0)
    assert formulas.cfi(0.0, 0, 50.0, 3) == 1.0
    assert formulas.tli(0.0, 0, 50.0, 3) == 1.0
    for formula in (lambda: formulas.pvalue(0.0, 0), lambda: formulas.rmsea_pvalue(0.0, 0, 100)):
        with pytest.raises(ValueError, match="cannot be tested"):
            formula()


def test_a_model_that_fits_better_than_its_degrees_of_freedom() -> None:
    assert formulas.cfi(10.0, 24, BASE, BASE_DF) == 1.0
    assert formulas.rmsea(10.0, 24, N) == 0.0
    assert formulas.tli(10.0, 24, BASE, BASE_DF) > 1.0
    low, high = formulas.rmsea_interval(10.0, 24, N)
    assert low == 0.0
    assert high >= 0.0


def test_the_interval_returns_its_own_percentiles() -> None:
    from scipy import stats

    low, high = formulas.rmsea_interval(CHISQ, DF, N)
    assert stats.ncx2.cdf(CHISQ, DF, low**2 * N * DF) == pytest.approx(0.95, abs=1e-9)
    assert stats.ncx2.cdf(CHISQ, DF, high**2 * N * DF) == pytest.approx(0.05, abs=1e-9)


def test_srmr_by_hand() -> None:
    sample = np.array([[4.0, 1.0], [1.0, 9.0]])
    model = np.array([[4.0, 0.0], [0.0, 9.0]])
    # One residual correlation of 1/6 among three moments.
    assert formulas.srmr(sample, model) == pytest.approx(math.sqrt((1 / 6) ** 2 / 3))
    means = formulas.srmr(sample, model, np.array([1.0, 0.0]), np.array([0.0, 0.0]))
    assert means == pytest.approx(math.sqrt(((1 / 6) ** 2 + 0.25) / 5))


def test_gfi_by_hand() -> None:
    sample = np.array([[1.0, 0.5], [0.5, 1.0]])
    # Against the identity: tr((S - I)^2) = 0.5, tr(S^2) = 2.5.
    assert formulas.gfi(sample, np.eye(2)) == pytest.approx(1 - 0.5 / 2.5)
    assert formulas.gfi(sample, sample) == pytest.approx(1.0)


def test_loglikelihood_is_the_sum_of_normal_densities() -> None:
    from scipy import stats

    rows = np.random.default_rng(1).normal(size=(40, 3)) @ np.array([[1, 0.4, 0], [0, 1, 0.3], [0, 0, 2.0]])
    covariance = np.cov(rows.T, bias=True)
    density = stats.multivariate_normal(rows.mean(axis=0), covariance)
    assert formulas.loglikelihood(covariance, covariance, 40) == pytest.approx(density.logpdf(rows).sum())


def test_baseline_discrepancy_by_hand() -> None:
    sample = np.array([[2.0, 0.6], [0.6, 3.0]])
    assert formulas.baseline_discrepancy(sample) == pytest.approx(-math.log(1 - 0.36 / 6.0))
    both = np.array([True, True])
    assert formulas.baseline_discrepancy(sample, both) == pytest.approx(0.0)
