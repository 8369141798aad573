"""What is said about missing answers: counts, tests and treatments, and what happens where nothing can be."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from tam.analysis import missing_data_comparison
from tam.analysis.imputation import imputed_tables
from tam.analysis.missing_data import (
    LittleResult,
    MissingData,
    MissingItem,
    little_of,
    missing_data,
    missing_rows,
)
from tam.errors import Unavailable
from tam.spec.model import Model, Path
from tam.spec.study import Options
from tam.spec.text import Text

MODEL = Model(
    "two",
    Text("Two", "二"),
    {"X": ("x1", "x2", "x3"), "Y": ("y1", "y2", "y3")},
    {},
    (Path("Y", "X"),),
)
ITEMS = ["x1", "x2", "x3", "y1", "y2", "y3"]


def survey(n: int = 200, seed: int = 1, gaps: float = 0.0) -> pd.DataFrame:
    """Six items of two constructs; the gaps are made by chance alone. The index is the spreadsheet row."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 1))
    y = 0.5 * x + rng.standard_normal((n, 1))
    raw = np.hstack([x + 0.6 * rng.standard_normal((n, 3)), y + 0.6 * rng.standard_normal((n, 3))])
    values = np.clip(np.round(4 + 1.3 * raw), 1, 7)
    values[rng.random((n, 6)) < gaps] = np.nan
    return pd.DataFrame(values, columns=ITEMS, index=pd.RangeIndex(2, n + 2))


def described(table: pd.DataFrame, reasons: pd.DataFrame | None = None, **options: object) -> MissingData:
    return missing_data(MODEL, table, reasons, options=Options(**options), seed=5)  # type: ignore[arg-type]


def reason_of(value: object) -> str:
    assert isinstance(value, Unavailable)
    return value.reason


class TestNothingMissing:
    def test_everything_says_so(self) -> None:
        found = described(survey(), imputations=20)
        assert (found.n_complete, found.n_missing, found.n_patterns) == (200, 0, 1)
        for part in (found.little, found.missingness, found.comparison):
            assert reason_of(part) == "no answer is missing"
        assert found.problems == ()

    def test_it_costs_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: object, **named: object) -> None:
            raise AssertionError("a model was fitted")

        monkeypatch.setattr(missing_data_comparison, "_fit", refuse)
        described(survey(), imputations=20)


class TestCounts:
    def test_patterns_stand_most_frequent_first(self) -> None:
        table = survey()
        table.iloc[:30, 0] = np.nan
        table.iloc[30:40, [1, 5]] = np.nan
        found = described(table)
        assert [(one.pattern, one.n, one.items) for one in found.patterns] == [
            (1, 160, ()),
            (2, 30, ("x1",)),
            (3, 10, ("x2", "y3")),
        ]
        assert found.patterns[1].share == pytest.approx(0.15)
        assert (found.n_missing, found.n_complete, found.n_cells) == (50, 160, 1200)

    def test_skips_by_logic_are_no_loss(self) -> None:
        table = survey()
        table.iloc[:50, 5] = np.nan
        table.iloc[50:60, 5] = np.nan
        reasons = pd.DataFrame("", index=table.index, columns=ITEMS)
        reasons.iloc[:50, 5] = "skipped_by_logic"
        reasons.iloc[50:57, 5] = "blank"
        reasons.iloc[57:60, 5] = "out_of_range"
        found = described(table, reasons)
        assert found.items[5] == MissingItem("y3", 150, 10, 10 / 150, 50, {"blank": 7, "out_of_range": 3})
        assert (found.n_missing, found.n_skipped, found.n_complete) == (10, 50, 190)
        assert [(one.n, one.items, one.skipped) for one in found.patterns] == [
            (140, (), ()),
            (50, (), ("y3",)),
            (10, ("y3",), ()),
        ]

    def test_an_item_nobody_was_asked_has_no_share(self) -> None:
        table = survey().assign(x1=np.nan)
        reasons = pd.DataFrame("", index=table.index, columns=ITEMS).assign(x1="skipped_by_logic")
        found = described(table, reasons)
        assert reason_of(found.items[0].share) == "nobody was asked"

    def test_a_gap_without_a_reason_is_blank(self) -> None:
        table = survey()
        table.iloc[0, 0] = np.nan
        assert described(table).items[0].reasons == {"blank": 1}
        reasons = pd.DataFrame("", index=table.index, columns=["y1"])
        assert described(table, reasons).items[0].reasons == {"blank": 1}

    def test_observed_variables_of_the_model_stand_beside_the_items(self) -> None:
        table = survey()
        model = Model("c", Text("C", "控"), MODEL.measurement, {}, MODEL.paths, controls={"Y": ("age",)})
        variables = pd.DataFrame({"age": 30.0, "city": "A"}, index=table.index)
        assert list(missing_rows(table, variables, model)) == [*ITEMS, "age"]
        assert list(missing_rows(table, variables, MODEL)) == ITEMS


