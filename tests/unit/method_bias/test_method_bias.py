"""Common method bias: planted method variance is found, and a method without solution hides no other."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.method_bias import method_bias
from tam.errors import TamError, Unavailable
from tam.report.reasons import told_reason
from tam.spec.model import Model, Path
from tam.spec.text import Text
from tam.stats import method_bias as formulas

ITEMS = {
    "EASE": ("e1", "e2", "e3"),
    "USE": ("u1", "u2", "u3"),
    "ATT": ("a1", "a2", "a3"),
    "PI": ("p1", "p2", "p3"),
}
MARKER = ("m1", "m2", "m3")
PATHS = (Path("USE", "EASE"), Path("ATT", "USE"), Path("PI", "ATT"))
MODEL = Model("planted", Text("planted", "planted"), ITEMS, {}, PATHS)
EVERYTHING = {**ITEMS, "MARK": MARKER}


def survey(n: int = 600, method: float = 0.0, effect: float = 0.5, seed: int = 3) -> pd.DataFrame:
    """Answers of which ``method`` is the loading of every item, the marker's too, on one method factor."""
    rng = np.random.default_rng(seed)
    latent = {"EASE": rng.standard_normal(n)}
    for path in PATHS:
        rest = np.sqrt(1 - effect**2) * rng.standard_normal(n)
        latent[path.outcome] = effect * latent[path.predictor] + rest
    latent["MARK"] = rng.standard_normal(n)
    common = method * rng.standard_normal(n)
    loadings = (0.9, 0.7, 0.5)
    return pd.DataFrame(
        {
            item: loading * latent[name] + common + 0.6 * rng.standard_normal(n)
            for name, items in EVERYTHING.items()
            for item, loading in zip(items, loadings)
        }
    )


def found(rows: pd.DataFrame, model: Model = MODEL, **options: Any) -> dict[str, Any]:
    record = method_bias(model, rows, EVERYTHING, **options).to_dict()
    json.dumps(record, allow_nan=False)
    return record


@pytest.fixture(scope="module")
def planted() -> dict[str, Any]:
    return found(survey(method=0.5), marker="MARK")


def test_planted_method_variance_is_found(planted: dict[str, Any]) -> None:
    truth = np.mean([0.25 / (loading**2 + 0.25 + 0.36) for loading in (0.9, 0.7, 0.5)])
    equal = planted["latent_method_factor"]["equal"]
    assert equal["difference"]["plain"]["pvalue"] < 1e-6
    assert equal["method_share"] == pytest.approx(truth, abs=0.06)
    marker = planted["marker"]["cfa_marker"]
    assert marker["method_variance"] is True and marker["equal_effects"] is True
    assert marker["retained"] == "method_c"
    assert planted["marker"]["lindell_whitney"]["marker_correlation"] > 0.15


def test_paths_come_closer_to_the_truth_when_the_method_is_allowed_for(planted: dict[str, Any]) -> None:
    for path in planted["paths"]:
        before = abs(path["before"]["std"] - 0.5)
        for method in ("latent_method_equal", "cfa_marker_c"):
            assert abs(path["after_by_method"][method]["std"] - 0.5) < before


def test_a_path_that_is_only_method_loses_its_significance() -> None:
    record = found(survey(method=0.6, effect=0.0), marker="MARK")
    path = record["paths"][1]
    assert path["before"]["significant"] is True
    assert path["after_by_method"]["latent_method_equal"]["significant"] is False
    assert path["after_by_method"]["latent_method_equal"]["changed"] is True
    assert path["decision_changed"] is True
    assert record["marker"]["cfa_marker"]["biased_correlations"] is True
    told = [one for one in record["problems"] if one["code"] == "method-bias-changes-path"]
    assert any(one["values"]["path"] == f"{path['rhs']} -> {path['lhs']}" for one in told)


def test_without_method_variance_the_marker_shows_none() -> None:
    record = found(survey(method=0.0), marker="MARK")
    assert record["marker"]["cfa_marker"]["method_variance"] is False
    assert not any(
        path["after_by_method"]["cfa_marker_c"]["changed"] or not path["before"]["significant"]
        for path in record["paths"]
    )


def test_no_marker_says_what_to_type_and_leaves_the_rest() -> None:
    record = found(survey(method=0.3))
    assert record["marker"] is None
    assert "[options]" in record["unavailable"]["marker"]
    assert told_reason(record["unavailable"]["marker"], "zh") not in (None, record["unavailable"]["marker"])
    assert set(record["paths"][0]["after_by_method"]) == {"latent_method_equal", "latent_method_free"}
    assert record["harman"]["evidence"] == "weak"


