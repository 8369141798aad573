"""``tam fit`` on data and matrices of other people, against lavaan's printed answers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from end_to_end.peers import assert_same_estimates, assert_same_measures, golden

HOLZINGER = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"


def model_file(folder: Path, text: str) -> Path:
    path = folder / "model.lav"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.reference
def test_holzinger_swineford_equals_lavaan(tam, reference: Path, tmp_path: Path) -> None:
    folder = reference / "HolzingerSwineford1939"
    model = model_file(tmp_path, HOLZINGER)
    answer = tam("fit", "--model", model, "--data", folder / "data.csv", "--meanstructure", "--json")
    assert answer.code == 0
    theirs = golden(folder / "golden" / "cfa.json", "ML")
    assert assert_same_estimates(answer.json["result"]["estimates"], theirs["parameter_estimates"]) == 36
    assert_same_measures(answer.json["result"]["measures"], theirs["fit"])
    assert answer.json["result"]["r2"] == pytest.approx(theirs["r2"], rel=1e-4)


@pytest.mark.reference
def test_political_democracy_equals_lavaan(tam, reference: Path, tmp_path: Path) -> None:
    folder = reference / "PoliticalDemocracy"
    model = model_file(tmp_path, golden(folder / "golden" / "meta.json", "sem_model"))
    answer = tam("fit", "--model", model, "--data", folder / "data.csv", "--meanstructure", "--json")
    assert answer.code == 0
    theirs = golden(folder / "golden" / "sem.json", "ML")
    assert assert_same_estimates(answer.json["result"]["estimates"], theirs["parameter_estimates"]) == 50
    assert_same_measures(answer.json["result"]["measures"], theirs["fit"])


@pytest.mark.reference
def test_every_measure_of_the_design_is_there_or_says_why(tam, reference: Path, tmp_path: Path) -> None:
    model = model_file(tmp_path, HOLZINGER)
    data = reference / "HolzingerSwineford1939" / "data.csv"
    result = tam("fit", "--model", model, "--data", data, "--json").json["result"]
    names = (
        *("npar", "chisq", "df", "pvalue", "chisq_scaled", "df_scaled", "pvalue_scaled", "scaling_factor"),
        *("baseline_chisq", "baseline_df", "baseline_chisq_scaled"),
        *("cfi", "tli", "cfi_scaled", "tli_scaled", "cfi_robust", "tli_robust"),
        *("rmsea", "rmsea_ci_low", "rmsea_ci_high", "rmsea_pvalue"),
        *("rmsea_scaled", "rmsea_scaled_ci_low", "rmsea_scaled_ci_high"),
        *("rmsea_robust", "rmsea_robust_ci_low", "rmsea_robust_ci_high"),
        *("srmr", "loglik", "loglik_h1", "aic", "bic", "bic_adjusted", "gfi"),
    )
    assert set(names) <= set(result["measures"])
    for name in names:
        absent = result["measures"][name] is None
        reasons = [key for key in result["unavailable"] if key.rsplit(".", 1)[-1] == name]
        assert absent == bool(reasons), name


@pytest.mark.reference
@pytest.mark.parametrize(
    ("pairs", "key", "indicators"), [("all", "dblMC_allpairs", 9), ("matched", "dblMC_matched", 3)]
)
def test_a_latent_interaction_equals_semtools(
    tam, reference: Path, tmp_path: Path, pairs: str, key: str, indicators: int
) -> None:
    folder = reference / "HolzingerSwineford1939"
    model = model_file(tmp_path, HOLZINGER + "speed ~ visual + textual + visual:textual\n")
    answer = tam("fit", "--model", model, "--data", folder / "data.csv", "--pairs", pairs, "--json")
    assert answer.code == 0
    ours = {(row["lhs"], row["op"], row["rhs"]): row for row in answer.json["result"]["estimates"]}
    theirs = golden(folder / "golden" / "latent_interaction.json", "visxtex", key, "fit")
    expected = next(
        r for r in theirs["parameter_estimates"] if (r["lhs"], r["op"], r["rhs"]) == ("speed", "~", "XZ")
    )
    row = ours["speed", "~", "visual:textual"]
    assert row["est"] == pytest.approx(expected["est"], abs=1e-4)
    assert row["se"] == pytest.approx(expected["se"], rel=1e-4)
    assert row["std_naive"] == pytest.approx(expected["std.all"], abs=1e-4)
    assert row["std"] is not None
    assert len([name for name in ours if name[0] == "visual:textual" and name[1] == "=~"]) == indicators
    assert answer.json["result"]["measures"]["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=1e-4)


@pytest.mark.reference
def test_both_engines_give_the_same_answer(tam, reference: Path, tmp_path: Path) -> None:
    model = model_file(tmp_path, HOLZINGER)
    data = reference / "HolzingerSwineford1939" / "data.csv"
    ours, theirs = (
        tam("fit", "--model", model, "--data", data, "--engine", engine, "--json").json["result"]
        for engine in ("tam", "semopy")
    )
    assert (ours["engine"], theirs["engine"]) == ("tam", "semopy")
    for mine, other in zip(ours["estimates"], theirs["estimates"], strict=True):
        if mine["se"] is not None:
            assert other["est"] == pytest.approx(mine["est"], abs=1e-3 * mine["se"])
            assert other["se"] == pytest.approx(mine["se"], rel=1e-3)


# Wheaton et al. (1977): covariances of 932 respondents, and the fit of the model with correlated residuals,
# as the lavaan tutorial prints them in its chapter on covariance matrix input.
WHEATON = """\
anomia67,powerless67,anomia71,powerless71,education,sei
11.834
6.947,9.364
6.819,5.091,12.532
4.783,5.028,7.495,9.986
-3.839,-3.889,-3.841,-3.625,9.610
-21.899,-18.831,-21.748,-18.775,35.522,450.288
"""
WHEATON_MODEL = """\
ses =~ education + sei
alien67 =~ anomia67 + powerless67
alien71 =~ anomia71 + powerless71
alien71 ~ alien67 + ses
alien67 ~ ses
anomia67 ~~ anomia71
powerless67 ~~ powerless71
"""


def test_a_printed_matrix_gives_the_printed_fit(tam, tmp_path: Path) -> None:
    matrix = tmp_path / "wheaton.csv"
    matrix.write_text(WHEATON, encoding="utf-8")
    model = model_file(tmp_path, WHEATON_MODEL)
    answer = tam("fit", "--model", model, "--moments", matrix, "--nobs", "932", "--json")
    assert answer.code == 0
    measures = answer.json["result"]["measures"]
    assert measures["chisq"] == pytest.approx(4.735, abs=5e-4)
    assert measures["df"] == 4
    assert measures["pvalue"] == pytest.approx(0.316, abs=5e-4)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A hundred respondents, three items of one thing; drawn once with a fixed seed."""
    import numpy as np

    rng = np.random.default_rng(5)
    thing = rng.standard_normal(100)
    columns = [thing * loading + rng.standard_normal(100) for loading in (1.0, 0.8, 1.2, 0.9)]
    path = tmp_path / "answers.csv"
    rows = ["a,b,c,d,who", *(",".join(f"{v:.6f}" for v in row) + ",somebody" for row in zip(*columns))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_text_columns_that_the_model_does_not_name_do_no_harm(tam, table: Path, tmp_path: Path) -> None:
    model = model_file(tmp_path, "f =~ a + b + c + d")
    assert tam("fit", "--model", model, "--data", table).code == 0


def test_the_bootstrap_is_asked_for_in_three_ways_and_repeats_itself(
    tam, table: Path, tmp_path: Path
) -> None:
    model = model_file(tmp_path, "f =~ a + x*b + y*c + d\nratio := x / y")
    answers = [
        tam("fit", "--model", model, "--data", table, *asked, "--seed", "3", "--json").json["result"]
        for asked in (("--se", "bootstrap", "--bootstrap", "40"), ("--bootstrap", "40"))
    ]
    assert answers[0] == answers[1]
    assert answers[0]["bootstrap"]["requested"] == 40
    assert answers[0]["bootstrap"]["interval"] == "percentile"
    ratio = next(row for row in answers[0]["estimates"] if row["op"] == ":=")
    assert ratio["ci_low"] < ratio["est"] < ratio["ci_high"]
    other = tam("fit", "--model", model, "--data", table, "--bootstrap", "40", "--seed", "4", "--json").json[
        "result"
    ]
    assert other["estimates"] != answers[0]["estimates"]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ((), ["missing-argument"]),
        (("--data", "x.csv", "--moments", "y.csv"), ["excludes", "needs-also"]),
        (("--moments", "y.csv"), ["needs-also"]),
        (("--data", "x.csv", "--nobs", "10"), ["needs-also"]),
        (("--data", "x.csv", "--group-equal", "loadings", "--group-partial", "a=~b"), ["needs-also"] * 2),
        (("--moments", "y.csv", "--nobs", "9,1"), ["bad-option-value"]),
        (("--data", "x.csv", "--group", "sex", "--group-equal", "loadings,"), ["bad-option-value"]),
        (("--data", "x.csv", "--se", "standard", "--bootstrap", "9"), ["excludes"]),
        (("--moments", "y.csv", "--nobs", "9", "--se", "bootstrap"), ["excludes"]),
        (("--data", "x.csv", "--estimator", "BAYES"), ["bad-option-value"]),
    ],
)
def test_what_cannot_be_had_is_refused_before_any_file_is_read(tam, tmp_path: Path, arguments, codes) -> None:
    answer = tam("fit", "--model", tmp_path / "absent.lav", *arguments, "--json")
    assert answer.code == 2
    assert answer.codes == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("f =~ a + + b", "syntax-unexpected"),
        ("f =~ a + b + zzz", "numeric-column-missing"),
        ("", "model-empty"),
        ("a ~ a", "self-effect"),
    ],
)
def test_a_mistake_in_the_model_names_file_and_line(
    tam, table: Path, tmp_path: Path, text: str, code: str
) -> None:
    answer = tam("fit", "--model", model_file(tmp_path, text), "--data", table, "--json")
    assert answer.code == 2
    assert answer.codes == [code]
    for one in answer.json["problems"]:
        if one["where"]["line"] is not None:
            assert one["where"]["file"] == "model.lav"


