"""The importance-performance map: what it does not depend on, what it says, and when it says nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.effects import effects_with_draws
from tam.analysis.priorities import effects_record, last_outcome, priorities
from tam.analysis.priority_map import Driver, Importance, PriorityMap, map_of
from tam.engine import fit_model
from tam.errors import Unavailable
from tam.spec.instrument import Scale
from tam.spec.model import Model, Path
from tam.spec.text import Text

ITEMS = {"X": ("x1", "x2", "x3"), "M": ("m1", "m2", "m3"), "Y": ("y1", "y2", "y3")}
PATHS = (Path("M", "X"), Path("Y", "M"), Path("Y", "X"))
SEVEN = Scale("agree7", "ordinal", 1, 7)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = 300
    x = rng.normal(size=n)
    m = 0.6 * x + 0.8 * rng.normal(size=n)
    y = 0.5 * m + 0.2 * x + 0.8 * rng.normal(size=n)
    columns = {
        f"{name}{k}": np.clip(4 + shift + k / 3 * latent + 0.7 * rng.normal(size=n), 1, 7)
        for name, latent, shift in (("x", x, 1.0), ("m", m, -1.0), ("y", y, 0.0))
        for k in (1, 2, 3)
    }
    return pd.DataFrame(columns)


def model_of(items: dict[str, tuple[str, ...]] = ITEMS, paths: tuple[Path, ...] = PATHS) -> Model:
    return Model("m", Text("m"), items, {}, paths)


def placed(
    answers: pd.DataFrame,
    model: Model,
    scales: dict[str, Scale] | None = None,
    draws: int = 0,
    **options: Any,
) -> PriorityMap:
    fit = fit_model(model.to_lavaan(), answers, **options)
    found, drawn = effects_with_draws(model, fit, draws=draws, seed=4)
    scales = scales or dict.fromkeys(answers.columns, SEVEN)
    result = priorities(model, fit, answers, scales, found, drawn)
    assert isinstance(result, PriorityMap)
    return result


def test_the_map_does_not_depend_on_the_item_that_gives_the_unit(answers: pd.DataFrame) -> None:
    turned = {name: tuple(reversed(items)) for name, items in ITEMS.items()}
    first, second = placed(answers, model_of()), placed(answers, model_of(turned))
    for one, other in zip(first.constructs, second.constructs):
        for name in ("importance", "ci_low", "ci_high", "std", "performance"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=2e-5)
    shares = {one.item: one.share for one in second.items}
    assert all(one.share == pytest.approx(shares[one.item], abs=1e-5) for one in first.items)


def test_the_map_does_not_depend_on_the_length_of_a_scale(answers: pd.DataFrame) -> None:
    longer = answers.assign(**{item: 10 * (answers[item] - 1) for item in ITEMS["X"]})
    scales = {item: Scale("s", "numeric", 0, 60) if item in ITEMS["X"] else SEVEN for item in answers}
    first, second = placed(answers, model_of()), placed(longer, model_of(), scales)
    for one, other in zip(first.constructs, second.constructs):
        assert one.importance == pytest.approx(other.importance, rel=1e-4)
        assert one.performance == pytest.approx(other.performance)
        assert one.quadrant == other.quadrant


def test_performance_is_the_mean_of_the_scores_from_0_to_100(answers: pd.DataFrame) -> None:
    (x, m) = placed(answers, model_of()).constructs
    assert x.performance == pytest.approx(
        float((answers[list(ITEMS["X"])].mean(axis=1).mean() - 1) / 6 * 100)
    )
    assert x.n == len(answers) and m.performance < x.performance  # type: ignore[operator]
    assert x.performance_ci_low < x.performance < x.performance_ci_high  # type: ignore[operator]


def test_items_share_what_their_construct_has(answers: pd.DataFrame) -> None:
    found = placed(answers, model_of())
    for one in found.constructs:
        own = [item for item in found.items if item.construct == one.construct]
        assert sum(item.share for item in own) == pytest.approx(1)  # type: ignore[misc]
        assert sum(item.std for item in own) == pytest.approx(one.std)  # type: ignore[misc]


def test_draws_say_how_often_a_driver_leads(answers: pd.DataFrame) -> None:
    drawn, plain = placed(answers, model_of(), draws=60), placed(answers, model_of())
    assert sum(one.leads for one in drawn.constructs) == pytest.approx(1)  # type: ignore[misc]
    assert all(isinstance(one.leads, Unavailable) for one in plain.constructs)
    assert all(one.ci_low < one.importance < one.ci_high for one in drawn.constructs)  # type: ignore[operator]


def test_without_ends_of_the_scale_only_the_standardised_effect_is_known(answers: pd.DataFrame) -> None:
    found = placed(answers, model_of(), dict.fromkeys(answers.columns, Scale("s", "numeric")))
    assert all(isinstance(one.importance, Unavailable) for one in found.constructs)
    assert all(isinstance(one.std, float) and one.n == 0 for one in found.constructs)
    assert isinstance(found.middle.importance, Unavailable)


def test_one_driver_is_in_no_quarter(answers: pd.DataFrame) -> None:
    (only,) = placed(answers, model_of(paths=(Path("Y", "X"),))).constructs
    assert isinstance(only.quadrant, Unavailable) and not only.settled


def driver(std: float, low: float, high: float) -> Driver:
    return Driver(std, low, high, 0.5, Importance(std, low, high, (0.5, 0.5)), ("a", "b"))


def test_what_holds_zero_or_is_negative_is_in_no_quarter() -> None:
    class Mean:
        n, ci_low, ci_high = 100, 55.0, 65.0

        def __init__(self, mean: float) -> None:
            self.mean = mean

    drivers = {"A": driver(0.5, 0.4, 0.6), "B": driver(0.1, -0.1, 0.3), "C": driver(-0.4, -0.5, -0.3)}
    found = map_of("Y", drivers, {name: Mean(60.0 if name == "A" else 50.0) for name in "ABCab"})  # type: ignore[misc]
    by_name = {one.construct: one.quadrant for one in found.constructs}
    assert by_name["A"] == "maintain"
    assert isinstance(by_name["B"], Unavailable) and "zero" in by_name["B"].reason
    assert isinstance(by_name["C"], Unavailable) and "lower outcome" in by_name["C"].reason
    assert found.middle.importance == pytest.approx((0.5 + 0.1 + 0.4) / 3)


def test_the_record_holds_reasons_for_what_is_absent(answers: pd.DataFrame) -> None:
    model = model_of()
    fit = fit_model(model.to_lavaan(), answers)
    found, drawn = effects_with_draws(model, fit, draws=0)
    scales = dict.fromkeys(answers.columns, SEVEN)
    record = effects_record(found, priorities(model, fit, answers, scales, found, drawn))
    assert record["importance_performance"]["constructs"][0]["leads"] is None
    assert (
        record["unavailable"]["importance_performance.constructs.0.leads"] == "there are no bootstrap draws"
    )
    assert record["total"] and "problems" in record


def test_ordered_categories_have_no_points(answers: pd.DataFrame) -> None:
    whole = answers.round()
    found = placed(whole, model_of(), estimator="WLSMV", ordered=tuple(whole.columns))
    assert all(isinstance(one.importance, Unavailable) for one in found.constructs)
    assert all(isinstance(one.std, float) for one in found.constructs)


def test_the_last_outcome_predicts_nothing() -> None:
    assert last_outcome(model_of()) == "Y"
    assert last_outcome(replace(model_of(), paths=())) is None
