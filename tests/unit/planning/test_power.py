"""Power of every effect: right shares, right errors, the same whoever computes them."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from tam.engine import fit_model
from tam.engine.bootstrap_setting import Task, streams
from tam.engine.moments import Moments
from tam.engine.products_expand import expand_interactions
from tam.engine.syntax import print_model
from tam.errors import TamError, Unavailable
from tam.planning.plan import Plan, make_plan
from tam.planning.population_values import NamedNumbers, read_assignments
from tam.planning.power import chosen_targets, failures, power_at, smallest_size, wilson_interval
from tam.planning.power_curve import Point, locate, probit_line
from tam.planning.power_effects import sign_of_product
from tam.planning.power_scenario import Scenario, make_scenario
from tam.planning.power_search import Effort, needed_sizes, smallest_effects
from tam.planning.survey import SurveyDesign, read_cuts

THREE = NamedNumbers(3.0)
PATHS = ("PU~PEOU=.4", "ATT~PU=.3,ATT~PEOU=0")


def plan_of(*paths: str, **more: object) -> Plan:
    return make_plan(None, read_assignments(paths), items=THREE, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return make_scenario(plan_of(*PATHS))


def test_effects_are_paths_and_routes(scenario: Scenario) -> None:
    named = [(one.name, one.kind) for one in scenario.targets]
    assert named == [
        ("PU ~ PEOU", "direct"),
        ("ATT ~ PU", "direct"),
        ("ATT ~ PEOU", "direct"),
        ("PEOU -> PU -> ATT", "indirect"),
    ]
    assert scenario.values == pytest.approx([0.4, 0.3, 0.0, 0.12], abs=1e-6)
    assert chosen_targets(scenario, ["PEOU->PU->ATT", "ATT~PU"]) == [3, 1]
    with pytest.raises(TamError) as caught:
        chosen_targets(scenario, ["ATT ~ PI"])
    assert caught.value.problems[0].code == "planning-effect-unknown"


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("extra", [(), ("ATT~PEOU:PU=.2",)])
def test_estimates_and_errors_are_those_of_single_fits(estimator: str, extra: tuple[str, ...]) -> None:
    """Three replications, drawn as answers, against ``fit_model`` on the same rows."""
    scenario = make_scenario(plan_of(*PATHS, *extra), estimator=estimator)
    scenario = Scenario(**{**_fields(scenario), "moments": False})
    task = Task("draws", 11, 0, 3)
    outcome = scenario.outcome(250, task)
    for k, rng in enumerate(streams(task)):
        rows = scenario.sampler.draw(250, rng).answers
        data = pd.DataFrame(rows, columns=list(scenario.plan.population.items))
        expansion = expand_interactions(scenario.plan.fitted, data)
        fit = fit_model(print_model(expansion.syntax), expansion.data, estimator=estimator)
        estimates = fit.estimates.set_index(["lhs", "op", "rhs"])
        for at, target in enumerate(scenario.targets):
            if target.kind in ("direct", "interaction"):
                row = estimates.loc[(target.lhs, "~", target.rhs)]
                assert outcome.value[k, at] == pytest.approx(row["est"], abs=1e-5)
                assert outcome.errors[k, at] == pytest.approx(row["se"], rel=1e-4)
                assert outcome.found[k, at] == (abs(row["z"]) > norm.ppf(0.975))


def _fields(scenario: Scenario) -> dict[str, object]:
    return {one.name: getattr(scenario, one.name) for one in fields(scenario)}


def test_shares_agree_with_the_noncentral_distribution(scenario: Scenario) -> None:
    """Satorra and Saris (1985): the restricted model's F at the population gives the noncentrality."""
    n, replications = 300, 2000
    found = power_at(scenario, [n], replications, 1)[0]
    population = scenario.plan.population
    k = population.latents
    moments = Moments(population.items, population.groups[0].total[k:, k:], None, 1_000_000)
    for at, restricted in ((0, "PU ~ 0*PEOU"), (1, "ATT ~ 0*PU + PEOU")):
        left = restricted.split(" ~ ")[0]
        lines = [line for line in scenario.plan.fitted.splitlines() if not line.startswith(f"{left} ~ ")]
        fit = fit_model("\n".join([*lines, restricted]), moments)
        noncentrality = float(fit.measures["chisq"]) / 1e6 * n
        root = np.sqrt(noncentrality)
        power = norm.cdf(root - 1.96) + norm.cdf(-root - 1.96)
        # Monte Carlo error, and a point for what is asymptotic in it (Wald against likelihood ratio)
        assert found.effects[at].power == pytest.approx(
            power, abs=3 * np.sqrt(power * (1 - power) / 2000) + 0.015
        )


