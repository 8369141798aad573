"""Screening flags what it says, removes only what it is told to, and keeps the books."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tam.analysis.screening import screen
from tam.data import code_responses, read_table
from tam.spec.instrument import AttentionCheck, Construct, Instrument, Item, Scale
from tam.spec.instrument_file import load_instrument
from tam.spec.study import RULES, ScreeningOptions
from tam.spec.text import Text

AGREE = Scale("agree", "ordinal", 1, 7)
NAMES = tuple(f"i{n}" for n in range(1, 13))
REVERSED = {"i3", "i9"}
MISSING = {"": "blank", "skip": "skipped_by_logic"}
ALTERNATING = ["1", "2", "7", "4", "5", "6", "7", "1", "5", "3", "4", "5"]


def instrument(names=NAMES, reverse=REVERSED, pages=()):
    return Instrument(
        id="s",
        version="1",
        status="draft",
        title=Text("s", None),
        languages=("en",),
        scales={"agree": AGREE},
        missing_codes=MISSING,
        sources={},
        constructs={"A": Construct("A", Text("A", None))},
        items={n: Item(n, "A", Text(n, None), "agree", n in reverse) for n in names},
        attention_checks={
            "ac": AttentionCheck("ac", "instructed", Text("ac", None), AGREE, (2,)),
            "ok": AttentionCheck("ok", "seriousness", Text("ok", None), Scale("ok", "ordinal", 0, 1), (1,)),
        },
        pages=pages,
    )


@pytest.fixture
def answered(tmp_path):
    """Responses to rows of answers; a filler respondent that no rule flags comes first, in row 2."""

    def make(*rows, header=NAMES, filler=None, given=None):
        given = given or instrument()
        filler = filler or ALTERNATING + [""] * (len(header) - len(NAMES))
        path = tmp_path / "data.csv"
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([header, filler, *rows])
        return code_responses(read_table(path), given), given

    return make


def flagged(screening, rule):
    return screening.flags.index[screening.flags[rule]].tolist()


def vary(**changes):
    row = dict(zip(NAMES, ALTERNATING)) | changes
    return list(row.values())


def test_nothing_is_removed_unless_asked(answered):
    responses, given = answered(["4"] * 12, ["4"] * 12, vary(i1="9"))
    found = screen(responses, given)
    assert found.kept.tolist() == [2, 3, 4, 5]
    assert found.excluded == ()
    assert [step["step"] for step in found.flow] == ["exported", "eligible", "screened"]
    assert found.flags.any(axis=1).sum() == 3


def test_out_of_range_is_flagged_with_its_count(answered):
    responses, given = answered(vary(i1="9", i2="0"), vary(i1="7"))
    found = screen(responses, given, ScreeningOptions(exclude=("out_of_range",)))
    assert flagged(found, "out_of_range") == [3]
    (one,) = found.excluded
    assert (one.row, one.rule, one.value, one.threshold) == (3, "out_of_range", 2, 0)


def test_the_first_of_equal_rows_stays(answered):
    responses, given = answered(vary(i1="7"), ALTERNATING, vary(i1="7"), vary(i1="6"))
    found = screen(responses, given, ScreeningOptions(exclude=("duplicate_answers",)))
    assert flagged(found, "duplicate_answers") == [4, 5]
    assert [one.value for one in found.excluded] == [2, 3]


def test_equal_rows_need_enough_answers(answered):
    sparse = vary(**dict.fromkeys(("i1", "i2", "i3"), ""))
    responses, given = answered(sparse, sparse)
    assert flagged(screen(responses, given), "duplicate_answers") == []
    assert flagged(screen(responses, given, ScreeningOptions(duplicate_items=9)), "duplicate_answers") == [4]


def test_two_straight_lines_are_no_duplicates(answered):
    responses, given = answered(["4"] * 12, ["4"] * 12)
    found = screen(responses, given)
    assert flagged(found, "duplicate_answers") == []
    assert flagged(found, "straight_line") == [3, 4]


def test_a_repeated_respondent_number(answered):
    header = [*NAMES, "id"]
    responses, given = answered(
        [*vary(i1="7"), "a"],
        [*vary(i1="6"), "a"],
        [*vary(i1="5"), ""],
        header=header,
        filler=[*ALTERNATING, "b"],
    )
    found = screen(responses, given, ScreeningOptions(exclude=("duplicate_id",)))
    assert flagged(found, "duplicate_id") == [4]
    assert found.excluded[0].value == 3


def test_attention_and_seriousness_are_failed_only_by_an_answer(answered):
    header = [*NAMES, "ac", "ok"]
    rows = [
        [*vary(i1=str(n)), *checks]
        for n, checks in enumerate([("2", "1"), ("3", "1"), ("2", "0"), ("", "")], 2)
    ]
    responses, given = answered(*rows, header=header)
    found = screen(responses, given)
    assert flagged(found, "attention") == [4]
    assert flagged(found, "seriousness") == [5]


def test_a_straight_line_needs_reversed_items(answered):
    responses, _ = answered(["4"] * 12, ["6"] * 11 + ["5"])
    assert flagged(screen(responses, instrument()), "straight_line") == [3]
    found = screen(responses, instrument(reverse=()))
    verdict = next(one for one in found.verdicts if one.rule == "straight_line")
    assert not verdict.applicable
    assert "reverse" in verdict.reason


def test_a_straight_line_is_seen_page_by_page(answered):
    given = instrument(pages=(NAMES[:6], NAMES[6:8], NAMES[8:]))
    responses, _ = answered(["4"] * 6 + ["1"] * 2 + ["2", "3", "4", "5"], vary(i7="1", i8="1"), given=given)
    assert flagged(screen(responses, given), "straight_line") == [3]


def test_items_skipped_by_logic_are_no_missing_answers(answered):
    skipped = vary(**dict.fromkeys(NAMES[:6], "skip"))
    left_out = vary(**dict.fromkeys(NAMES[:3], ""))
    outside = vary(**dict.fromkeys(NAMES[:3], "9"))
    responses, given = answered(skipped, left_out, outside)
    found = screen(responses, given, ScreeningOptions(exclude=("missing_share",)))
    assert flagged(found, "missing_share") == [4]
    assert found.excluded[0].value == 3 / 12
    assert flagged(screen(responses, given, ScreeningOptions(missing_share=0.25)), "missing_share") == []


def test_speed_counts_the_items_and_checks_that_were_asked(answered):
    """12 items and 1 check at 2 seconds each: 26 seconds is the limit, 25 is below it."""
    header = [*NAMES, "ac", "seconds"]
    rows = [[*vary(i1=str(n)), "2", seconds] for n, seconds in enumerate(("25", "26", "1分", ""), 2)]
    responses, given = answered(*rows, header=header, filler=[*ALTERNATING, "2", "300"])
    found = screen(responses, given, ScreeningOptions(exclude=("speed",)))
    assert flagged(found, "speed") == [3]
    assert found.excluded[0].value == 25 / 13


@pytest.mark.parametrize("rule", ["speed", "preview", "duplicate_id", "attention", "seriousness"])
def test_a_rule_without_its_material_says_so_and_flags_nobody(answered, rule):
    responses, given = answered(vary(i1="7"))
    found = screen(responses, given, ScreeningOptions(exclude=(rule,)))
    record = next(one for one in found.to_dict()["rules"] if one["rule"] == rule)
    assert (record["applicable"], record["n_flagged"], record["excludes"]) == (False, 0, False)
    assert record["reason"]
    assert [one.code for one in found.problems] == ["exclusion-not-applicable"]


def test_rules_remove_one_after_the_other_and_nobody_twice(answered):
    both = vary(i1="9", i2="", i3="", i4="")
    responses, given = answered(both, vary(i1="9"), vary(i1="", i2="", i3=""), vary(i1="7"))
    found = screen(responses, given, ScreeningOptions(exclude=("missing_share", "out_of_range")))
    assert [(s["step"], s["rule"], s["n_removed"], s["n_left"]) for s in found.flow] == [
        ("exported", None, 0, 5),
        ("eligible", None, 0, 5),
        ("excluded", "out_of_range", 2, 3),
        ("excluded", "missing_share", 1, 2),
        ("screened", None, 0, 2),
    ]
    assert [(one.row, one.rule) for one in found.excluded] == [
        (3, "out_of_range"),
        (4, "out_of_range"),
        (5, "missing_share"),
    ]
    assert found.kept.tolist() == [2, 6]
    record = found.to_dict()
    assert record["overlap"] == [{"rules": ["out_of_range", "missing_share"], "n": 1}]
    assert record["flags"][0] == {"row": 3, "rules": ["out_of_range", "missing_share"]}
    assert (record["n_read"], record["n_flagged"], record["n_excluded"], record["n_kept"]) == (5, 3, 3, 2)


def test_when_everybody_is_removed_it_is_said(answered):
    responses, given = answered(["9"] * 12, filler=["9"] * 12)
    found = screen(responses, given, ScreeningOptions(exclude=("out_of_range",)))
    assert len(found.kept) == 0
    assert "everybody-excluded" in [one.code for one in found.problems]
    assert found.to_dict()["n_kept"] == 0


def test_who_is_flagged_and_kept_is_counted(answered):
    responses, given = answered(["9", "9", "4"], filler=["9", "4", "4"])
    found = screen(responses, given, ScreeningOptions(exclude=()))
    flagged = found.to_dict()["n_flagged"]
    assert flagged == found.to_dict()["n_flagged_kept"] == 2
    excluding = screen(responses, given, ScreeningOptions(exclude=("out_of_range",)))
    assert excluding.to_dict()["n_flagged_kept"] == 0


def test_missing_answers_are_counted_over_those_who_stay(answered):
    responses, given = answered(vary(i1="", i2="skip"), vary(i1="9"), vary(i1="7", i2="", i3="", i4=""))
    found = screen(responses, given, ScreeningOptions(exclude=("missing_share",)))
    by_item = {one["item"]: one for one in found.to_dict()["missing"]}
    assert by_item["i1"] == {
        "item": "i1",
        "n_missing": 2,
        "share": 2 / 3,
        "reasons": {"blank": 1, "out_of_range": 1},
    }
    assert by_item["i2"]["reasons"] == {"skipped_by_logic": 1}
    assert by_item["i5"]["n_missing"] == 0


def test_the_record_is_plain_json_and_covers_every_rule(answered):
    responses, given = answered(["4"] * 12, vary(i1="9"))
    record = screen(responses, given, ScreeningOptions(exclude=RULES)).to_dict()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert [one["rule"] for one in record["rules"]] == list(RULES)


def test_screening_does_not_change_what_it_was_given(answered):
    responses, given = answered(["4"] * 12, vary(i1="9"))
    before = (responses.values.copy(), responses.raw.copy(), responses.missing.copy())
    screen(responses, given, ScreeningOptions(exclude=RULES))
    assert all(a.equals(b) for a, b in zip(before, (responses.values, responses.raw, responses.missing)))


def test_the_planted_rows_of_the_simulated_survey_are_found(tmp_path):
    """tam_sim: rows 1 to 12 are straight lines, the last respondent repeats an earlier one."""
    source = Path(__file__).resolve().parents[2] / "data" / "tam_sim" / "tam_sim_complete.csv"
    path = tmp_path / "data.csv"
    path.write_bytes(source.read_bytes())
    header = source.read_text(encoding="utf-8").splitlines()[0].split(",")
    given = replace(instrument(tuple(header), {"PU4", "TRU3"}), attention_checks={})
    responses = code_responses(read_table(path), given)
    found = screen(responses, given)
    assert flagged(found, "straight_line") == list(range(2, 14))
    raw = responses.raw.to_numpy()
    for row in flagged(found, "duplicate_answers"):
        position = responses.raw.index.get_loc(row)
        assert any(np.array_equal(raw[position], raw[i]) for i in range(position))


def test_the_shipped_instrument_can_be_screened(tmp_path):
    given = load_instrument("kol-tam")
    path = tmp_path / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        rows = [["4"] * len(given.items), [str(1 + i % 7) for i in range(len(given.items))]]
        csv.writer(out).writerows([list(given.items), *rows])
    responses = code_responses(read_table(path), given)
    assert flagged(screen(responses, given), "straight_line") == [2]
