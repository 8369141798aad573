"""What is said about the distribution of answers, and what happens where nothing can be."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from tam.analysis.distributions import distributions
from tam.errors import Unavailable
from tam.spec.instrument import Scale
from tam.stats import multivariate_normality
from tam.stats.descriptives_answers import (
    end_shares,
    kurtosis_error,
    most_common,
    relative_entropy,
    skewness_error,
)

SCALE = Scale("five", "ordinal", 1, 5)


def reason_of(value: object) -> str:
    assert isinstance(value, Unavailable)
    return value.reason


def survey(n: int = 100, k: int = 4, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((n, 1)) + rng.standard_normal((n, k))
    names = [f"q{i}" for i in range(1, k + 1)]
    return pd.DataFrame(np.clip(np.round(3 + raw), 1, 5), columns=names, index=pd.RangeIndex(2, n + 2))


class TestOneItem:
    def test_by_hand(self) -> None:
        table = pd.DataFrame({"q": [1, 1, 1, 2, 5, 5, np.nan]})
        one = distributions(table, {"q": SCALE}).items["q"]
        assert one.n == 6
        assert one.floor == 0.5 and one.ceiling == pytest.approx(1 / 3)
        assert (one.most_common, one.most_common_share) == (1.0, 0.5)
        h = -(3 / 6 * np.log(3 / 6) + 1 / 6 * np.log(1 / 6) + 2 / 6 * np.log(2 / 6)) / np.log(5)
        assert one.entropy == pytest.approx(h)

    def test_standard_errors_of_spss(self) -> None:
        """n = 10: .687 and 1.334, the values every SPSS table of ten cases prints."""
        assert round(float(skewness_error(10)), 3) == 0.687  # type: ignore[arg-type]
        assert round(float(kurtosis_error(10)), 3) == 1.334  # type: ignore[arg-type]
        assert reason_of(skewness_error(2)) == "at least 3 answers are needed, there are 2"
        assert reason_of(kurtosis_error(3)) == "at least 4 answers are needed, there are 3"

    def test_an_item_that_never_varies(self) -> None:
        one = distributions(pd.DataFrame({"q": [3.0] * 9}), {"q": SCALE}).items["q"]
        assert reason_of(one.skew) == reason_of(one.kurtosis) == "every answer is the same"
        assert (one.entropy, one.most_common_share, one.floor) == (0.0, 1.0, 0.0)

    def test_an_item_without_answers(self) -> None:
        one = distributions(pd.DataFrame({"q": [np.nan] * 9}), {"q": SCALE}).items["q"]
        assert one.n == 0
        for part in (one.floor, one.ceiling, one.most_common, one.entropy):
            assert reason_of(part) == "there is no answer"

    def test_without_a_scale_there_are_no_ends(self) -> None:
        one = distributions(survey()).items["q1"]
        assert reason_of(one.floor) == "the scale has no lowest and highest answer"
        assert reason_of(one.entropy) == "the scale offers fewer than two answers"

    def test_a_numeric_scale_with_limits_has_ends(self) -> None:
        scale = Scale("share", "numeric", 0, 100)
        one = distributions(pd.DataFrame({"q": [0, 50, 100, 100.0]}), {"q": scale}).items["q"]
        assert (one.floor, one.ceiling) == (0.25, 0.5)

    def test_of_equals_the_lower_answer_is_named(self) -> None:
        assert most_common(np.array([5.0, 2, 2, 5])) == (2.0, 0.5)

    def test_evenly_spread_answers_have_the_highest_entropy(self) -> None:
        assert relative_entropy(np.array([1.0, 2, 3]), (1, 2, 3)) == pytest.approx(1)
        assert end_shares(np.array([1.0, 2, 3]), 1, 3) == (pytest.approx(1 / 3), pytest.approx(1 / 3))


class TestTogether:
    @pytest.mark.parametrize(
        ("table", "reason"),
        [
            (survey(k=1), "fewer than two items vary"),
            (survey(4), "there are no more complete respondents than items"),
            (survey().assign(q5=lambda t: t["q1"] + t["q2"]), "the correlation matrix is singular"),
        ],
    )
    def test_where_there_is_no_joint_distribution(self, table: pd.DataFrame, reason: str) -> None:
        found = distributions(table)
        for part in (found.mardia, found.mardia_n_minus_1, found.henze_zirkler, found.outliers):
            assert reason_of(part).startswith(reason)

    def test_items_that_cannot_enter_are_named(self) -> None:
        plain = distributions(survey())
        found = distributions(survey().assign(same=3.0, empty=np.nan))
        assert set(found.left_out) == {"same", "empty"}
        assert found.mardia == plain.mardia and found.n_complete == 100

    def test_an_item_constant_among_the_complete(self) -> None:
        table = survey()
        table["q1"] = 3.0
        table.iloc[0] = [1.0, np.nan, 2.0, 2.0]
        expected = "every complete respondent gave the same answer to an item"
        assert reason_of(distributions(table).mardia) == expected

    def test_a_planted_respondent_stands_first_with_the_row_of_the_file(self) -> None:
        table = survey(300)
        table.loc[57] = [1.0, 5.0, 1.0, 5.0]
        found = distributions(table, constructs={"Q": list(table), "other": ["q1", "absent"]})
        assert not isinstance(found.outliers, Unavailable)
        first = found.outliers.farthest[0]
        assert first.row == 57 and first.p < 0.01
        assert first.p_bonferroni == pytest.approx(min(1, first.p * 300))
        assert first.alpha_construct == "Q"
        assert isinstance(first.alpha_change, float) and first.alpha_change > 0
        assert len(found.outliers.farthest) == 10

    def test_alpha_change_is_what_leaving_out_does(self) -> None:
        from tam.stats.descriptives import covariance_matrix
        from tam.stats.reliability import cronbach_alpha

        table = survey(60)
        found = distributions(table, constructs={"Q": list(table)})
        assert not isinstance(found.outliers, Unavailable)
        for one in found.outliers.farthest:
            without = cronbach_alpha(covariance_matrix(table.drop(index=one.row).to_numpy()))
            whole = cronbach_alpha(covariance_matrix(table.to_numpy()))
            assert one.alpha_change == pytest.approx(without - whole)  # type: ignore[operator]

    def test_henze_zirkler_has_a_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(multivariate_normality, "MOST_ROWS", 50)
        found = distributions(survey())
        expected = "the test compares every row with every other; at most 50 rows, there are 100"
        assert reason_of(found.henze_zirkler) == expected
        assert not isinstance(found.mardia, Unavailable)

    def test_normal_answers_are_not_called_far_and_lopsided_ones_are(self) -> None:
        assert distributions(survey()).problems == ()
        lopsided = survey().assign(q1=[1.0] * 99 + [5.0])
        (one,) = distributions(lopsided).problems
        assert one.code == "answers-far-from-normal"
        assert one.exit_code == 0 and "q1" in one.what

    def test_records_are_ready_for_json(self) -> None:
        for table in (survey(), survey(3), survey().assign(q1=np.nan)):
            json.dumps(distributions(table, dict.fromkeys(table, SCALE)).to_dict(), allow_nan=False)
