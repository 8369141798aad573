"""Verdicts, reasons, matrices and repairs on small papers whose right answers are known by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from printed_papers import paper

from tam.errors import TamError, Unavailable
from tam.published.matrix_check import allowed, check_matrix
from tam.published.printed import parse_printed
from tam.published.publication import PrintedIndirect, PrintedValue, Publication
from tam.published.reproduce import reproduce
from tam.published.verdicts import verdict

P = parse_printed


def publication(matrix: str, model: str, values: dict[str, str], **more: Any) -> Publication:
    """Names A, B, C ...; ``values`` as ``{"C~A": ".31", "R2:C": "40%"}``."""
    rows = tuple(tuple(None if cell == "." else P(cell) for cell in row.split()) for row in matrix.split("|"))
    printed = []
    for label, text in values.items():
        if label.startswith("R2:"):
            printed.append(PrintedValue("R2", label[3:], "R2", "", P(text)))
        else:
            lhs, rhs = label.split("~")
            printed.append(PrintedValue("path", lhs, "~", rhs, P(text)))
    given: dict[str, Any] = {
        "key": "small", "kind": "reproduce", "title": "", "n": 200,
        "variables": tuple("ABCDEFG"[: len(rows)]), "matrix": rows, "model": model, "printed": tuple(printed),
    }  # fmt: skip
    return Publication(**(given | more))


def verdicts(given: Publication) -> dict[str, str]:
    return {one.label: one.verdict for one in reproduce(given).values}


TWO = "1|.30 1|.50 .40 1"
"""C on A and B: b_A = (.50 - .30 * .40) / .91 = .41758, b_B = (.40 - .30 * .50) / .91 = .27473, R2 .31868."""
MODEL = "C ~ A + B"


@pytest.mark.parametrize(
    ("number", "low", "high", "decides", "expected"),
    [
        (0.3149, 0.30, 0.33, False, "exact"),
        (0.315, 0.31, 0.32, False, "exact"),
        (0.3151, 0.3149, 0.33, False, "rounding"),
        (0.3151, 0.3149, 0.33, True, "rounding"),
        (0.33, 0.32, 0.34, False, "minor"),
        (0.33, 0.32, 0.34, True, "flip"),
        (0.34, 0.33, 0.35, False, "minor"),
        (0.36, 0.35, 0.37, False, "major"),
        (-0.31, -0.32, -0.30, False, "flip"),
    ],
)
def test_the_first_that_applies(number: float, low: float, high: float, decides: bool, expected: str) -> None:
    assert verdict(P("0.31"), number, low, high, decides_otherwise=decides) == expected


def test_a_printed_zero_has_no_sign_and_no_minor_difference() -> None:
    assert verdict(P("0.000"), -0.01, -0.011, -0.009) == "major"


def test_bounds_and_percentages() -> None:
    assert verdict(P("<.001"), 0.0004, 0.0001, 0.0008) == "exact"
    assert verdict(P("<.001"), 0.002, 0.0005, 0.003) == "rounding"
    assert verdict(P("56%"), 0.5588, 0.55, 0.57) == "exact"


def test_two_predictors_by_hand() -> None:
    found = reproduce(publication(TWO, MODEL, {"C~A": ".42", "C~B": ".27", "R2:C": "32%"}))
    assert [one.obtained for one in found.values] == pytest.approx([0.38 / 0.91, 0.25 / 0.91, 0.29 / 0.91])
    assert {one.verdict for one in found.values} == {"exact"}
    assert found.comes_out
    assert found.matrix.positive_definite is True


def test_the_reach_of_one_path_by_hand() -> None:
    """b_A = (r_CA - r_AB r_CB) / (1 - r_AB^2) takes its extremes at corners of the box."""
    found = reproduce(publication(TWO, MODEL, {"C~A": ".42"})).values[0]

    def slope(ca: float, cb: float, ab: float) -> float:
        return (ca - ab * cb) / (1 - ab**2)

    corners = [slope(ca, cb, ab) for ca in (0.495, 0.505) for cb in (0.395, 0.405) for ab in (0.295, 0.305)]
    assert (found.low, found.high) == pytest.approx((min(corners), max(corners)))


def test_a_range_with_its_end_inside_the_box() -> None:
    """R2 = r^2 with r = .00 -+ .005 reaches from 0 to .000025, not only to the ends of the interval."""
    found = reproduce(publication("1|.00 1", "B ~ A", {"R2:B": ".0000"})).values[0]
    assert found.low == pytest.approx(0.0, abs=1e-15)
    assert found.high == pytest.approx(2.5e-5)


def test_differences_are_minor_major_or_flipped_where_another_dialect_or_a_repair_reaches_them() -> None:
    lost = publication(TWO, MODEL, {"C~A": "-.42", "C~B": ".27", "R2:C": ".32"})
    assert verdicts(lost)["C~A"] == "flip"
    found = reproduce(lost)
    assert [(one.kind, one.printed, one.repaired) for one in found.repairs] == [
        ("estimate-sign", "-.42", ".42")
    ]
    assert found.values[0].reached_by == ("repair 1",)


def test_what_nothing_reaches_is_unreachable() -> None:
    found = reproduce(publication(TWO, MODEL, {"C~A": ".61", "C~B": ".27"}))
    assert found.values[0].verdict == "unreachable"
    assert not found.comes_out


def test_exchanged_estimates_are_a_possibility() -> None:
    found = reproduce(publication(TWO, MODEL, {"C~A": ".27", "C~B": ".42", "R2:C": ".32"}))
    # exchanging the labels of the matrix does the same
    assert {one.kind for one in found.repairs} == {"estimates-exchanged", "labels"}
    assert {one.values_matched for one in found.repairs} == {3}


def with_tests(**tests: str) -> Publication:
    given = publication(TWO, MODEL, {"C~A": ".42"})
    value = replace(given.printed[0], **{name: P(text) for name, text in tests.items()})
    return replace(given, printed=(value,))


def test_standard_errors_and_tests_of_regressions() -> None:
    """se = sqrt((1 - R2) / (200 - 3) / (1 - .09)) = .06165, t = 6.774."""
    found = {one.label: one for one in reproduce(with_tests(se=".062", t="6.77", p="<.001")).values}
    assert found["C ~ A se"].obtained == pytest.approx(np.sqrt(0.62 / 0.91 / 197 / 0.91), rel=1e-6)
    assert {one.verdict for one in found.values()} == {"exact"}


def test_another_decision_is_a_flip() -> None:
    given = with_tests(t="1.20")
    far = replace(given, printed=(replace(given.printed[0], printed=P(".10")),))
    found = {one.label: one for one in reproduce(far).values}
    assert {one.verdict for one in found.values()} == {"unreachable"}
    assert verdict(P(".10"), 0.42, 0.41, 0.43, decides_otherwise=True) == "flip"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"software": "SmartPLS 3, 5000 bootstraps"}, "resampling"),
        ({"software": "LISREL 8.7 (latent variables)"}, "latent"),
        ({"n": None, "n_text": "not on the page"}, "number of respondents"),
    ],
)
def test_tests_that_cannot_be_had(more: dict[str, Any], reason: str) -> None:
    given = replace(with_tests(t="2.00", se=".01", p=".04"), **more)
    found = {one.label: one for one in reproduce(given).values}
    assert found["C~A"].verdict == "exact"
    for label in ("C ~ A t", "C ~ A se", "C ~ A p"):
        assert found[label].verdict == "not_computable"
        assert isinstance(found[label].obtained, Unavailable)
        assert reason in found[label].obtained.reason
    assert reproduce(given).comes_out


def test_a_t_printed_without_the_sign_of_its_path() -> None:
    given = publication("1|-.30 1", "B ~ A", {"B~A": "-.30"}, n=100)
    value = replace(given.printed[0], t=P("3.11"))  # .3 / sqrt(.91 / 98)
    assert verdicts(replace(given, printed=(value,)))["B ~ A t"] == "exact"


def test_gaps_of_the_matrix_leave_the_other_equations_alone() -> None:
    given = publication("1|.30 1|.50 .40 1|. .20 .10 1", "C ~ A + B\nD ~ A + B", {"C~A": ".42", "D~A": ".1"})
    found = {one.label: one for one in reproduce(given).values}
    assert found["C~A"].verdict == "exact"
    assert found["D~A"].verdict == "not_computable"
    matrix = check_matrix(given)
    assert isinstance(matrix.positive_definite, Unavailable)
    assert [(one.row, one.column, one.why) for one in matrix.suspects] == [("D", "A", "missing")]


def test_paths_that_the_model_does_not_have() -> None:
    given = publication(TWO, "C ~ A", {"C~B": ".27"})
    value = reproduce(given).values[0]
    assert value.verdict == "not_computable"
    assert "no path B -> C" in value.obtained.reason  # type: ignore[union-attr]


def test_a_lost_minus_makes_the_matrix_impossible_and_is_found() -> None:
    """r_AB = -.60 lost its sign: beside .50 and -.80 it is impossible, and the paths need the minus."""
    true = np.array([[1, -0.6, 0.5], [-0.6, 1, -0.8], [0.5, -0.8, 1.0]])
    slopes = np.linalg.solve(true[:2, :2], true[:2, 2])
    given = publication(
        "1|.60 1|.50 -.80 1", MODEL, {"C~A": f"{slopes[0]:.2f}", "C~B": f"{slopes[1]:.2f}", "R2:C": "64%"}
    )
    found = reproduce(given)
    assert found.matrix.positive_definite is False
    assert found.matrix.definite_within_rounding is False
    assert ("B", "A", "sign") in {(one.row, one.column, one.why) for one in found.matrix.suspects}
    first = found.repairs[0]
    assert (first.kind, {first.row, first.column}, first.printed, first.repaired) == (
        "sign", {"A", "B"}, ".60", "-.60",
    )  # fmt: skip
    assert first.values_matched == 3
    assert all(one.verdict != "unreachable" for one in found.values)


def test_rounding_may_make_an_eigenvalue_negative() -> None:
    """Three variables with r = -.4999 leave 1 - 2 (.4999) > 0; printed -.50 the smallest eigenvalue is 0."""
    given = publication("1|-.50 1|-.50 -.50 1", MODEL, {"C~A": "-1.0"})
    matrix = check_matrix(given)
    assert matrix.positive_definite is False
    assert matrix.definite_within_rounding is True
    assert matrix.suspects == ()


def test_what_a_correlation_may_be_given_the_others() -> None:
    """r_12 lies within r_13 r_23 -+ sqrt((1 - r_13^2)(1 - r_23^2))."""
    matrix = np.array([[1, 0.9, 0.8], [0.9, 1, 0.6], [0.8, 0.6, 1.0]])
    low, high = allowed(matrix, 1, 0) or (0.0, 0.0)
    assert (low, high) == pytest.approx((0.48 - 0.48, 0.48 + 0.48))


def test_a_correlation_beyond_one_is_out_of_range() -> None:
    matrix = check_matrix(publication("1|1.20 1|.50 .40 1", MODEL, {"C~A": ".42"}))
    assert ("B", "A", "out_of_range") in {(one.row, one.column, one.why) for one in matrix.suspects}


def test_exchanged_labels_are_found() -> None:
    made = paper(7, model="D ~ A + B + C\nE ~ A + B + D\nF ~ D + E")
    names = list(made.publication.variables)
    names[0], names[4] = names[4], names[0]
    found = reproduce(replace(made.publication, variables=tuple(names)))
    first = found.repairs[0]
    assert (first.kind, {first.row, first.column}) == ("labels", {"A", "E"})
    assert first.values_matched == first.of == len(found.values)


def test_nothing_to_reproduce_is_said() -> None:
    empty = Publication(key="tables-only", kind="audit", title="")
    with pytest.raises(TamError) as caught:
        reproduce(empty)
    assert [one.code for one in caught.value.problems] == ["reproduce-nothing"]


def test_indirect_effects_are_products() -> None:
    given = publication(
        "1|.50 1|.40 .60 1", "B ~ A\nC ~ A + B", {"B~A": ".50"},
        printed_indirect=(PrintedIndirect(("A", "B", "C"), P(".27")),),
    )  # fmt: skip
    found = {one.label: one for one in reproduce(given).values}
    # .50 * (.60 - .50 * .40) / .75 = .26667
    assert found["A->B->C"].obtained == pytest.approx(0.5 * 0.4 / 0.75)
    assert found["A->B->C"].verdict == "exact"


def test_hostile_names_stay_text() -> None:
    given = replace(
        publication(TWO, MODEL, {"C~A": ".42"}), key="k", title="<script>alert(1)</script>\x1b[31m", file="x"
    )
    assert reproduce(given).title == given.title


def test_a_label_exchanged_with_a_variable_outside_the_model_is_found() -> None:
    made = paper(11, model="D ~ A + B + C\nE ~ A + B + D\nF ~ D + E")
    rng = np.random.default_rng(0)
    names = [*made.publication.variables, "Z"]
    others = tuple(P(f"{value:.2f}") for value in rng.uniform(-0.2, 0.2, len(names) - 1))
    matrix = (*made.publication.matrix, (*others, None))
    names[names.index("B")], names[-1] = "Z", "B"
    found = reproduce(replace(made.publication, variables=tuple(names), matrix=matrix))
    first = found.repairs[0]
    assert (first.kind, {first.row, first.column}) == ("labels", {"B", "Z"})
    assert first.values_matched == first.of


def test_a_cell_outside_the_model_makes_a_matrix_impossible_but_repairs_nothing() -> None:
    given = publication(
        "1|.30 1|.50 .40 1|.90 -.90 .10 1", MODEL, {"C~A": ".61", "C~B": ".27", "R2:C": "32%"}
    )
    found = reproduce(given)
    assert found.matrix.definite_within_rounding is False
    assert all({one.row, one.column} <= {"A", "B", "C", "D"} for one in found.repairs)
    assert found.values[1].verdict == "exact"


def test_scale_scores_in_spss_have_tests_of_their_own() -> None:
    given = replace(with_tests(t="6.77"), diagonal="sqrt_ave", software="SPSS 24")
    assert {one.verdict for one in reproduce(given).values} == {"exact"}