def test_an_absent_path_is_found_as_often_as_alpha_says(scenario: Scenario) -> None:
    found = power_at(scenario, [300], 3000, 5)[0].effects[2]
    assert found.power == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 3000) + 0.003)
    assert found.coverage == pytest.approx(0.95, abs=0.015)
    assert found.mean == pytest.approx(0.0, abs=0.01)


def test_the_answer_does_not_depend_on_who_computes_it(scenario: Scenario) -> None:
    alone = power_at(scenario, [100, 200], 500, 9)
    together = power_at(scenario, [100, 200], 500, 9, workers=2)
    assert alone == together
    assert power_at(scenario, [200], 500, 9)[0] == alone[1]
    assert power_at(scenario, [200], 500, 10)[0] != alone[1]


def test_answers_in_categories_with_gaps_and_carelessness_lose_power(scenario: Scenario) -> None:
    design = SurveyDesign(cuts=read_cuts(5, "skewed"), missing=0.02, careless=0.1)
    worse = power_at(make_scenario(plan_of(*PATHS, design=design)), [200], 200, 1)[0]
    better = power_at(scenario, [200], 200, 1)[0]
    assert worse.effects[1].power < better.effects[1].power - 0.05
    assert worse.used + worse.failed == 200


def test_groups_and_a_defined_difference() -> None:
    text = "X =~ .8*x1 + .7*x2 + .7*x3\nY =~ .8*y1 + .7*y2 + .7*y3\n"
    text += "Y ~ c(b1, b2)*X + c(0.5, 0.1)*X\nd := b1 - b2"
    scenario = make_scenario(make_plan(text, groups={"head": 0.5, "tail": 0.5}))
    assert [one.name for one in scenario.targets] == ["Y ~ X [head]", "Y ~ X [tail]", "d"]
    assert scenario.values == pytest.approx([0.5, 0.1, 0.4], abs=1e-5)
    found = power_at(scenario, [400], 300, 1)[0].effects
    assert found[0].power > 0.99
    assert found[2].mean == pytest.approx(0.4, abs=0.03)
    assert found[2].sd == pytest.approx(found[2].mean_se, rel=0.15)
    assert 0.6 < found[2].power < 0.99


def test_a_model_without_paths_tests_its_covariances() -> None:
    text = "X =~ .8*x1 + .7*x2 + .7*x3\nY =~ .8*y1 + .7*y2 + .7*y3\nX ~~ .3*Y"
    scenario = make_scenario(make_plan(text))
    assert [one.name for one in scenario.targets] == ["X ~~ Y"]
    assert power_at(scenario, [400], 100, 1)[0].effects[0].power > 0.9


def test_another_model_can_be_fitted() -> None:
    plan = plan_of("PU~PEOU=.4", "ATT~PU=.3,ATT~PEOU=.2")
    short = "\n".join(line for line in plan.fitted.splitlines() if line != "ATT ~ PEOU")
    left_out = make_plan(
        None, read_assignments(["PU~PEOU=.4", "ATT~PU=.3,ATT~PEOU=.2"]), items=THREE, fitted=short
    )
    scenario = make_scenario(left_out)
    place = [one.name for one in scenario.targets].index("ATT ~ PU")
    assert scenario.values[place] == pytest.approx(0.3 + 0.2 * 0.4, abs=0.03)  # what the left-out path adds


def test_too_few_respondents_are_refused(scenario: Scenario) -> None:
    assert smallest_size(scenario) == 11
    with pytest.raises(TamError) as caught:
        power_at(scenario, [5, 100], 50, 1)
    assert [one.code for one in caught.value.problems] == ["planning-too-few"]
    few = power_at(scenario, [40], 50, 1)
    assert few[0].failed + few[0].used == 50
    assert failures(few) == []
    poor = replace(few[0], used=40, failed=10)
    assert [(one.code, one.exit_code) for one in failures([poor])] == [("planning-many-failed", 1)]


def test_wilson_interval_against_r() -> None:
    """prop.test(x, n, correct = FALSE)$conf.int, R 4.2.2."""
    assert wilson_interval(80, 100) == pytest.approx((0.7111708344, 0.8666330667), abs=1e-9)
    assert wilson_interval(0, 50) == pytest.approx((0.0, 0.0713475991), abs=1e-9)
    assert wilson_interval(50, 50) == pytest.approx((0.9286524009, 1.0), abs=1e-9)


