"""Screening as declared: eligibility, exclusion by several rules, roles, declaration, sets, flag table."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tam.analysis.screening import screen
from tam.data.responses import Responses
from tam.spec.instrument import AttentionCheck, Construct, Instrument, Item, Label, Scale, Variable
from tam.spec.screening import (
    RULES,
    Accepted,
    Declared,
    ExcludeIf,
    ScreeningOptions,
    canonical_rules,
    role_of,
    rules_digest,
)
from tam.spec.text import Text
from tam.writing import csv_text

AGREE = Scale("agree", "ordinal", 1, 7)
YES_NO = Scale("yes_no", "nominal", labels={1: Label("Yes", "是"), 0: Label("No", "否", ("不",))})
ITEMS = tuple(f"{construct}{n}" for construct in "ABCDE" for n in range(1, 5))
REVERSED = {"A4", "B4", "C4"}


def instrument(pages=(ITEMS[:8], ITEMS[8:])) -> Instrument:
    return Instrument(
        id="s",
        version="1",
        status="draft",
        title=Text("s", None),
        languages=("en",),
        scales={"agree": AGREE, "yes_no": YES_NO, "years": Scale("years", "numeric")},
        missing_codes={},
        sources={},
        constructs={name: Construct(name, Text(name, None)) for name in "ABCDE"},
        items={n: Item(n, n[0], Text(n, None), "agree", n in REVERSED) for n in ITEMS},
        attention_checks={
            "ac": AttentionCheck("ac", "instructed", Text("ac", None), AGREE, (2,), after="B4"),
        },
        variables={
            "agreed": Variable("agreed", "demographic", Text("agreed", None), "yes_no"),
            "age": Variable("age", "demographic", Text("age", None), "years"),
        },
        pages=pages,
    )


def responses(raw, *, variables=None, meta=None, timing=None, checks=None) -> Responses:
    """Answers as ticked (n, 20), spreadsheet rows from 2."""
    index = pd.RangeIndex(2, 2 + len(raw))
    table = pd.DataFrame(raw, columns=list(ITEMS), index=index, dtype=float)
    values = table.copy()
    values[list(REVERSED)] = 8 - values[list(REVERSED)]
    return Responses(
        values=values,
        raw=table,
        variables=pd.DataFrame(variables or {}, index=index),
        checks=pd.DataFrame(checks or {}, index=index),
        meta=pd.DataFrame(meta or {}, index=index),
        missing=table.isna().replace({True: "blank", False: ""}),
        out_of_range=(),
        column_map=(),
        dropped_columns=(),
        unused_columns=(),
        problems=(),
        file="data.csv",
        sha256="",
        platform="plain",
        evidence=(),
        encoding="utf-8",
        n_rows=len(raw),
        timing=None if timing is None else pd.DataFrame(timing, index=index),
    )


def attentive(n: int, seed: int = 1) -> np.ndarray:
    """Five correlated constructs, three items reversed, seven categories."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 1)) * 0.5 + rng.normal(size=(n, 5))
    codes = np.repeat(latent, 4, axis=1) + 0.5 * rng.normal(size=(n, 20))
    codes = np.clip(np.round(4 + 1.3 * codes), 1, 7)
    turned = [ITEMS.index(name) for name in REVERSED]
    codes[:, turned] = 8 - codes[:, turned]
    return codes


def found_by(screening, rule):
    verdict = next(one for one in screening.verdicts if one.rule == rule)
    return screening.flags.index[verdict.flagged].tolist()


def record_of(screening, rule):
    return next(one for one in screening.to_dict()["rules"] if one["rule"] == rule)


def test_consent_must_be_given_and_a_label_counts_in_any_of_its_words():
    given = responses(attentive(5), variables={"agreed": ["Yes", "No", None, "Yes", "Yes"]})
    for accepted in ("yes", "是", "1"):
        options = ScreeningOptions(exclude=("consent",), consent=(Accepted("agreed", (accepted,)),))
        found = screen(given, instrument(), options)
        assert found_by(found, "consent") == [3, 4]
        assert [(one.row, one.value) for one in found.excluded] == [(3, "agreed: No"), (4, "agreed: -")]


def test_outside_the_target_by_words_or_numbers_and_silence_says_nothing():
    variables = {"age": [17, 18, 60, 61, np.nan], "agreed": ["Yes", "Yes", "No", "Yes", "Yes"]}
    target = (Accepted("age", low=18, high=60), Accepted("agreed", ("Yes",)))
    found = screen(
        responses(attentive(5), variables=variables), instrument(), ScreeningOptions(target=target)
    )
    assert found_by(found, "outside_target") == [2, 4, 5]


def test_who_did_not_reach_the_end():
    found = screen(responses(attentive(3), meta={"finished": ["yes", "no", "yes"]}), instrument())
    assert found_by(found, "incomplete") == [3]


