"""The capsule: what follows from it equals what follows from the rows, and small samples get none."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tam.analysis.analysis import SCHEMA
from tam.analysis.capsule import Capsule, build_capsule
from tam.analysis.comparison import compare_groups
from tam.analysis.effects import effects
from tam.analysis.moderation import moderation
from tam.analysis.reading import read_study_data
from tam.analysis.screening import screen
from tam.analysis.structural import fit_structure, model_rows
from tam.analysis.study_record import study_record
from tam.errors import TamError
from tam.planning.demo import write_demo
from tam.published.capsule import recompute, recomputed
from tam.record import to_record
from tam.spec.study import Study
from tam.spec.study_file import load_study

EVERYTHING = 1.0
"""A limit that lets every part in: what the arithmetic can do, whatever may be stored."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demonstration's complete cases: 311 respondents, 23 items."""
    study = load_study(write_demo(tmp_path_factory.mktemp("demo")).study)
    instrument, responses = read_study_data(study)
    kept = screen(responses, instrument, study.screening).kept
    variables = responses.variables.loc[kept]
    rows = model_rows(responses.values.loc[kept], variables, study.model)
    record = json.loads(json.dumps(study_record(study, instrument, responses)))
    return {"study": study, "instrument": instrument, "rows": rows, "variables": variables, "record": record}


def with_options(demo: dict[str, Any], **options: Any) -> Study:
    study: Study = demo["study"]
    return replace(study, options=replace(study.options, bootstrap=0, cross_check=False, **options))


def capsule_of(
    demo: dict[str, Any], study: Study, rows: pd.DataFrame | None = None, share: float | None = None
) -> tuple[Capsule | None, list[str]]:
    given = demo["rows"] if rows is None else rows
    more = {} if share is None else {"share": share}
    variables = demo["variables"].loc[given.index]
    found, problems = build_capsule(study, demo["instrument"], given, variables, **more)
    return found, [one.code for one in problems]


def results_of(demo: dict[str, Any], study: Study, rows: pd.DataFrame, capsule: Capsule) -> dict[str, Any]:
    """The parts of results.json that the rows give by the engine, and a capsule of the same rows."""
    structure = fit_structure(study.model, rows, study.options)
    record = copy.deepcopy(demo["record"])
    record["options"] |= {"estimator": study.options.estimator}
    moderated = moderation(
        study.model,
        rows,
        estimator=study.options.estimator,
        estimators=("dblcent", "dblcent_robust", "dblcent_matched"),
    )
    found = {
        "schema": SCHEMA,
        "study": record,
        "structure": structure.fit.to_dict() | {"hypotheses": []},
        "effects": to_record(effects(study.model, structure.fit, rows, draws=0)),
        "moderation": to_record(moderated),
        "measurement": {},
        "comparison": None,
        "capsule": to_record(capsule),
    }
    return json.loads(json.dumps(found, allow_nan=False))


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM"])
def test_the_complete_cases_of_the_demonstration_come_out(demo: dict[str, Any], estimator: str) -> None:
    study = with_options(demo, estimator=estimator)
    capsule, _ = capsule_of(demo, study, share=EVERYTHING)
    assert capsule is not None
    results = results_of(demo, study, demo["rows"], capsule)
    comparison, missing = recompute(results, "results.json")
    assert comparison.largest < 1e-8
    assert not any(one.part.startswith(("structure.est", "moderation.analyses")) for one in missing)
    told = {one.table: one.compared for one in comparison.tables}
    assert told["structure.estimates"] > 900 and told["structure.measures"] >= 30
    found, _ = recomputed(results, "results.json")
    (analysis,) = found["moderation"]["analyses"]
    assert analysis["converged"] and len(analysis["slopes"]) == 3
    robust = analysis["triangulation"]["estimates"][1]
    assert (robust == {}) is (estimator == "MLM")  # its scores are of another kind
    if estimator == "MLR":
        assert found["structure"]["measures"]["scaling_factor"] != 1.0


