"""A process model for a terminal: equations, effects at values of the moderator, index, region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.cli.answer import Block, Heading, Table
from tam.cli.numbers import decimal, interval, p_value

_REGIMES = {
    "inside": "between the bounds",
    "outside": "outside the bounds",
    "above": "above the bound",
    "below": "below the bound",
    "everywhere": "everywhere",
    "nowhere": "nowhere",
}


def process_blocks(record: Mapping[str, Any]) -> list[Block]:
    """The ``result`` of `tam process` as blocks."""
    names = [record["predictor"], record["mediator"], record["outcome"]]
    route = " -> ".join(str(one) for one in names if one is not None)
    left = f", {record['n_left_out']} rows left out" if record["n_left_out"] else ""
    blocks: list[Block] = [
        f"PROCESS model {record['number']}: {route}, moderated by {record['moderator']}, "
        f"n = {record['n']}{left}"
    ]
    for one in record["regressions"]:
        blocks += _regression(one)
    moderator = str(record["moderator"])
    blocks += _direct(record["direct"], moderator)
    blocks += _region(record["johnson_neyman"], moderator)
    blocks += _indirect(record, moderator)
    return blocks


def _regression(one: Mapping[str, Any]) -> list[Block]:
    rows = tuple(
        (
            "constant" if place == 0 else str(term["term"]),
            decimal(term["est"]),
            decimal(term["se"]),
            decimal(term["t"]),
            p_value(term["p"]),
            interval(term["ci_low"], term["ci_high"]),
        )
        for place, term in enumerate(one["terms"])
    )
    told = [f"R2 {decimal(one['r2'])}, errors {one['method'].removeprefix('OLS, ')}, df {one['df']}"]
    told += [
        f"{term} adds R2 {decimal(value, 4)}, f2 {decimal(one['f2'][term], 4)}"
        for term, value in one["delta_r2"].items()
    ]
    header = ("term", "est", "se", "t", "p", "interval")
    return [Heading(f"Outcome {one['outcome']}"), Table(header, rows, "lrrrrr"), *told]


def _direct(effects: Sequence[Mapping[str, Any]], moderator: str) -> list[Block]:
    if not effects:
        return []
    rows = tuple(
        (
            one["at"],
            decimal(one["moderator"]),
            decimal(one["est"]),
            decimal(one["se"]),
            p_value(one["p"]),
            interval(one["ci_low"], one["ci_high"]),
        )
        for one in effects
    )
    header = ("at", moderator, "effect", "se", "p", "interval")
    return [Heading(f"Direct effect at values of {moderator}"), Table(header, rows, "lrrrrr")]


def _region(region: Mapping[str, Any] | None, moderator: str) -> list[Block]:
    if region is None:
        return []
    bounds = ", ".join(decimal(one) for one in region["bounds"])
    at = f" ({moderator} = {bounds})" if bounds else ""
    share = f"{100 * region['share_in_region']:.1f} % of {region['n']} rows lie there"
    return ["", f"Johnson-Neyman: differs from zero {_REGIMES[region['regime']]}{at}; {share}"]


def _indirect(record: Mapping[str, Any], moderator: str) -> list[Block]:
    if not record["indirect"]:
        return []
    rows = [(f"at {one['at']}", decimal(one["moderator"]), *_drawn(one)) for one in record["indirect"]]
    rows += [(f"{one['first']} - {one['second']}", "", *_drawn(one)) for one in record["contrasts"]]
    blocks: list[Block] = [
        Heading(f"Indirect effect at values of {moderator}"),
        Table(("", moderator, "effect", "boot se", "interval"), tuple(rows), "lrrrr"),
    ]
    index = record["index"]
    if index is not None:
        est, spread, limits = _drawn(index)
        blocks.append(f"index of moderated mediation {est}, boot se {spread}, interval {limits}")
    draws = f"percentile bootstrap, {record['draws']} of {record['requested']} resamples used"
    blocks.append(f"{draws}, seed {record['seed']}")
    return blocks


def _drawn(one: Mapping[str, Any]) -> tuple[str, str, str]:
    return decimal(one["est"]), decimal(one["boot_se"]), interval(one["ci_low"], one["ci_high"])
