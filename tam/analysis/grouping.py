"""Respondents put into groups: as they answered, or by the follower count of the opinion leader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from tam.errors import Problem, Where, problem, raise_if_any
from tam.spec.instrument import Instrument, TierScheme
from tam.spec.study import GroupBy, TierGrouping
from tam.spec.text import Text, listed


@dataclass(frozen=True, slots=True)
class Split:
    """Respondents put into groups.

    ``members`` (n,) holds a group id or NaN per respondent; ``labels`` id -> words, in the order of
    presentation; ``n_unanswered`` of those without a group gave no answer (the rest fall into a gap).
    """

    by: str
    label: Text
    source: Literal["answer", "followers"]
    scheme: str | None
    members: pd.Series[str]
    labels: Mapping[str, Text]
    n_unanswered: int


def make_splits(
    variables: pd.DataFrame, instrument: Instrument, groups: Sequence[GroupBy | TierGrouping]
) -> tuple[Split, ...]:
    """The groupings of a study. Raises TamError with every column that is missing or holds no numbers."""
    problems: list[Problem] = []
    splits: list[Split] = []
    for one in groups:
        place = Where(column=one.variable)
        if one.variable not in variables.columns:
            known = listed(map(str, variables.columns)) or "-"
            problems.append(problem("group-column-missing", place, name=one.variable, known=known))
        elif isinstance(one, GroupBy):
            splits.append(split_by_answer(variables[one.variable], instrument))
        elif not pd.api.types.is_numeric_dtype(variables[one.variable]):
            problems.append(problem("followers-not-numeric", place, name=one.variable))
        else:
            scheme = instrument.tier_schemes[one.scheme]
            splits.append(split_by_followers(variables[one.variable], scheme))
    raise_if_any(problems)
    return tuple(splits)


def split_by_answer(answers: pd.Series[Any], instrument: Instrument) -> Split:
    """Groups as answered; order and words come from the variable's scale, else from the sorted answers.

    answers: (n,) words, or the codes of an ordinal scale; NaN is no answer.
    """
    by = str(answers.name)
    variable = instrument.variables.get(by)
    labels = instrument.scales[variable.scale].labels if variable else {}
    words = {label.get("en"): Text(label.en, label.zh) for label in labels.values()}
    if pd.api.types.is_numeric_dtype(answers):
        ids = {float(code): label.get("en") for code, label in labels.items() if isinstance(code, int)}
        members = answers.map(lambda code: ids.get(code, f"{code:.12g}"), na_action="ignore").astype(object)
    else:
        members = answers.map(str, na_action="ignore").astype(object)
    found = {str(one) for one in members.dropna().unique()}
    kept = {one: text for one, text in words.items() if one in found}
    kept |= {one: Text(one, one) for one in sorted(found - set(kept))}
    label = (variable.label or variable.text) if variable else Text(by, by)
    if by in instrument.option_names():
        label, kept = _option_words(instrument, by, found)
    return Split(by, label, "answer", None, members, kept, int(members.isna().sum()))


def _option_words(instrument: Instrument, by: str, found: set[str]) -> tuple[Text, dict[str, Text]]:
    """The words for one option of a question with several answers, and for chosen and not chosen."""
    variable, option = instrument.option_names()[by]
    asked = variable.label or variable.text
    label = Text(f"{asked.get('en')}: {option.get('en')}", f"{asked.get('zh')}：{option.get('zh')}")
    words = {"1": Text("chosen", "选了"), "0": Text("not chosen", "未选")}
    return label, {one: words.get(one, Text(one, one)) for one in sorted(found, reverse=True)}


def split_by_followers(followers: pd.Series[float], scheme: TierScheme) -> Split:
    """Groups by follower count (n,) under a scheme; counts in a gap of the scheme are in no group."""
    members = followers.map(scheme.classify, na_action="ignore").astype(object)
    labels = {tier.id: tier.label for tier in scheme.tiers if (members == tier.id).any()}
    unanswered = int(followers.isna().sum())
    return Split(str(followers.name), scheme.label, "followers", scheme.id, members, labels, unanswered)