def test_the_demonstration_may_store_its_moments_only(demo: dict[str, Any]) -> None:
    """23 items and 9 products: 560 numbers of 7,153 answers; 56 parameters have 1,596 products of scores."""
    capsule, codes = capsule_of(demo, with_options(demo, estimator="MLR"))
    assert capsule is not None and codes == ["capsule-disclosure", "capsule-part-left-out"]
    assert (capsule.n, capsule.cells, capsule.numbers, capsule.largest) == (311, 7153, 560, 715)
    assert len(capsule.moments[0].means) == 32 and len(capsule.moments[0].covariance) == 32 * 33 // 2
    assert [(one.part, one.numbers) for one in capsule.left_out][:2] == [
        ("structure", 56 * 57 // 2 + 2),
        ("moderation.0", 80 * 81 // 2 + 2),
    ]
    study = with_options(demo, estimator="MLR")
    _, missing = recompute(results_of(demo, study, demo["rows"], capsule), "results.json")
    assert {"structure", "moderation.analyses.0"} <= {one.part for one in missing}


def test_with_three_thousand_respondents_everything_is_stored(demo: dict[str, Any]) -> None:
    """The same answers drawn anew: the limit is a tenth of 69,000 answers."""
    rows = demo["rows"].sample(3000, replace=True, random_state=1)
    study = with_options(demo, estimator="MLR")
    variables = demo["variables"].loc[rows.index].reset_index(drop=True)
    rows = rows.reset_index(drop=True)
    capsule, _ = build_capsule(study, demo["instrument"], rows, variables)
    assert capsule is not None and capsule.numbers <= capsule.largest == 6900
    assert [one.model for one in capsule.scores] == ["structure", "moderation.0"]
    assert any(one.group for one in capsule.moments[1:])
    results = results_of(demo, study, rows, capsule)
    groups = compare_groups(
        rows, variables, demo["instrument"], study.groups, second_order=study.model.second_order
    )
    results["comparison"] = to_record(groups)
    comparison, missing = recompute(results, "results.json")
    assert comparison.largest < 1e-8
    assert "structure" not in {one.part for one in missing}
    assert {one.table: one.compared for one in comparison.tables}["comparison.groupings"] > 100


def test_a_small_study_gets_none(demo: dict[str, Any]) -> None:
    """Means and covariances of 23 items are 299 numbers; a tenth of 100 x 23 answers is 230."""
    assert capsule_of(demo, with_options(demo), demo["rows"].head(100)) == (None, ["capsule-refused"])
    kept, _ = capsule_of(demo, with_options(demo), demo["rows"].head(131))
    assert kept is not None and kept.numbers == 299


@pytest.mark.parametrize("options", [{"missing": "fiml"}, {"estimator": "WLSMV"}])
def test_not_every_estimator_rests_on_moments(demo: dict[str, Any], options: dict[str, str]) -> None:
    assert capsule_of(demo, with_options(demo, **options)) == (None, ["capsule-not-possible"])


def test_it_says_what_it_may_disclose_and_what_it_cannot_do(demo: dict[str, Any]) -> None:
    capsule, _ = capsule_of(demo, with_options(demo))
    assert capsule is not None
    assert "subtraction" in capsule.disclosure["en"] and "受访者" in capsule.disclosure["zh"]
    assert {"screening", "measurement.missing_data", "effects.intervals", "moderation.lms"} <= set(
        capsule.cannot
    )
    text = json.dumps(to_record(capsule))
    assert len(json.loads(text)["moments"]) == 1  # no group of the demonstration is large enough


def test_nobody_s_answers_stand_in_it(demo: dict[str, Any]) -> None:
    """Moments do not change when rows change places; the record is the same to the rounding of a sum."""
    turned = demo["rows"].iloc[::-1]
    one, _ = capsule_of(demo, with_options(demo))
    two, _ = capsule_of(demo, with_options(demo), turned)
    assert one is not None and two is not None
    assert one.moments[0].covariance == pytest.approx(two.moments[0].covariance, abs=1e-12)


def damage(capsule: dict[str, Any], what: str) -> Any:
    moments = capsule["moments"][0]
    changes: dict[str, Any] = {
        "version": {"version": "tam-capsule/99"},
        "list": {"moments": []},
        "text": {"moments": "moments"},
        "short": {"moments": [moments | {"covariance": moments["covariance"][:-1]}]},
        "word": {"moments": [moments | {"means": ["x", *moments["means"][1:]]}]},
        "flag": {"moments": [moments | {"means": [True, *moments["means"][1:]]}]},
        "twice": {"moments": [moments | {"variables": [moments["variables"][1], *moments["variables"][1:]]}]},
        "people": {"moments": [moments | {"n": "many"}]},
        "kind": {"scores": [{"model": "structure", "kind": "rm -rf", "parameters": [], "products": [],
                             "saturated_trace": 1, "baseline_trace": 1}]},
    }  # fmt: skip
    return capsule | changes[what]


@pytest.mark.parametrize(
    "what", ["version", "list", "text", "short", "word", "flag", "twice", "people", "kind"]
)
def test_a_damaged_capsule_is_told(demo: dict[str, Any], what: str) -> None:
    study = with_options(demo)
    capsule, _ = capsule_of(demo, study)
    assert capsule is not None
    results = {
        "schema": SCHEMA,
        "study": demo["record"],
        "structure": {},
        "measurement": {},
        "capsule": damage(json.loads(json.dumps(to_record(capsule))), what),
    }
    with pytest.raises(TamError) as raised:
        recompute(results, "results.json")
    assert [one.code for one in raised.value.problems] == ["capsule-damaged"]


def test_names_that_are_no_names_reach_no_model(demo: dict[str, Any]) -> None:
    capsule, _ = capsule_of(demo, with_options(demo))
    assert capsule is not None
    record = copy.deepcopy(demo["record"])
    record["model"]["paths"][0]["predictor"] = 'PU\nx := system("x")'
    results = {"study": record, "structure": {}, "measurement": {}, "capsule": to_record(capsule)}
    with pytest.raises(TamError) as raised:
        recompute(results, "results.json")
    assert [one.code for one in raised.value.problems] == ["capsule-damaged"]
