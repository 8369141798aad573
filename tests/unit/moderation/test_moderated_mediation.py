"""Conditional indirect effects and the index of moderated mediation of a latent interaction."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.analysis.moderation import ModerationAnalysis, moderation
from tam.engine.products_fit import fit_interactions
from tam.errors import Unavailable
from tam.record import to_record
from tam.spec.model import Model, Moderation, Path
from tam.spec.text import Text
from tam.stats.conditional_effects import conditional_product, index_of_moderated_mediation

ITEMS = {name: tuple(f"{name.lower()}{k}" for k in (1, 2, 3)) for name in ("X", "M", "W", "Y")}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    x, w = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=400).T
    m = 0.6 * x + 0.8 * rng.normal(size=400)
    y = 0.4 * m + 0.2 * w + 0.3 * m * w + 0.7 * rng.normal(size=400)
    latents = {"X": x, "M": m, "W": w, "Y": y}
    return pd.DataFrame(
        {
            item: 4 + load * latents[name] + 0.5 * rng.normal(size=400)
            for name, items in ITEMS.items()
            for item, load in zip(items, (1.0, 0.9, 1.1), strict=True)
        }
    )


@pytest.fixture(scope="module")
def model() -> Model:
    return Model("m", Text("m"), ITEMS, {}, (Path("M", "X"), Path("Y", "M")), (Moderation("M", "Y", "W"),))


@pytest.fixture(scope="module")
def one(model: Model, answers: pd.DataFrame) -> ModerationAnalysis:
    return moderation(model, answers, draws=300, seed=3).analyses[0]


def test_index_and_its_error_are_those_of_a_defined_parameter(
    one: ModerationAnalysis, model: Model, answers: pd.DataFrame
) -> None:
    labelled = model.measurement_lavaan() + "\nM ~ a*X\nY ~ M + W + b3*M:W\nindex := a*b3\n"
    table = fit_interactions(labelled, answers).fit.estimates
    row = table[table.op == ":="].iloc[0]
    (route,) = one.moderated_mediation.routes

    assert (route.predictor, route.via, route.outcome, route.stage) == ("X", ("M",), "Y", "second")
    assert route.index.est == pytest.approx(row.est, abs=1e-7)
    assert route.index.se == pytest.approx(row.se, rel=1e-5)


def test_the_indirect_effect_moves_by_the_index_per_unit_of_the_moderator(one: ModerationAnalysis) -> None:
    (route,) = one.moderated_mediation.routes
    low, middle, high = route.effects

    assert [effect.at for effect in route.effects] == ["-1 sd", "mean", "+1 sd"]
    assert high.est - middle.est == pytest.approx(route.index.est * high.moderator)
    assert middle.est - low.est == pytest.approx(route.index.est * high.moderator)
    # standardised, the step from the mean to one deviation above is the standardised index
    assert high.std - middle.std == pytest.approx(route.index.std)


def test_bootstrap_intervals_hold_the_truth_and_the_estimate(one: ModerationAnalysis) -> None:
    (route,) = one.moderated_mediation.routes

    assert route.index.ci_low < 0.6 * 0.3 < route.index.ci_high
    assert route.index.ci_low < route.index.est < route.index.ci_high
    # the delta method and the bootstrap measure the same spread
    assert (route.index.ci_high - route.index.ci_low) / 3.92 == pytest.approx(route.index.se, rel=0.3)
    assert one.moderated_mediation.interval.used + one.moderated_mediation.interval.failed == 300


def test_same_seed_same_intervals(one: ModerationAnalysis, model: Model, answers: pd.DataFrame) -> None:
    again = moderation(model, answers, draws=300, seed=3).analyses[0]

    assert again.moderated_mediation == one.moderated_mediation


def test_without_draws_ends_are_unavailable_with_a_reason(model: Model, answers: pd.DataFrame) -> None:
    result = moderation(model, answers)
    (route,) = result.analyses[0].moderated_mediation.routes

    assert isinstance(route.index.ci_low, Unavailable)
    told = to_record(result)["unavailable"]
    assert any(path.endswith("index.ci_low") for path in told)


def test_a_path_on_no_route_has_no_mediation(answers: pd.DataFrame) -> None:
    model = Model("m", Text("m"), ITEMS, {}, (Path("Y", "M"),), (Moderation("M", "Y", "W"),))

    assert moderation(model, answers).analyses[0].moderated_mediation is None


def test_products_by_hand() -> None:
    # (0.5 + 0.1 * 2) * (0.4 + 0 * 2)
    assert conditional_product([0.5, 0.4], [0.1, 0.0], 2.0) == pytest.approx(0.28)
    assert index_of_moderated_mediation([0.5, 0.4], [0.1, 0.0]) == pytest.approx(0.04)
    with pytest.raises(ValueError, match="exactly one"):
        index_of_moderated_mediation([0.5, 0.4], [0.1, 0.2])