@pytest.mark.parametrize(
    ("marker", "code"), [("ATT", "marker-in-model"), ("a1", "marker-in-model"), ("MARC", "unknown-marker")]
)
def test_a_marker_must_exist_outside_the_model(marker: str, code: str) -> None:
    with pytest.raises(TamError) as caught:
        found(survey(), marker=marker)
    assert [one.code for one in caught.value.problems] == [code]


def test_the_named_construct_gives_the_markers_correlation() -> None:
    rows = survey(method=0.5)
    record = found(rows, marker="MARK", marker_unrelated="PI")["marker"]["lindell_whitney"]
    scores = [rows[list(items)].mean(axis=1) for items in (MARKER, ITEMS["PI"])]
    assert record["against"] == "PI"
    assert record["marker_correlation"] == pytest.approx(np.corrcoef(*scores)[0, 1], abs=1e-12)
    with pytest.raises(TamError):
        found(rows, marker="MARK", marker_unrelated="NOBODY")


def test_a_marker_that_points_the_other_way_takes_nothing_out() -> None:
    rows = survey(method=0.5)
    turned = rows.assign(**{item: -rows[item] for item in MARKER})
    record = found(turned, marker="MARK")
    assert record["marker"]["lindell_whitney"] is None
    assert record["marker"]["cfa_marker"]["method_variance"] is True
    assert all(path["after_by_method"]["lindell_whitney"] is None for path in record["paths"])
    assert all(path["after_by_method"]["cfa_marker_c"] is not None for path in record["paths"])


def test_a_marker_with_missing_answers_is_compared_on_the_same_rows() -> None:
    rows = survey(method=0.4)
    rows.loc[rows.index[:100], "m1"] = np.nan
    record = found(rows, marker="MARK")
    assert record["n"] == 600
    assert record["marker"]["cfa_marker"]["n"] == record["marker"]["lindell_whitney"]["n"] == 500
    after = record["paths"][0]["after_by_method"]
    assert after["latent_method_equal"]["compared_with"] is None
    alone = found(rows.iloc[100:])
    assert after["cfa_marker_c"]["compared_with"]["est"] == pytest.approx(
        alone["paths"][0]["before"]["est"], abs=1e-9
    )


def test_constant_answers_leave_reasons_not_numbers() -> None:
    rows = survey().assign(a2=4.0)
    record = found(rows, marker="MARK")
    assert record["harman"] is None and record["single_factor"]["single"] is None
    assert record["full_collinearity_vif"]["vif"]["ATT"] > 1  # the two items that vary still make a score
    assert all(path["before"] is None for path in record["paths"])
    assert all(path["after_by_method"]["latent_method_equal"] is None for path in record["paths"])
    assert all(path["after_by_method"]["lindell_whitney"] is not None for path in record["paths"])
    assert all(told_reason(one, "zh") for one in record["unavailable"].values())


def test_an_item_of_its_own_and_a_column_may_be_predictors() -> None:
    rows = survey(method=0.4)
    rng = np.random.default_rng(8)
    rows["age"] = rng.standard_normal(len(rows)) + 0.3 * rows["p1"]
    model = Model(
        "mixed",
        Text("mixed", "mixed"),
        {"USE": ITEMS["USE"], "ATT": ITEMS["ATT"], "PI": ("p1",)},
        {},
        (Path("ATT", "USE"), Path("PI", "ATT")),
        controls={"PI": ("age",)},
    )
    record = found(rows, model, marker="m1")
    assert [(path["lhs"], path["rhs"]) for path in record["paths"]] == [("ATT", "USE"), ("PI", "ATT")]
    assert record["paths"][0]["after_by_method"]["cfa_marker_u"] is not None
    assert set(record["full_collinearity_vif"]["vif"]) == {"ATT", "USE", "PI"}


@pytest.mark.parametrize("estimator", ["MLM", "MLR", "GLS", "ULS"])
def test_every_estimator_gives_what_it_can(estimator: str) -> None:
    record = found(survey(method=0.5), estimator=estimator, marker="MARK")
    difference = record["single_factor"]["difference"]
    assert (difference["scaled"] is not None) == (estimator in ("MLM", "MLR"))
    assert (difference["plain"] is not None) == (estimator != "ULS")
    assert record["latent_method_factor"]["equal"]["method_share"] > 0.1