def test_a_mistake_in_the_model_is_told_with_its_place_once(tam, table: Path, tmp_path: Path) -> None:
    answer = tam("fit", "--model", model_file(tmp_path, "f =~ a + + b"), "--data", table)
    assert "   model.lav: Line 1, column 10: + is not expected here." in answer.err
    lines = answer.err.splitlines()
    at = next(k for k, line in enumerate(lines) if line.strip() == "^")
    assert lines[at].index("^") == lines[at - 1].index("+ b")


def test_an_inadmissible_solution_is_shown_and_not_to_be_trusted(tam, tmp_path: Path) -> None:
    """The second item correlates more with the others than these among themselves: a negative variance."""
    matrix = tmp_path / "matrix.csv"
    matrix.write_text("a,b,c\n1\n.7,1\n.3,.7,1\n", encoding="utf-8")
    answer = tam(
        "fit",
        "--model",
        model_file(tmp_path, "f =~ a + b + c"),
        "--moments",
        matrix,
        "--nobs",
        "200",
        "--json",
    )
    assert answer.code == 1
    assert answer.json["ok"] is False
    assert answer.json["result"]["admissible"] is False
    residual = next(r for r in answer.json["result"]["estimates"] if (r["lhs"], r["rhs"]) == ("b", "b"))
    # By hand: products of loadings are the correlations, so b's share is .7 * .7 / .3; the rest is negative.
    # Moments have divisor n - 1 and are rescaled to n.
    assert residual["est"] == pytest.approx((1 - 0.49 / 0.3) * 199 / 200, abs=1e-8)


