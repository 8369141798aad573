"""What the measurement of a study and ``tam reliability`` say about good, bad and impossible scales."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.measurement import measurement
from tam.analysis.reliability import reliability_result
from tam.errors import Problem, TamError
from tam.spec.instrument import Label, Scale

ITEMS = {"PU": ["pu1", "pu2", "pu3"], "ATT": ["att1", "att2", "att3"], "PI": ["pi1", "pi2"]}


def answers(n: int = 250, seed: int = 5, backwards: tuple[str, ...] = ()) -> pd.DataFrame:
    """Seven-point answers with three correlated constructs; those named run backwards."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(n)
    columns = {}
    for items in ITEMS.values():
        latent = 0.6 * common + 0.8 * rng.standard_normal(n)
        for item in items:
            raw = 4 + 1.3 * (0.8 * latent + 0.6 * rng.standard_normal(n))
            columns[item] = np.clip(np.round(raw), 1, 7)
    table = pd.DataFrame(columns)
    return table.assign(**{item: 8 - table[item] for item in backwards})


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [one.code for one in problems]


def exit_code(problems: tuple[Problem, ...]) -> int:
    return max((one.exit_code for one in problems), default=0)


def test_a_sound_study_measures_everything() -> None:
    result = measurement(answers(), ITEMS)
    assert exit_code(result.problems) == 0
    record = result.to_dict()
    assert record["n"] == record["n_complete"] == 250
    assert set(record["constructs"]) == set(ITEMS)
    for name, construct in record["constructs"].items():
        given = {
            "alpha",
            "alpha_ci_low",
            "alpha_ci_high",
            "alpha_std",
            "composite_reliability",
            "ave",
            "rho_a",
        }
        assert all(construct[key] is not None for key in given)
        assert construct["alpha_ci_low"] < construct["alpha"] < construct["alpha_ci_high"]
        assert (construct["omega"] is None) is (len(ITEMS[name]) < 3)
        assert 1 < construct["mean"] < 7 and construct["sd"] > 0
    for item in record["items"].values():
        loading = item["loading"]
        assert loading["ci_low"] < loading["est"] < loading["ci_high"]
        assert sum(item["counts"].values()) == item["n"]
    assert record["cfa"]["converged"] and record["cfa"]["admissible"] and record["cfa"]["n"] == 250
    assert record["cfa"]["measures"]["df"] == 17
    assert record["fornell_larcker"]["PU"]["PU"] == pytest.approx(record["constructs"]["PU"]["ave"] ** 0.5)
    assert record["fornell_larcker"]["PU"]["ATT"] == record["latent_correlations"]["ATT"]["PU"]
    assert set(record["kmo"]["items"]) == {item for items in ITEMS.values() for item in items}
    assert record["bartlett"]["df"] == 28
    json.dumps(record, allow_nan=False)


def test_the_two_doors_agree() -> None:
    table = answers()
    study, direct = measurement(table, ITEMS).to_dict(), reliability_result(table, ITEMS).to_dict()
    for name, construct in direct["constructs"].items():
        for item, found in construct.pop("items").items():
            twin = study["items"][item]
            loading = {
                f"loading{end}": twin["loading"][key]
                for end, key in {"": "est", "_ci_low": "ci_low", "_ci_high": "ci_high"}.items()
            }
            assert found == {key: twin[key] for key in found if not key.startswith("loading")} | loading
        assert construct == {key: study["constructs"][name][key] for key in construct}
    for key in ("htmt", "htmt2", "fornell_larcker", "kmo", "bartlett", "parallel_analysis"):
        assert direct[key] == study[key]


def test_the_shape_of_the_answer_of_tam_reliability() -> None:
    record = reliability_result(answers(), ITEMS).to_dict()
    joint = "constructs htmt htmt2 fornell_larcker kmo bartlett parallel_analysis unavailable"
    assert set(joint.split()) < set(record)
    scale = "n k alpha alpha_ci_low alpha_ci_high alpha_std omega composite_reliability ave rho_a"
    assert {*scale.split(), "mean_inter_item_r", "items"} < set(record["constructs"]["PU"])
    one = record["constructs"]["PU"]["items"]["pu1"]
    assert {"item_rest_r", "alpha_if_dropped", "loading"} < set(one)
    assert record["constructs"]["PI"]["omega"] is None
    assert "three" in record["unavailable"]["constructs.PI.omega"]


