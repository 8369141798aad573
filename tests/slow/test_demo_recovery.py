"""Do analyses of the demonstration's kind find the truth? 200 surveys, from the export file to the paths.

The truth is the population value for coded answers of attentive respondents (``demo/truth.yaml``).
A 95 % interval may miss it in one survey of twenty; more often than chance allows it must not. ``-m slow``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy.stats import binom

from tam.analysis.moderation import moderation
from tam.content import content_path
from tam.data import code_responses, read_table
from tam.engine import fit_model
from tam.planning.demo_content import load_plan
from tam.planning.demo_population import population_truth
from tam.planning.demo_survey import export_text, make_survey
from tam.spec.instrument_file import load_instrument
from tam.spec.model_file import load_model

pytestmark = pytest.mark.slow

SURVEYS = 200
ALPHA = 0.001
INSTRUMENT = load_instrument("kol-tam")
MODEL = load_model("kol-tam", INSTRUMENT)
TRUTH = yaml.safe_load(content_path("instruments", "demo", "truth.yaml").read_text(encoding="utf-8"))[
    "population"
]
INTERACTION = TRUTH["interaction"]["path"]
COVERAGE = {INTERACTION: 0.90}
"""Share of intervals that should hold the truth: 0.95, except for the latent interaction.

Its product indicators are far from normal, so maximum likelihood's standard error is a sixth too small (the
spread of the 200 estimates is 1.2 times the mean standard error) and its intervals hold the truth in about
nine samples of ten. Robust standard errors are the usual remedy; until then it is held to what it does.
"""


def attentive_plan(seed: int) -> dict[str, Any]:
    """The demonstration's plan with attentive respondents only, single blanks included."""
    plan = load_plan()
    nobody = dict.fromkeys(plan["respondents"], 0)
    return {**plan, "seed": seed, "respondents": {**nobody, "attentive": plan["respondents"]["attentive"]}}


def analyse(seed: int, folder: Path) -> dict[str, tuple[float, float, float]]:
    """Estimate and interval of every path, from the written export through reading, coding and fitting."""
    file = folder / f"survey{seed}.csv"
    file.write_text(export_text(make_survey(attentive_plan(seed), INSTRUMENT), INSTRUMENT), encoding="utf-8")
    complete = code_responses(read_table(file), INSTRUMENT, {}).values.dropna()
    file.unlink()
    fit = fit_model(MODEL.to_lavaan(), complete)
    assert fit.converged
    found = {
        f"{row.lhs} ~ {row.rhs}": (row.est, row.ci_low, row.ci_high)
        for row in fit.estimates.itertuples()
        if row.op == "~"
    }
    latent = moderation(MODEL, complete).analyses[0]
    return {**found, INTERACTION: (latent.est, latent.ci_low, latent.ci_high)}


@pytest.fixture(scope="module")
def surveys(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, tuple[float, float, float]]]:
    folder = tmp_path_factory.mktemp("surveys")
    return [analyse(seed, folder) for seed in range(1, SURVEYS + 1)]


TRUE = {
    **{name: one["est"] for name, one in TRUTH["paths"].items()},
    INTERACTION: TRUTH["interaction"]["est"],
}


@pytest.mark.parametrize("path", TRUE)
def test_intervals_miss_the_truth_no_more_often_than_chance_allows(
    path: str, surveys: list[dict[str, tuple[float, float, float]]]
) -> None:
    inside = sum(one[path][1] <= TRUE[path] <= one[path][2] for one in surveys)
    least = int(binom.ppf(ALPHA / len(TRUE), SURVEYS, COVERAGE.get(path, 0.95)))
    assert inside >= least, f"{inside} of {SURVEYS} intervals hold {TRUE[path]}; chance allows {least}"


@pytest.mark.parametrize("path", TRUE)
def test_estimates_are_centred_on_the_truth(
    path: str, surveys: list[dict[str, tuple[float, float, float]]]
) -> None:
    estimates = np.array([one[path][0] for one in surveys])
    error = estimates.std(ddof=1) / np.sqrt(SURVEYS)
    # 4.5 standard errors of the mean: chance alone passes it once in 20,000 tests of seven
    assert abs(estimates.mean() - TRUE[path]) < 4.5 * error


def test_the_stored_population_values_come_out_again() -> None:
    again = population_truth(load_plan(), MODEL)
    for name, one in TRUTH["paths"].items():
        assert again["paths"][name] == pytest.approx(one, abs=2e-5)
    assert again["interaction"]["est"] == pytest.approx(TRUTH["interaction"]["est"], abs=2e-5)
    assert again["interaction"]["std"] == pytest.approx(TRUTH["interaction"]["std"], abs=2e-5)