def test_ordered_answers_keep_the_method_factor_and_refuse_the_marker_factor() -> None:
    rows = survey(n=400, method=0.5).apply(lambda x: np.clip(np.round(x * 1.2 + 3), 1, 5))
    record = found(rows, estimator="WLSMV", marker="MARK")
    assert record["latent_method_factor"]["equal"]["method_share"] > 0.1
    assert record["marker"]["cfa_marker"] is None and record["marker"]["lindell_whitney"] is not None
    assert record["single_factor"]["difference"]["scaled"]["pvalue"] < 1e-6
    assert record["single_factor"]["difference"]["plain"] is None


def test_nothing_given_is_changed() -> None:
    rows = survey(n=200)
    before = rows.copy()
    method_bias(MODEL, rows, EVERYTHING, marker="MARK")
    pd.testing.assert_frame_equal(rows, before)


# --- formulas


def correlation(seed: int = 1, p: int = 5, n: int = 80) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    data = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    return data, np.corrcoef(data.T)


def test_full_collinearity_is_the_vif_of_statsmodels() -> None:
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    data, matrix = correlation()
    centred = data - data.mean(axis=0)
    peer = [variance_inflation_factor(centred, j) for j in range(data.shape[1])]
    assert formulas.full_collinearity(matrix) == pytest.approx(peer, rel=1e-10)
    assert isinstance(formulas.full_collinearity(matrix[:1, :1]), Unavailable)
    assert isinstance(formulas.full_collinearity(np.ones((2, 2))), Unavailable)


def test_adjustment_is_the_partial_correlation_given_a_method() -> None:
    """By hand: r = .40, r_M = .10 gives .30 / .90; where the method reaches one of the two, r / sqrt(.9)."""
    matrix = np.array([[1, 0.4, 0.3], [0.4, 1, 0.2], [0.3, 0.2, 1]])
    adjusted = formulas.without_method(matrix, 0.1, [True, True, False])
    assert adjusted[0, 1] == pytest.approx(0.3 / 0.9, abs=1e-15)
    assert adjusted[0, 2] == pytest.approx(0.3 / np.sqrt(0.9), abs=1e-15)
    whole = np.eye(4)
    whole[:3, :3] = matrix
    whole[3, :3] = whole[:3, 3] = [np.sqrt(0.1), np.sqrt(0.1), 0]
    inverse = np.linalg.inv(np.linalg.inv(whole)[:3, :3] @ np.eye(3))
    sd = np.sqrt(np.diag(inverse))
    assert adjusted == pytest.approx(inverse / np.outer(sd, sd), abs=1e-12)


def test_regression_from_correlations_is_least_squares() -> None:
    import statsmodels.api as sm

    data, matrix = correlation()
    z = (data - data.mean(axis=0)) / data.std(axis=0, ddof=1)
    peer = sm.OLS(z[:, 4], sm.add_constant(z[:, :3])).fit()
    ours = formulas.standardised_regression(matrix, 4, [0, 1, 2], len(data) - 4)
    assert not isinstance(ours, Unavailable)
    assert ours.coefficients == pytest.approx(peer.params[1:], abs=1e-12)
    assert ours.se == pytest.approx(peer.bse[1:], abs=1e-12)
    assert ours.p == pytest.approx(peer.pvalues[1:], abs=1e-12)
    assert ours.r2 == pytest.approx(peer.rsquared, abs=1e-12)


def test_correlation_test_is_scipys() -> None:
    from scipy.stats import pearsonr

    data, matrix = correlation()
    ours = formulas.correlation_test(float(matrix[0, 1]), len(data) - 2)
    assert not isinstance(ours, Unavailable)
    assert ours.p == pytest.approx(pearsonr(data[:, 0], data[:, 1]).pvalue, rel=1e-10)
    assert isinstance(formulas.correlation_test(1.2, 10), Unavailable)
    assert isinstance(formulas.correlation_test(0.2, 0), Unavailable)


def test_one_dimension_of_equal_correlations_by_hand() -> None:
    """Four items, every r = .5: largest eigenvalue 2.5, squared one-factor loadings .5."""
    matrix = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    ours = formulas.harman_single_factor(matrix)
    assert not isinstance(ours, Unavailable)
    assert ours.component_share == pytest.approx(2.5 / 4, abs=1e-12)
    assert ours.factor_share == pytest.approx(0.5, abs=1e-10)
    assert ours.components_above_one == 1
    assert isinstance(formulas.harman_single_factor(np.eye(2)), Unavailable)


def test_smallest_positive() -> None:
    assert formulas.smallest_positive([0.3, -0.2, 0.1, 0.2]) == 2
    assert formulas.smallest_positive([-0.3, 0.0]) is None
