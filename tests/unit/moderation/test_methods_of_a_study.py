"""A moderation by every method: the same truth, and slopes, regions and sizes of the method's own errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.analysis.moderation import ModerationAnalysis, moderation
from tam.engine.lms_fit import fit_lms
from tam.errors import Unavailable
from tam.record import to_record
from tam.spec.model import Model, Moderation, Path
from tam.spec.text import Text

METHODS = ("dblcent", "meancentred", "residual", "unconstrained", "constrained", "lms", "qml")
ITEMS = {name: tuple(f"{name.lower()}{k}" for k in (1, 2, 3)) for name in ("X", "Z", "Y")}
# var(y) = .16 + .09 + 2 .4 .3 .3 + .25^2 (1 + .3^2) + .49
VARIANCE = 0.16 + 0.09 + 2 * 0.4 * 0.3 * 0.3 + 0.0625 * 1.09 + 0.49


def _items(latents: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        f"{name.lower()}{k}": load * one + 0.6 * rng.normal(size=len(one)) + 4
        for name, one in latents.items()
        for k, load in ((1, 1.0), (2, 0.9), (3, 1.1))
    }


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=3000).T
    y = 0.4 * x + 0.3 * z + 0.25 * x * z + 0.7 * rng.normal(size=3000)
    return pd.DataFrame(_items({"X": x, "Z": z, "Y": y}, rng))


@pytest.fixture(scope="module")
def model() -> Model:
    return Model("m", Text("m"), ITEMS, {}, (Path("Y", "X"), Path("Y", "Z")), (Moderation("X", "Y", "Z"),))


@pytest.fixture(scope="module", params=METHODS)
def one(request: pytest.FixtureRequest, model: Model, answers: pd.DataFrame) -> ModerationAnalysis:
    return moderation(model, answers, method=request.param).analyses[0]


def test_the_truth_is_found(one: ModerationAnalysis) -> None:
    assert one.converged and one.admissible
    assert abs(one.est - 0.25) < 3 * one.se
    assert one.std == pytest.approx(0.25 / np.sqrt(VARIANCE), abs=0.03)
    # a product of unit variance: sd(XZ) = sqrt(1 + .3^2)
    assert one.std_naive == pytest.approx(one.std * np.sqrt(1.09), abs=0.02)
    assert one.effect_size.delta_r2 == pytest.approx(0.0625 * 1.09 / VARIANCE, abs=0.03)
    assert one.effect_size.r2 == pytest.approx(1 - 0.49 / VARIANCE, abs=0.04)


def test_slopes_are_of_the_method_s_own_coefficients_and_errors(one: ModerationAnalysis) -> None:
    low, middle, high = one.slopes
    for slope, truth in zip(one.slopes, (0.15, 0.4, 0.65), strict=True):
        assert abs(slope.est - truth) < 3.5 * slope.se
    sd = one.moderator_range.sd
    assert sd == pytest.approx(1.0, abs=0.06)
    assert high.est - middle.est == pytest.approx(one.est * sd)
    # the variance of a slope is a parabola of the moderator whose bend is the product's variance
    bend = (low.se**2 - 2 * middle.se**2 + high.se**2) / (2 * sd**2)
    assert np.sqrt(bend) == pytest.approx(one.se, rel=1e-6)


def test_the_region_ends_where_the_slope_is_as_large_as_its_limit(one: ModerationAnalysis) -> None:
    region, (low, middle, high) = one.johnson_neyman, one.slopes
    sd = one.moderator_range.sd
    assert region.regime == "outside" and len(region.bounds) == 2
    for bound in region.bounds:
        at = bound.moderator
        slope = middle.est + one.est * at
        squares = [low.se**2, middle.se**2, high.se**2]
        curve = np.polyfit([-sd, 0.0, sd], squares, 2)
        assert abs(slope) / np.sqrt(np.polyval(curve, at)) == pytest.approx(region.critical, rel=1e-5)


def test_what_a_likelihood_has_not_is_told(one: ModerationAnalysis) -> None:
    record = to_record(one)
    if one.method in ("lms", "qml"):
        assert one.indicators == () and one.pairs is None
        assert isinstance(one.measures["chisq"], Unavailable)
        assert one.measures["loglik"] < 0
    else:
        assert len(one.indicators) == 9 and one.pairs == "all"
        assert one.measures["chisq"] > 0
    assert record["method"] == one.method


MEDIATED = {name: tuple(f"{name.lower()}{k}" for k in (1, 2, 3)) for name in ("X", "M", "W", "Y")}


@pytest.fixture(scope="module")
def mediated() -> tuple[Model, pd.DataFrame]:
    rng = np.random.default_rng(11)
    x, w = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=500).T
    m = 0.6 * x + 0.8 * rng.normal(size=500)
    y = 0.4 * m + 0.2 * w + 0.3 * m * w + 0.7 * rng.normal(size=500)
    table = pd.DataFrame(_items({"X": x, "M": m, "W": w, "Y": y}, rng))
    paths = (Path("M", "X"), Path("Y", "M"))
    return Model("m", Text("m"), MEDIATED, {}, paths, (Moderation("M", "Y", "W"),)), table


def test_index_of_moderated_mediation_by_lms_is_a_defined_parameter(mediated) -> None:
    model, table = mediated
    analysis = moderation(model, table, method="lms", draws=50).analyses[0]
    (route,) = analysis.moderated_mediation.routes
    labelled = (
        model.measurement_lavaan() + "\nM ~ a*X\nY ~ b1*M + W + b3*M:W\nindex := a*b3\nmiddle := a*b1\n"
    )
    theirs = fit_lms(labelled, table).estimates.set_index("lhs")

    assert analysis.moderated_mediation.interval.method == "delta"
    assert route.index.est == pytest.approx(theirs.loc["index", "est"], abs=1e-6)
    assert route.index.se == pytest.approx(theirs.loc["index", "se"], rel=1e-5)
    assert route.index.ci_low == pytest.approx(theirs.loc["index", "ci_low"], abs=1e-5)
    assert route.effects[1].est == pytest.approx(theirs.loc["middle", "est"], abs=1e-6)
    assert route.effects[1].se == pytest.approx(theirs.loc["middle", "se"], rel=1e-5)


def test_constrained_products_of_an_outcome_are_refused_and_the_rest_stands(mediated) -> None:
    model, table = mediated
    result = moderation(model, table, method="constrained")
    (analysis,) = result.analyses
    assert isinstance(analysis.est, Unavailable) and not analysis.converged
    assert [one.code for one in result.problems] == ["moderation-not-estimated"]
    assert not isinstance(analysis.composite, Unavailable)


def test_a_moderator_with_a_mean_of_its_own_is_probed_at_that_mean() -> None:
    """The moderator depends on a column whose mean is far from 0, so the latent mean is not 0."""
    rng = np.random.default_rng(5)
    age = rng.normal(30, 5, size=2500)
    x = rng.normal(size=2500)
    z = 0.1 * age + 0.8 * rng.normal(size=2500)
    deviation = z - z.mean()
    y = 0.4 * x + 0.3 * deviation + 0.25 * x * deviation + 0.7 * rng.normal(size=2500)
    table = pd.DataFrame({**_items({"X": x, "Z": z, "Y": y}, rng), "age": age})
    model = Model(
        "m",
        Text("m"),
        ITEMS,
        {},
        (Path("Y", "X"), Path("Y", "Z"), Path("Z", "age")),
        (Moderation("X", "Y", "Z"),),
    )

    by_products, by_lms = (moderation(model, table, method=one).analyses[0] for one in ("dblcent", "lms"))

    for ours, theirs in zip(by_lms.slopes, by_products.slopes, strict=True):
        assert ours.est == pytest.approx(theirs.est, abs=theirs.se)
        assert ours.se == pytest.approx(theirs.se, rel=0.25)
        assert ours.moderator_scale == pytest.approx(theirs.moderator_scale, abs=0.02)


def test_an_observed_moderator_by_lms() -> None:
    rng = np.random.default_rng(6)
    x, w = rng.normal(size=2000), rng.integers(1, 8, size=2000).astype(float)
    y = 0.4 * x + 0.1 * w + 0.15 * x * (w - w.mean()) + 0.7 * rng.normal(size=2000)
    table = pd.DataFrame({**_items({"X": x, "Y": y}, rng), "w": w})
    items = {name: ITEMS[name] for name in ("X", "Y")}
    model = Model("m", Text("m"), items, {}, (Path("Y", "X"), Path("Y", "w")), (Moderation("X", "Y", "w"),))

    analysis = moderation(model, table, method="lms").analyses[0]

    assert abs(analysis.est - 0.15) < 3 * analysis.se
    for slope in analysis.slopes:
        assert slope.moderator_scale == pytest.approx(w.mean() + slope.moderator)
        truth = 0.4 + 0.15 * slope.moderator
        assert abs(slope.est - truth) < 3 * slope.se


def test_robust_errors_and_missing_answers_reach_lms(model: Model, answers: pd.DataFrame) -> None:
    fewer = answers.mask(np.random.default_rng(3).random(answers.shape) < 0.05)
    plain, robust, holes = (
        moderation(model, table, method="lms", estimator=estimator, missing=missing).analyses[0]
        for table, estimator, missing in (
            (answers, "ML", "listwise"),
            (answers, "MLR", "listwise"),
            (fewer, "ML", "fiml"),
        )
    )
    assert robust.est == pytest.approx(plain.est, abs=1e-6) and robust.se != plain.se
    assert holes.n == len(answers) and holes.se > plain.se
    assert holes.est == pytest.approx(plain.est, abs=3 * plain.se)
