"""Indices of careless answering against the R package careless 1.2.2, brute force and hand calculation."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tam.stats.careless import average_string
from tam.stats.careless_consistency import (
    even_odd,
    item_correlations,
    pair_consistency,
    person_total,
    rowwise_correlation,
    synonym_pairs,
)
from tam.stats.careless_distance import (
    distance_degrees,
    distance_limit,
    distance_probability,
    mahalanobis_squared,
)
from tam.stats.careless_fit import guttman_errors
from tam.stats.careless_matches import near_matches, row_labels
from tam.stats.careless_patterns import autocorrelation, neighbour_repetition, repetition

DATA = Path(__file__).resolve().parents[2] / "data" / "tam_sim"
SCALES = (range(4), *(range(start, start + 3) for start in range(4, 22, 3)))
NAN = np.nan


@pytest.fixture(scope="module")
def careless() -> dict[str, object]:
    return json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["careless"]


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    return pd.read_csv(DATA / "tam_sim_complete.csv").to_numpy(dtype=float)


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """PU4 and TRU3 turned round, as the reference values were computed."""
    table = pd.read_csv(DATA / "tam_sim_complete.csv")
    table[["PU4", "TRU3"]] = 8 - table[["PU4", "TRU3"]]
    return table.to_numpy(dtype=float)


def agree(found: np.ndarray, expected: list[float | None]) -> None:
    wanted = np.array([NAN if one is None else one for one in expected])
    assert_allclose(found[: len(wanted)], wanted, rtol=0, atol=1e-9)


def test_average_string_equals_careless(careless, codes):
    agree(average_string(codes), careless["avgstr"])


def test_even_odd_equals_careless(careless, values):
    agree(even_odd(values, SCALES), careless["evenodd"])


def test_psychometric_synonyms_equal_careless(careless, values):
    pairs = synonym_pairs(values, 0.50)
    assert len(pairs) == careless["psychsyn_npairs"]
    agree(pair_consistency(values, pairs), careless["psychsyn_50"])


def test_mahalanobis_distance_equals_careless(careless, codes):
    squared = mahalanobis_squared(codes)
    agree(squared, careless["mahad"])
    probability = distance_probability(squared, distance_degrees(codes))
    assert (probability < 0.001).sum() == careless["mahad_flag_001"]
    assert ((squared > distance_limit(0.001, 22)) == (probability < 0.001)).all()


def test_average_string_counts_answers_by_runs():
    found = average_string(np.array([[1, 1, NAN, 1, 2.0], [NAN] * 5, [3, 3, 3, 3, 3.0]]))
    assert_allclose(found, [4 / 3, NAN, 5])


def test_even_odd_by_hand():
    """Even means 2, 4, 6 against odd means 1, 2, 4: r = .98198, corrected .99091, sign turned."""
    row = np.array([[1, 2, 2, 4, 4, 6.0]])
    r = np.corrcoef([2, 4, 6], [1, 2, 4])[0, 1]
    assert_allclose(even_odd(row, ([0, 1], [2, 3], [4, 5])), [-2 * r / (1 + r)])


def test_even_odd_is_held_at_one_and_undefined_without_variance():
    turned = [1, 6, 2, 4, 4, 2.0]
    assert_allclose(even_odd(np.array([turned, [4.0] * 6]), ([0, 1], [2, 3], [4, 5])), [1, NAN])


def test_antonyms_are_pairs_that_correlate_negatively():
    rng = np.random.default_rng(5)
    trait = rng.normal(size=(300, 1))
    table = np.hstack([trait, -trait, trait, -trait]) + 0.2 * rng.normal(size=(300, 4))
    assert synonym_pairs(table, -0.60).tolist() == [[1, 0], [2, 1], [3, 0], [3, 2]]
    assert synonym_pairs(table, 0.60).tolist() == [[2, 0], [3, 1]]


def test_a_pair_score_needs_three_answered_pairs():
    pairs = np.array([[1, 0], [3, 2], [5, 4]])
    rows = np.array([[1, 1, 2, 2, 3, 3.0], [1, 1, 2, 2, 3, NAN], [4.0] * 6])
    assert_allclose(pair_consistency(rows, pairs), [1, NAN, NAN])


def test_correlations_of_items_use_all_who_answered_both():
    rng = np.random.default_rng(6)
    table = rng.integers(1, 8, size=(80, 5)).astype(float)
    table[rng.random(table.shape) < 0.1] = NAN
    table = np.column_stack([table, np.full(80, 3.0)])
    assert_allclose(item_correlations(table)[:5, :5], pd.DataFrame(table[:, :5]).corr(), atol=1e-12)
    assert np.isnan(item_correlations(table)[5]).all()


def test_correlation_of_rows_skips_missing_places():
    first = np.array([[1, 2, NAN, 4.0], [2, 2, 2, 2.0], [0.1, 0.1, 0.1, 0.1]])
    second = np.array([[2, 1, 9, 7.0], [1, 2, 3, 4.0], [1, 2, 3, 4.0]])
    assert_allclose(rowwise_correlation(first, second), [np.corrcoef([1, 2, 4], [2, 1, 7])[0, 1], NAN, NAN])


def test_person_total_leaves_the_respondent_out():
    rows = np.array([[1, 2, 3, 4.0], [2, 2, 4, 5.0], [4, 3, 2, NAN]])
    means = np.array([[3, 2.5, 3, 5], [2.5, 2.5, 2.5, 4], [1.5, 2, 3.5, 4.5]])
    expected = [np.corrcoef(rows[i, :m], means[i, :m])[0, 1] for i, m in ((0, 4), (1, 4), (2, 3))]
    assert_allclose(person_total(rows), expected)


def test_distance_by_hand_and_for_complete_rows_only():
    rows = np.array([[0, 0], [2, 0], [0, 2], [2, 2], [NAN, 1.0]])
    assert_allclose(mahalanobis_squared(rows), [1.5, 1.5, 1.5, 1.5, NAN])


def test_an_item_that_repeats_another_does_not_stop_the_distance():
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(50, 3))
    assert_allclose(mahalanobis_squared(np.column_stack([rows, rows[:, 0]])), mahalanobis_squared(rows))
    assert distance_degrees(np.column_stack([rows, rows[:, 0]])) == 3


@pytest.mark.parametrize(
    ("pattern", "share", "lag"),
    [([1, 2], 1.0, 2), ([1, 2, 3, 4, 3, 2], 1.0, 6), ([1, 3, 5], 1.0, 3), ([4], 1.0, 2)],
)
def test_a_pattern_repeats_wholly(pattern, share, lag):
    found, length = repetition(np.array([np.resize(pattern, 18)], dtype=float))
    assert (found[0], length[0]) == (share, lag)


def test_a_straight_line_repeats_its_neighbours_and_a_walk_does_not():
    rows = np.array([[4] * 12, [1, 2, 3, 4, 3, 2] * 2], dtype=float)
    assert neighbour_repetition(rows).tolist() == [1.0, 0.0]


def test_repetition_needs_eight_places():
    row = np.full((1, 14), NAN)
    row[0, :9] = [1, 2, 1, 2, 1, 2, 1, 2, 1]
    assert np.isnan(repetition(row)[0][0])
    assert repetition(row)[1][0] == 0


def test_autocorrelation_equals_numpy_lag_by_lag():
    rng = np.random.default_rng(8)
    rows = rng.integers(1, 8, size=(40, 20)).astype(float)
    expected = [max(abs(np.corrcoef(x[g:], x[:-g])[0, 1]) for g in range(1, 11)) for x in rows]
    assert_allclose(autocorrelation(rows), expected, atol=1e-12)


def test_autocorrelation_of_one_answer_is_one_and_of_none_undefined():
    rows = np.array([[4.0] * 14, [NAN] * 14, np.resize([1, 2, 3], 14)])
    assert_allclose(autocorrelation(rows), [1, NAN, 1])


def errors_by_pairs(row: tuple[int, ...], steps: list[tuple[int, int]]) -> int:
    """Pairs of steps, popular ones first, of which the first was not taken and the other was."""
    taken = [row[item] >= step for item, step in steps]
    return sum(later and not earlier for earlier, later in itertools.combinations(taken, 2))


def test_guttman_errors_equal_a_count_over_all_pairs_and_patterns():
    rng = np.random.default_rng(9)
    highest = np.array([2, 3, 2, 1])
    rows = np.column_stack([rng.integers(0, m + 1, size=40) for m in highest])
    popularity = {(i, c): (rows[:, i] >= c).mean() for i, m in enumerate(highest) for c in range(1, m + 1)}
    steps = sorted(popularity, key=lambda one: (-popularity[one], one[1], one[0]))
    most: dict[int, int] = {}
    for pattern in itertools.product(*(range(m + 1) for m in highest)):
        most[sum(pattern)] = max(most.get(sum(pattern), 0), errors_by_pairs(pattern, steps))
    expected = [
        errors_by_pairs(tuple(row), steps) / most[row.sum()] if most[row.sum()] else NAN for row in rows
    ]
    assert_allclose(guttman_errors(rows.astype(float), highest), expected)


def test_guttman_errors_of_incomplete_rows_are_undefined():
    found = guttman_errors(np.array([[0, NAN], [1, 0], [0, 1.0], [1, 0], [0, 0], [1, 1]]), np.array([1, 1]))
    assert_allclose(found, [NAN, 0, 1, 0, NAN, NAN])


@pytest.mark.parametrize("share", [0.95, 0.9, 0.8, 0.7])
def test_near_matches_equal_a_search_of_all_pairs(share):
    rng = np.random.default_rng(10)
    table = rng.integers(1, 4, size=(120, 20)).astype(float)
    table[rng.random(table.shape) < 0.02] = NAN
    for i in range(15):
        table[60 + i] = table[i]
        table[60 + i, rng.choice(20, size=1 + i % 4, replace=False)] = 9
    table[100:103] = 2.0
    expected = {
        (a, b): (table[a] == table[b]).mean()
        for b in range(120)
        for a in range(b)
        if a not in (100, 101, 102) and b not in (100, 101, 102)
        if (table[a] == table[b]).sum() >= 20 * share - 1e-9
    }
    found = near_matches(table, share)
    assert found.skipped == 0
    assert {tuple(p): s for p, s in zip(found.pairs.tolist(), found.shares, strict=True)} == expected
    assert expected


def test_equal_rows_are_no_near_matches():
    rows = np.array([np.arange(20.0), np.arange(20.0), np.arange(20.0)])
    rows[2, 0] = 5
    found = near_matches(rows, 0.95)
    assert found.pairs.tolist() == [[0, 2]]
    assert found.shares.tolist() == [0.95]


def test_comparisons_are_limited_and_it_is_said():
    rng = np.random.default_rng(11)
    rows = rng.integers(1, 3, size=(200, 20)).astype(float)
    rows[:, :10] = np.arange(10)
    found = near_matches(rows, 0.95, most=1000)
    assert found.compared <= 1000
    assert found.skipped > 100


def test_labels_are_equal_for_equal_rows_only():
    rng = np.random.default_rng(12)
    rows = rng.integers(1, 3, size=(300, 70)).astype(float)
    rows[150:] = rows[:150]
    rows[0, 0] = rows[150, 0] = NAN
    label = row_labels(rows)
    assert (label[:150] == label[150:]).all()
    assert len(set(label)) == 150
