"""Which column holds which item: by rule, name or wording; ambiguity and absence are problems."""

from __future__ import annotations

import time

import pytest

from tam.data import code_responses, read_table
from tam.data.patterns import UnsafePattern, safe_pattern
from tam.errors import TamError
from tam.spec.instrument import ColumnRule

FILL = ["3", "3", "3", "0"]


def matched(write, instrument, header, rules=None):
    width = len(header)
    rows = [header, ["3"] * width, ["2"] * width]
    return {m.item: m for m in code_responses(read_table(write(rows)), instrument, rules or {}).column_map}


def problems(write, instrument, header, rules=None):
    with pytest.raises(TamError) as raised:
        matched(write, instrument, header, rules)
    return raised.value.problems


def test_names_match_exactly_before_they_match_in_other_case(write, small):
    found = matched(write, small, ["pu1", "PU1", "PU2", "Att1", "ATT2"])
    assert (found["PU1"].position, found["PU1"].how) == (2, "name")
    assert (found["ATT1"].position, found["ATT1"].how) == (4, "name, other case")


def test_wording_matches_in_either_language_without_its_question_number(write, small):
    header = [
        "Q1. KOL notes save me time",
        "2、KOL笔记很少能帮上忙。",
        "第3题 我喜欢KOL笔记",
        "4、(1)不好还是好？",
    ]
    found = matched(write, small, header)
    assert [found[item].how for item in ("PU1", "PU2", "ATT1", "ATT2")] == [
        "wording (en)",
        "wording (zh)",
        "wording (zh)",
        "wording (zh)",
    ]


def test_a_header_may_say_more_than_the_wording(write, small):
    header = ["请回答：KOL笔记能节省我的时间。（单选）", "PU2", "ATT1", "ATT2"]
    assert matched(write, small, header)["PU1"].how == "wording (zh) within the header"


@pytest.mark.parametrize(
    ("rule", "position", "how"),
    [
        (ColumnRule(exact="b"), 2, "rule: header"),
        (ColumnRule(exact="Ｂ"), 2, "rule: header"),
        (ColumnRule(match="^sco.e$"), 3, "rule: regular expression"),
        (ColumnRule(position=1), 1, "rule: position"),
        (ColumnRule(exact="Q7"), 4, "rule: question number"),
        (ColumnRule(exact="第7题"), 4, "rule: question number"),
        (ColumnRule(exact="Q8_2"), 6, "rule: question number"),
        (ColumnRule(exact="Q9_2"), 8, "rule: question number"),
    ],
)
def test_a_rule_goes_before_everything_else(write, small, rule, position, how):
    header = ["a", "b", "score", "7、题", "8、(1)x", "8、(2)y", "9、u", "9、v", "PU1", "PU2", "ATT1", "ATT2"]
    found = matched(write, small, header, {"PU1": rule})["PU1"]
    assert (found.position, found.how) == (position, how)


def test_a_question_number_alone_matches_nothing_undeclared(write, small):
    (one,) = problems(write, small, ["1、别的题", "PU2", "ATT1", "ATT2"])
    assert (one.code, one.where.item) == ("column-missing", "PU1")


def test_a_missing_column_names_its_likely_candidates(write, small):
    (one,) = problems(write, small, ["PU_1", "PU2", "ATT1", "ATT2"])
    assert one.code == "column-missing"
    assert 'PU1 = "PU_1"' in one.mend


@pytest.mark.parametrize(
    ("header", "rules", "code"),
    [
        (["PU1", "PU1", "PU2", "ATT1", "ATT2"], {}, "duplicate-header"),
        (["PU1", "PU2", "ATT1", "ATT2", "x1", "x2"], {"PU1": ColumnRule(match="^x")}, "column-ambiguous"),
        (["PU1", "PU2", "ATT1", "ATT2"], {"PU1": ColumnRule(exact="nowhere")}, "column-missing"),
        (["PU1", "PU2", "ATT1", "ATT2"], {"PU1": ColumnRule(position=9)}, "column-position-outside"),
        (["PU1", "PU2", "ATT1", "ATT2"], {"PU1": ColumnRule(position=0)}, "column-position-outside"),
        (["PU1", "PU2", "ATT1", "ATT2"], {"PU1": ColumnRule(exact="PU2")}, "column-claimed-twice"),
        (["PU1", "PU2", "ATT1", "ATT2"], {"PU9": ColumnRule(exact="PU2")}, "column-rule-unknown-name"),
        (["PU1", "PU2", "ATT1", "ATT2"], {"PU1": ColumnRule(match="(a+)+$")}, "column-pattern-unsafe"),
        (["PU1", "PU2", "ATT1", "ATT2"], {"PU1": ColumnRule(match="[")}, "column-pattern-unsafe"),
    ],
)
def test_what_is_not_certain_is_a_problem(write, small, header, rules, code):
    (one,) = problems(write, small, header, rules)
    assert (one.code, one.exit_code) == (code, 2)
    assert one.mend


def test_a_repeated_header_can_be_told_apart_by_position(write, small):
    found = matched(write, small, ["PU1", "PU1", "PU2", "ATT1", "ATT2"], {"PU1": ColumnRule(position=2)})
    assert found["PU1"].position == 2


def test_every_undecided_item_is_told_at_once(write, small):
    found = problems(write, small, ["a", "b", "c", "d"])
    assert [one.where.item for one in found] == ["PU1", "PU2", "ATT1", "ATT2"]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "(?=a)b",
        r"(a)\1",
        "a*a*a*a*b",
        "a?" * 30 + "a" * 30,
        "(ab|ab)" * 14,
        "x" * 201,
        "(?P<n>a)",
    ],
)
def test_patterns_that_can_run_away_are_refused(pattern):
    with pytest.raises(UnsafePattern):
        safe_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["^1、", r"^Q7_\d+$", "PU1|pu1", "[ab+*]x", r"\(1\)", "(?:ab)c", "a.*?b", "[]a]b"]
)
def test_patterns_people_write_are_accepted(pattern):
    assert safe_pattern(pattern).pattern == pattern


def test_the_worst_accepted_pattern_is_still_fast():
    worst = safe_pattern("a*a*a*b")
    start = time.process_time()
    worst.search("a" * 200)
    assert time.process_time() - start < 5
