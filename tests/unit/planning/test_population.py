"""A population is what the values say; what they leave open is filled in by the rules of the page."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tam.errors import TamError
from tam.planning.plan import Plan, make_plan, simulate
from tam.planning.population import population_syntax
from tam.planning.population_values import NamedNumbers, loading_for, read_assignments, read_named_numbers
from tam.planning.skewed import normal_correlation, skewed_margin
from tam.planning.survey import Sampler, SurveyDesign, read_cuts
from tam.spec.instrument_file import load_instrument
from tam.spec.model_file import load_model

LARGE = 200_000
#: Five standard errors of a correlation at n = 200,000.
NOISE = 0.012


def plan_of(*paths: str, **more: object) -> Plan:
    return make_plan(None, read_assignments(paths), **more)  # type: ignore[arg-type]


def codes(caught: pytest.ExceptionInfo[TamError]) -> list[str]:
    return [one.code for one in caught.value.problems]


def test_paths_alone_make_a_standardised_population() -> None:
    plan = plan_of("PU~PEOU=.5", "ATT~PU=.4, ATT~PEOU=.2", "PEOU~~KOL=.3", "ATT~KOL=.1")
    population = plan.population
    total = population.groups[0].total
    place = {name: at for at, name in enumerate(population.names)}
    assert np.diag(total) == pytest.approx(np.ones(len(total)))
    assert total[place["PEOU"], place["ATT"]] == pytest.approx(0.2 + 0.4 * 0.5 + 0.1 * 0.3)
    # covariance of two items: loading^2 times that of their constructs, loading^2 = .8 / (4 - 3 * .8) = .5
    assert total[place["peou1"], place["pu2"]] == pytest.approx(0.5 * 0.5)
    assert len(population.items) == 16


@pytest.mark.parametrize(("reliability", "items"), [(0.7, 3), (0.9, 5), (0.8, 1), (1.0, 4)])
def test_loadings_give_the_reliability(reliability: float, items: int) -> None:
    loading = loading_for(reliability, items)
    true = (items * loading) ** 2
    assert true / (true + items * (1 - loading**2)) == pytest.approx(reliability)


def test_lavaan_syntax_with_values_comes_back_whole() -> None:
    text = "F =~ 0.8*a + 0.6*b + 0.7*c\nG =~ 0.9*d + 0.5*e\nG ~ 0.3*F\n"
    text += "a ~~ 0.1*b\nF ~~ 2*F\nG ~~ 0.5*G\na ~~ 0.4*a"
    plan = make_plan(text)
    again = make_plan(population_syntax(plan.population))
    for one, other in zip(plan.population.groups, again.population.groups, strict=True):
        assert one.total == pytest.approx(other.total)
    place = {name: at for at, name in enumerate(plan.population.names)}
    total = plan.population.groups[0].total
    assert total[place["F"], place["F"]] == pytest.approx(2.0)
    assert total[place["G"], place["G"]] == pytest.approx(0.5 + 0.09 * 2.0)
    assert total[place["a"], place["a"]] == pytest.approx(0.64 * 2 + 0.4)
    assert total[place["a"], place["b"]] == pytest.approx(0.48 * 2 + 0.1)
    assert total[place["b"], place["b"]] == pytest.approx(1.0)


def test_the_fitted_model_is_free_of_values_and_keeps_labels() -> None:
    plan = make_plan("F =~ .8*a + .6*b + .7*c\nG =~ .9*d + .5*e + .5*f\nG ~ p*F + .3*F\nq := p*2")
    assert "G ~ p*F" in plan.fitted
    assert "q := p*2" in plan.fitted
    assert "0.8" not in plan.fitted


def test_variance_of_a_product_leaves_its_outcome_at_one() -> None:
    plan = plan_of("Y~X=.4,Y~Z=.3,Y~X:Z=.2", "X~~Z=.5", items=NamedNumbers(1.0))
    sample = Sampler(plan.population, SurveyDesign()).draw(LARGE, np.random.default_rng(3)).answers
    x, z, y = (sample[:, plan.population.items.index(name)] for name in ("x1", "z1", "y1"))
    assert y.var() == pytest.approx(1.0, abs=NOISE)
    design = np.column_stack([np.ones(LARGE), x, z, x * z])
    weights = np.linalg.lstsq(design, y, rcond=None)[0]
    assert weights == pytest.approx([-0.2 * 0.5, 0.4, 0.3, 0.2], abs=NOISE)  # the product is centred


def test_a_shipped_model_takes_values_and_other_items() -> None:
    model = load_model("kol-tam", load_instrument("kol-tam"))
    values = read_assignments(
        ["PU~PEOU=.5", "ATT~PEOU=.2,ATT~PU=.4", "PI~ATT=.3,PI~PU=.1,PI~CRED=.2", "ATT->PI by CRED=.15"]
    )
    plan = make_plan(model, values, reliability=NamedNumbers(0.8, {"PU": 0.9}))
    assert set(plan.population.items) >= {"PU1", "EXP1", "ATR3"}
    assert "PI ~ ATT:CRED" in plan.fitted
    shorter = make_plan(model, values, items=NamedNumbers(None, {"PU": 3.0}))
    assert [name for name in shorter.population.items if name.lower().startswith("pu")] == [
        "pu1",
        "pu2",
        "pu3",
    ]
    with pytest.raises(TamError) as caught:
        make_plan(model, values[:-1])
    assert codes(caught) == ["planning-value-missing"]


def test_groups_have_values_of_their_own() -> None:
    plan = plan_of("PU~PEOU=.5/.1", groups={"head": 1.0, "tail": 3.0})
    assert plan.population.sizes(401) == (100, 301)
    effects = [sorted({round(float(v), 3) for v in group.paths.ravel()}) for group in plan.population.groups]
    assert 0.5 in effects[0] and 0.1 in effects[1]


@pytest.mark.parametrize(
    ("paths", "code"),
    [
        (("PU~PEOU=.9,PU~KOL=.8",), "planning-variance-exceeded"),
        (("PU~PEOU=.5", "PEOU~PU=.2"), "planning-circle"),
        (("PU~PEOU",), "planning-path-unreadable"),
        (("PU~PEOU=much",), "planning-path-unreadable"),
        (("PU~PEOU=nan",), "planning-path-unreadable"),
        (("Y~X:Z:W=.1",), "interaction-three-way"),
        (("Y~X=.1,Y~Z=.1,Y~W=.1", "X~~Z=.9,Z~~W=.9,X~~W=-.9"), "planning-correlations-impossible"),
        ((), "planning-nothing-to-plan"),
    ],
)
def test_impossible_values_are_refused(paths: tuple[str, ...], code: str) -> None:
    with pytest.raises(TamError) as caught:
        plan_of(*paths)
    assert code in codes(caught)


def test_a_model_file_knows_its_paths() -> None:
    text = "F =~ .8*a + .6*b + .7*c\nG =~ .9*d + .5*e + .5*f\nG ~ .3*F"
    with pytest.raises(TamError) as caught:
        make_plan(text, read_assignments(["F~H=.2"]))
    assert codes(caught) == ["planning-path-unknown"]
    with pytest.raises(TamError) as caught:
        make_plan(text, reliability=NamedNumbers(None, {"H": 0.9}))
    assert codes(caught) == ["planning-construct-unknown"]
    with pytest.raises(TamError) as caught:
        make_plan("F =~ a + b + c\nG =~ d + e + f\nG ~ F")
    assert codes(caught) == ["planning-value-missing"]
    with pytest.raises(TamError) as caught:
        make_plan("F =~ a + b + c\nF ~ .2*F2:H\nF2 =~ d + e")
    assert "planning-factor-unknown" in codes(caught)


def test_named_numbers_are_read_or_refused() -> None:
    found = read_named_numbers(".8,PU=.9", "--reliability", 0.1, 0.99)
    assert (found.of("ATT"), found.of("PU")) == (0.8, 0.9)
    for bad in ("x", "1.5", "PU=", "=.5", "nan"):
        with pytest.raises(TamError):
            read_named_numbers(bad, "--reliability", 0.1, 0.99)


@pytest.mark.parametrize("skew", [0.5, 1.5, -2.0])
def test_margins_have_the_skewness_asked_for(skew: float) -> None:
    """By quadrature over the normal density: mean 0, variance 1, third moment the skewness."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(180)
    weights = weights / math.sqrt(2 * math.pi)
    values = skewed_margin(nodes, skew)
    moments = [float(weights @ values**k) for k in (1, 2, 3)]
    assert moments == pytest.approx([0.0, 1.0, skew], abs=2e-3)


