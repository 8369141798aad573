"""Rules that compare a statistic of careless answering with a limit. The limits are conventions.

Most of these statistics flag attentive respondents as well; ``docs/explanation/careless.md`` shows how many.
They are described for everybody and become flags only where the study names the rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.screening_verdict import Verdict, blocks, both_ways, measured, not_applicable
from tam.data.responses import Responses
from tam.spec.instrument import Instrument
from tam.spec.screening import Rule, ScreeningOptions
from tam.stats.careless import average_string, individual_variability, long_string
from tam.stats.careless_consistency import even_odd as even_odd_index
from tam.stats.careless_consistency import pair_consistency, synonym_pairs
from tam.stats.careless_consistency import person_total as person_total_index
from tam.stats.careless_distance import (
    distance_degrees,
    distance_limit,
    distance_probability,
    mahalanobis_squared,
)
from tam.stats.careless_fit import guttman_errors as guttman_errors_index
from tam.stats.careless_matches import near_matches
from tam.stats.careless_patterns import autocorrelation as autocorrelation_index
from tam.stats.careless_patterns import neighbour_repetition, repetition

Array = NDArray[np.float64]

_LEAST_BLOCK = 4
"""Shorter blocks are filled by two like answers too often."""
_LEAST_PATTERN = 12
"""Fewer items than two rounds of six hold no pattern that can be told from chance."""
_MOST_LISTED = 20


def _raw(responses: Responses) -> Array:
    return responses.raw.to_numpy(dtype=float)


def _values(responses: Responses) -> Array:
    return responses.values.to_numpy(dtype=float)


def _as_seen(responses: Responses, instrument: Instrument) -> Array:
    """Answers to the items and the checks among them, before reversing, in the order in which they came."""
    among = {c.id for c in instrument.attention_checks.values() if c.type in ("instructed", "bogus")}
    columns = [
        responses.raw[name] if name in responses.raw else responses.checks[name]
        for name in instrument.presented()
        if name in responses.raw or (name in among and name in responses.checks)
    ]
    return np.column_stack([one.to_numpy(dtype=float) for one in columns])


def repeated_pattern(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """The answers walk in a pattern that comes again and again, such as up and down the scale.

    One answer throughout is a straight line and is left to the rules for those.
    """
    codes = _as_seen(responses, instrument)
    if codes.shape[1] < _LEAST_PATTERN:
        return _too_few("repeated_pattern", responses, _LEAST_PATTERN)
    share, length = repetition(codes)
    index = np.where(neighbour_repetition(codes) >= options.repeated_pattern, np.nan, share)
    verdict = measured("repeated_pattern", index, above=options.repeated_pattern, inclusive=True)
    lengths = length[verdict.flagged]
    found = {"lengths": sorted({int(one) for one in lengths})}
    return Verdict(
        "repeated_pattern", verdict.flagged, index, verdict.threshold, verdict.parameters, None, index, found
    )


def _too_few(rule: Rule, responses: Responses, needed: int) -> Verdict:
    reason = f"the questionnaire has {responses.raw.shape[1]} items, the rule needs {needed}"
    return not_applicable(rule, responses, reason)


def long_string_share(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """The longest run of one answer within a block of items seen together, as a share of the block.

    Only blocks with reverse-keyed items or items of two constructs: in others one answer may be honest.
    """
    share = np.full(len(responses.raw), np.nan)
    used = 0
    for block in blocks(responses, instrument):
        mixed = both_ways(block, instrument) or len({instrument.items[one].construct for one in block}) > 1
        if len(block) < _LEAST_BLOCK or not mixed:
            continue
        used += 1
        run = long_string(responses.raw[block].to_numpy(dtype=float)) / len(block)
        share = np.fmax(share, np.where(run > 0, run, np.nan))
    if not used:
        reason = f"no block of {_LEAST_BLOCK} items mixes directions or constructs"
        return not_applicable("long_string", responses, reason)
    return measured("long_string", share, above=options.long_string, inclusive=True, blocks=used)


def average_string_length(
    responses: Responses, _instrument: Instrument, options: ScreeningOptions
) -> Verdict:
    """The mean length of the runs of one answer over the whole questionnaire."""
    return measured("average_string", average_string(_raw(responses)), above=options.average_string)


def low_variability(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """The standard deviation of all answers of a respondent, before reversing."""
    spread = individual_variability(_raw(responses))
    return measured("low_variability", spread, below=options.low_variability, inclusive=True)


def even_odd(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Even and odd items of the scales do not go together within the respondent."""
    place = {name: i for i, name in enumerate(responses.values.columns)}
    scales = [[place[item] for item in items if item in place] for items in instrument.first_order().values()]
    scales = [one for one in scales if len(one) >= 2]
    needed = options.even_odd_scales
    if len(scales) < needed:
        reason = f"the rule needs {needed} scales of two items, there are {len(scales)}"
        return not_applicable("even_odd", responses, reason)
    index = even_odd_index(_values(responses), scales)
    return measured("even_odd", index, above=options.even_odd, scales=len(scales))


