"""Moments of the structural model's variables: another can estimate the model from them alone."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.analysis.sample_moments import SampleMoments, sample_moments
from tam.analysis.score_correlations import ScoreCorrelations, score_correlations
from tam.engine import fit_model
from tam.engine.moments_file import read_moments
from tam.errors import Unavailable
from tam.stats.correlations import pearson

MODEL = "PU =~ u1 + u2 + u3\nPI =~ i1 + i2 + i3\nPI ~ PU\n"
#: R: ``cor.test``, estimate and p value.
R_WEIGHT, R_SECONDS = (-0.629459380377, 0.094461494917), (0.515867817242, 0.190650926574)
ITEMS = ("u1", "u2", "u3", "i1", "i2", "i3")


def answers(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(20)
    use = rng.normal(size=n)
    intention = 0.6 * use + 0.8 * rng.normal(size=n)
    factors = np.stack([use, use, use, intention, intention, intention], axis=1)
    table = np.clip(np.round(4 + 1.3 * (0.8 * factors + 0.6 * rng.normal(size=(n, 6)))), 1, 7)
    return pd.DataFrame(table, columns=list(ITEMS))


def written(found: SampleMoments, path: Path) -> Path:
    """As the door of ``tam fit --moments`` reads it: names, lower triangle, rows ``mean`` and ``sd``."""
    p = len(found.variables)
    rows = [list(found.variables)]
    starts = [i * (i + 1) // 2 for i in range(p + 1)]
    rows += [[str(r) for r in found.correlations[starts[i] : starts[i + 1]]] for i in range(p)]
    rows += [["mean", *map(str, found.means)], ["sd", *map(str, found.sds)]]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_the_model_comes_out_again_from_the_moments_alone(tmp_path: Path) -> None:
    fit = fit_model(MODEL, answers())
    found = sample_moments(fit)
    assert isinstance(found, SampleMoments) and (found.basis, found.n) == ("complete", 400)
    again = fit_model(MODEL, read_moments(written(found, tmp_path / "m.csv"), found.n))
    # one correlation matrix scaled back to covariances: sixteen digits
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], abs=1e-8)
    ours, theirs = (one.estimates["est"].to_numpy(float) for one in (fit, again))
    np.testing.assert_allclose(ours, theirs, atol=1e-8)


def test_they_are_the_moments_of_the_complete_rows() -> None:
    table = answers()
    table.loc[5, "u1"] = np.nan
    found = sample_moments(fit_model(MODEL, table))
    assert isinstance(found, SampleMoments) and found.n == 399
    complete = table.dropna()
    np.testing.assert_allclose(found.means, complete.mean())
    np.testing.assert_allclose(found.sds, complete.std(ddof=1))
    np.testing.assert_allclose(found.correlations, complete.corr().to_numpy()[np.tril_indices(6)])


def test_incomplete_rows_give_saturated_moments() -> None:
    table = answers()
    table.loc[:40, "u1"] = np.nan
    found = sample_moments(fit_model(MODEL, table, missing="fiml"))
    assert isinstance(found, SampleMoments) and (found.basis, found.n) == ("saturated", 400)


def test_few_respondents_are_not_described_by_many_moments() -> None:
    """Six items have 27 moments; a tenth of 44 x 6 = 264 answers is less, of 45 x 6 = 270 not."""
    assert isinstance(sample_moments(fit_model(MODEL, answers(45))), SampleMoments)
    refused = sample_moments(fit_model(MODEL, answers(44)))
    assert isinstance(refused, Unavailable) and refused.reason.startswith("27 moments of 264 answers")


def test_an_ordinal_model_has_no_such_moments() -> None:
    found = sample_moments(fit_model(MODEL, answers(), estimator="WLSMV", ordered=ITEMS))
    assert isinstance(found, Unavailable) and "polychoric" in found.reason


def test_correlations_and_their_tests_are_those_of_r() -> None:
    """R: ``cor.test(mtcars$mpg[1:8], mtcars$wt[1:8])`` and with ``qsec``."""
    mpg = [21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4]
    weight = [2.62, 2.875, 2.32, 3.215, 3.44, 3.46, 3.57, 3.19]
    seconds = [16.46, 17.02, 18.61, 19.44, 17.02, 20.22, 15.84, 20.0]
    r, p = pearson(np.array([mpg, weight, seconds]).T)
    assert r[0, 1] == pytest.approx(R_WEIGHT[0], abs=1e-9) and p[0, 1] == pytest.approx(R_WEIGHT[1], abs=1e-9)
    assert r[0, 2] == pytest.approx(R_SECONDS[0], abs=1e-9) and p[0, 2] == pytest.approx(
        R_SECONDS[1], abs=1e-9
    )
    assert np.array_equal(r, r.T) and np.array_equal(np.diag(r), np.ones(3))


def test_scores_of_wholes_are_means_of_their_parts() -> None:
    table = answers()
    table.loc[3, ["u1", "u2"]] = np.nan  # one of three answered: no score
    found = score_correlations(table, {"PU": ITEMS[:3], "PI": ITEMS[3:]}, {"BOTH": ("PU", "PI")})
    assert isinstance(found, ScoreCorrelations) and found.n == 399
    kept = table.drop(index=3)
    use, intention = kept[list(ITEMS[:3])].mean(axis=1), kept[list(ITEMS[3:])].mean(axis=1)
    assert [one.construct for one in found.constructs] == ["PU", "PI", "BOTH"]
    assert found.constructs[2].sd == pytest.approx(((use + intention) / 2).std(ddof=1))
    assert [(one.a, one.b) for one in found.pairs] == [("PU", "PI"), ("PU", "BOTH"), ("PI", "BOTH")]
    assert found.pairs[0].r == pytest.approx(use.corr(intention))


def test_scores_that_do_not_vary_have_no_correlations() -> None:
    table = answers()
    table[["u1", "u2", "u3"]] = 4.0
    assert isinstance(score_correlations(table, {"PU": ITEMS[:3], "PI": ITEMS[3:]}, {}), Unavailable)
    assert isinstance(score_correlations(table[:2], {"PI": ITEMS[3:]}, {}), Unavailable)
