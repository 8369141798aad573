"""Tables as people copy them: English and Chinese, tabs, bars or blanks; what is read, what is left over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.errors import TamError
from tam.published.audit import audit
from tam.published.audit_columns import head_kinds, plain
from tam.published.audit_tables import Understood, read_pasted, read_tables
from tam.published.printed import Printed

ENGLISH = """\
The final sample was N = 312 respondents.

Table 2. Measurement model
Construct\tItem\tLoading\tCronbach's α\tCR\tAVE
Perceived usefulness (PU)\tPU1\t0.842\t0.871\t0.873\t0.697
\tPU2\t0.801
\tPU3\t0.861
Perceived ease of use (PEOU)\tPEOU1\t0.742\t0.801\t0.803\t0.577
\tPEOU2\t0.788
\tPEOU3\t0.748

Table 3 Discriminant validity
      PU   PEOU  PI
PU    0.835
PEOU  0.512 0.760
PI    0.601 0.455 0.812
Note. Diagonal: square root of AVE.

Table 4. Structural paths
Path  β  S.E. t-value p
H1: PEOU -> PU  0.512*** 0.061 8.39 < .001
H2: PU → PI  0.497 *** 0.070 7.10 <.001
PEOU → PI  0.200** 0.068 2.94 .003
PEOU -> PU -> PI 0.254 0.045 5.64 <.001
*p < .05, **p < .01, ***p < .001

Model fit: χ²(220) = 252.80, p = .064, CFI = .991, TLI = .990, RMSEA = .022 [.000, .033], SRMR = .041
R² of PI = .39
Some sentence that is not understood 12 34.
"""
CHINESE = """\
表2 信度与收敛效度分析
变量 题项 标准化因子载荷 Cronbach's α CR AVE
感知有用性 PU1 ０．８４２ 0.871 0.873 0.697
PU2 0.801
PU3 0.861
感知易用性 PE1 0.742 0.801 0.803 0.577
PE2 0.788
PE3 0.748

表3 区别效度
变量 感知有用性 感知易用性 购买意愿
感知有用性 0.835
感知易用性 0.512 0.760
购买意愿 0.601 −0.455 0.812
注：对角线为AVE平方根

表4 路径分析
路径 标准化路径系数 S.E. C.R. P 结果
感知易用性→感知有用性 0.512 0.061 8.393 *** 支持
感知有用性→购买意愿 0.497 0.070 7.100 *** 支持
感知易用性→购买意愿 0.100 0.068 1.471 0.141 不支持