def test_skewed_factors_keep_their_correlation() -> None:
    plan = plan_of(
        "Y~X=.2,Y~Z=.2", "X~~Z=.5", items=NamedNumbers(1.0), design=SurveyDesign(skew=NamedNumbers(1.5))
    )
    sample = Sampler(plan.population, plan.design).draw(LARGE, np.random.default_rng(5)).answers
    x, z = (sample[:, plan.population.items.index(name)] for name in ("x1", "z1"))
    assert np.corrcoef(x, z)[0, 1] == pytest.approx(0.5, abs=NOISE)
    assert np.mean((x - x.mean()) ** 3) / x.std() ** 3 == pytest.approx(1.5, abs=0.06)
    assert normal_correlation(-0.9, 2.0, 2.0) is None


def test_thresholds_cut_where_they_say() -> None:
    assert read_cuts(5, "symmetric") == pytest.approx((-1.5, -0.5, 0.5, 1.5))
    assert read_cuts(5, "skewed") == pytest.approx((-2.5, -1.5, -0.5, 0.5))
    plan = plan_of("PU~PEOU=.5", design=SurveyDesign(read_cuts(None, "-1,0.5")))
    survey, truth = simulate(plan, 50_000, 1)
    shares = [float((survey.answers == code).mean()) for code in (1, 2, 3)]
    assert shares == pytest.approx([0.1587, 0.5328, 0.3085], abs=0.01)
    assert truth["points"] == 3
    for points, text in ((5, "1,2"), (None, "2,1"), (None, "a"), (None, "skewed")):
        with pytest.raises(TamError):
            read_cuts(points, text)


