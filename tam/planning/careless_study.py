"""How well each screening rule finds careless respondents who were planted in a simulated survey.

Surveys of the shipped questionnaire ``kol-tam`` (23 items on three pages, three of them reverse-keyed, one
instructed item) with the population of the demonstration study; one respondent in ten is careless, in one of
five kinds. The numbers hold for such a survey and such respondents: who answers carelessly in another way is
found less or more often. ``docs/careless.py`` writes the table of the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.analysis.screening import screen as screen_responses
from tam.analysis.screening import several_flags
from tam.analysis.screening_verdict import Verdict
from tam.data.responses import Responses
from tam.planning.careless_answers import FORMS, KINDS, careless_answers
from tam.planning.simulate import GeneratingModel, simulate_attentive
from tam.spec.instrument import Instrument
from tam.spec.screening import ExcludeIf, Rule, ScreeningOptions

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

POINTS = 7
SEED = 20261122
RESPONDENTS = 1000
SURVEYS = 20
CARELESS_SHARE = 0.10
SECONDS_PER_ITEM = {"attentive": 7.0, "careless": 2.5}
"""Medians; the logarithm of a person's pace has the standard deviation 0.4, that of a page 0.25 around it."""
NO_LIMIT: tuple[Rule, ...] = ("average_string", "autocorrelation")
LOW_IS_CARELESS: frozenset[Rule] = frozenset(
    ("speed", "page_speed", "low_variability", "synonyms", "person_total")
)
COMBINATIONS: Mapping[str, ExcludeIf] = {
    "attention and consistency": ExcludeIf(2, ("attention", "page_speed", "synonyms", "even_odd")),
    "time and consistency": ExcludeIf(2, ("page_speed", "synonyms", "mahalanobis", "repeated_pattern")),
    "everything but near duplicates": ExcludeIf(
        2,
        (
            *("attention", "straight_line", "page_speed", "repeated_pattern", "long_string"),
            *("even_odd", "synonyms", "mahalanobis", "person_total"),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Survey:
    """Simulated responses and the form of each respondent, ``attentive`` or one of ``FORMS``; shape (n,)."""

    responses: Responses
    forms: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Found:
    """How often one rule flags whom, over all surveys.

    ``sensitivity`` by form of carelessness and ``false_alarms`` among the attentive, shares of 0 .. 1; None
    where the rule cannot be applied or has no limit. ``separation``: the chance that the index of a careless
    respondent is worse than that of an attentive one (.5 is guessing, ties count half), None without index.
    """

    rule: str
    limit: str
    sensitivity: Mapping[str, float] | None
    false_alarms: float | None
    separation: float | None
    reason: str | None = None


def make_survey(
    model: GeneratingModel, instrument: Instrument, rng: np.random.Generator, n: int = RESPONDENTS
) -> Survey:
    """n respondents in random order, a tenth of them careless in equal parts of the five kinds."""
    each = round(n * CARELESS_SHARE / len(KINDS))
    forms = [forms[i * len(forms) // each] for forms in KINDS.values() for i in range(each)]
    drawn = np.array(["attentive"] * (n - len(forms)) + forms)
    drawn = drawn[rng.permutation(n)]
    _, answers = simulate_attentive(model, n, rng)
    seen = [one for one in instrument.presented() if one in instrument.items or one == "AC1"]
    table = _attentive(answers, instrument, seen)
    for form in FORMS:
        rows = np.flatnonzero(drawn == form)
        attentive = np.flatnonzero(drawn == "attentive")
        table[rows] = careless_answers(form, table, rows, attentive, POINTS, rng)
    shown = pd.DataFrame(table, columns=seen, index=pd.RangeIndex(2, n + 2))
    return Survey(_responses(shown, instrument, _page_times(drawn, instrument, seen, rng)), drawn)


def _attentive(answers: pd.DataFrame, instrument: Instrument, seen: list[str]) -> Codes:
    """Answers as ticked by attentive respondents, the instructed item passed; (n, seen)."""
    columns = []
    for name in seen:
        if name in instrument.items:
            codes = answers[name].to_numpy()
            columns.append(POINTS + 1 - codes if instrument.items[name].reverse else codes)
        else:
            passing = instrument.attention_checks[name].passing[0]
            columns.append(np.full(len(answers), passing))
    return np.column_stack(columns).astype(np.int64)


def _page_times(
    forms: NDArray[np.str_], instrument: Instrument, seen: list[str], rng: np.random.Generator
) -> Floats:
    """Seconds on each page; (n, pages). Partial respondents are fast from the second page on."""
    items = np.array([sum(one in seen for one in page) for page in instrument.pages])
    careless = (forms != "attentive")[:, None] & np.ones(len(items), dtype=bool)
    careless[forms == "partial", 0] = False
    pace = np.where(careless, SECONDS_PER_ITEM["careless"], SECONDS_PER_ITEM["attentive"])
    noise = rng.normal(0, 0.4, size=(len(forms), 1)) + rng.normal(0, 0.25, size=(len(forms), len(items)))
    return np.asarray(np.round(pace * np.exp(noise) * items, 1), dtype=np.float64)


def _responses(shown: pd.DataFrame, instrument: Instrument, times: Floats) -> Responses:
    raw = shown[[str(name) for name in shown if name in instrument.items]].astype(float)
    reverse = [str(name) for name in raw if instrument.items[str(name)].reverse]
    values = raw.copy()
    values[reverse] = POINTS + 1 - values[reverse]
    timing = pd.DataFrame(times, index=raw.index, columns=[f"page {i + 1}" for i in range(times.shape[1])])
    return Responses(
        values=values[list(instrument.items)],
        raw=raw,
        variables=pd.DataFrame(index=raw.index),
        checks=shown[["AC1"]].astype(float),
        meta=pd.DataFrame({"seconds": times.sum(axis=1)}, index=raw.index),
        missing=pd.DataFrame("", index=raw.index, columns=list(instrument.items)),
        out_of_range=(),
        column_map=(),
        dropped_columns=(),
        unused_columns=(),
        problems=(),
        file="simulated",
        sha256="",
        platform="simulated",
        evidence=(),
        encoding="",
        n_rows=len(raw),
        timing=timing,
    )


def rate_rules(
    model: GeneratingModel, instrument: Instrument, surveys: int = SURVEYS, seed: int = SEED
) -> tuple[Found, ...]:
    """Sensitivity and false alarms of every rule and combination over so many surveys."""
    options = ScreeningOptions()
    forms, verdicts = [], []
    for child in np.random.SeedSequence(seed).spawn(surveys):
        survey = make_survey(model, instrument, np.random.default_rng(child))
        forms.append(survey.forms)
        verdicts.append(screen_responses(survey.responses, instrument, options).verdicts)
    who = np.concatenate(forms)
    rated = [_rated(list(of_rule), who) for of_rule in zip(*verdicts, strict=True)]
    combined = [
        _shares(
            f"2 of: {name}",
            ", ".join(condition.of),
            np.concatenate([several_flags(one, condition) > 0 for one in verdicts]),
            who,
        )
        for name, condition in COMBINATIONS.items()
    ]
    return (*rated, *combined)


def _rated(verdicts: list[Verdict], who: NDArray[np.str_]) -> Found:
    """One rule over all surveys."""
    first = verdicts[0]
    indices = [one.index for one in verdicts if one.index is not None]
    separation = None
    if len(indices) == len(verdicts):
        separation = _separation(np.concatenate(indices), who, first.rule in LOW_IS_CARELESS)
    if not all(one.applicable for one in verdicts):
        reason = next(one.reason for one in verdicts if one.reason)
        return Found(first.rule, "", None, None, separation, reason)
    flagged = np.concatenate([one.flagged for one in verdicts])
    limit = "" if first.threshold is None else f"{first.threshold:.4g}"
    return _shares(first.rule, limit, flagged, who, separation)


def _shares(
    rule: str,
    limit: str,
    flagged: NDArray[np.bool_],
    who: NDArray[np.str_],
    separation: float | None = None,
) -> Found:
    sensitivity = {form: float(flagged[who == form].mean()) for form in FORMS}
    return Found(rule, limit, sensitivity, float(flagged[who == "attentive"].mean()), separation)


def _separation(index: Floats, who: NDArray[np.str_], low_is_careless: bool) -> float:
    """Area under the curve of sensitivity against false alarms, by ranks; undefined values are left out."""
    from scipy.stats import rankdata

    defined = ~np.isnan(index)
    careless = (who != "attentive")[defined]
    ranks = rankdata(-index[defined] if low_is_careless else index[defined])
    n = int(careless.sum())
    return float((ranks[careless].sum() - n * (n + 1) / 2) / (n * (len(ranks) - n)))
