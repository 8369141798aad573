"""The shipped models: answerable hypotheses, identified by counting, no arrow of a diagram through a node."""

from __future__ import annotations

import pytest
from grid_geometry import blocked, crosses_box, crossing_moderations, positions
from shipped_names import NAMES

from tam.spec.instrument_file import load_instrument, shipped_instruments
from tam.spec.model import Model, find_cycle
from tam.spec.model_file import load_model, shipped_models


def load(name: str) -> Model:
    return load_model(name, load_instrument(name))


def test_every_instrument_has_its_model() -> None:
    assert shipped_instruments() == NAMES
    assert shipped_models() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_paths_are_acyclic_and_every_construct_is_used(name: str) -> None:
    model = load(name)
    assert find_cycle(model.paths) == ()
    assert set(model.used_constructs()) == set(model.constructs)


@pytest.mark.parametrize("name", NAMES)
def test_every_path_and_moderation_has_one_hypothesis_and_a_sign(name: str) -> None:
    model = load(name)
    stated = [hypothesis.path for hypothesis in model.hypotheses]
    assert len(stated) == len(set(stated))
    assert {str(path) for path in model.paths} <= set(stated)
    assert {str(moderation) for moderation in model.moderations} <= set(stated)
    assert all(hypothesis.sign in ("+", "-") for hypothesis in model.hypotheses)


@pytest.mark.parametrize("name", NAMES)
def test_a_moderator_has_a_main_effect_of_its_own(name: str) -> None:
    model = load(name)
    declared = {(path.predictor, path.outcome) for path in model.paths}
    assert all((m.moderator, m.outcome) in declared for m in model.moderations)


@pytest.mark.parametrize("name", NAMES)
def test_three_indicators_or_more_everywhere(name: str) -> None:
    """Three indicators for each latent variable, a recursive structure: identified by the two-step rule."""
    model = load(name)
    assert all(3 <= len(items) <= 5 for items in model.measurement.values())
    assert all(len(parts) >= 3 for parts in model.second_order.values())


@pytest.mark.parametrize("name", NAMES)
def test_statements_are_complete_and_different(name: str) -> None:
    statements = [hypothesis.statement for hypothesis in load(name).hypotheses]
    for language in ("en", "zh"):
        words = [text.to_dict()[language] for text in statements]
        assert all(words)
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("name", NAMES)
def test_no_arrow_runs_through_a_node(name: str) -> None:
    assert blocked(load(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_moderation_arrow_crosses_no_other_arrow(name: str) -> None:
    assert crossing_moderations(load(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_reading_order_of_the_diagram(name: str) -> None:
    """The last outcome alone at the far right, no cause right of its effect, a moderator above its path."""
    model = load(name)
    at = positions(model)
    assert set(at) == {n for outcome in model.outcomes for n in (outcome, *model.predictors(outcome))}
    widths = {len(row) for row in model.grid}
    assert len(widths) == 1
    rightmost = max(x for x, _ in at.values())
    assert [n for n, (x, _) in at.items() if x == rightmost] == ["BI" if name == "davis-tam" else "PI"]
    for path in model.paths:
        assert at[path.predictor][0] <= at[path.outcome][0], path
    for m in model.moderations:
        middle = (at[m.predictor][1] + at[m.outcome][1]) / 2
        assert at[m.moderator][1] < middle, m
    if {"PU", "PEOU"} <= set(at):
        assert at["PU"][1] < at["PEOU"][1]


def test_the_geometry_itself() -> None:
    assert crosses_box((0, 0), (2, 0), (1, 0))
    assert not crosses_box((0, 0), (2, 0), (1, 1))
    assert not crosses_box((0, 0), (0.5, 0), (1, 0))
    assert crosses_box((0, 0), (2, 2), (1, 1))
    assert not crosses_box((0, 0), (0.5, 2), (1, 1))
