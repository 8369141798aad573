"""The rules of the audit on small tables: what they object to, what they leave open, what they accept."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import tam.published
from tam.content import content_path
from tam.published.audit import audit
from tam.published.audit_check import Check
from tam.published.publication_file import parse_publication
from tam.record import to_record
from tam.report.reasons import told_reason
from tam.spec.marked_yaml import MarkedYaml

EXPLAINED = set(
    tomllib.loads(content_path("reports", "words", "explain", "audit.en.toml").read_text("utf-8"))
)


def checks(rule: str | None = None, **content: Any) -> list[Check]:
    publication = parse_publication(MarkedYaml("paper.yaml", {"title": "A paper", **content}, {}, ()))
    found = audit(publication).checks
    assert {one.rule for one in found} <= EXPLAINED
    assert not [one.note for one in found if one.note and told_reason(one.note, "zh") is None]
    return [one for one in found if rule is None or one.rule == rule]


def verdicts(rule: str, **content: Any) -> list[str]:
    return [one.verdict for one in checks(rule, **content)]


def construct(**values: Any) -> dict[str, Any]:
    return {"constructs": [{"name": "PU", **values}]}


def fit(**values: str) -> dict[str, Any]:
    return {"fits": [{"name": "measurement model", **values}]}


def path(**values: Any) -> dict[str, Any]:
    return {"what": "H1", **values}


# ---- the record


def test_the_record_has_the_fixed_keys_and_counts() -> None:
    row = construct(loadings=["0.80", "0.80"], ave="0.70", composite_reliability="0.78")
    publication = parse_publication(MarkedYaml("p", {"title": "t", **row}, {}, ()), "stem")
    record = to_record(audit(publication))
    assert set(record) == {"key", "checks", "summary", "unavailable"}
    assert set(record["checks"][0]) == {
        "rule", "where", "printed", "recomputed", "low", "high", "verdict", "severity", "note",
    }  # fmt: skip
    assert record["key"] == "stem"
    assert record["summary"] == {"consistent": 2, "inconsistent": 1, "undecidable": 0}


def test_nothing_printed_is_nothing_checked() -> None:
    assert checks(samples=[{"what": "all"}]) == []


def test_every_rule_is_explained_and_every_explanation_is_of_a_rule() -> None:
    folder = Path(tam.published.__file__).parent
    source = "".join(one.read_text("utf-8") for one in sorted(folder.glob("audit_rules_*.py")))
    assert not [rule for rule in EXPLAINED if f'"{rule}"' not in source]


# ---- measurement


def test_ave_that_loadings_cannot_give() -> None:
    (one,) = checks("ave_from_loadings", **construct(loadings=["0.80", "0.80"], ave="0.70"))
    assert (one.verdict, one.severity) == ("inconsistent", "major")
    assert (one.low, one.high) == (0.632025, 0.648025)
    assert one.recomputed == pytest.approx(0.64)


def test_a_gap_below_a_hundredth_is_minor() -> None:
    (one,) = checks("ave_from_loadings", **construct(loadings=["0.800", "0.800"], ave="0.645"))
    assert (one.verdict, one.severity) == ("inconsistent", "minor")


def test_rounding_is_no_objection() -> None:
    assert verdicts("ave_from_loadings", **construct(loadings=["0.80", "0.80"], ave="0.645")) == [
        "consistent"
    ]


def test_loadings_fewer_than_items_decide_nothing() -> None:
    content = construct(loadings=["0.80", "0.80"], ave="0.70", n_items="4")
    assert verdicts("ave_from_loadings", **content) == ["undecidable"]


def test_composite_reliability_below_ave() -> None:
    assert verdicts("cr_at_least_ave", **construct(composite_reliability="0.672", ave="0.823")) == [
        "inconsistent"
    ]
    mixed = construct(composite_reliability="0.30", ave="0.40", loadings=["0.7", "-0.6", "0.6"])
    assert verdicts("cr_at_least_ave", **mixed) == ["undecidable"]


def test_number_of_items_that_ave_and_reliability_allow() -> None:
    content = construct(composite_reliability="0.928", ave="0.866", n_items="3")
    assert verdicts("cr_of_items", **construct(composite_reliability="0.928", ave="0.866", n_items="2")) == [
        "consistent"
    ]
    assert verdicts("cr_of_items", **content) == ["inconsistent"]
    (one,) = checks("items_counted", **construct(composite_reliability="0.928", ave="0.765"))
    assert "about 4 items" in one.note


def test_coefficients_beyond_their_limits() -> None:
    assert verdicts("coefficient_limits", **construct(alpha="1.02")) == ["inconsistent"]
    assert verdicts("coefficient_limits", **construct(rho_a="1.063")) == ["undecidable"]


def test_rows_that_were_exchanged() -> None:
    rows = [
        {"name": "A", "loadings": ["0.70", "0.70"], "ave": "0.81", "sqrt_ave": "0.70"},
        {"name": "B", "loadings": ["0.90", "0.90"], "ave": "0.49", "sqrt_ave": "0.90"},
    ]
    (one,) = checks("rows_exchanged", constructs=rows)
    assert (one.where, one.verdict) == ("A, B", "inconsistent")


def test_a_repeated_row_needs_many_equal_digits() -> None:
    long = ["0.812", "0.734", "0.891", "0.777", "0.803"]
    rows = [{"name": name, "loadings": long} for name in ("A", "B")]
    assert verdicts("repeated_row", constructs=rows) == ["inconsistent"]
    short = [{"name": name, "loadings": ["0.8", "0.7"]} for name in ("A", "B")]
    assert verdicts("repeated_row", constructs=short) == []


# ---- fit


def test_p_of_every_printed_chi_square_is_tried() -> None:
    both = {"chisq": "1345", "chisq_scaled": "330", "df": "308"}
    assert verdicts("chisq_p", **fit(**both, pvalue="0.186")) == ["consistent"]
    assert verdicts("chisq_p", **fit(**both, pvalue="0.300")) == ["inconsistent"]
    assert verdicts("chisq_p", **fit(chisq="252.80", df="220", pvalue="0.064")) == ["consistent"]


def test_rmsea_of_plain_scaled_or_robust_chi_square() -> None:
    line = {"chisq": "1345", "chisq_scaled": "1023", "df": "308", "n": "403"}
    assert verdicts("rmsea_recomputed", **fit(**line, rmsea="0.076")) == ["consistent"]
    assert verdicts("rmsea_recomputed", **fit(**line, rmsea="0.091")) == ["consistent"]
    robust = ((1345 / 308 - 1345 / 1023) / 403) ** 0.5
    assert verdicts("rmsea_recomputed", **fit(**line, rmsea=f"{robust:.3f}")) == ["consistent"]
    assert verdicts("rmsea_recomputed", **fit(**line, rmsea="0.060")) == ["inconsistent"]


def test_a_robust_line_with_one_chi_square_decides_nothing_about_rmsea() -> None:
    line = {"chisq": "1023", "df": "308", "n": "403", "rmsea": "0.060"}
    assert verdicts("rmsea_recomputed", **fit(**line), software="Mplus 8, MLR") == ["undecidable"]


def test_rmsea_interval() -> None:
    line = {"chisq": "85.306", "df": "24", "n": "301", "rmsea": "0.092"}
    assert set(verdicts("rmsea_interval", **fit(**line, rmsea_ci="[0.071, 0.114]"))) == {"consistent"}
    assert "inconsistent" in verdicts("rmsea_interval", **fit(**line, rmsea_ci="[0.071, 0.141]"))
    assert "inconsistent" in verdicts("rmsea_interval", **fit(rmsea="0.092", rmsea_ci="[0.010, 0.050]"))


def test_comparative_indices_with_and_without_the_baseline() -> None:
    line = {"chisq": "85.306", "df": "24", "cfi": "0.931", "tli": "0.896"}
    base = {"baseline_chisq": "918.852", "baseline_df": "36"}
    assert verdicts("comparative_index", **fit(**line, **base)) == ["consistent"] * 2
    assert verdicts("comparative_index", **fit(**{**line, "cfi": "0.913"}, **base)) == [
        "inconsistent",
        "consistent",
    ]
    assert verdicts("comparative_index", **fit(df="24", cfi="0.931", tli="0.896", baseline_df="36")) == [
        "consistent"
    ]
    assert verdicts("comparative_index", **fit(df="24", cfi="0.931", tli="0.869", baseline_df="36")) == [
        "inconsistent"
    ]


def test_indices_in_their_order() -> None:
    assert verdicts("index_order", **fit(cfi="0.950", tli="0.960")) == ["inconsistent"]
    assert verdicts("index_order", **fit(cfi="1.000", tli="1.010")) == []


def test_degrees_of_freedom_of_a_written_model() -> None:
    model = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3"
    assert verdicts("df_recount", **fit(chisq="10.0", df="8", model=model)) == ["consistent"]
    assert verdicts("df_recount", **fit(chisq="10.0", df="9", model=model)) == ["inconsistent"]
    outcomes = f"{model}\nC =~ c1 + c2\nB ~ A\nC ~ A"
    assert verdicts("df_recount", **fit(chisq="10.0", df="17", model=outcomes)) == ["consistent"]
    assert verdicts("df_recount", **fit(chisq="10.0", df="18", model=outcomes)) == ["consistent"]


def test_degrees_of_freedom_of_described_constructs() -> None:
    four = [{"name": name, "n_items": "4"} for name in "ABC"]
    assert verdicts("df_recount", constructs=four, **fit(chisq="60.0", df="51")) == ["consistent"]
    assert verdicts("df_recount", constructs=four, **fit(chisq="60.0", df="50")) == ["undecidable"]
    assert verdicts("df_recount", constructs=four, **fit(chisq="60.0", df="53")) == ["inconsistent"]


def test_baseline_degrees_of_freedom_are_triangular() -> None:
    assert verdicts("baseline_df", **fit(baseline_df="136")) == ["consistent"]
    assert verdicts("baseline_df", **fit(baseline_df="137")) == ["inconsistent"]
    assert verdicts("baseline_df", **fit(baseline_df="136", observed="18")) == ["inconsistent"]


def test_few_cases_are_advice() -> None:
    model = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3"
    (one,) = checks("cases_per_parameter", **fit(chisq="10.0", df="8", n="40", model=model))
    assert (one.verdict, one.severity) == ("undecidable", "advice")
    assert one.recomputed == pytest.approx(40 / 13)


# ---- estimates


def test_t_is_estimate_over_error() -> None:
    good = [path(b="0.45", se="0.06", t="7.50")]
    assert verdicts("t_ratio", paths=good) == ["consistent"]
    assert verdicts("t_ratio", paths=[path(b="0.45", se="0.06", t="5.70")]) == ["inconsistent"]
    assert verdicts("t_ratio", paths=[path(b="-0.45", se="0.06", t="7.50")]) == ["consistent"]
    assert verdicts("t_ratio", paths=[path(b="0.45", se="0.06", t="-7.50")]) == ["inconsistent"]
    assert verdicts("t_ratio", paths=[path(b="0.02", se="0.00", t="7.50")]) == ["consistent"]


def test_standardised_estimates_beside_unstandardised_errors_are_no_objection() -> None:
    rows = [path(b=b, se="0.06", t=t) for b, t in (("0.45", "9.10"), ("0.30", "6.20"), ("0.20", "3.90"))]
    assert verdicts("t_ratio", paths=rows) == ["undecidable"] * 3


def test_p_by_the_normal_distribution_or_t() -> None:
    assert verdicts("p_from_t", n="30", paths=[path(t="2.10", p="0.036")]) == ["consistent"]
    assert verdicts("p_from_t", n="30", paths=[path(t="2.10", p="0.044")]) == ["consistent"]
    (one,) = checks("p_from_t", n="30", paths=[path(t="2.10", p="0.06")])
    assert (one.verdict, one.severity) == ("inconsistent", "major")
    assert verdicts("p_from_t", paths=[path(t="7.10", p="<.001")]) == ["consistent"]


def test_a_wholly_one_sided_table_is_accepted() -> None:
    rows = [path(t=t, p=p) for t, p in (("1.70", "0.045"), ("2.10", "0.018"), ("2.60", "0.005"))]
    assert verdicts("p_from_t", paths=rows) == ["consistent"] * 3
    assert "inconsistent" in verdicts("p_from_t", paths=[*rows, path(t="2.00", p="0.046")])


def test_stars_as_defined_or_by_the_convention_that_fits() -> None:
    rows = [path(t="2.582", stars="*"), path(t="2.736", stars="**"), path(t="1.289", stars="")]
    assert verdicts("stars_from_p", n="378", paths=rows) == ["consistent"] * 3
    assert verdicts("stars_from_p", n="378", paths=rows, star_cuts={"*": "0.001"}) == [
        "inconsistent",
        "consistent",
    ]
    economists = [path(t="1.80", stars="*"), path(t="2.20", stars="**"), path(t="2.90", stars="***")]
    assert verdicts("stars_from_p", paths=economists) == ["consistent"] * 3
    wrong = verdicts("stars_from_p", n="378", paths=[*rows, path(t="4.50", stars="*")])
    assert wrong == ["consistent"] * 3 + ["inconsistent"]


def test_intervals_of_estimates() -> None:
    assert verdicts("estimate_interval", paths=[path(b="0.45", ci="[0.30, 0.60]")]) == ["consistent"]
    assert verdicts("estimate_interval", paths=[path(b="0.45", ci="[0.50, 0.60]")]) == ["inconsistent"]
    odd = path(b="0.45", se="0.06", ci="[0.44, 0.60]")
    assert verdicts("estimate_interval", paths=[odd]) == ["undecidable"]


# ---- effects


def test_products_sums_differences_squares() -> None:
    product = {"what": "a b", "of": ["0.50", "0.40"], "printed": "0.20"}
    assert verdicts("indirect_product", products=[product]) == ["consistent"]
    assert verdicts("indirect_product", products=[{**product, "printed": "0.25"}]) == ["inconsistent"]
    total = {"what": "total effect", "of": ["0.216", "0.244"], "printed": "0.504"}
    assert verdicts("sum_of_parts", sums=[total]) == ["inconsistent"]
    people = {"what": "group sizes = N", "of": ["232", "171"], "printed": "404"}
    assert verdicts("group_sizes_add_up", sums=[people]) == ["inconsistent"]
    difference = {"what": "d", "a": "0.049", "b": "0.288", "printed": "-0.238"}
    assert verdicts("difference_of_values", diffs=[difference]) == ["consistent"]
    assert verdicts("square_of_value", squares=[{"what": "s", "r": "0.696", "r2": "0.478"}]) == [
        "inconsistent"
    ]


def test_sobel() -> None:
    row = {"what": "i", "of": ["0.50", "0.40"], "se_of": ["0.10", "0.10"], "printed": "0.20"}
    assert (
        verdicts("sobel", products=[{**row, "se": "0.064", "z": "3.12", "p": "0.002"}]) == ["consistent"] * 3
    )
    assert verdicts("sobel", products=[{**row, "se": "0.084"}]) == ["inconsistent"]
    turned = {**row, "of": ["-0.50", "0.40"], "printed": "-0.20"}
    assert (
        verdicts("sobel", products=[{**turned, "z": "-3.12"}, {**turned, "z": "3.12"}]) == ["consistent"] * 2
    )
    assert verdicts("sobel", products=[{**row, "z": "-3.12"}]) == ["inconsistent"]


def test_indirect_effects_along_printed_paths() -> None:
    rows = [
        {"lhs": "M", "rhs": "X", "b": "0.50"},
        {"lhs": "Y", "rhs": "M", "b": "0.40"},
        {"lhs": "Z", "rhs": "Y", "b": "0.50"},
    ]
    content = {"variables": ["X", "M", "Y", "Z"], "paths": rows, "model": "M ~ X\nY ~ M\nZ ~ Y"}
    good, bad = {"path": "X -> M -> Y", "value": "0.20"}, {"path": "M -> Y -> Z", "value": "0.30"}
    assert verdicts("indirect_product", **content, printed_indirect=[good, bad]) == [
        "consistent",
        "inconsistent",
    ]
    other = {"path": "X -> M -> Y", "value": "0.33"}
    assert verdicts("indirect_product", **content, printed_indirect=[other, bad]) == ["undecidable"] * 2


# ---- matrices and equations


def matrix(*rows: str, **more: Any) -> dict[str, Any]:
    return {"variables": ["A", "B", "C", "D"][: len(rows)], "matrix": list(rows), **more}


def test_impossible_correlations() -> None:
    assert verdicts("correlation_limits", **matrix("1", "1.20 1")) == ["inconsistent"]
    (one,) = checks("correlation_triples", **matrix("1", "0.90 1", "-0.90 0.90 1"))
    assert one.verdict == "inconsistent"
    assert verdicts("positive_definite", **matrix("1", "0.90 1", "-0.90 0.90 1")) == ["inconsistent"]
    assert verdicts("positive_definite", **matrix("1", "0.71 1", "0.71 0.00 1")) == ["consistent"]


def test_a_lost_sign_is_located() -> None:
    """A matrix of four is possible as drawn and impossible without one minus: that cell is named."""
    good = matrix("1", "0.80 1", "-0.70 -0.75 1", "-0.60 -0.65 0.70 1")
    assert verdicts("positive_definite", **good) == ["consistent"]
    (one,) = checks("positive_definite", **matrix("1", "0.80 1", "0.70 -0.75 1", "-0.60 -0.65 0.70 1"))
    assert one.verdict == "inconsistent"
    assert "other sign of C with A" in one.note


def test_r2_of_regressions_on_printed_correlations() -> None:
    beta_b, beta_c = (0.5 - 0.3 * 0.4) / (1 - 0.16), (0.3 - 0.5 * 0.4) / (1 - 0.16)
    r2 = beta_b * 0.5 + beta_c * 0.3
    content = matrix("1", "0.500 1", "0.300 0.400 1", model="A ~ B + C")
    rows = [
        {"lhs": "A", "rhs": name, "value": f"{value:.3f}"} for name, value in (("B", beta_b), ("C", beta_c))
    ]

    def found(value: str, software: str) -> str:
        printed = [*rows, {"lhs": "A", "op": "R2", "value": value}]
        (one,) = verdicts("r2_from_paths", **content, printed=printed, software=software)
        return one

    assert found(f"{r2:.3f}", "SmartPLS 4") == "consistent"
    assert found("0.350", "SmartPLS 4") == "inconsistent"
    assert found("0.350", "LISREL 8.8") == found("0.350", "") == "undecidable"
    rows[0]["value"] = "0.700"
    assert found("0.350", "SmartPLS 4") == "undecidable"


def test_single_predictors() -> None:
    content = matrix("1", "0.64 1", model="A ~ B")
    printed = [{"lhs": "A", "rhs": "B", "value": "0.64"}, {"lhs": "A", "op": "R2", "value": "50.5%"}]
    assert verdicts("single_predictor_r2", **content, printed=printed, software="SmartPLS") == [
        "inconsistent"
    ]
    assert verdicts("single_predictor_path", **content, printed=printed) == ["consistent"]
    assert verdicts("single_predictor_r2", **content, printed=printed, software="AMOS") == ["undecidable"]


def test_vif_of_two_predictors() -> None:
    rows = [{"lhs": "A", "rhs": "B", "vif": "1.145"}, {"lhs": "A", "rhs": "C", "vif": "1.145"}]
    assert verdicts("vif_recomputed", paths=rows) == ["consistent"]
    rows[1]["vif"] = "1.415"
    assert verdicts("vif_recomputed", paths=rows) == ["inconsistent"]
    assert "inconsistent" in verdicts("vif_recomputed", paths=[{"lhs": "A", "rhs": "B", "vif": "0.80"}])


def test_htmt_below_the_correlation_is_a_remark() -> None:
    content = matrix("1", "0.60 1", alpha={"A": "0.80", "B": "0.90"})
    assert verdicts("htmt_and_correlation", **content, htmt=["1", "0.71 1"]) == ["consistent"]
    assert verdicts("htmt_and_correlation", **content, htmt=["1", "0.50 1"]) == ["undecidable"]


def test_alpha_from_the_matrix_of_its_items() -> None:
    rows = ["4", "2 4", "2 2 4"]
    content = {"variables": ["a1", "a2", "a3"], "matrix": rows, "matrix_kind": "covariance"}
    scale = {"name": "A", "items": ["a1", "a2", "a3"]}
    assert verdicts("alpha_from_matrix", **content, constructs=[{**scale, "alpha": "0.75"}]) == ["consistent"]
    assert verdicts("alpha_from_matrix", **content, constructs=[{**scale, "alpha": "0.95"}]) == [
        "inconsistent"
    ]
    plain = {"variables": ["a1", "a2", "a3"], "matrix": ["1", "0.50 1", "0.50 0.50 1"]}
    assert verdicts("alpha_from_matrix", **plain, constructs=[{**scale, "alpha": "0.75"}]) == ["consistent"]
    assert verdicts("alpha_from_matrix", **plain, constructs=[{**scale, "alpha": "0.85"}]) == ["undecidable"]


# ---- people and answers


def test_counts_of_people() -> None:
    sample = {"what": "survey", "collected": "350", "excluded": ["30", "8"], "n": "312"}
    assert verdicts("excluded_respondents", n="312", samples=[sample]) == ["consistent"]
    assert verdicts("excluded_respondents", n="312", samples=[{**sample, "excluded": ["30", "7"]}]) == [
        "inconsistent"
    ]
    sex = {"what": "sex", "groups": ["98", "102"], "shares": ["47.8%", "52.2%"]}
    assert verdicts("group_sizes_add_up", n="205", samples=[sex]) == ["inconsistent"]
    assert verdicts("group_shares_recomputed", n="205", samples=[sex]) == ["consistent", "inconsistent"]


def test_one_n_in_all_tables() -> None:
    assert verdicts("one_sample_size", n="312", **fit(n="321", chisq="10.0", df="8")) == ["inconsistent"]
    groups = {"what": "sex", "groups": ["150", "162"]}
    assert verdicts("one_sample_size", n="312", samples=[groups], **fit(n="150", df="8")) == ["consistent"]


def test_grim_and_grimmer() -> None:
    item = {"what": "PU1", "n": "43", "mean": "5.27"}
    (one,) = checks("grim", descriptives=[item])
    assert one.verdict == "inconsistent"
    assert (one.low, one.high) == (226 / 43, 227 / 43)
    assert verdicts("grim", descriptives=[{**item, "mean": "5.28"}]) == ["consistent"]
    assert verdicts("grim", descriptives=[{**item, "items": "4"}]) == ["undecidable"]
    sd = {"what": "PU1", "n": "25", "mean": "2.60", "sd": "2.05"}
    assert verdicts("grimmer", descriptives=[sd]) == ["inconsistent"]


def test_means_and_deviations_on_their_scale() -> None:
    item = {"what": "PU1", "n": "300", "mean": "5.20", "sd": "1.30", "low": "1", "high": "7"}
    assert verdicts("mean_on_scale", descriptives=[item]) == ["consistent"]
    assert verdicts("mean_on_scale", descriptives=[{**item, "mean": "7.20"}]) == ["inconsistent"]
    assert verdicts("sd_on_scale", descriptives=[item]) == ["consistent"]
    assert verdicts("sd_on_scale", descriptives=[{**item, "sd": "3.10"}]) == ["inconsistent"]
