"""Results in a notebook: numbers of the fit, tables of the report, escaped, with a style of their own."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from small_results import small_results

import tam
from tam.analysis.analysis import Analysis
from tam.report.notebook import html_of

MODEL = "F =~ x1 + a*x2 + x3\nG =~ y1 + y2 + y3\nG ~ F"


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    f = rng.normal(size=240)
    g = 0.5 * f + rng.normal(size=240)
    columns = {f"x{n}": f + rng.normal(size=240) for n in (1, 2, 3)}
    return pd.DataFrame(columns | {f"y{n}": g + rng.normal(size=240) for n in (1, 2, 3)})


def cells(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<t[dh][^>]*>([^\n]*)", html)]


def test_a_fit_shows_its_measures_and_every_parameter(answers: pd.DataFrame) -> None:
    fit = tam.fit(MODEL, answers)
    html = fit._repr_html_()
    shown = cells(html)
    assert f"{fit.measures['chisq']:.2f} (8)" in shown
    assert f"{fit.measures['aic']:.1f}" in shown
    row = fit.estimates.query("lhs == 'G' and op == '~' and rhs == 'F'").iloc[0]
    at = shown.index("G ~ F")
    assert shown[at + 2 : at + 4] == [f"{row.est:.3f}", f"{row.se:.3f}"]
    assert shown[shown.index("F =~ x2") + 1] == "a", "the label has a column where there are labels"
    assert len([one for one in shown if " =~ " in one]) == 6


def test_groups_and_their_names_stand_as_text(answers: pd.DataFrame) -> None:
    named = answers.assign(who=["<b>a</b>" if n % 2 else "c" for n in range(len(answers))])
    html = tam.fit(MODEL.replace("a*", ""), named, group="who")._repr_html_()
    assert "<b>a</b>" not in html and "&lt;b&gt;a&lt;/b&gt;: Loadings" in html


def test_what_is_not_to_be_trusted_says_so_first(answers: pd.DataFrame) -> None:
    bad = answers.assign(x4=answers["x1"] * 1.0 + 1e-3 * answers["y1"])
    html = tam.fit("F =~ x1 + x2 + x4", bad)._repr_html_()
    assert html.index('class="banner') < html.index("<table")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_analysis_shows_its_answer_and_folds_the_evidence(language: str) -> None:
    results = small_results()
    results["study"]["language"] = [language]
    sections = {name: results.get(name) for name in Analysis.__dataclass_fields__ if name != "exit_code"}
    html = Analysis(**sections)._repr_html_()
    assert html is not None and html.startswith('<div class="tam-result"')
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in html
    assert {one["id"] for one in results["structure"]["hypotheses"]} <= set(cells(html))
    assert html.count("<details>") >= 2 and html.count("<details>") == html.count("</details>")


def test_the_style_stays_with_the_result_and_nothing_is_fetched(answers: pd.DataFrame) -> None:
    html = tam.fit(MODEL, answers)._repr_html_()
    style = html.partition("<style>")[2].partition("</style>")[0]
    selectors = [one for rule in style.split("}") for one in rule.partition("{")[0].split(",") if one.strip()]
    assert selectors and all(one.strip().startswith(".tam-result") for one in selectors)
    assert not re.search(r"<script|https?:|src=|@import|url\(", html)


def test_two_results_in_one_notebook_share_no_id(answers: pd.DataFrame) -> None:
    one, two = tam.fit(MODEL, answers)._repr_html_(), tam.fit(MODEL, answers.head(200))._repr_html_()
    ids = [re.findall(r'id="?([^\s">]+)', html) for html in (one, two)]
    assert not set(ids[0]) & set(ids[1])
    assert one == tam.fit(MODEL, answers)._repr_html_()


def test_anything_else_is_left_to_the_notebook() -> None:
    assert html_of(object()) is None


def test_computing_does_not_import_what_draws() -> None:
    code = (
        "import tam.analysis.lavaan_fit, sys; print([n for n in sys.modules if n.startswith('tam.report')])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