@pytest.mark.parametrize("kind", ["mcar", "mar"])
def test_missing_share_and_kind(kind: str) -> None:
    design = SurveyDesign(missing=0.1, mechanism=kind)  # type: ignore[arg-type]
    plan = plan_of("PU~PEOU=.5,ATT~PU=.4", design=design)
    survey, _ = simulate(plan, 20_000, 2)
    gaps = np.isnan(survey.answers)
    names = list(plan.population.items)
    later = [at for at, name in enumerate(names) if not name.startswith("peou")]
    assert gaps[:, later].mean() == pytest.approx(0.1, abs=0.004)
    level = np.nan_to_num(survey.answers[:, :4]).mean(axis=1)
    high = level > np.median(level)
    difference = gaps[high][:, later].mean() - gaps[~high][:, later].mean()
    if kind == "mar":
        assert not gaps[:, :4].any()
        assert difference > 0.05
    else:
        assert abs(difference) < 0.01


def test_careless_respondents_are_counted_and_named() -> None:
    design = SurveyDesign(cuts=read_cuts(7, "symmetric"), careless=0.1)
    plan = plan_of("PU~PEOU=.5", design=design)
    survey, truth = simulate(plan, 500, 4)
    rows = truth["careless"]["rows"]
    assert sum(len(found) for found in rows.values()) == 50
    assert {len(found) for form, found in rows.items() if form in ("random", "straight line", "see-saw")} == {
        10
    }
    assert np.isin(survey.answers, range(1, 8)).all()
    for row in rows["straight line"]:
        assert len(set(survey.answers[row - 2])) <= 4
    with pytest.raises(TamError) as caught:
        Sampler(plan.population, SurveyDesign(careless=0.1))
    assert codes(caught) == ["planning-needs-points"]


def test_the_same_seed_gives_the_same_survey() -> None:
    plan = plan_of("PU~PEOU=.5")
    one, other, third = (simulate(plan, 100, seed)[0].answers for seed in (1, 1, 2))
    assert (one == other).all()
    assert not (one == third).any()
