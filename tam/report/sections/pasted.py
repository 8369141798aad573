"""Paragraphs to be copied into a paper, sentence by sentence, and the clauses that several of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Paragraph, Rich, Run
from tam.report.judged_fit import reported_indices


class _InSentence(Context):
    """The same report; names of constructs begin small, as they do within an English sentence."""

    def label(self, name: str) -> str:
        label = Context.label(self, name)
        first_of_a_word = self.language == "en" and label[:1].isupper() and label[1:2].islower()
        return label[:1].lower() + label[1:] if first_of_a_word else label


def in_sentence(context: Context) -> Context:
    """A context for prose: ``perceived usefulness``, though a table says ``Perceived usefulness``."""
    return _InSentence(context.results, context.language, context.words, context.numbers, context.look)


def pasted(context: Context, sentences: Iterable[Rich]) -> Paragraph:
    """The sentences as one paragraph, with the gap between them that the language has."""
    gap = context.words.entries["list.sentence_gap"]
    runs: list[Run] = []
    for sentence in sentences:
        runs.extend([Run(gap)] if runs and gap else [])
        runs.extend(sentence)
    return Paragraph(tuple(runs), "paste")


def fit_told(context: Context, measures: Mapping[str, Any], n: Any) -> Rich | None:
    """``χ²(220, N = 311) = 252.80, p = .064, CFI = ...`` in the versions to report; None without χ²."""
    numbers, names = context.numbers, reported_indices(measures)
    ending = "_scaled" if measures.get("chisq_scaled") is not None else ""
    if measures.get(f"chisq{ending}") is None:
        return None
    version = names["cfi"].removeprefix("cfi")
    low, high = (measures.get(f"{names['rmsea']}_ci_{end}") for end in ("low", "high"))
    told = {name: numbers.bounded(measures.get(names[name]), 3) for name in names} | {
        "chisq": numbers.plain(measures[f"chisq{ending}"]),
        "df": numbers.degrees(measures.get(f"df{ending}")),
        "n": numbers.count(n),
        "p": p_told(context, measures.get(f"pvalue{ending}")),
        "tli": numbers.bounded(measures.get(f"tli{version}"), 3),
        "interval": numbers.interval(low, high, 3, bounded=True),
        "kind": context.words.entries[f"index_kinds.{version.lstrip('_') or 'standard'}"],
    }
    return context.say("results.fit", **told)


def p_told(context: Context, p: float | None) -> str:
    """``= .012``, ``< .001``; a dash where there is none."""
    return context.numbers.plain(None) if p is None else context.numbers.p_equals(p)


def estimate_told(context: Context, one: Mapping[str, Any]) -> Rich:
    """``b = 0.60, SE = 0.07, 95% CI [0.46, 0.74], β = 0.55, p < .001``; without *SE* and *p* where the
    interval decides."""
    numbers = context.numbers
    told = {
        "est": numbers.plain(one.get("est")),
        "level": context.level,
        "interval": numbers.interval(one.get("ci_low"), one.get("ci_high")),
        "beta": numbers.plain(one.get("std")),
    }
    if one.get("p") is None or one.get("se") is None:
        return context.say("results.estimate_interval", **told)
    return context.say("results.estimate", se=numbers.plain(one["se"]), p=numbers.p_equals(one["p"]), **told)


def by_interval(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """An estimate that is judged by its interval: its p value, of another theory, is left out."""
    return {name: value for name, value in one.items() if name != "p"}


def excludes_zero(one: Mapping[str, Any]) -> bool:
    """Whether the interval lies on one side of zero."""
    low, high = one.get("ci_low"), one.get("ci_high")
    return low is not None and high is not None and (low > 0 or high < 0)