def test_an_unreversed_item_is_named_with_its_remedy() -> None:
    result = measurement(answers(backwards=("pu3",)), ITEMS)
    found = result.problems[0]
    assert found.code == "item-probably-not-reversed"
    assert (found.severity, found.exit_code) == ("error", 1)
    assert found.where.item == "pu3" and "pu3" in found.what
    assert "reverse: true" in found.mend and '"-pu3"' in found.mend
    assert codes(result.problems).count("item-probably-not-reversed") == 1


def test_two_unreversed_items_of_five_are_both_named() -> None:
    rng = np.random.default_rng(2)
    latent = rng.standard_normal((300, 1))
    table = pd.DataFrame(latent + rng.standard_normal((300, 5)), columns=list("abcde"))
    table = table.assign(b=-table["b"], e=-table["e"])
    found = measurement(table, {"X": list("abcde")}).problems
    named = {one.where.item for one in found if one.code == "item-probably-not-reversed"}
    assert named == {"b", "e"}


def test_an_item_marked_and_still_backwards_was_probably_reversed_twice() -> None:
    found = measurement(answers(backwards=("pu3",)), ITEMS, reversed_items=["pu3"]).problems[0]
    assert found.code == "item-probably-reversed-twice" and found.where.item == "pu3"


def test_two_items_against_each_other_are_not_blamed_singly() -> None:
    found = measurement(answers(backwards=("pi2",)), ITEMS).problems
    assert "items-run-against-each-other" in codes(found)
    assert not {"item-probably-not-reversed", "item-probably-reversed-twice"} & set(codes(found))
    assert exit_code(found) == 1


def test_reversing_as_told_heals_the_scale() -> None:
    result = reliability_result(answers(backwards=("pu3",)), ITEMS, {"pu3": (1, 7)})
    assert exit_code(result.problems) == 0
    assert result.to_dict() == reliability_result(answers(), ITEMS).to_dict()


def test_a_constant_item_takes_down_only_what_needs_it() -> None:
    result = measurement(answers().assign(pi2=4.0), ITEMS)
    record = result.to_dict()
    assert "constant-item" in codes(result.problems) and exit_code(result.problems) == 1
    assert record["constructs"]["PI"]["alpha"] is not None
    assert record["constructs"]["PI"]["alpha_std"] is None
    assert "pi2" in record["unavailable"]["constructs.PI.alpha_std"]
    assert record["constructs"]["PU"]["omega"] is not None
    assert record["htmt"]["PU"]["ATT"] is not None and record["htmt"]["PU"]["PI"] is None
    assert record["cfa"] is None and "pi2" in record["unavailable"]["cfa"]
    assert record["items"]["pi2"]["mean"] == 4.0 and record["items"]["pi2"]["skew"] is None


def test_single_item_constructs_have_reasons_and_do_not_disturb_the_others() -> None:
    noise = np.random.default_rng(1).standard_normal(250).round(1)
    table = answers().assign(wtp=lambda t: t["pi1"] + t["att1"] + noise)
    result = measurement(table, {**ITEMS, "WTP": ["wtp"]})
    record = result.to_dict()
    assert exit_code(result.problems) == 0 and "single-item-scale" in codes(result.problems)
    single = record["constructs"]["WTP"]
    assert all(single[key] is None for key in ("alpha", "omega", "composite_reliability", "ave", "rho_a"))
    assert single["n"] == 250 and single["mean"] is not None
    assert record["items"]["wtp"]["loading"]["est"] == pytest.approx(1.0)
    assert record["htmt"]["PU"]["ATT"] is not None and record["htmt"]["PU"]["WTP"] is None
    assert record["latent_correlations"]["WTP"]["PI"] is not None


def test_one_scale_of_two_items_has_no_factor_model_but_an_alpha() -> None:
    result = reliability_result(answers(), {"PI": ["pi1", "pi2"]})
    record = result.to_dict()
    assert exit_code(result.problems) == 0 and "two-item-scale" in codes(result.problems)
    pi = record["constructs"]["PI"]
    r = np.corrcoef(answers()["pi1"], answers()["pi2"])[0, 1]
    assert pi["alpha_std"] == pytest.approx(2 * r / (1 + r))
    assert pi["ave"] is None and "not identified" in record["unavailable"]["constructs.PI.ave"]
    assert record["htmt"] == {"PI": {"PI": 1.0}}