class TestLittle:
    def test_chance_is_not_rejected_and_design_is(self) -> None:
        by_chance = little_of(survey(600, 3, 0.05).to_numpy(), ITEMS)
        assert isinstance(by_chance, LittleResult)
        assert by_chance.p > 0.05
        table = survey(600, 3)
        table.loc[table["x1"] > 5, "y1"] = np.nan
        by_design = little_of(table.to_numpy(), ITEMS)
        assert isinstance(by_design, LittleResult)
        assert by_design.p < 1e-10
        assert by_design.df == 5  # the pattern without y1 has five means, the other six, less six

    def test_constant_and_empty_items_are_left_out_by_name(self) -> None:
        table = survey(300, 2, 0.05)
        plain = little_of(table.to_numpy(), ITEMS)
        wider = table.assign(same=4.0, empty=np.nan)
        found = little_of(wider.to_numpy(), list(wider))
        assert isinstance(plain, LittleResult) and isinstance(found, LittleResult)
        assert found.chisq == pytest.approx(plain.chisq, rel=1e-9)
        assert found.df == plain.df
        assert set(found.left_out) == {"same", "empty"}

    def test_items_some_were_not_asked_are_left_out(self) -> None:
        table = survey(300, 2, 0.05)
        table.iloc[:100, 5] = np.nan
        skipped = np.array([False] * 5 + [True])
        found = little_of(table.to_numpy(), ITEMS, skipped)
        assert isinstance(found, LittleResult)
        assert found.left_out == {"y3": "some were not asked, by the logic of the questionnaire"}

    def test_patterns_may_be_smaller_than_their_items(self) -> None:
        found = little_of(survey(60, 4, 0.2).to_numpy(), ITEMS)
        assert isinstance(found, LittleResult)
        assert found.n_patterns > 15  # most of one respondent, with up to five items

    def test_respondents_without_any_answer_say_nothing(self) -> None:
        table = survey(300, 2, 0.05)
        more = pd.concat([table, pd.DataFrame(np.nan, index=range(5), columns=ITEMS)])
        assert little_of(table.to_numpy(), ITEMS) == little_of(more.to_numpy(), ITEMS)

    @pytest.mark.parametrize(
        ("table", "reason"),
        [
            (survey().assign(empty=np.nan), "no answer is missing in the items that can be tested"),
            (survey(6, 1, 0.3), "there are no more respondents than items"),
            (
                pd.DataFrame({"a": [1, 2, 3, 4.0], "b": np.nan}),
                "no answer is missing in the items that can be tested",
            ),
        ],
    )
    def test_where_there_is_nothing_to_test(self, table: pd.DataFrame, reason: str) -> None:
        assert reason_of(little_of(table.to_numpy(dtype=float), list(table))) == reason

    def test_items_never_answered_together_have_no_covariance(self) -> None:
        table = survey(200)
        table.iloc[:100, 0] = np.nan
        table.iloc[100:, 1] = np.nan
        assert reason_of(little_of(table.to_numpy(), ITEMS)) in (
            "the answers that are there do not settle every covariance",
            "means and covariances could not be estimated from the answers that are there",
        )

    def test_an_item_that_others_determine_does_not_break_it(self) -> None:
        table = survey(200, 1, 0.05)
        table["sum"] = table["x1"] + table["x2"]
        found = little_of(table.to_numpy(), list(table))
        assert isinstance(found, (LittleResult, Unavailable))


class TestMissingness:
    def test_the_answer_that_goes_with_a_gap_is_found(self) -> None:
        table = survey(400, 6)
        table.loc[table["x1"] > 5, "y1"] = np.nan
        found = described(table).missingness
        assert not isinstance(found, Unavailable)
        assert (found.tests[0].item, found.tests[0].other) == ("y1", "x1")
        assert found.tests[0].difference > 0 and found.tests[0].p_holm < 1e-6
        assert found.n_tests == 5 and found.n_significant >= 1

    def test_one_gap_is_too_few(self) -> None:
        table = survey()
        table.iloc[0, 0] = np.nan
        expected = "too few respondents left an item out to compare them with the others"
        assert reason_of(described(table).missingness) == expected

    def test_at_most_thirty_are_listed_and_all_counted(self) -> None:
        table = survey(400, 6, 0.05)
        wide = pd.concat([table, survey(400, 7, 0.05).add_suffix("b")], axis=1)
        found = missing_data(MODEL, wide, options=Options()).missingness
        assert not isinstance(found, Unavailable)
        assert found.n_tests == 132 and len(found.tests) == 30


