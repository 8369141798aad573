"""Power against lavaan's own simulation and the noncentral chi-square distribution (values/*.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tam.planning.plan import make_plan
from tam.planning.population_values import NamedNumbers, read_assignments
from tam.planning.power import EffectPower, power_at
from tam.planning.power_effects import target_estimates
from tam.planning.power_errors import Drawn, covariances_of_estimates
from tam.planning.power_scenario import Scenario, make_scenario

HERE = Path(__file__).parent / "values"
PEER: dict[str, Any] = json.loads((HERE / "power.json").read_text(encoding="utf-8"))
PATHS = ("PU~PEOU", "ATT~PU", "ATT~PEOU", "PI~ATT", "PI~PU")
REPLICATIONS = 2000


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return make_scenario(make_plan((HERE / "population.lav").read_text(encoding="utf-8")))


def found_at(scenario: Scenario, n: int, replications: int = REPLICATIONS) -> dict[str, EffectPower]:
    effects = power_at(scenario, [n], replications, 20261122)[0].effects
    return {one.effect.replace(" ", ""): one for one in effects}


def chance(power: float, ours: int, theirs: float) -> float:
    """Three and a half standard errors of the difference of two shares."""
    return 3.5 * float(np.sqrt(max(power * (1 - power), 0.002) * (1 / ours + 1 / theirs)))


def test_the_population_is_lavaans(scenario: Scenario) -> None:
    population = scenario.plan.population
    names = PEER["sigma"]["names"]
    places = [population.names.index(name) for name in names]
    ours = population.groups[0].total[np.ix_(places, places)]
    assert ours == pytest.approx(np.array(PEER["sigma"]["values"]), abs=1e-10)


def wald_per_root_n(scenario: Scenario) -> dict[str, float]:
    """Estimate / (standard error sqrt(n)) of every effect at the population."""
    level = np.zeros((1, len(scenario.plan.population.items)))
    part = scenario.setting.groups[0]
    covariance = (part.factor @ part.factor.T)[None]
    drawn = Drawn([level], [covariance], [np.array([1.0])])
    vcov = covariances_of_estimates(
        scenario.setting, scenario.batch, scenario.setting.theta[None], drawn, robust=False
    )
    estimates = target_estimates(scenario.compiled, scenario.targets, scenario.setting.theta[None])
    slope = estimates.slope[0]
    errors = np.sqrt(np.einsum("tq,qp,tp->t", slope, vcov[0], slope))
    numbers = estimates.value[0] / errors
    return {one.name.replace(" ", ""): float(z) for one, z in zip(scenario.targets, numbers, strict=True)}


def test_standard_errors_at_the_population_are_lavaans(scenario: Scenario) -> None:
    """Of every path and of a*b; lavaan stops near its optimum."""
    ours = wald_per_root_n(scenario)
    for path in (*PATHS, "ab:=a*b"):
        expected = PEER["wald_per_root_n"][path]
        assert ours[path.partition(":=")[0]] == pytest.approx(expected, abs=2e-4), path


@pytest.mark.parametrize("case", PEER["satorra_saris"], ids=lambda case: str(case["n"]))
def test_power_by_the_noncentral_distribution(scenario: Scenario, case: dict[str, Any]) -> None:
    found = found_at(scenario, case["n"])
    for path, power in case["power"].items():
        # beside chance: the distribution holds in large samples, and for the likelihood ratio
        room = 0.03 if case["n"] <= 100 else 0.02
        assert found[path].power == pytest.approx(power, abs=chance(power, REPLICATIONS, np.inf) + room), path


@pytest.mark.parametrize("case", PEER["simulation"], ids=lambda case: str(case["n"]))
def test_power_by_lavaans_simulation(scenario: Scenario, case: dict[str, Any]) -> None:
    found = found_at(scenario, case["n"])
    for path in PATHS:
        one, power = found[path], case["power"][path]
        assert one.power == pytest.approx(power, abs=chance(power, REPLICATIONS, case["used"])), path
        assert one.mean == pytest.approx(case["mean"][path], abs=4 * one.sd / np.sqrt(case["used"]) * 1.3)
        assert one.mean_se == pytest.approx(case["mean_se"][path], rel=0.02)
        assert one.sd == pytest.approx(case["sd"][path], rel=0.1)
    # a defined parameter is tested by z, as lavaan does; the route itself by the distribution of the product
    power = case["power"]["ab:=a*b"]
    assert found["ab"].power == pytest.approx(power, abs=chance(power, REPLICATIONS, case["used"]))
    assert found["PEOU->PU->ATT"].power >= found["ab"].power


@pytest.mark.slow
@pytest.mark.parametrize("n", [150, 300])
def test_an_absent_path_is_found_in_five_of_a_hundred(scenario: Scenario, n: int) -> None:
    found = found_at(scenario, n, 4000)["ATT~PEOU"]
    assert found.power == pytest.approx(0.05, abs=3.5 * np.sqrt(0.05 * 0.95 / 4000))


def test_the_latent_interaction_by_lavaan_and_semtools() -> None:
    """All pairs, double-mean-centred, robust standard errors; items with loading .8."""
    peer = json.loads((HERE / "interaction.json").read_text(encoding="utf-8"))["interaction"]
    paths = ["Y~X=.4,Y~Z=.3,Y~X:Z=.2,X~~Z=.3"]
    reliability = 3 * 0.64 / (3 * 0.64 + 0.36)
    plan = make_plan(
        None, read_assignments(paths), items=NamedNumbers(3.0), reliability=NamedNumbers(reliability)
    )
    found = found_at(make_scenario(plan, estimator="MLR"), peer["n"], 600)["Y~X:Z"]
    assert found.power == pytest.approx(peer["power"], abs=chance(peer["power"], 600, peer["used"]))
    assert found.mean == pytest.approx(peer["mean"], abs=4 * found.sd / np.sqrt(peer["used"]))
    assert found.mean_se == pytest.approx(peer["mean_se"], rel=0.06)


@pytest.mark.slow
def test_an_absent_interaction_is_found_in_five_of_a_hundred() -> None:
    plan = make_plan(None, read_assignments(["Y~X=.4,Y~Z=.3,Y~X:Z=0,X~~Z=.3"]), items=NamedNumbers(3.0))
    found = found_at(make_scenario(plan), 500, 1000)["Y~X:Z"]
    # robust standard errors are themselves slightly small at n = 500
    assert found.power == pytest.approx(0.05, abs=3.5 * np.sqrt(0.05 * 0.95 / 1000) + 0.01)