def test_copies_of_an_item_break_the_factor_model_only() -> None:
    result = measurement(answers().assign(pu3=lambda t: t["pu1"]), ITEMS)
    record = result.to_dict()
    assert "cfa-not-fitted" in codes(result.problems) and exit_code(result.problems) == 1
    assert record["cfa"] is None and record["constructs"]["PU"]["alpha"] is not None
    assert record["htmt"]["PU"]["ATT"] is not None and record["kmo"] is None


def test_gaps_are_listwise_by_scale_and_jointly() -> None:
    table = answers()
    table.loc[:9, "pu1"] = np.nan
    table.loc[5:19, "att2"] = np.nan
    record = measurement(table, ITEMS).to_dict()
    assert [record["constructs"][name]["n"] for name in ITEMS] == [240, 235, 250]
    assert record["n_complete"] == record["cfa"]["n"] == record["parallel_analysis"]["n"] == 230
    assert record["items"]["pu1"]["n_missing"] == 10


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6])
def test_hardly_any_answers_still_give_a_whole_record(n: int) -> None:
    result = measurement(answers().head(n), ITEMS)
    record = result.to_dict()
    assert record["cfa"] is None and record["n"] == n
    assert exit_code(result.problems) == 1
    json.dumps(record, allow_nan=False)


def test_nobody_answered_one_item() -> None:
    result = measurement(answers().assign(pu2=np.nan), ITEMS)
    record = result.to_dict()
    assert record["constructs"]["PU"]["n"] == 0 and record["constructs"]["ATT"]["alpha"] is not None
    assert "too-few-complete-answers" in codes(result.problems)
    assert record["items"]["pu2"]["mean"] is None


def test_copies_of_a_construct_are_called_indistinct() -> None:
    rng = np.random.default_rng(8)
    latent = rng.standard_normal((400, 1))
    table = pd.DataFrame(latent + 0.7 * rng.standard_normal((400, 6)), columns=[f"q{i}" for i in range(6)])
    found = measurement(table, {"A": ["q0", "q1", "q2"], "B": ["q3", "q4", "q5"]}).problems
    assert "htmt-above-90" in codes(found) and exit_code([p for p in found if "htmt" in p.code]) == 0
    assert "fornell-larcker-not-met" in codes(found)


def test_weak_scales_are_noted_not_failed() -> None:
    rng = np.random.default_rng(4)
    latent = rng.standard_normal((500, 1))
    table = pd.DataFrame(0.5 * latent + rng.standard_normal((500, 4)), columns=list("abcd"))
    found = measurement(table, {"X": list("abcd")}).problems
    assert {"low-alpha", "low-ave"} <= set(codes(found)) and exit_code(found) == 0


def test_scale_codes_come_from_labels_or_range() -> None:
    labelled = Scale("s", "ordinal", 1, 3, {1: Label("a"), 2: Label("b"), 3: Label("c")})
    ranged = Scale("r", "ordinal", 1, 9)
    free = Scale("f", "numeric")
    table = pd.DataFrame({"x": [1.0, 1, 2, 1], "y": [2.0, 3, 4, 9], "z": [0.5, 1.5, 2, 3]})
    items = measurement(
        table, {"A": ["x"], "B": ["y"], "C": ["z"]}, scales={"x": labelled, "y": ranged, "z": free}
    ).items
    assert items["x"].counts == {"1": 3, "2": 1, "3": 0}
    assert list(items["y"].counts) == [str(code) for code in range(1, 10)]
    assert items["z"].counts == {"0.5": 1, "1.5": 1, "2": 1, "3": 1}


HOSTILE = ["=1+1", "a =~ b", "<script>", "x; y ~ z", "题项一", "item_1", "construct_1", "a b", "#"]


def test_names_may_be_anything() -> None:
    table = answers()
    renamed = dict(zip(table.columns, HOSTILE))
    scales = {
        f"{name} =~ <{i}>": [renamed[item] for item in items] for i, (name, items) in enumerate(ITEMS.items())
    }
    plain = list(measurement(table, ITEMS).to_dict()["constructs"].values())
    assert list(measurement(table.rename(columns=renamed), scales).to_dict()["constructs"].values()) == plain


