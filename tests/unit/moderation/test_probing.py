"""For whom the predictor matters: regions, shares, sizes and surfaces of a moderation of a study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.analysis.moderation import ModerationAnalysis, moderation
from tam.analysis.moderation_slopes import moderated_path
from tam.analysis.probing import chosen_slopes, histogram, surface
from tam.engine.products_fit import InteractionFit, fit_interactions
from tam.record import to_record
from tam.spec.model import Model, Moderation, Path
from tam.spec.text import Text

ITEMS = {name: tuple(f"{name.lower()}{k}" for k in (1, 2, 3)) for name in ("X", "Z", "Y")}


def _answers(main: float, interaction: float, n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=n).T
    y = main * x + 0.2 * z + interaction * x * z + 0.7 * rng.normal(size=n)
    latents = {"X": x, "Z": z, "Y": y}
    return pd.DataFrame(
        {
            item: 4 + load * latents[name] + 0.5 * rng.normal(size=n)
            for name, items in ITEMS.items()
            for item, load in zip(items, (1.0, 0.9, 1.2), strict=True)
        }
    )


@pytest.fixture(scope="module")
def model() -> Model:
    return Model("m", Text("m"), ITEMS, {}, (Path("Y", "X"),), (Moderation("X", "Y", "Z"),))


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return _answers(0.3, 0.3, 500, 4)


@pytest.fixture(scope="module")
def one(model: Model, answers: pd.DataFrame) -> ModerationAnalysis:
    return moderation(model, answers).analyses[0]


@pytest.fixture(scope="module")
def fitted(model: Model, answers: pd.DataFrame) -> InteractionFit:
    return fit_interactions(model.to_lavaan() + "Y ~ X:Z\n", answers)


def test_slopes_at_the_bounds_are_at_the_critical_value(
    one: ModerationAnalysis, fitted: InteractionFit
) -> None:
    path = moderated_path(fitted.fit, fitted.expansion.data, "X", "Z", "Y")
    bounds = one.johnson_neyman.bounds

    assert one.johnson_neyman.regime == "outside" and len(bounds) == 2
    for slope in chosen_slopes(path, tuple(bound.moderator_scale for bound in bounds)):
        assert abs(slope.z) == pytest.approx(one.johnson_neyman.critical, rel=1e-9)
    assert one.johnson_neyman.critical == pytest.approx(1.959964, abs=1e-6)


def test_share_counts_respondents_by_their_item_means(one: ModerationAnalysis, answers: pd.DataFrame) -> None:
    region = one.johnson_neyman
    scores = answers[list(ITEMS["Z"])].mean(axis=1)
    low, high = (bound.moderator_scale for bound in region.bounds)

    assert region.share_basis == "item_means" and region.n == len(answers)
    assert region.share_in_region == pytest.approx(((scores <= low) | (scores >= high)).mean())
    assert region.share_positive == pytest.approx((scores >= high).mean())
    assert region.share_negative == pytest.approx((scores <= low).mean())


@pytest.mark.parametrize(
    ("main", "interaction", "regime"),
    [(0.6, 0.0, "everywhere"), (0.0, 0.0, "nowhere"), (0.0, 0.4, "outside"), (0.35, 0.12, "above")],
)
def test_regimes_of_respondents(model: Model, main: float, interaction: float, regime: str) -> None:
    found = moderation(model, _answers(main, interaction, 600, 12)).analyses[0].johnson_neyman

    assert found.regime_observed == regime
    if regime in ("everywhere", "nowhere"):
        assert found.share_in_region == (regime == "everywhere")
        assert not any(bound.observed for bound in found.bounds)


def test_percentiles_are_those_of_the_item_means(one: ModerationAnalysis, answers: pd.DataFrame) -> None:
    scores = answers[list(ITEMS["Z"])].mean(axis=1)

    assert [slope.at for slope in one.percentile_slopes] == ["p16", "p50", "p84"]
    wanted = np.percentile(scores, [16, 50, 84])
    assert [slope.moderator_scale for slope in one.percentile_slopes] == pytest.approx(wanted)


def test_what_the_product_explains(one: ModerationAnalysis, fitted: InteractionFit) -> None:
    size = one.effect_size

    assert size.r2 == pytest.approx(fitted.fit.r2["Y"])
    assert size.f2 == pytest.approx(size.delta_r2 / (1 - size.r2))
    # the product has variance 1 + .3^2 and hardly anything in common with either side
    variance = 0.09 + 0.04 + 2 * 0.3 * 0.2 * 0.3 + 0.09 * 1.09 + 0.49
    assert size.delta_r2 == pytest.approx(0.09 * 1.09 / variance, abs=0.06)
    assert (size.benchmark, size.benchmark_source) == ("large", "Kenny")


def test_the_surface_holds_the_lines(one: ModerationAnalysis, fitted: InteractionFit) -> None:
    found = surface(moderated_path(fitted.fit, fitted.expansion.data, "X", "Z", "Y"))

    assert found == one.surface
    assert len(found.y) == len(found.moderator) and {len(row) for row in found.y} == {len(found.x)}
    # straight along either axis, and as steep as the slopes say
    grid = np.array(found.y)
    assert np.diff(grid, 2, axis=0) == pytest.approx(0, abs=1e-9)
    assert np.diff(grid, 2, axis=1) == pytest.approx(0, abs=1e-9)
    (middle,) = (line for line in one.lines if line.at == "mean")
    steep = np.diff(grid, axis=1)[:, 0] / np.diff(found.x)[0]
    wanted = (middle.y[1] - middle.y[0]) / (middle.x[1] - middle.x[0])
    assert np.interp(one.moderator_range.mean, found.moderator, steep) == pytest.approx(wanted)


def test_everything_can_be_written(model: Model, answers: pd.DataFrame) -> None:
    record = to_record(moderation(model, answers))["analyses"][0]

    assert record["johnson_neyman"]["bounds"][0]["moderator_scale"] < 4
    assert record["effect_size"]["benchmarks"] == {"small": 0.005, "medium": 0.01, "large": 0.025}
    assert record["moderated_mediation"] is None and record["triangulation"] is None


def test_the_curve_runs_over_the_answers_and_meets_zero_at_the_bounds(
    one: ModerationAnalysis, answers: pd.DataFrame
) -> None:
    region = one.johnson_neyman
    scores = answers[list(ITEMS["Z"])].mean(axis=1)
    places = [point.moderator_scale for point in region.curve]
    limits = {point.moderator_scale: (point.ci_low, point.ci_high) for point in region.curve}

    assert places == sorted(places) and 25 <= len(places) <= 27
    assert (places[0], places[-1]) == pytest.approx((scores.min(), scores.max()))
    for bound in region.bounds:
        assert min(map(abs, limits[bound.moderator_scale])) < 1e-9  # one limit of the interval is zero
    assert sum(region.histogram.counts) == len(answers)


def test_bars_hold_the_same_number_of_possible_item_means() -> None:
    means = np.repeat(np.arange(3, 22) / 3, 2)  # every mean of three answers from 1 to 7, twice

    found = histogram(np.append(means, np.nan))

    assert set(found.counts) == {4, 2} and found.counts[:-1] == (4,) * 9  # two points a bar, one left over
    assert found.edges[0] == pytest.approx(1 - 1 / 6)


@pytest.mark.parametrize("values", [[4.0, 4.0], [1.0, 7.0], [0.1, 0.25, 0.7, 3.14159, 99.5]])
def test_a_histogram_counts_everybody(values: list[float]) -> None:
    found = histogram(np.array(values))

    assert sum(found.counts) == len(values) and len(found.counts) <= 17
    assert len(found.edges) == len(found.counts) + 1
    assert found.edges[0] <= min(values) and max(values) <= found.edges[-1]