def test_groups_from_a_table_and_from_moments(tam, tmp_path: Path) -> None:
    data = Path(__file__).resolve().parents[1] / "data" / "engine" / "tam.csv"
    model = model_file(tmp_path, "PU =~ pu1 + pu2 + pu3 + pu4\nPI =~ pi1 + pi2 + pi3")
    asked = ("--group-equal", "loadings,intercepts", "--group-partial", "PU=~pu3,pi2~1", "--json")
    rows = tam("fit", "--model", model, "--data", data, "--group", "group", *asked).json["result"]
    assert list(rows["n"]["groups"]) == ["A", "B"]
    assert sum(rows["groups_chisq"].values()) == pytest.approx(rows["measures"]["chisq"])
    assert rows["measures"]["df"] == 26 + 5 + 5 - 2

    table = pd.read_csv(data)
    names = ["pu1", "pu2", "pu3", "pu4", "pi1", "pi2", "pi3"]
    lines = ["group,," + ",".join(names)]
    for label, part in table.groupby("group"):
        for name, row in part[names].cov().iterrows():
            lines.append(",".join([str(label), str(name), *(repr(float(one)) for one in row)]))
        lines.append(",".join([str(label), "mean", *(repr(float(one)) for one in part[names].mean())]))
    matrix = tmp_path / "moments.csv"
    matrix.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sizes = ",".join(str(one) for one in rows["n"]["groups"].values())
    found = tam("fit", "--model", model, "--moments", matrix, "--nobs", sizes, *asked).json["result"]
    assert found["measures"]["chisq"] == pytest.approx(rows["measures"]["chisq"], rel=1e-9)
    text = tam("fit", "--model", model, "--data", data, "--group", "group").out
    assert "Loadings, A" in text
    assert "R squared, B" in text


def test_lms_tells_its_certificate_and_its_test(tam, tmp_path: Path) -> None:
    model = tmp_path / "m.lav"
    model.write_text("X =~ x1+x2+x3\nZ =~ z1+z2+z3\nY =~ y1+y2+y3\nY ~ X + Z + X:Z\n")
    data = Path(__file__).parents[1] / "golden" / "lms" / "survey.csv"
    given = ("fit", "--model", model, "--data", data, "--interaction", "lms", "--missing", "fiml")
    answer = tam(*given, "--json")
    assert answer.code == 0
    result = answer.json["result"]
    assert result["quadrature"]["converged"] is True
    assert result["lr_test"]["df"] == 1
    assert [row["rhs"] for row in result["estimates"] if row["op"] == "~"] == ["X", "Z", "X:Z"]
    told = tam(*given).out
    assert "certificate holds" in told
    assert "against the model without products" in told