def test_shared_addresses_are_reported_and_are_no_flags():
    found = screen(responses(attentive(5), meta={"ip_group": ["1", "2", "1", "", "1"]}), instrument())
    record = record_of(found, "same_address")
    assert (record["n_flagged"], record["counts"]) == (2, False)
    assert record["found"] == {"addresses": 2, "shared": 1, "respondents_sharing": 3, "largest": 3}
    assert "same_address" not in found.flags


def test_the_fastest_page_decides():
    """8 items at 2 s: 16 s are the limit of page 1; 12 items of page 2: 24 s."""
    timing = {"p1": [16, 15, 100, np.nan], "p2": [24, 200, 23, np.nan]}
    found = screen(responses(attentive(4), timing=timing), instrument())
    assert found_by(found, "page_speed") == [3, 4]
    indices = found.to_dict()["indices"]["page_speed"]
    assert (indices["n"], indices["n_undefined"], indices["min"]) == (3, 1, 15 / 8)


def test_timed_pages_that_are_not_those_of_the_instrument_are_not_guessed():
    record = record_of(screen(responses(attentive(3), timing={"p1": [1, 1, 1]}), instrument()), "page_speed")
    assert not record["applicable"]
    assert record["reason"] == "1 pages were timed, the instrument names 2"


def test_eligibility_comes_first_and_the_flow_says_who_was_eligible():
    given = responses(
        attentive(6), variables={"agreed": ["Yes", "No", "Yes", "Yes", "Yes", "Yes"]},
        checks={"ac": [2, 5, 5, 2, 2, 5]}, meta={"seconds": [300, 300, 10, 10, 300, 300]},
    )  # fmt: skip
    options = ScreeningOptions(exclude=("attention", "consent"), consent=(Accepted("agreed", ("Yes",)),))
    flow = screen(given, instrument(), options).flow
    assert [(step["step"], step["rule"], step["n_left"]) for step in flow] == [
        ("exported", None, 6),
        ("excluded", "consent", 5),
        ("eligible", None, 5),
        ("excluded", "attention", 3),
        ("screened", None, 3),
    ]
    eligible = flow[2]
    assert (eligible["n_flagged"], eligible["n_flagged_twice"]) == (3, 1)
    assert eligible["flagged_by"] == {"attention": 2, "speed": 2}


def test_several_rules_together_exclude():
    given = responses(attentive(5), checks={"ac": [5, 5, 2, 2, 2]}, meta={"seconds": [10, 300, 10, 300, 300]})
    options = ScreeningOptions(exclude_if=ExcludeIf(2, ("attention", "speed", "long_string")))
    found = screen(given, instrument(), options)
    assert [one.row for one in found.excluded if one.value == 2 or one.value == 3] == [
        one.row for one in found.excluded
    ]
    assert 2 in [one.row for one in found.excluded]
    assert {one.rule for one in found.excluded} == {"exclude_if"}
    assert {one.threshold for one in found.excluded} == {2}
    assert found.flow[2]["rule"] == "exclude_if"
    assert found.flow[2]["n_removed"] == len(found.excluded) == 5 - len(found.kept)
    flags = found.flags[["attention", "speed", "long_string"]].sum(axis=1)
    assert sorted(flags.index[flags >= 2]) == sorted(one.row for one in found.excluded)


def test_an_exclusion_by_several_rules_that_cannot_be_met_is_told():
    options = ScreeningOptions(exclude_if=ExcludeIf(2, ("speed", "attention")))
    found = screen(responses(attentive(4)), instrument(), options)
    assert [one.code for one in found.problems] == ["exclusion-not-applicable"]
    assert found.excluded == ()


def test_rules_with_many_false_alarms_are_flags_only_where_they_are_named():
    given = responses(attentive(200))
    plain = screen(given, instrument())
    named = screen(given, instrument(), ScreeningOptions(exclude_if=ExcludeIf(2, ("even_odd", "synonyms"))))
    assert {role_of(rule) for rule in plain.flags} == {"eligibility", "quality"}
    assert {"even_odd", "synonyms"} == set(named.flags) - set(plain.flags)
    assert record_of(plain, "even_odd")["n_flagged"] == record_of(named, "even_odd")["n_flagged"] > 0
    assert record_of(named, "even_odd")["in_exclude_if"]


def test_patterns_are_seen_with_the_check_among_the_items():
    walk = np.resize([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2], 21)
    rows = attentive(6)
    rows[2] = np.delete(walk, 8)
    shown = instrument(pages=((*ITEMS[:8], "ac"), ITEMS[8:]))
    found = screen(responses(rows, checks={"ac": [2, 2, walk[8], 2, 2, 2]}), shown)
    assert found_by(found, "repeated_pattern") == [4]
    assert found_by(screen(responses(rows), shown), "repeated_pattern") == []


def test_straight_lines_are_no_patterns():
    rows = attentive(4)
    rows[1] = 4
    found = screen(responses(rows), instrument())
    assert found_by(found, "straight_line") == [3]
    assert found_by(found, "repeated_pattern") == []
    assert 3 in found_by(found, "long_string")
    assert found_by(found, "low_variability") == [3]


