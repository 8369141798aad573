"""The bootstrap against lavaan and boot (values/make.R), on a simulated survey."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.engine import fit_model
from tam.engine.bootstrap import bootstrap_draws, bootstrap_setting
from tam.engine.bootstrap_derivatives import Samples, discrepancy
from tam.engine.bootstrap_newton import group_model, solve
from tam.engine.fit import Fit
from tam.engine.structure import implied
from tam.stats.resampling import bootstrap_interval, jackknife_acceleration, resampled_moments

VALUES = Path(__file__).parent / "values"


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return pd.read_csv(VALUES / "tam.csv")


@pytest.fixture(scope="module")
def fitted(survey: pd.DataFrame) -> Fit:
    return fit_model((VALUES / "tam.lav").read_text(), survey)


def _positions(fitted: Fit, record: dict[str, list[str]]) -> list[int]:
    """Our parameter for each of lavaan's; a covariance may be written either way round."""
    place = {(row.lhs, row.op, row.rhs): row.parameter for row in fitted.table.rows if row.free}
    place |= {(rhs, op, lhs): k for (lhs, op, rhs), k in place.items() if op == "~~"}
    return [place[key] for key in zip(record["lhs"], record["op"], record["rhs"], strict=True)]


def test_named_resamples_are_estimated_as_lavaan_does(survey: pd.DataFrame, fitted: Fit) -> None:
    record = json.loads((VALUES / "lavaan_resamples.json").read_text())
    setting = bootstrap_setting(fitted)
    counts = np.array([np.bincount(np.array(rows) - 1, minlength=len(survey)) for rows in record["rows"]])
    (rows,), (structure,) = setting.groups, setting.structures
    _, covariances = resampled_moments(rows.centred, counts.astype(float))
    samples = Samples(covariances, np.linalg.slogdet(covariances)[1], np.ones(len(counts)))

    found = solve(
        [group_model(structure, setting.space.basis)], [samples], setting.theta, setting.space.basis
    )

    theirs = np.array(record["estimates"])
    ours = found.theta[:, _positions(fitted, record)]
    assert found.converged.all()
    # lavaan stops about 1e-5 from its own optimum; ours must not be the higher one
    assert np.abs((ours - theirs) / np.maximum(1, np.abs(theirs))).max() < 1e-4
    there = implied(structure, theirs[:, np.argsort(_positions(fitted, record))])
    reached = discrepancy(there.sigma, covariances, samples.log_determinants)[0]
    assert (found.value <= reached + 1e-8).all()


def test_standard_errors_and_intervals_agree_with_lavaans_bootstrap_up_to_chance(fitted: Fit) -> None:
    record = json.loads((VALUES / "lavaan_bootstrap.json").read_text())
    theirs = pd.DataFrame(record["estimates"])
    draws = bootstrap_draws(bootstrap_setting(fitted), 2000, seed=11)
    ours = draws.theta[:, _positions(fitted, theirs.to_dict("list"))]

    # the standard error of a standard error from R draws is about se / sqrt(2 R), 2.7 % for both together;
    # all parameters stay inside four of these
    ratio = ours.std(axis=0, ddof=1) / theirs["se"].to_numpy()
    assert np.abs(np.log(ratio)).max() < 4 * np.sqrt(1 / 2000 + 1 / 4000)
    low, high = bootstrap_interval(ours, fitted.theta[_positions(fitted, theirs.to_dict("list"))], 0.95)
    # an end of the interval has a standard error of about 2.7 se / sqrt(R) in each of the two programs
    room = 4 * 2.7 * np.sqrt(1 / 1000 + 1 / 2000) * theirs["se"].to_numpy()
    assert (np.abs(low - theirs["ci.lower"]) < room).all()
    assert (np.abs(high - theirs["ci.upper"]) < room).all()


@pytest.mark.parametrize("case", [0, 1, 2])
def test_intervals_of_fixed_draws_equal_boot(case: int) -> None:
    record = json.loads((VALUES / "boot_intervals.json").read_text())
    draws, estimate = np.array(record["draws"])[:, None], np.array([record["estimate"]])
    wanted = record["intervals"][case]
    acceleration = jackknife_acceleration(np.array(record["left_out"])[:, None])

    percentile = bootstrap_interval(draws, estimate, wanted["level"])
    bca = bootstrap_interval(draws, estimate, wanted["level"], "bca", acceleration)

    assert np.ravel(percentile) == pytest.approx(wanted["percent"], rel=1e-10)
    assert np.ravel(bca) == pytest.approx(wanted["bca"], rel=1e-10)
