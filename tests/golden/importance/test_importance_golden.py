"""Importance against lavaan with effect-coded loadings, item shares, and Wilson's interval against R."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pandas as pd
import pytest

from tam.analysis.effects import effects_with_draws
from tam.analysis.priorities import priorities
from tam.analysis.priority_map import PriorityMap
from tam.engine import fit_model
from tam.spec.instrument import Scale
from tam.spec.model import Model, Path
from tam.spec.text import Text
from tam.stats.top_box import wilson_limits

HERE = File(__file__).parent
EXPECTED: dict[str, Any] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
TAM = {
    "PEOU": ("peou1", "peou2", "peou3"),
    "PU": ("pu1", "pu2", "pu3", "pu4"),
    "ATT": ("att1", "att2", "att3"),
    "PI": ("pi1", "pi2", "pi3"),
}
CREDIBLE = {name: tuple(f"{name.lower()}{k}" for k in (1, 2, 3)) for name in ("EXP", "TRU", "ATR")}
PATHS = (Path("PU", "PEOU"), Path("ATT", "PEOU"), Path("ATT", "PU"), Path("PI", "ATT"), Path("PI", "PU"))


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    table = pd.read_csv(HERE.parent.parent / "data" / "tam_sim" / "tam_sim_complete.csv")
    table.columns = table.columns.str.lower()
    return table.assign(pu4=8 - table["pu4"], tru3=8 - table["tru3"])


def map_of(model: Model, answers: pd.DataFrame) -> PriorityMap:
    fit = fit_model(model.to_lavaan(), answers)
    found, draws = effects_with_draws(model, fit, draws=0)
    scale = Scale("agree7", "ordinal", 1, 7)
    placed = priorities(model, fit, answers, dict.fromkeys(answers.columns, scale), found, draws)
    assert isinstance(placed, PriorityMap)
    return placed


def test_importance_is_the_total_effect_in_the_units_of_item_means(answers: pd.DataFrame) -> None:
    placed = map_of(Model("tam", Text("tam"), TAM, {}, PATHS), answers)
    assert placed.outcome == "PI" and [one.construct for one in placed.constructs] == ["PEOU", "PU", "ATT"]
    for one in placed.constructs:
        name = f"{one.construct}_PI"
        assert one.importance == pytest.approx(EXPECTED["importance"][name], rel=1e-4)
        half = (one.ci_high - one.ci_low) / 2 / 1.959963984540054  # type: ignore[operator]
        assert half == pytest.approx(EXPECTED["se"][name], rel=1e-4)


def test_item_shares_are_those_of_the_factor_scores(answers: pd.DataFrame) -> None:
    placed = map_of(Model("tam", Text("tam"), TAM, {}, PATHS), answers)
    shares = {(one.construct, one.item): one.share for one in placed.items}
    for construct, items in EXPECTED["shares"].items():
        for item, share in items.items():
            assert shares[construct, item] == pytest.approx(share, abs=1e-4)


def test_a_second_order_driver_counts_in_the_mean_of_its_parts(answers: pd.DataFrame) -> None:
    measurement = {"PI": TAM["PI"], **CREDIBLE}
    model = Model("c", Text("c"), measurement, {"CRED": ("EXP", "TRU", "ATR")}, (Path("PI", "CRED"),))
    (only,) = map_of(model, answers).constructs
    assert only.importance == pytest.approx(EXPECTED["second_order"], rel=1e-4)


@pytest.mark.parametrize("case", EXPECTED["wilson"])
def test_wilson_limits_are_those_of_prop_test(case: dict[str, float]) -> None:
    low, high = wilson_limits(int(case["count"]), int(case["n"]))
    assert (low, high) == pytest.approx((case["low"], case["high"]), abs=1e-10)


@pytest.mark.parametrize("n", [7, 50, 367])
def test_wilson_limits_are_those_of_statsmodels(n: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    for count in range(n + 1):
        assert wilson_limits(count, n) == pytest.approx(
            proportion_confint(count, n, method="wilson"), abs=1e-14
        )