def test_sign_of_a_product_against_many_draws() -> None:
    rng = np.random.default_rng(1)
    cases = [
        (np.array([1.5, 2.0]), np.array([[1.0, 0.3], [0.3, 1.0]])),
        (np.array([0.5, -2.0]), np.array([[1.0, -0.6], [-0.6, 2.0]])),
        (np.array([2.0, 1.0, 1.5]), np.array([[1.0, 0.2, 0.0], [0.2, 1.0, -0.3], [0.0, -0.3, 1.0]])),
    ]
    for mean, covariance in cases:
        drawn = rng.multivariate_normal(mean, covariance, size=400_000)
        expected = float(np.sign(drawn).prod(axis=1).mean())
        found = float(sign_of_product(mean[None], covariance[None])[0])
        assert found == pytest.approx(expected, abs=0.004)


def test_probit_line_against_r() -> None:
    """glm(cbind(f, 1000 - f) ~ x, binomial("probit")), f = 400, 620, 850, x = 10, 12, 15, R 4.2.2."""
    line = probit_line([Point(10.0, 400, 1000), Point(12.0, 620, 1000), Point(15.0, 850, 1000)])
    assert line is not None
    assert (line.level, line.slope) == pytest.approx((-2.816136506768, 0.257883936718), abs=1e-8)
    assert np.sqrt(np.diag(line.covariance)) == pytest.approx([0.1534658396526, 0.0126146010289], rel=1e-6)


@pytest.mark.parametrize("start", [3.0, 12.0, 60.0])
def test_a_crossing_is_found_from_any_start(start: float) -> None:
    """A known curve, Phi(0.25 x - 1.96): power .8 at x = 11.21, whatever the first guess."""
    rng = np.random.default_rng(2)

    def measure(places):
        return [Point(x, int(rng.binomial(1000, norm.cdf(0.25 * x - 1.96))), 1000) for x in places]

    truth = (norm.ppf(0.8) + 1.96) / 0.25
    found = locate(measure, start, 0.8, 2.0, 100.0)
    assert found.verdict == "found"
    assert found.x == pytest.approx(truth, rel=0.03)
    assert found.low < found.x < found.high
    assert locate(measure, 5.0, 0.8, 2.0, 8.0).verdict == "beyond"
    assert locate(measure, 30.0, 0.8, 20.0, 100.0).verdict == "lowest"


def test_the_needed_size_has_the_power(scenario: Scenario) -> None:
    needed, looked = needed_sizes(scenario, [1, 2], 0.8, 800, Effort(500, 1))
    assert isinstance(needed[0].n, int)
    assert needed[0].ci_low < needed[0].n < needed[0].ci_high
    check = power_at(scenario, [needed[0].n], 2000, 77)[0].effects[1]
    assert check.power == pytest.approx(0.8, abs=0.04)
    assert isinstance(needed[1].n, Unavailable)  # the absent path
    assert {one.n for one in looked} and max(one.n for one in looked) <= 800


def test_the_smallest_effect_has_the_power(scenario: Scenario) -> None:
    found = smallest_effects(scenario, [1, 3], 200, 0.8, Effort(500, 1))
    assert [one.effect for one in found] == ["ATT ~ PU"]  # an indirect effect has no value of its own
    smallest = found[0].smallest
    assert isinstance(smallest, float)
    plan = plan_of("PU~PEOU=.4", f"ATT~PU={smallest},ATT~PEOU=0")
    check = power_at(make_scenario(plan), [200], 2000, 78)[0].effects[1]
    assert check.power == pytest.approx(0.8, abs=0.04)


def test_a_cluster_gives_the_same_answer(scenario: Scenario) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        there = power_at(scenario, [100], 150, 5, scheduler=cluster.scheduler_address)
    assert there == power_at(scenario, [100], 150, 5)
    with pytest.raises(TamError) as error:
        power_at(scenario, [100], 50, 1, scheduler="carrier-pigeon://roof")
    assert error.value.problems[0].code == "dask-unreachable"


def test_progress_counts_to_the_end(scenario: Scenario) -> None:
    told: list[tuple[int, int]] = []
    power_at(scenario, [100], 120, 1, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 120), (50, 120), (100, 120), (120, 120)]
