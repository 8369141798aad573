"""Constrained products: what the model holds, and whether the map is differentiated rightly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.engine.products_constrained import ConstrainedFit, constraints, fit_constrained
from tam.engine.products_expand import expand_interactions
from tam.errors import TamError

MODEL = "X =~ x1 + x2\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z\n"


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(9)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=1500).T
    y = 0.4 * x + 0.3 * z + 0.3 * x * z + 0.7 * rng.normal(size=1500)
    latents = {"x": x, "z": z, "y": y}
    columns = {
        f"{name}{k}": load * latent + 0.5 * rng.normal(size=1500) + 3
        for name, latent in latents.items()
        for k, load in ((1, 1.0), (2, 0.8))
    }
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def fit(data: pd.DataFrame) -> ConstrainedFit:
    return fit_constrained(MODEL, data)


def test_the_truth_is_found(fit: ConstrainedFit) -> None:
    row = fit.estimates[fit.estimates.rhs == "X:Z"].query("op == '~'").iloc[0]
    est, se, std = row.est, row.se, row["std"]

    assert fit.converged and fit.admissible
    assert abs(est - 0.3) < 3 * se
    assert std == pytest.approx(
        est / np.sqrt(0.16 + 0.09 + 2 * 0.4 * 0.3 * 0.3 + 0.09 * 1.09 + 0.49), abs=0.03
    )
    # x, z, y: 2 loadings less one each, 2 errors, 2 intercepts; 3 variances, 1 covariance, 3 paths
    assert fit.measures["npar"] == 3 * (1 + 2 + 2) + 3 + 1 + 3


def test_parameters_are_what_normal_factors_imply(fit: ConstrainedFit) -> None:
    at = {
        (row.lhs, row.op, row.rhs): fit.theta[row.parameter] if row.free else row.fixed
        for row in fit.table.rows
    }
    lx, lz = at["X", "=~", "x2"], at["Z", "=~", "z2"]
    xx, zz, xz = at["X", "~~", "X"], at["Z", "~~", "Z"], at["X", "~~", "Z"]
    tx, tz = at["x2", "~~", "x2"], at["z2", "~~", "z2"]

    assert at["X:Z", "=~", "x2:z2"] == pytest.approx(lx * lz)
    assert at["X:Z", "~~", "X:Z"] == pytest.approx(xx * zz + xz**2)
    assert at["X:Z", "~1", ""] == pytest.approx(xz)
    assert at["x2:z2", "~~", "x2:z2"] == pytest.approx(lx**2 * xx * tz + lz**2 * zz * tx + tx * tz)
    assert at["x2:z1", "~~", "x2:z2"] == pytest.approx(lz * zz * tx)


def test_errors_are_those_of_the_mapped_information(fit: ConstrainedFit, data: pd.DataFrame) -> None:
    (product,) = expand_interactions(MODEL, data, "unconstrained").products
    mapped = constraints(fit, product)
    free = fit.theta[mapped.independent]
    jacobian = mapped.jacobian(free)

    assert mapped.theta(free) == pytest.approx(fit.theta)
    for k in range(len(free)):
        step = 1e-6 * np.eye(len(free))[k]
        slope = (mapped.theta(free + step) - mapped.theta(free - step)) / 2e-6
        assert jacobian[:, k] == pytest.approx(slope, abs=1e-7)
    assert np.linalg.matrix_rank(fit.vcov) == fit.measures["npar"]


def test_a_square_is_refused(data: pd.DataFrame) -> None:
    with pytest.raises(TamError) as refused:
        fit_constrained(MODEL.replace("X:Z", "X:X"), data)
    assert [one.code for one in refused.value.problems] == ["interaction-constrained-one"]


def test_missing_answers_by_fiml(fit: ConstrainedFit, data: pd.DataFrame) -> None:
    """Without missing answers the same; with some, near the truth, more uncertain."""
    same = fit_constrained(MODEL, data, missing="fiml")
    assert same.theta == pytest.approx(fit.theta, abs=1e-7)
    holes = np.random.default_rng(2).random(data.shape) < 0.1
    fewer = fit_constrained(MODEL, data.mask(holes), missing="fiml")
    est, se = _interaction(fewer)
    assert fewer.converged and fewer.n == len(data)
    assert abs(est - 0.3) < 3 * se and se > _interaction(fit)[1]


def test_observed_information_is_the_curvature_of_the_bent_objective(data: pd.DataFrame) -> None:
    found = fit_constrained(MODEL, data, information="observed")
    mapped = found.solution.objective.curved.mapped
    curved = found.solution.objective.curved
    free, width = found.theta[mapped.independent], 1e-4
    eye = np.eye(len(free)) * width

    def value(at):
        return curved.evaluate(at).value

    k = next(k for k, name in enumerate(mapped.independent) if found.free[name] == "Y~X:Z")
    around = [value(free + eye[k]), value(free), value(free - eye[k])]
    curvature = (around[0] - 2 * around[1] + around[2]) / width**2
    inside = found.solution.space.basis.T @ found.solution.objective.hessian(found.solution.minimum.point)
    assert (inside @ found.solution.space.basis)[k, k] == pytest.approx(curvature, rel=1e-4)


@pytest.mark.parametrize(
    ("model", "how", "code"),
    [
        (MODEL, {"std_lv": True}, "excludes"),
        (MODEL, {"estimator": "GLS"}, "excludes"),
        (MODEL + "X ~~ a*X\nZ ~~ b*Z\na == b\n", {}, "excludes"),
        (
            "X =~ 2*x1 + x2\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z",
            {},
            "interaction-constrained-markers",
        ),
    ],
)
def test_what_the_constraints_are_not_made_for_is_refused(data: pd.DataFrame, model, how, code) -> None:
    with pytest.raises(TamError) as refused:
        fit_constrained(model, data, **how)
    assert [one.code for one in refused.value.problems] == [code]


def _interaction(fit: ConstrainedFit) -> tuple[float, float]:
    row = fit.estimates[fit.estimates.rhs == "X:Z"].query("op == '~'").iloc[0]
    return row.est, row.se