def test_random_answers_stand_out_in_the_indices():
    rows = attentive(300)
    rng = np.random.default_rng(2)
    rows[:30] = rng.integers(1, 8, size=(30, 20))
    found = screen(responses(rows), instrument())
    for rule in ("synonyms", "even_odd", "antonyms", "mahalanobis", "guttman_errors"):
        verdict = next(one for one in found.verdicts if one.rule == rule)
        assert verdict.applicable, (rule, verdict.reason)
        assert verdict.flagged[:30].mean() > 2 * verdict.flagged[30:].mean(), rule


def test_a_rule_without_a_limit_is_described_and_flags_nobody():
    given = responses(attentive(50))
    plain = screen(given, instrument())
    assert record_of(plain, "autocorrelation")["reason"] == "no limit is declared"
    assert plain.to_dict()["indices"]["autocorrelation"]["n"] == 50
    limited = screen(given, instrument(), ScreeningOptions(autocorrelation=0.5))
    assert record_of(limited, "autocorrelation")["n_flagged"] > 0


def test_near_duplicates_name_their_pair():
    rows = attentive(40)
    rows[30] = rows[4]
    rows[30, 3] = 8 - rows[30, 3] if rows[30, 3] != 4 else 1
    record = record_of(screen(responses(rows), instrument()), "near_duplicates")
    assert record["n_flagged"] == 1
    assert record["found"]["pairs"] == [{"rows": [6, 32], "share": 0.95}]
    assert record["found"]["not_compared"] == 0


def test_sets_of_flags_count_everybody_who_is_flagged_once():
    given = responses(
        attentive(6), checks={"ac": [5, 5, 5, 2, 2, 2]}, meta={"seconds": [10, 10, 300, 10, 300, 300]}
    )
    record = screen(given, instrument()).to_dict()
    assert record["sets"] == [
        {"rules": ["attention", "speed"], "n": 2},
        {"rules": ["attention"], "n": 1},
        {"rules": ["speed"], "n": 1},
    ]
    assert sum(one["n"] for one in record["sets"]) == record["n_flagged"]
    assert record["n_flagged_twice"] == 2


def test_the_declaration_and_the_digest_of_the_rules_are_recorded():
    declared = Declared("before", "2026-03-01", "https://osf.io/abcde")
    options = ScreeningOptions(exclude=("speed",), declared=declared)
    record = screen(responses(attentive(3)), instrument(), options).to_dict()["declared"]
    canonical = canonical_rules(options)
    assert record == {
        "when": "before",
        "date": "2026-03-01",
        "reference": "https://osf.io/abcde",
        "digest": hashlib.sha256(canonical.encode()).hexdigest(),
    }
    assert json.loads(canonical)["exclude"] == ["speed"]
    assert " " not in canonical


def test_the_digest_hangs_on_the_rules_and_on_nothing_else():
    options = ScreeningOptions(exclude=("speed",))
    same = replace(options, declared=Declared("after"), multiverse=False)
    assert rules_digest(same) == rules_digest(options)
    for other in (
        replace(options, exclude=()),
        replace(options, synonyms=0.25),
        replace(options, exclude_if=ExcludeIf(1, ("speed",))),
        replace(options, target=(Accepted("age", low=18),)),
    ):
        assert rules_digest(other) != rules_digest(options)


def test_rules_declared_after_the_data_are_noted():
    options = ScreeningOptions(exclude=("straight_line",), declared=Declared("after"))
    found = screen(responses(attentive(3)), instrument(), options)
    assert [one.code for one in found.problems] == ["screening-declared-after"]


def test_the_flag_table_has_a_row_a_respondent():
    given = responses(attentive(4), checks={"ac": [5, 2, 2, 2]})
    table = screen(given, instrument(), ScreeningOptions(exclude=("attention",))).table()
    assert table["row"].tolist() == [2, 3, 4, 5]
    assert table["excluded"].tolist() == ["attention", "", "", ""]
    assert table["attention"].tolist() == [1, 0, 0, 0]
    assert "value_even_odd" in table


def test_text_in_a_csv_cannot_run_as_a_formula():
    rows = [["=1+1", -0.5, None], ["@x", float("nan"), "a,b"], ["-y", 3, "\tz"]]
    read = list(csv.reader(io.StringIO(csv_text(["+h", "v", "w"], rows).removeprefix("\ufeff"))))
    assert read == [
        ["'+h", "v", "w"],
        ["'=1+1", "-0.5", ""],
        ["'@x", "", "a,b"],
        ["'-y", "3", "'\tz"],
    ]


@pytest.mark.parametrize("n", [2, 3, 30])
def test_few_or_equal_respondents_break_nothing(n):
    for rows in (attentive(n), np.full((n, 20), 4.0), np.full((n, 20), np.nan)):
        record = screen(responses(rows), instrument(), ScreeningOptions(exclude=RULES[:-1])).to_dict()
        assert json.loads(json.dumps(record, allow_nan=False)) == record
