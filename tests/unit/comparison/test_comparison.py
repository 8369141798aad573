"""Group comparisons through their public functions: invariances, small groups, missing answers, tiers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tam.analysis.comparison import ConstructComparison, Welch, compare, compare_groups, construct_scores
from tam.analysis.grouping import Split, make_splits, split_by_answer, split_by_followers
from tam.errors import TamError, Unavailable
from tam.record import to_record
from tam.spec.instrument_file import load_instrument
from tam.spec.study import GroupBy, TierGrouping
from tam.spec.text import Text

INSTRUMENT = load_instrument("kol-tam")
ITEMS = list(INSTRUMENT.items)


def split(members: list[str | None]) -> Split:
    names = sorted({one for one in members if one is not None})
    labels = {name: Text(name, name) for name in names}
    unanswered = sum(one is None for one in members)
    series = pd.Series(members, dtype=object)
    return Split("group", Text("group", "组"), "answer", None, series, labels, unanswered)


def one_construct(scores: np.ndarray, members: list[str], minimum: int = 3) -> ConstructComparison:
    result, _ = compare(pd.DataFrame({"PI": scores}), split(list(members)), minimum=minimum)
    return result.constructs[0]


def answers(n: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.integers(1, 8, size=(n, len(ITEMS))).astype(float), columns=ITEMS)
    variables = pd.DataFrame(
        {
            "platform": rng.choice(["Xiaohongshu", "Douyin"], size=n),
            "kol_tier": rng.choice([1.0, 2.0, 3.0], size=n),
            "followers": rng.choice([500.0, 10_000.0, 1_000_000.0, 1_000_001.0, np.nan], size=n),
            "age": rng.integers(18, 60, size=n).astype(float),
        }
    )
    return values, variables


samples = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(1, 7, allow_nan=False)), min_size=30, max_size=60
)


def usable(rows: list[tuple[str, float]]) -> bool:
    groups = [np.array([v for g, v in rows if g == name]) for name in "abc"]
    return all(len(one) >= 4 and np.std(one) > 0.05 for one in groups)


@settings(max_examples=25, deadline=None)
@given(samples.filter(usable), st.floats(-50, 50), st.permutations(range(3)))
def test_shift_and_new_names_change_nothing(
    rows: list[tuple[str, float]], shift: float, order: list[int]
) -> None:
    names, scores = [g for g, _ in rows], np.array([v for _, v in rows])
    renamed = ["abc"[order["abc".index(name)]] for name in names]
    first, second = one_construct(scores, names), one_construct(scores + shift, renamed)
    assert isinstance(first.welch, Welch) and isinstance(second.welch, Welch)
    f = second.welch.F
    assert f == pytest.approx(first.welch.F, rel=1e-6, abs=1e-9)
    assert second.welch.p == pytest.approx(first.welch.p, rel=1e-5, abs=1e-12)
    assert isinstance(first.pairs, tuple) and isinstance(second.pairs, tuple)
    found = {frozenset((one.a, one.b)): one for one in second.pairs}
    for one in first.pairs:
        a, b = ("abc"[order["abc".index(name)]] for name in (one.a, one.b))
        other = found[frozenset((a, b))]
        sign = 1.0 if other.a == a else -1.0
        assert other.diff == pytest.approx(sign * one.diff, abs=1e-8)
        assert other.hedges_g == pytest.approx(sign * one.hedges_g, rel=1e-6, abs=1e-8)
        assert other.p == pytest.approx(one.p, rel=1e-4, abs=1e-9)
        assert other.ci_high - other.ci_low == pytest.approx(one.ci_high - one.ci_low, rel=1e-6)


def test_the_order_of_the_rows_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    names, scores = list("aabbbcccc" * 5), rng.normal(size=45)
    order = rng.permutation(45)
    first = one_construct(scores, names)
    second = one_construct(scores[order], [names[i] for i in order])
    assert isinstance(first.welch, Welch) and isinstance(second.welch, Welch)
    f = second.welch.F
    assert f == pytest.approx(first.welch.F, rel=1e-10)


def test_two_groups_are_the_welch_t_test() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(0, 1, 14), rng.normal(1, 3, 33)
    one = one_construct(np.concatenate([a, b]), ["a"] * 14 + ["b"] * 33)
    t = stats.ttest_ind(a, b, equal_var=False)
    interval = t.confidence_interval(0.95)
    assert isinstance(one.pairs, tuple) and isinstance(one.welch, Welch)
    assert one.pairs[0].p_adjust == "none"
    assert one.pairs[0].t == pytest.approx(t.statistic)
    assert one.pairs[0].p == pytest.approx(t.pvalue)
    assert (one.pairs[0].ci_low, one.pairs[0].ci_high) == pytest.approx((interval.low, interval.high))
    assert one.welch.p == pytest.approx(t.pvalue)


def test_small_groups_are_named_and_left_out_before_testing() -> None:
    rng = np.random.default_rng(5)
    scores, names = rng.normal(size=50), ["a"] * 22 + ["b"] * 21 + ["c"] * 7
    result, problems = compare(pd.DataFrame({"PI": scores}), split(names), minimum=20)
    assert [(one.id, one.n) for one in result.groups] == [("a", 22), ("b", 21)]
    assert [(one.id, one.n) for one in result.too_small] == [("c", 7)]
    assert [one.code for one in problems] == ["group-too-small"]
    without, _ = compare(pd.DataFrame({"PI": scores[:43]}), split(names[:43]), minimum=20)
    assert to_record(result)["constructs"] == to_record(without)["constructs"]


def test_one_group_left_is_a_note_not_a_crash() -> None:
    result, problems = compare(pd.DataFrame({"PI": np.arange(25.0)}), split(["a"] * 22 + ["b"] * 3))
    assert result.constructs == ()
    assert [one.code for one in problems] == ["group-too-small", "too-few-groups"]
    assert all(one.exit_code == 0 for one in problems)


def test_an_identifier_is_not_a_grouping() -> None:
    names = [f"person {i}" for i in range(60)]
    result, problems = compare(pd.DataFrame({"PI": np.arange(60.0)}), split(names))
    assert result.constructs == () and result.too_small == ()
    assert [one.code for one in problems] == ["too-many-groups"]


def test_a_constant_group_is_unavailable_and_its_neighbours_are_not() -> None:
    rng = np.random.default_rng(6)
    scores = pd.DataFrame({"PI": rng.normal(size=40), "PU": rng.normal(size=40)})
    scores.loc[:19, "PI"] = 4.0
    result, _ = compare(scores, split(["a"] * 20 + ["b"] * 20))
    constant, fine = result.constructs
    assert isinstance(constant.welch, Unavailable) and "the same" in constant.welch.reason
    assert constant.means["a"].mean == 4.0
    assert isinstance(fine.welch, Welch) and fine.welch.p_holm == fine.welch.p
    record = to_record(result)
    assert record["unavailable"]["constructs.0.welch"] == constant.welch.reason


def test_scores_need_half_of_the_items() -> None:
    values = pd.DataFrame(
        {"a1": [1, 2, np.nan], "a2": [3, np.nan, np.nan], "a3": [5, np.nan, 4], "a4": [7, 6, np.nan]}
    )
    scores, counts = construct_scores(values, {"A": ("a1", "a2", "a3", "a4")}, {})
    assert scores["A"].tolist()[:2] == [4.0, 4.0] and np.isnan(scores["A"][2])
    assert (counts["A"].n_complete, counts["A"].n_partial, counts["A"].n_unscored) == (1, 1, 1)


def test_a_second_order_score_is_the_mean_of_its_parts() -> None:
    values, _ = answers(40)
    scores, _ = construct_scores(values, INSTRUMENT.first_order(), INSTRUMENT.second_order())
    assert scores["CRED"].to_numpy() == pytest.approx(scores[["EXP", "TRU", "ATR"]].mean(axis=1).to_numpy())


def test_tiers_follow_the_bounds_of_the_scheme() -> None:
    counts = pd.Series([9_999, 10_000, 1_000_000, 1_000_001, np.nan], name="followers")
    tiers = split_by_followers(counts, INSTRUMENT.tier_schemes["xhs"])
    assert tiers.members.tolist()[:4] == ["tail", "middle", "middle", "head"]
    assert tiers.n_unanswered == 1 and list(tiers.labels) == ["head", "middle", "tail"]


def test_counts_in_a_gap_are_in_no_group_and_counted() -> None:
    counts = pd.Series(
        [5_000_000.0] * 4 + [20_000_000.0] * 25 + [60_000.0] * 25 + [np.nan] * 3, name="followers"
    )
    tiers = split_by_followers(counts, INSTRUMENT.tier_schemes["market-2024"])
    scores = pd.DataFrame({"PI": np.random.default_rng(2).normal(size=57)})
    result, problems = compare(scores, tiers)
    assert (result.n_unclassified, result.n_unanswered) == (7, 3)
    assert [one.code for one in problems] == ["followers-in-a-gap"]
    assert problems[0].values["n"] == 4


def test_answers_keep_the_order_and_words_of_their_scale() -> None:
    _, variables = answers(60)
    platform = split_by_answer(variables["platform"], INSTRUMENT)
    assert list(platform.labels) == ["Xiaohongshu", "Douyin"]
    assert platform.labels["Douyin"].zh == "抖音"
    tier = split_by_answer(variables["kol_tier"], INSTRUMENT)
    assert [text.zh[:2] for text in tier.labels.values() if text.zh] == ["头部", "腰部", "尾部"]
    assert set(tier.members) == set(tier.labels)


def test_a_column_unknown_to_the_instrument_groups_by_its_values() -> None:
    wave = pd.Series(["<b>2</b>", "1", None, "1"], name="wave")
    found = split_by_answer(wave, INSTRUMENT)
    assert list(found.labels) == ["1", "<b>2</b>"] and found.n_unanswered == 1


def test_every_wrong_column_is_told_at_once() -> None:
    _, variables = answers(30)
    variables["kind"] = "x"
    wrong = [GroupBy("nowhere"), TierGrouping("kind", "xhs"), GroupBy("platform")]
    with pytest.raises(TamError) as caught:
        make_splits(variables, INSTRUMENT, wrong)
    assert [one.code for one in caught.value.problems] == ["group-column-missing", "followers-not-numeric"]
    assert "platform" in caught.value.problems[0].what


def test_the_whole_comparison_as_a_record() -> None:
    values, variables = answers(300)
    groups = [TierGrouping("followers", "xhs"), GroupBy("platform"), GroupBy("age")]
    before = values.copy(), variables.copy()
    comparison = compare_groups(values, variables, INSTRUMENT, groups)
    record = to_record(comparison)
    tier, platform, age = record["groupings"]
    assert tier["source"] == "followers" and tier["scheme"] == "xhs"
    assert tier["label"] == {"en": "Xiaohongshu tiers", "zh": "小红书分级"}
    assert [one["construct"] for one in platform["constructs"]] == list(INSTRUMENT.constructs)
    assert age["constructs"] == []
    assert sum(one["n"] for one in tier["groups"]) + tier["n_unclassified"] == 300
    assert record["scores"]["PU"] == {"n_complete": 300, "n_partial": 0, "n_unscored": 0}
    pd.testing.assert_frame_equal(values, before[0])
    pd.testing.assert_frame_equal(variables, before[1])
