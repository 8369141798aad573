"""The screening multiverse: every combination of the rules, each fitted as the engine fits it alone."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from tam.analysis.multiverse import MOST_SPECIFICATIONS, combinations_of, multiverse
from tam.analysis.reading import read_study_data
from tam.analysis.screening import screen
from tam.analysis.screening_verdict import Verdict
from tam.content import content_path
from tam.engine import fit_model
from tam.record import to_record
from tam.spec.screening import ExcludeIf, ScreeningOptions
from tam.spec.study_file import load_study


@pytest.fixture(scope="module")
def study():
    return load_study(content_path("instruments", "demo", "study.toml"))


@pytest.fixture(scope="module")
def data(study):
    return read_study_data(study)


def screened(study, data, **options):
    study = replace(study, screening=replace(study.screening, **options))
    return study, screen(data[1], data[0], study.screening)


@pytest.fixture(scope="module")
def whole(study, data):
    """The demonstration under three of its rules: eight combinations."""
    small, found = screened(study, data, exclude=("duplicate_answers", "attention", "speed"))
    return small, found, multiverse(small, data[1], data[0], found)


def test_every_combination_is_fitted_once_and_the_primary_is_the_declared_one(whole):
    _, found, result = whole
    rules = ("duplicate_answers", "attention", "speed")
    assert [one.rules for one in result.specifications] == [
        one for size in range(4) for one in combinations(rules, size)
    ]
    assert (result.n_possible, result.n_specifications, result.sampled, result.basis) == (
        8,
        8,
        False,
        "declared",
    )
    (primary,) = [one for one in result.specifications if one.primary]
    assert primary.rules == rules
    assert primary.n_kept == len(found.kept)
    assert result.specifications[0].n_kept == len(found.flags)


def test_a_specification_is_the_fit_to_whom_its_rules_leave(study, data, whole):
    _, found, result = whole
    one = next(s for s in result.specifications if s.rules == ("attention", "speed"))
    flagged = found.flags["attention"] | found.flags["speed"]
    items = [name for names in study.model.measurement.values() for name in names]
    rows = data[1].values.loc[~flagged, items].dropna()
    expected = fit_model(study.model.to_lavaan(), rows).estimates
    expected = expected[expected["op"] == "~"]
    assert one.n == len(rows)
    assert [(p.lhs, p.rhs) for p in one.paths] == list(zip(expected["lhs"], expected["rhs"], strict=True))
    for name in ("est", "se", "p", "std"):
        np.testing.assert_allclose([getattr(p, name) for p in one.paths], expected[name], atol=1e-7)


def test_the_ranges_are_those_of_the_specifications(whole):
    _, _, result = whole
    for one in result.paths:
        paths = [p for s in result.specifications for p in s.paths if (p.lhs, p.rhs) == (one.lhs, one.rhs)]
        std, p = [q.std for q in paths], [q.p for q in paths]
        assert (one.low, one.high, one.median) == (min(std), max(std), float(np.median(std)))
        assert (one.p_low, one.p_high) == (min(p), max(p))
        assert one.share_significant == np.mean([value < 0.05 for value in p])
        assert one.primary == next(
            q
            for s in result.specifications
            if s.primary
            for q in s.paths
            if (q.lhs, q.rhs) == (one.lhs, one.rhs)
        )
        assert not one.sign_changes


def test_the_record_is_plain_json_with_the_keys_of_the_results_file(whole):
    record = to_record(whole[2])
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert {"n_specifications", "n_possible", "sampled", "specifications", "paths"} <= set(record)
    assert {"rules", "n", "converged", "admissible"} <= set(record["specifications"][0])
    assert {"lhs", "rhs", "primary", "low", "high", "median", "share_significant", "sign_changes"} <= set(
        record["paths"][0]
    )


def test_without_declared_rules_those_that_flag_anybody_are_combined(study, data):
    study, found = screened(study, data, exclude=())
    looked_at = ("seriousness", "missing_share", "duplicate_id", "even_odd")
    fewer = replace(found, verdicts=tuple(one for one in found.verdicts if one.rule in looked_at))
    result = multiverse(study, data[1], data[0], fewer)
    assert result.basis == "recommended"
    assert result.rules == ("seriousness", "missing_share")
    assert [one.rules for one in result.specifications if one.primary] == [()]


def test_rules_that_leave_the_same_respondents_share_a_fit(study, data):
    study, found = screened(study, data, exclude=("duplicate_id", "seriousness", "out_of_range"))
    result = multiverse(study, data[1], data[0], found)
    assert (result.n_specifications, result.n_distinct) == (8, 2)


def test_exclusion_by_several_rules_is_one_rule(study, data):
    study, found = screened(
        study, data, exclude=(), exclude_if=ExcludeIf(2, ("attention", "speed", "even_odd"))
    )
    result = multiverse(study, data[1], data[0], found)
    assert result.rules == ("exclude_if",)
    assert [one.n_kept for one in result.specifications] == [len(found.flags), len(found.kept)]


def test_a_combination_without_a_solution_is_counted_and_named(study, data):
    study, found = screened(study, data, exclude=("attention", "speed"))
    everybody = np.ones(len(found.flags), dtype=bool)
    nearly = everybody.copy()
    nearly[:10] = False
    verdicts = (Verdict("attention", everybody, ()), Verdict("speed", nearly, ()))
    result = multiverse(study, data[1], data[0], replace(found, verdicts=verdicts))
    reasons = [one.reason for one in result.specifications]
    assert reasons[0] is None
    assert reasons[1] == reasons[3] == "nobody is left"
    assert reasons[2]
    assert result.n_failed == 3
    assert result.paths[0].n_specifications == 1
    (told,) = [one for one in result.problems if one.code == "multiverse-failed"]
    assert (told.values["failed"], told.values["total"]) == (3, 4)


def test_a_sign_that_depends_on_the_rules_is_told(study, data):
    """Half of the respondents turned round: PU falls with PEOU unless they are excluded."""
    _, given = data
    rng = np.random.default_rng(1)
    turned = rng.random(len(given.values)) < 0.75
    values = given.values.copy()
    peou = [name for name in values if name.startswith("PEOU")]
    values.loc[turned, peou] = 8 - values.loc[turned, peou]
    study, found = screened(study, data, exclude=("attention",))
    verdicts = (Verdict("attention", turned, ()),)
    result = multiverse(study, replace(given, values=values), data[0], replace(found, verdicts=verdicts))
    path = next(one for one in result.paths if (one.lhs, one.rhs) == ("PU", "PEOU"))
    assert path.sign_changes
    assert path.low < 0 < path.high
    assert (
        "PEOU -> PU"
        in next(p for p in result.problems if p.code == "sign-depends-on-screening").values["paths"]
    )


def test_it_is_left_out_where_the_study_says_so_or_no_rule_flags(study, data):
    unwanted, found = screened(study, data, multiverse=False)
    assert multiverse(unwanted, data[1], data[0], found) is None
    nothing, found = screened(study, data, exclude=())
    silent = replace(found, verdicts=tuple(v for v in found.verdicts if not v.flagged.any()))
    assert multiverse(nothing, data[1], data[0], silent) is None


def test_more_than_six_rules_are_drawn_with_the_seed():
    rules = tuple(f"r{i}" for i in range(9))
    chosen, sampled = combinations_of(rules, seed=3)
    assert sampled
    assert len(chosen) == len(set(chosen)) == MOST_SPECIFICATIONS
    for one in ((), rules, *((rule,) for rule in rules), *(tuple(r for r in rules if r != x) for x in rules)):
        assert one in chosen
    assert combinations_of(rules, seed=3)[0] == chosen
    assert combinations_of(rules, seed=4)[0] != chosen
    assert all(list(one) == sorted(one) for one in chosen)


@pytest.mark.parametrize("n", [31, 40])
def test_very_many_rules_still_give_the_declared_combination(n):
    rules = tuple(f"r{i:02}" for i in range(n))
    chosen, _ = combinations_of(rules, seed=1)
    assert len(chosen) == MOST_SPECIFICATIONS
    assert rules in chosen
    assert () in chosen


def test_the_defaults_ask_for_it():
    assert ScreeningOptions().multiverse
    assert pd.Series(combinations_of(("a", "b"), 1)[0]).tolist() == [(), ("a",), ("b",), ("a", "b")]