class TestComparison:
    def test_listwise_and_full_information_stand_side_by_side(self) -> None:
        found = described(survey(300, 8, 0.04)).comparison
        assert not isinstance(found, Unavailable)
        assert found.primary == "listwise"
        listwise, fiml = found.methods["listwise"], found.methods["fiml"]
        assert not isinstance(listwise, Unavailable) and not isinstance(fiml, Unavailable)
        assert (listwise.n, fiml.n) == (found.n_listwise, found.n_available)
        assert reason_of(found.methods["mi"]).startswith(
            "multiple imputation was not asked for: type imputations"
        )
        gap = abs(listwise.paths[0].est - fiml.paths[0].est) / listwise.paths[0].se  # type: ignore[operator]
        assert found.paths[0].largest_difference == pytest.approx(gap)
        assert found.paths[0].decision_changed is False

    def test_the_fit_of_the_study_is_not_made_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from tam.engine import fit_model

        table = survey(300, 8, 0.04)
        fit = fit_model(MODEL.to_lavaan(), table.dropna())
        asked: list[str] = []
        make = missing_data_comparison._fit

        def watched(model: Model, data: pd.DataFrame, method: str, options: Options) -> object:
            asked.append(method)
            return make(model, data, method, options)

        monkeypatch.setattr(missing_data_comparison, "_fit", watched)
        one = missing_data(MODEL, table, options=Options(), primary=fit)
        assert asked == ["fiml"]
        assert one.comparison == described(table).comparison

    def test_gaps_outside_the_model_change_nothing(self) -> None:
        table = survey().assign(other=1.0)
        table.iloc[:9, 6] = np.nan
        assert reason_of(described(table).comparison) == "no answer to the items of the model is missing"

    def test_full_information_needs_likelihood(self) -> None:
        found = described(survey(300, 8, 0.04), estimator="GLS").comparison
        assert not isinstance(found, Unavailable)
        assert reason_of(found.methods["fiml"]) == "full information needs the estimator ML or MLR"
        assert found.paths[0].between is None

    def test_a_treatment_that_decides_is_told(self) -> None:
        """Half of the answers lost: what is clear from all of them is not from the complete ones."""
        table = survey(120, 11)
        rng = np.random.default_rng(3)
        table = table.mask(rng.random(table.shape) < 0.28)
        found = described(table)
        assert not isinstance(found.comparison, Unavailable)
        codes = [one.code for one in found.problems]
        assert "listwise-loses-many" in codes
        decided = found.comparison.paths[0].decision_changed
        assert ("missing-treatment-decides" in codes) == (decided is True)

    def test_too_few_complete_respondents_cost_only_their_own_method(self) -> None:
        table = survey(60, 12)
        for row in range(58):
            table.iloc[row, row % 6] = np.nan
        found = described(table).comparison
        assert not isinstance(found, Unavailable)
        assert isinstance(found.methods["listwise"], Unavailable)
        assert not isinstance(found.methods["fiml"], Unavailable)

    def test_records_are_ready_for_json(self) -> None:
        for table in (survey(), survey(200, 8, 0.04), survey(8, 1, 0.4)):
            text = json.dumps(described(table).to_dict(), allow_nan=False)
            assert "unavailable" in text


class TestImputation:
    def test_the_pooled_paths_are_near_full_information(self) -> None:
        found = described(survey(300, 8, 0.04), imputations=4).comparison
        assert not isinstance(found, Unavailable)
        fiml, mi = found.methods["fiml"], found.methods["mi"]
        assert not isinstance(fiml, Unavailable) and not isinstance(mi, Unavailable)
        assert (mi.imputations, mi.failed, mi.n) == (4, 0, 300)
        assert mi.paths[0].est == pytest.approx(fiml.paths[0].est, abs=0.3 * fiml.paths[0].se)  # type: ignore[operator]
        assert mi.paths[0].df is not None and mi.paths[0].df < 300

    def test_one_imputation_is_refused(self) -> None:
        found = described(survey(300, 8, 0.04), imputations=1).comparison
        assert not isinstance(found, Unavailable)
        assert reason_of(found.methods["mi"]) == "multiple imputation needs at least two imputations"

    def test_too_few_answers_for_the_items(self) -> None:
        found = described(survey(9, 2, 0.3), imputations=3).comparison
        assert not isinstance(found, Unavailable)
        expected = "imputation needs more answers to every item than there are items"
        assert reason_of(found.methods["mi"]) == expected

    def test_the_seed_makes_the_tables_and_the_global_state_is_left_alone(self) -> None:
        table = survey(80, 9, 0.05)
        np.random.seed(7)  # noqa: NPY002
        before = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002
        one, two = list(imputed_tables(table, 2, 1)), list(imputed_tables(table, 2, 1))
        other = next(imputed_tables(table, 1, 2))
        assert (np.random.get_state()[1] == before).all()  # type: ignore[index]  # noqa: NPY002
        assert all(a.equals(b) for a, b in zip(one, two))
        assert not one[0].equals(one[1]) and not one[0].equals(other)

    def test_answers_given_stay_and_gaps_take_answers_that_exist(self) -> None:
        table = survey(80, 9, 0.05)
        filled = next(imputed_tables(table, 1, 1))
        assert filled.index.equals(table.index) and list(filled) == ITEMS
        pd.testing.assert_frame_equal(filled.where(table.notna()), table)
        for name in ITEMS:
            assert set(filled[name]) == set(table[name].dropna())

    def test_names_of_columns_are_never_run(self, tmp_path: object) -> None:
        table = survey(80, 9, 0.05).set_axis(
            ["Q(1)", "I(__import__('os').abort())", "a + b", "~", "中文 1", "x"], axis=1
        )
        assert next(imputed_tables(table, 1, 1)).notna().all(axis=None)
