"""Numbers that the explanations take from the demonstration are the demonstration's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import tam as package
from tam.analysis.screening import screen
from tam.content import content_path
from tam.data import code_responses, read_table

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = DOCS / "explanation"


def page(name: str) -> str:
    """As one line, so that a number at a line's end is found."""
    return " ".join((PAGES / f"{name}.md").read_text(encoding="utf-8").split())


def bounded(value: float) -> str:
    """Three places without the zero: .848."""
    return f"{value:.3f}".replace("0.", ".", 1).replace("-", "−")


def plain(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def interval(one: Mapping[str, Any], name: str = "ci", shown: Callable[[float], str] = plain) -> str:
    return f"[{shown(one[f'{name}_low'])}, {shown(one[f'{name}_high'])}]"


@pytest.fixture(scope="module")
def results(demonstration: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    return record


def test_reliability(results: dict[str, Any]) -> None:
    text = page("reliability")
    for name, one in results["measurement"]["constructs"].items():
        cells = [bounded(one[key]) for key in ("omega", "composite_reliability", "ave")]
        row = [name, str(one["k"]), bounded(one["alpha"]), interval(one, "alpha_ci", bounded), *cells]
        assert f"| {' | '.join(row)} |" in text


def test_moderation(results: dict[str, Any]) -> None:
    text = page("moderation")
    found = results["moderation"]["analyses"][0]
    region, size = found["johnson_neyman"], found["effect_size"]
    assert f"b₃ = {plain(found['est'])}, 95 % interval {interval(found)}, *p* < .001" in text
    assert found["p"] < 0.001
    assert f"correctly it is {plain(found['std'])}" in text
    assert f"print {plain(found['std_naive'])}" in text
    places = ("one standard deviation below the mean", "mean", "one above")
    for one, place in zip(found["slopes"], places, strict=True):
        row = f"| {one['moderator_scale']:.2f} ({place}) | {plain(one['est'])} | {interval(one)} |"
        assert row in text
    low, high = (one["moderator_scale"] for one in region["bounds"])
    assert f"above {high:.2f}, where {region['share_positive']:.1%}".replace("%", " %") in text
    assert f"Below {low:.2f}" in text
    assert f"; {region['share_negative']:.1%} of".replace("%", " %") in text
    assert f"explains {size['delta_r2']:.1%} of".replace("%", " %") in text
    assert f"= {plain(size['f2'])})" in text
    estimates = [one["std"] for one in found["triangulation"]["estimates"]]
    assert len(estimates) == 8
    assert f"lie between {min(estimates):.2f} and {max(estimates):.2f}" in text
    route = next(one for one in found["moderated_mediation"]["routes"] if one["via"] == ["PU", "ATT"])
    weak, _, strong = route["effects"]
    assert f"{plain(weak['est'])} {interval(weak)} where credibility is low" in text
    assert f"{plain(strong['est'])} {interval(strong)} where it is high" in text
    assert f"{plain(route['index']['est'])} {interval(route['index'])}, tests" in text
    assert f"in the demonstration {plain(found['composite']['est'])}" in text


NUMBER = re.compile(r"−?\d*\.\d+")


@pytest.mark.parametrize("name", ["moderation", "reliability"])
def test_the_chinese_pages_have_the_numbers_of_the_english_ones(name: str) -> None:
    """Chinese writes the zero before the point; limits that only one page mentions are no results."""
    english = {float(one.replace("−", "-")) for one in NUMBER.findall(page(name))}
    chinese = (DOCS / "zh" / f"{name}.md").read_text(encoding="utf-8")
    found = {float(one.replace("−", "-")) for one in NUMBER.findall(chinese)}
    assert len(found) > 20
    assert found <= english


def test_words_of_uncertainty(results: dict[str, Any]) -> None:
    text = page("words-of-uncertainty")
    hypotheses = {one["id"]: one for one in results["structure"]["hypotheses"]}
    second, fourth = hypotheses["H2"], hypotheses["H4"]
    ends = ", ".join(f"{second[key]:.2f}".replace("-", "−") for key in ("ci_low", "ci_high"))
    assert f"*not supported*: {second['est']:.2f}, interval [{ends}]" in text
    paths = results["screening"]["multiverse"]["paths"]
    one = next(path for path in paths if (path["lhs"], path["rhs"]) == ("PI", "PU"))
    count = round(one["share_significant"] * one["n_specifications"])
    assert f"*p* = {bounded(fourth['p'])}) is significant under {count} of {one['n_specifications']}" in text


def test_estimators(demonstration: Path) -> None:
    """The table of five estimators, fitted anew; the truth from the file that made the demonstration."""
    text = page("which-estimator")
    study = package.load_study(demonstration / "study.toml")
    responses = code_responses(read_table(study.data), study.instrument, study.columns)
    kept = responses.values.loc[list(screen(responses, study.instrument, study.screening).kept)]
    truth = yaml.safe_load(content_path("instruments", "demo", "truth.yaml").read_text(encoding="utf-8"))
    fits = _five_fits(study.model.to_lavaan(), kept)
    counts = " | ".join(str(fit.to_dict()["n"]["total"]) for fit in fits)
    assert f"| respondents | {counts} | |" in text
    for key, true in truth["population"]["paths"].items():
        outcome, predictor = key.split(" ~ ")
        cells = [_cell(fit.estimates, outcome, predictor) for fit in fits]
        assert f"| {predictor} → {outcome} | {' | '.join(cells)} | {bounded(true['std'])} |" in text
    listwise, fiml = (_row(fits[place].estimates, "PI", "PU")["se"] for place in (0, 3))
    assert f"from {bounded(listwise)} to {bounded(fiml)}" in text
    unweighted = package.fit(study.model.to_lavaan(), kept.dropna(), estimator="ULS").estimates
    errors = [bounded(_row(one, "PU", "PEOU")["se"]) for one in (unweighted, fits[0].estimates)]
    assert f"demonstration, {errors[0]} for PEOU → PU where ML says {errors[1]}" in text


def _five_fits(model: str, kept: pd.DataFrame) -> list[Any]:
    complete = kept.dropna()
    return [
        package.fit(model, complete, estimator="ML"),
        package.fit(model, complete, estimator="MLR"),
        package.fit(model, complete, estimator="WLSMV", ordered=list(complete.columns)),
        package.fit(model, kept, estimator="ML", missing="fiml"),
        package.fit(model, kept, estimator="MLR", missing="fiml"),
    ]


def _row(estimates: pd.DataFrame, outcome: str, predictor: str) -> pd.Series[Any]:
    here = (estimates.lhs == outcome) & (estimates.op == "~") & (estimates.rhs == predictor)
    return estimates[here].iloc[0]


def _cell(estimates: pd.DataFrame, outcome: str, predictor: str) -> str:
    row = _row(estimates, outcome, predictor)
    p = "< .001" if row["p"] < 0.001 else bounded(row["p"])
    return f"{bounded(row['std'])}, {p}"
