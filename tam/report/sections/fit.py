"""Model fit: the usual indices, and beside them the scaled and robust ones where the estimator has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.context import Context
from tam.report.document import Cell, Table
from tam.report.estimation import estimator_name
from tam.report.format import Shown
from tam.report.judged_fit import CFI_GUIDE, RMSEA_GUIDE, SRMR_GUIDE
from tam.report.rows import names_column, number_column, one_group, row

_VERSIONS: Mapping[str, str] = {"": "standard", "_scaled": "scaled", "_robust": "robust"}
"""Ending of a measure's name -> head of its column."""


def fit_table(context: Context) -> Table:
    """A column for each version that has at least one value; a value that does not exist is a dash."""
    measures = context.part("structure", "measures")
    versions = [
        ending
        for ending in _VERSIONS
        if not ending
        or any(measures.get(f"{name}{ending}") is not None for name in ("chisq", "cfi", "rmsea"))
    ]
    heads = [_VERSIONS[ending] for ending in versions] if len(versions) > 1 else ["value"]
    columns = (
        names_column(context, "measure"),
        *(number_column(context, head) for head in heads),
        names_column(context, "guide"),
    )
    rows = [
        _row(context, "chisq", [_chisq(context, measures, ending) for ending in versions], ""),
        _row(
            context,
            "pvalue",
            [_one(context, measures, f"pvalue{ending}", "p") for ending in versions],
            context.word("guides.pvalue"),
        ),
    ]
    above, below = "≥ ", "≤ "
    for name, guide, sign in (("cfi", CFI_GUIDE, above), ("tli", CFI_GUIDE, above)):
        cells = [_one(context, measures, f"{name}{ending}", "bounded") for ending in versions]
        rows.append(_row(context, name, cells, Shown.joined(sign, context.numbers.bounded(guide))))
    rmsea = [_rmsea(context, measures, ending) for ending in versions]
    rows.append(_row(context, "rmsea", rmsea, Shown.joined(below, context.numbers.bounded(RMSEA_GUIDE))))
    rest = [""] * (len(versions) - 1)
    srmr = _one(context, measures, "srmr", "bounded")
    rows.append(
        _row(context, "srmr", [srmr, *rest], Shown.joined(below, context.numbers.bounded(SRMR_GUIDE)))
    )
    if measures.get("scaling_factor") is not None:
        factor = context.numbers.plain(measures["scaling_factor"], 3)
        rows.append(_row(context, "scaling_factor", ["", factor, *rest[1:]], ""))
    for name in ("loglik", "aic", "bic"):
        if measures.get(name) is not None:
            rows.append(_row(context, name, [context.numbers.plain(measures[name]), *rest], ""))
    rows.append(_row(context, "npar", [context.numbers.count(measures.get("npar")), *rest], ""))
    notes = [context.say("notes.fit", estimator=estimator_name(context))]
    if len(versions) > 1:
        notes.append(context.say("notes.fit_versions"))
    return Table("fit", context.say("tables.fit"), columns, one_group(rows), tuple(notes))


def _row(context: Context, name: str, values: Sequence[str], guide: str) -> tuple[Cell, ...]:
    return row(context.say(f"measures.{name}"), *values, guide)


def _one(context: Context, measures: Mapping[str, Any], name: str, kind: str) -> str:
    """One value; nothing where this version of the measure does not exist at all."""
    if name not in measures:
        return ""
    value = measures[name]
    return context.numbers.p(value) if kind == "p" else context.numbers.bounded(value, 3)


def _chisq(context: Context, measures: Mapping[str, Any], ending: str) -> str:
    if f"chisq{ending}" not in measures:
        return ""
    value = measures[f"chisq{ending}"]
    degrees = measures.get(f"df{ending}")
    return context.numbers.with_degrees(value, degrees)


def _rmsea(context: Context, measures: Mapping[str, Any], ending: str) -> str:
    value = measures.get(f"rmsea{ending}")
    low, high = (measures.get(f"rmsea{ending}_ci_{end}") for end in ("low", "high"))
    return context.numbers.with_interval(value, low, high, 3)
