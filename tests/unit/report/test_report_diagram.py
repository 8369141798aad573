"""The path diagram: no arrow through a node, no label on another, in shipped models and random ones."""

from __future__ import annotations

import random
from typing import Any

import pytest
from small_results import small_results

from tam.content import content_path
from tam.report.context import context_for
from tam.report.diagram.figure import broken, path_diagram
from tam.spec.instrument_file import load_instrument
from tam.spec.model import Model
from tam.spec.model_file import load_model

SHIPPED = sorted(path.stem for path in content_path("instruments", "models").glob("*.yaml"))
ESTIMATE = {"est": 0.2, "std": 0.2, "ci_low": 0.1, "ci_high": 0.3}


def row(predictor: str, outcome: str, est: float) -> dict[str, Any]:
    ends = {"ci_low": est - 0.1, "ci_high": est + 0.1}
    return {"lhs": outcome, "op": "~", "rhs": predictor, "est": est, "std": est, **ends}


def results_of(model: Model, labels: dict[str, Any]) -> dict[str, Any]:
    """Results as if every path of the model had been estimated."""
    paths = [{"outcome": one.outcome, "predictor": one.predictor} for one in model.paths]
    moderations = [
        {"predictor": one.predictor, "moderator": one.moderator, "outcome": one.outcome, **ESTIMATE}
        for one in model.moderations
    ]
    return {
        "study": {
            "constructs": {name: {"label": label} for name, label in labels.items()},
            "model": {
                "paths": paths,
                "second_order": dict(model.second_order),
                "grid": [list(r) for r in model.grid],
            },
        },
        "structure": {
            "estimates": [row(one["predictor"], one["outcome"], 0.31) for one in paths],
            "r2": {one["outcome"]: 0.42 for one in paths},
        },
        "moderation": {"analyses": moderations},
    }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_are_drawn_without_fault(name: str, language: str) -> None:
    instrument = load_instrument(name)
    model = load_model(name, instrument)
    labels = {key: {"en": one.label.en, "zh": one.label.zh} for key, one in instrument.constructs.items()}
    drawn = path_diagram(context_for(results_of(model, labels), language))
    assert drawn is not None
    assert drawn.faults == ()
    assert len(drawn.arrows) == len(model.paths) + len(model.moderations)
    assert drawn.left_out == ()


def random_results(seed: int) -> dict[str, Any]:
    """Three to five constructs, an acyclic model without a grid, sometimes a moderation."""
    rng = random.Random(seed)
    names = [f"C{index}" for index in range(rng.randint(3, 5))]
    pairs = [(a, b) for index, b in enumerate(names) for a in names[:index]]
    chosen = sorted(rng.sample(pairs, min(len(pairs), rng.randint(len(names) - 1, len(names) + 1))))
    moderations: list[dict[str, Any]] = []
    outsiders = [name for name in names if name not in chosen[0]]
    if rng.random() < 0.4 and outsiders:
        ends = {"predictor": chosen[0][0], "outcome": chosen[0][1]}
        moderations = [{**ends, "moderator": rng.choice(outsiders), **ESTIMATE}]
    return {
        "study": {
            "constructs": {name: {"label": {"en": f"Construct {name}"}} for name in names},
            "model": {},
        },
        "structure": {"estimates": [row(a, b, 0.3) for a, b in chosen], "r2": {}},
        "moderation": {"analyses": moderations},
    }


def test_random_models_are_drawn_without_an_arrow_through_a_node() -> None:
    faulty = {}
    for seed in range(50):
        drawn = path_diagram(context_for(random_results(seed), "en"))
        assert drawn is not None
        if drawn.faults:
            faulty[seed] = drawn.faults
    assert not faulty


def test_arrows_bend_round_a_node_that_stands_in_the_way() -> None:
    results = random_results(0)
    results["structure"]["estimates"] = [row("C0", "C2", 0.3), row("C0", "C1", 0.3), row("C1", "C2", 0.3)]
    results["study"]["model"]["grid"] = [["C0", "C1", "C2"]]
    results["moderation"]["analyses"] = []
    drawn = path_diagram(context_for(results, "en"))
    assert drawn is not None and drawn.faults == ()


def test_the_same_results_give_the_same_drawing() -> None:
    drawings = {path_diagram(context_for(small_results(), "en")).svg for _ in range(2)}  # type: ignore[union-attr]
    assert len(drawings) == 1


def test_moderators_land_on_the_path_and_uncertain_paths_are_dashed() -> None:
    results = small_results()
    results["structure"]["estimates"][1] |= {"ci_low": -0.1, "ci_high": 0.6}
    drawn = path_diagram(context_for(results, "en"))
    assert drawn is not None and drawn.moderated
    assert 'class="arrow moderates"' in drawn.svg and drawn.svg.count('class="dot"') == 1
    assert 'class="arrow open" data-path="TR -&gt; PI"' in drawn.svg
    assert 'class="arrow" data-path="PU -&gt; PI"' in drawn.svg


def test_labels_are_broken_to_fit_the_box() -> None:
    assert broken("Perceived ease of use") == ("Perceived ease", "of use")
    assert broken("平台内容社区的情感吸引力与信任") != ("平台内容社区的情感吸引力与信任",)
    assert all(len(line) < 30 for line in broken("x" * 500))