def test_a_construct_may_share_the_name_of_an_item() -> None:
    table = answers().rename(columns={"pu1": "PU"})
    result = measurement(table, {**ITEMS, "PU": ["PU", "pu2", "pu3"]})
    assert result.to_dict()["items"]["PU"]["loading"] is not None


def test_nothing_given_is_changed() -> None:
    table = answers()
    before = table.copy()
    reliability_result(table, ITEMS, {"pu1": (1, 7)})
    measurement(table, ITEMS)
    pd.testing.assert_frame_equal(table, before)


REQUESTS: list[tuple[str, dict[str, list[str]], dict[str, Any]]] = [
    ("no-scales", {}, {}),
    ("scale-without-items", {"PU": []}, {}),
    ("scale-item-not-in-data", {"PU": ["pu1", "pu9"]}, {}),
    ("item-in-two-scales", {"PU": ["pu1", "pu2"], "ATT": ["pu2", "att1"]}, {}),
    ("item-in-two-scales", {"PU": ["pu1", "pu1"]}, {}),
    ("reversed-item-in-no-scale", {"PU": ["pu1", "pu2"]}, {"att1": (1, 7)}),
    ("reverse-range-empty", {"PU": ["pu1", "pu2"]}, {"pu1": (7, 1)}),
]


@pytest.mark.parametrize(("code", "scales", "reverse"), REQUESTS)
def test_impossible_requests_are_refused(
    code: str, scales: dict[str, list[str]], reverse: dict[str, Any]
) -> None:
    with pytest.raises(TamError) as caught:
        reliability_result(answers(), scales, reverse)
    assert code in codes(caught.value.problems)
    assert all(one.exit_code == 2 and one.what and one.why and one.mend for one in caught.value.problems)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(TamError) as caught:
        reliability_result(answers(), {"PU": ["nope", "pu1"], "ATT": []}, {"x": (3, 3)})
    assert len(caught.value.problems) == 4


def test_answers_outside_the_range_to_reverse_are_flagged() -> None:
    table = answers()
    table.loc[3, "pu1"] = 77.0
    result = reliability_result(table, ITEMS, {"pu1": (1, 7)})
    found = next(one for one in result.problems if one.code == "answers-outside-reverse-range")
    assert found.exit_code == 1 and "77" in found.what


def test_every_problem_is_told_in_both_languages() -> None:
    found = [
        *measurement(answers(backwards=("pu3",)), ITEMS, reversed_items=["att1"]).problems,
        *measurement(answers(40, backwards=("pi2",)).assign(w=3.0), {**ITEMS, "W": ["w"]}).problems,
        *measurement(answers(6), ITEMS).problems,
    ]
    assert found
    for one in found:
        for language in ("en", "zh"):
            text = " ".join(one.text(part, language) for part in ("what", "why", "mend"))  # type: ignore[arg-type]
            assert "{" not in text and text.strip()


def test_an_improper_solution_is_reported_under_the_given_names() -> None:
    correlation = np.array([[1, 0.9, 0.85], [0.9, 1, 0.6], [0.85, 0.6, 1]])
    rows = np.random.default_rng(0).standard_normal((200, 3)) @ np.linalg.cholesky(correlation).T
    result = measurement(pd.DataFrame(rows, columns=["=cmd", "b b", "c"]), {"My X": ["=cmd", "b b", "c"]})
    assert result.to_dict()["cfa"]["admissible"] is False
    assert exit_code(result.problems) == 1
    told = " ".join(one.what for one in result.problems)
    assert "=cmd" in told and "item_1" not in told


def test_a_factor_model_that_does_not_converge_leaves_the_rest() -> None:
    # Nine unrelated items of thirty people: there is no factor to find.
    rng = np.random.default_rng(0)
    rng.standard_normal((200, 3))
    table = pd.DataFrame(rng.standard_normal((30, 9)), columns=[f"x{i}" for i in range(9)])
    result = measurement(table, {"A": ["x0", "x1", "x2"], "B": ["x3", "x4", "x5"], "C": ["x6", "x7", "x8"]})
    record = result.to_dict()
    assert record["cfa"] is None and "cfa-not-fitted" in codes(result.problems)
    assert "converge" in record["unavailable"]["cfa"] and exit_code(result.problems) == 1
    assert record["items"]["x0"]["loading"] is None and record["constructs"]["A"]["ave"] is None
    assert record["htmt"]["A"]["B"] is not None and record["constructs"]["A"]["alpha"] is not None