表5 模型拟合指标
指标 参考值 实际值
χ2/df <3 1.149
CFI >0.9 0.991
TLI >0.9 0.990
RMSEA <0.08 0.022
有效样本量为312份
"""


def texts(*values: Printed | None) -> list[str]:
    return [value.text if value is not None else "" for value in values]


def verdicts(found: Understood) -> dict[str, set[str]]:
    by_rule: dict[str, set[str]] = {}
    for one in audit(found.publication).checks:
        by_rule.setdefault(one.rule, set()).add(one.verdict)
    return by_rule


def test_an_english_paste() -> None:
    found = read_pasted(ENGLISH)
    paper = found.publication
    assert paper.n == 312
    assert [one.name for one in paper.constructs] == ["PU", "PEOU"]
    first = paper.constructs[0]
    assert first.items == ("PU1", "PU2", "PU3")
    assert texts(*first.loadings) == ["0.842", "0.801", "0.861"]
    assert texts(first.alpha, first.composite_reliability, first.ave) == ["0.871", "0.873", "0.697"]
    assert paper.variables == ("PU", "PEOU", "PI")
    assert paper.diagonal == "sqrt_ave"
    assert [texts(*row) for row in paper.matrix] == [
        ["0.835"],
        ["0.512", "0.760"],
        ["0.601", "0.455", "0.812"],
    ]
    assert [(one.lhs, one.rhs, one.stars) for one in paper.paths] == [
        ("PU", "PEOU", "***"),
        ("PI", "PU", "***"),
        ("PI", "PEOU", "**"),
    ]
    assert texts(paper.paths[0].beta, paper.paths[0].se, paper.paths[0].t, paper.paths[0].p) == [
        "0.512***", "0.061", "8.39", "<.001",
    ]  # fmt: skip
    assert paper.printed_indirect[0].via == ("PEOU", "PU", "PI")
    assert paper.star_cuts == {"*": 0.05, "**": 0.01, "***": 0.001}
    (line,) = paper.fits
    assert {name: value.text for name, value in line.measures.items()} == {
        "chisq": "252.80", "df": "220", "pvalue": ".064", "cfi": ".991", "tli": ".990", "rmsea": ".022",
        "rmsea_ci_low": ".000", "rmsea_ci_high": ".033", "srmr": ".041",
    }  # fmt: skip
    assert [(one.lhs, one.printed.text) for one in paper.printed] == [("PI", ".39")]
    assert [one.text for one in found.ignored] == ["Some sentence that is not understood 12 34."]
    assert all(found == {"consistent"} for found in verdicts(found).values())


def test_a_chinese_paste_with_full_width_digits_and_a_wrong_sign() -> None:
    found = read_pasted(CHINESE)
    paper = found.publication
    assert paper.n == 312
    assert [one.name for one in paper.constructs] == ["感知有用性", "感知易用性"]
    assert texts(*paper.constructs[0].loadings)[1:] == ["0.801", "0.861"]
    assert paper.constructs[0].loadings[0].value == 0.842
    assert paper.diagonal == "sqrt_ave"
    first = paper.paths[0]
    assert (first.lhs, first.rhs, first.stars) == ("感知有用性", "感知易用性", "***")
    assert texts(paper.paths[0].t) == ["8.393"]
    assert {name: value.text for name, value in paper.fits[0].measures.items()} == {
        "chisq_df": "1.149", "cfi": "0.991", "tli": "0.990", "rmsea": "0.022",
    }  # fmt: skip
    assert not found.ignored
    wrong = {rule for rule, seen in verdicts(found).items() if "inconsistent" in seen}
    assert wrong == {"correlation_triples", "positive_definite"}


def test_bars_and_columns_of_smartpls() -> None:
    found = read_pasted(
        "| Path | Original sample (O) | Sample mean (M) | Standard deviation (STDEV) | T statistics | P |\n"
        "|---|---|---|---|---|---|\n"
        "| PEOU -> PU | 0.512 | 0.514 | 0.061 | 8.393 | 0.000 |\n"
        "| PU -> PI | 0.497 | 0.498 | 0.070 | 9.100 | 0.000 |\n"
    )
    assert [texts(one.b, one.se, one.t, one.p) for one in found.publication.paths] == [
        ["0.512", "0.061", "8.393", "0.000"],
        ["0.497", "0.070", "9.100", "0.000"],
    ]
    assert verdicts(found)["t_ratio"] == {"consistent", "inconsistent"}


def test_heads_of_smartpls_without_a_first_one() -> None:
    found = read_pasted(
        "\tCronbach's alpha\tComposite reliability (rho_a)\tComposite reliability (rho_c)\t"
        "Average variance extracted (AVE)\nPU\t0.926\t0.930\t0.944\t0.771\n"
    )
    (one,) = found.publication.constructs
    assert texts(one.alpha, one.rho_a, one.cr, one.ave) == ["0.926", "0.930", "0.944", "0.771"]


def test_a_matrix_after_a_table_is_not_read_as_its_rows() -> None:
    found = read_pasted(
        "Construct\tAlpha\tCR\tAVE\nPU\t0.926\t0.944\t0.771\n\n"
        "Construct CR AVE PU PEOU PI\nPU .944 .771 .878\nPEOU .803 .577 .512 .760\n"
        "PI .853 .659 .601 .455 .812\n"
    )
    paper = found.publication
    assert [one.name for one in paper.constructs] == ["PU"]
    assert paper.variables == ("PU", "PEOU", "PI")
    assert paper.composite_reliability["PEOU"].text == ".803"
    assert paper.diagonal == "sqrt_ave"


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        (
            "(χ2 = 252.80; df = 220; p < .001; RMSEA = .022; 90% CI [.000, .033])",
            {
                "chisq": "252.80",
                "df": "220",
                "pvalue": "<.001",
                "rmsea": ".022",
                "rmsea_ci_low": ".000",
                "rmsea_ci_high": ".033",
            },
        ),
        ("chi-square = 187.0 (df = 113), NFI = .911", {"chisq": "187.0", "df": "113", "nfi": ".911"}),
        ("模型拟合：χ²/df＝1.149，RMSEA＝0.022", {"chisq_df": "1.149", "rmsea": "0.022"}),
        (
            "RMSEA (90% CI) = .058 (.049–.067), CFI = .95",
            {"rmsea": ".058", "rmsea_ci_low": ".049", "rmsea_ci_high": ".067", "cfi": ".95"},
        ),
        (
            "S-B χ2(308, N = 403) = 1023, CFI = .93",
            {"chisq_scaled": "1023", "df_scaled": "308", "cfi": ".93"},
        ),
    ],
)
def test_lines_of_fit_as_people_write_them(text: str, measures: dict[str, str]) -> None:
    (line,) = read_pasted(text).publication.fits
    assert {name: value.text for name, value in line.measures.items()} == measures


@given(st.text(alphabet=st.sampled_from("PUχ2=<>()[]0123456789.,*-→| \t\nCRAVE表变量αβ"), max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_pasted(text)
    except TamError:
        return
    audit(found.publication)


def test_critical_ratios_of_amos_are_no_composite_reliabilities() -> None:
    found = read_pasted("Path\tEstimate\tS.E.\tC.R.\tP\nPU <--- PEOU\t0.512\t0.061\t8.393\t***\n")
    (path,) = found.publication.paths
    assert (path.lhs, path.rhs, path.stars) == ("PU", "PEOU", "***")
    assert texts(path.t) == ["8.393"]


def test_a_matrix_with_means_beside_it_and_numbered_heads() -> None:
    found = read_pasted(
        "Variable  Mean  SD  1  2  3\n1. Trust  4.21  1.10  1\n2. Credibility  4.60  1.20  .41**  1\n"
        "3. Intention  5.00  0.98  .52**  .38**  1\n"
    )
    paper = found.publication
    assert paper.variables == ("Trust", "Credibility", "Intention")
    assert texts(paper.means["Credibility"], paper.sds["Credibility"]) == ["4.60", "1.20"]
    assert paper.diagonal == "one"
    assert paper.matrix[2][0] is not None
    assert paper.matrix[2][0].value == 0.52


def test_htmt_is_told_from_correlations() -> None:
    found = read_pasted("Table 4 HTMT\n    A    B    C\nA\nB   0.61\nC   0.55   0.72\nD  0.41  0.38  0.60\n")
    assert not found.publication.matrix
    assert found.publication.htmt


def test_a_table_of_fit_lines() -> None:
    found = read_pasted(
        "Model\tχ2\tdf\tχ2/df\tCFI\tTLI\tRMSEA\nMeasurement model\t187.0\t113\t1.655\t0.962\t0.954\t0.055\n"
        "Structural model\t272.5\t173\t1.575\t0.962\t0.954\t0.052\n"
    )
    assert [(one.name, one.measures["df"].value) for one in found.publication.fits] == [
        ("Measurement model", 113.0),
        ("Structural model", 173.0),
    ]
    assert verdicts(found)["normed_chisq"] == {"consistent"}


def test_items_with_means_are_put_to_grim() -> None:
    found = read_pasted("N = 43\n\nItem\tMean\tSD\nPU1\t5.27\t1.10\nPU2\t5.28\t1.10\n")
    seen = [(one.where, one.verdict) for one in audit(found.publication).checks if one.rule == "grim"]
    assert seen == [("PU1", "inconsistent"), ("PU2", "consistent")]


def test_csv_files_of_a_folder_are_one_paper(tmp_path: Path) -> None:
    (tmp_path / "1 measurement.csv").write_text(
        "construct,item,loading,alpha,cr,ave\nPU,PU1,0.80,0.80,0.78,0.70\nPU,PU2,0.80,,,\n", "utf-8"
    )
    (tmp_path / "2 paths.csv").write_text(
        "predictor,outcome,b,se,t,p\nPEOU,PU,0.51,0.06,8.50,<.001\n", "utf-8"
    )
    (tmp_path / "3 fit.csv").write_bytes(
        "模型,卡方,自由度,p值\n测量模型,252.80,220,0.064\n".encode("gb18030")
    )
    found = read_tables(str(tmp_path))
    paper = found.publication
    assert (len(paper.constructs), len(paper.paths), len(paper.fits)) == (1, 1, 1)
    assert (paper.paths[0].lhs, paper.paths[0].rhs) == ("PU", "PEOU")
    seen = verdicts(found)
    assert seen["ave_from_loadings"] == {"inconsistent"}
    assert seen["chisq_p"] == {"consistent"}


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(TamError) as told:
        read_pasted("Dear colleague,\nthe tables follow tomorrow.\n")
    assert told.value.problems[0].code == "audit-nothing-understood"


def test_an_empty_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TamError) as told:
        read_tables(str(tmp_path))
    assert told.value.problems[0].code == "audit-no-tables"
    with pytest.raises(TamError) as told:
        read_tables(str(tmp_path / "none.csv"))
    assert told.value.problems[0].code == "file-not-readable"


def test_decimal_commas_are_not_guessed() -> None:
    with pytest.raises(TamError):
        read_pasted("Construct\tCR\tAVE\nPU\t0,87\t0,70\n")


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x1b[2J" * 50,
        "a " * 5000,
        "(" * 3000,
        "χ2(" * 2000,
        "=" * 4000,
        "- " * 4000,
        "-> " * 3000,
        "1 " * 6000,
    ],
)
def test_hostile_text_is_read_quickly_and_refused(text: str) -> None:
    with pytest.raises(TamError):
        read_pasted(text)


@pytest.mark.parametrize(
    ("head", "kinds"),
    [
        ("Cronbach's α", ("alpha",)),
        ("Average Variance Extracted (AVE)", ("ave",)),
        ("标准化因子载荷", ("loading",)),
        ("组合信度（CR）", ("composite_reliability",)),
        ("β (t)", ("beta", "t")),
        ("χ²/df", ("fit:chisq_df",)),
        ("Something", ()),
    ],
)
def test_heads_of_columns(head: str, kinds: tuple[str, ...]) -> None:
    assert head_kinds(head) == kinds


def test_plain_characters() -> None:
    assert plain("０．８４２＊＊ −0.5 χ²") == "0.842** -0.5 χ2"
