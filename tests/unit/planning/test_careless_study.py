"""The study of planted careless respondents: who is planted, and that the table says what the rules do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tam.planning.careless_study import CARELESS_SHARE, FORMS, KINDS, make_survey, rate_rules
from tam.planning.demo_content import load_plan
from tam.planning.simulate import GeneratingModel
from tam.spec.instrument_file import load_instrument

PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "careless.md"


@pytest.fixture(scope="module")
def plan():
    given = load_plan()
    return GeneratingModel.from_mapping(given), load_instrument(given["instrument"])


@pytest.fixture(scope="module")
def survey(plan):
    return make_survey(*plan, np.random.default_rng(1))


@pytest.fixture(scope="module")
def rated(plan):
    return {one.rule: one for one in rate_rules(*plan, surveys=2)}


def test_a_tenth_is_careless_in_five_kinds_of_one_size(survey):
    forms = survey.forms
    assert (forms != "attentive").mean() == CARELESS_SHARE
    assert len(KINDS) == 5
    assert {np.isin(forms, kind).sum() for kind in KINDS.values()} == {20}


def test_the_planted_answer_as_their_form_says(survey):
    raw = survey.responses.raw.to_numpy()
    assert np.isin(raw[survey.forms == "extreme"], [1, 7]).all()
    assert np.isin(raw[survey.forms == "middle"], [3, 4, 5]).all()
    line = raw[survey.forms == "straight line"]
    assert (np.abs(line - np.median(line, axis=1, keepdims=True)) <= 1).all()
    everybody = raw[survey.forms == "attentive"]
    for copy in raw[survey.forms == "copied"]:
        assert (everybody == copy).mean(axis=1).max() > 0.6


def test_reversed_items_are_turned_round_and_attentive_respondents_pass_the_check(survey):
    responses = survey.responses
    np.testing.assert_array_equal(responses.values["PU4"], 8 - responses.raw["PU4"])
    np.testing.assert_array_equal(responses.values["PU1"], responses.raw["PU1"])
    assert (responses.checks["AC1"][survey.forms == "attentive"] == 2).all()


def test_the_same_seed_gives_the_same_rates(plan, rated):
    again = {one.rule: one for one in rate_rules(*plan, surveys=2)}
    assert again == rated
    assert rate_rules(*plan, surveys=2, seed=2)[12] != tuple(rated.values())[12]


def test_rules_find_what_they_are_made_for(rated):
    assert rated["straight_line"].sensitivity["straight line"] > 0.7
    assert rated["repeated_pattern"].sensitivity["see-saw"] > 0.5
    assert rated["mahalanobis"].sensitivity["random"] > 0.8
    assert rated["straight_line"].sensitivity["random"] == 0
    assert set(rated["synonyms"].sensitivity) == set(FORMS)
    assert rated["long_string"].false_alarms > 0.25
    assert rated["page_speed"].separation > 0.9
    assert rated["antonyms"].sensitivity is None
    assert rated["antonyms"].reason


def test_the_page_holds_the_table():
    text = PAGE.read_text(encoding="utf-8")
    inner = text.partition("<!-- begin: written by docs/careless.py -->")[2].partition("<!-- end -->")[0]
    for rule in ("`mahalanobis`", "`long_string`", "`near_duplicates`", "2 of: time and consistency"):
        assert f"| {rule} |" in inner