def synonyms(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Items that go together in the sample are answered unlike each other; reversed items turned round."""
    return _pairs("synonyms", responses, _values(responses), options)


def antonyms(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Items that are opposites in the sample are answered alike; answers as given, before reversing."""
    return _pairs("antonyms", responses, _raw(responses), options)


def _pairs(rule: Rule, responses: Responses, codes: Array, options: ScreeningOptions) -> Verdict:
    critical = options.synonym_correlation * (1 if rule == "synonyms" else -1)
    pairs = synonym_pairs(codes, critical)
    parameters: dict[str, Any] = {"correlation": critical, "pairs": len(pairs)}
    if len(pairs) < options.synonym_pairs:
        reason = f"the rule needs {options.synonym_pairs} pairs of items, there are {len(pairs)}"
        return not_applicable(rule, responses, reason, **parameters)
    index = pair_consistency(codes, pairs)
    if rule == "synonyms":
        return measured(rule, index, below=options.synonyms, **parameters)
    return measured(rule, index, above=options.antonyms, **parameters)


def mahalanobis(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Far from the middle of all: D2 of complete respondents against the chi-square distribution."""
    codes = _values(responses)
    degrees = distance_degrees(codes)
    complete = int((~np.isnan(codes).any(axis=1)).sum())
    if degrees == 0 or complete <= degrees + 1:
        return not_applicable("mahalanobis", responses, "too few respondents answered every item")
    squared = mahalanobis_squared(codes)
    probability = distance_probability(squared, degrees)
    flagged = np.nan_to_num(probability, nan=1.0) < options.mahalanobis
    parameters = {"probability": options.mahalanobis, "df": degrees, "n": complete}
    limit = distance_limit(options.mahalanobis, degrees)
    return Verdict("mahalanobis", flagged, squared, limit, parameters, index=squared)


def autocorrelation(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """The answers go together with themselves some items earlier."""
    codes = _as_seen(responses, instrument)
    if codes.shape[1] < _LEAST_PATTERN:
        return _too_few("autocorrelation", responses, _LEAST_PATTERN)
    return measured("autocorrelation", autocorrelation_index(codes), above=options.autocorrelation)


def person_total(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """The answers do not follow which items the others agree with."""
    return measured("person_total", person_total_index(_values(responses)), below=options.person_total)


def guttman_errors(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Rare answers given and common ones not, as a share of the most that the same total allows."""
    codes = _values(responses)
    scales = [instrument.scales[instrument.items[name].scale] for name in responses.values.columns]
    low = np.array([np.nan if one.min is None else one.min for one in scales])
    high = np.array([np.nan if one.max is None else one.max for one in scales])
    whole = (codes == np.floor(codes)) | np.isnan(codes)
    if not (np.isfinite(high - low).all() and whole.all() and (low == np.floor(low)).all()):
        return not_applicable(
            "guttman_errors", responses, "the rule needs whole-numbered answers with limits"
        )
    if not (~np.isnan(codes).any(axis=1)).any():
        return not_applicable("guttman_errors", responses, "too few respondents answered every item")
    index = guttman_errors_index(codes - low, np.floor(high - low).astype(np.int64))
    return measured("guttman_errors", index, above=options.guttman_errors)


def near_duplicates(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Nearly every answer equal to an earlier respondent's; wholly equal ones have their own rule.

    Every pair above the limit is found, unless too many share a block of answers: then the number of
    respondents not compared there stands in the record.
    """
    raw = _raw(responses)
    limit, items = options.near_duplicates, raw.shape[1]
    parameters = {"above": limit, "differing": int(np.floor(items * (1 - limit) + 1e-9))}
    if items < options.duplicate_items or not parameters["differing"]:
        reason = f"with {items} items no two respondents can differ that little"
        return not_applicable("near_duplicates", responses, reason, **parameters)
    matches = near_matches(raw, limit)
    index = np.full(len(raw), np.nan)
    np.fmax.at(index, matches.pairs[:, 1], matches.shares)
    rows = responses.raw.index.to_numpy()
    order = np.argsort(-matches.shares, kind="stable")[:_MOST_LISTED]
    listed = [
        {"rows": [int(rows[a]), int(rows[b])], "share": float(share)}
        for (a, b), share in zip(matches.pairs[order], matches.shares[order], strict=True)
    ]
    found = {
        "pairs": listed,
        "n_pairs": len(matches.pairs),
        "compared": matches.compared,
        "not_compared": matches.skipped,
    }
    return Verdict("near_duplicates", ~np.isnan(index), index, limit, parameters, None, None, found)
