"""What a paper on this study must report, point by point: what stands here, what the author must write.

The points follow APA's reporting standards for structural equation models (JARS-Quant, Table 7), and on the
quality of measurement Hair et al. (2019), in our own words. A point is ``done`` where its content stands in
the results, ``write`` where only the author can say it, ``none`` where the study has nothing of the kind,
``missing`` where it could not be computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from tam.report.context import Context
from tam.report.document import Cell, Column, Group, Level, Paragraph, Run, Section, Table
from tam.report.rows import cell, sentences_column

Status = Literal["done", "write", "none", "missing"]
LEVELS: Mapping[Status, Level] = {"done": "good", "write": "caution", "none": "plain", "missing": "bad"}


def _always(status: Status) -> Callable[[Context], Status]:
    return lambda _context: status


def _there(*path: str) -> Callable[[Context], Status]:
    """Done where the results hold something at the path."""
    return lambda context: "done" if context.get(*path) not in (None, [], {}, ()) else "missing"


def _abstract(context: Context) -> Status:
    measures = context.part("structure", "measures")
    return "done" if all(measures.get(name) is not None for name in ("cfi", "rmsea", "srmr")) else "missing"


def _hypotheses(context: Context) -> Status:
    declared = [one for one in context.rows("structure", "hypotheses") if one.get("declared")]
    return "done" if declared else "write"


def _missing_answers(context: Context) -> Status:
    if context.get("measurement", "missing_data", "n_missing") == 0:
        return "none"
    return _there("measurement", "missing_data")(context)


def _mechanism(context: Context) -> Status:
    if context.get("measurement", "missing_data", "n_missing") == 0:
        return "none"
    return "done" if context.part("measurement", "missing_data", "little") else "write"


def _items(context: Context) -> Status:
    worded = [one for one in context.part("study", "items").values() if context.text(one.get("text"))]
    return "done" if worded else "write"


def _sources(context: Context) -> Status:
    return "done" if context.rows("study", "sources") else "write"


def _interactions(context: Context) -> Status:
    if not context.rows("study", "model", "moderations"):
        return "none"
    return "done" if context.rows("moderation", "analyses") else "missing"


def _residual_covariances(context: Context) -> Status:
    return "write" if context.rows("study", "model", "residual_covariances") else "none"


def _indirect(context: Context) -> Status:
    return "done" if context.rows("effects", "indirect") else "none"


def _groups(context: Context) -> Status:
    return "done" if context.rows("comparison", "groupings") else "none"


def _moments(context: Context) -> Status:
    if context.part("structure", "sample_moments") or context.get("capsule"):
        return "done"
    return "missing"


def _declared_before(context: Context) -> Status:
    return "done" if context.get("screening", "declared", "when") == "before" else "write"


def _effect_sizes(context: Context) -> Status:
    return "done" if context.part("structure", "r2") else "missing"


def _simulated(context: Context) -> Status:
    return "done" if context.get("study", "simulated") else "none"


Point = tuple[str, str | None, Callable[[Context], Status]]
POINTS: tuple[tuple[str, tuple[Point, ...]], ...] = (
    (
        "front",
        (
            ("title", None, _always("write")),
            ("abstract", "results", _abstract),
        ),
    ),
    (
        "introduction",
        (
            ("theory", None, _always("write")),
            ("direction", "answer", _hypotheses),
            ("respecification_planned", None, _always("write")),
        ),
    ),
    (
        "method",
        (
            ("sample", "sample", _there("flow")),
            ("sample_size", None, _always("write")),
            ("screening", "sample", _there("screening", "rules")),
            ("measures_source", "references", _sources),
            ("measures_wording", "items", _items),
            ("reliability", "measurement", _there("measurement", "constructs")),
            ("simulation", "answer", _simulated),
        ),
    ),
    (
        "specification",
        (
            ("diagram", "structure", _there("structure", "estimates")),
            ("parameters", "appendix", _there("study", "model", "lavaan")),
            ("degrees", "structure", _there("structure", "measures", "df")),
            ("residual_covariances", "appendix", _residual_covariances),
            ("interactions", "moderation", _interactions),
            ("alternatives", None, _always("write")),
        ),
    ),
    (
        "data",
        (
            ("missing", "sample", _missing_answers),
            ("mechanism", "sample", _mechanism),
            ("distribution", "items", _there("measurement", "distributions")),
        ),
    ),
    (
        "estimation",
        (
            ("software", "provenance", _there("provenance", "tam")),
            ("estimator", "method", _there("structure", "estimator")),
            ("convergence", "structure", _there("structure", "converged")),
            ("moments", "appendix", _moments),
        ),
    ),
    (
        "results",
        (
            ("global_fit", "structure", _abstract),
            ("local_fit", "structure", _there("structure", "local_fit")),
            ("estimates", "structure", _there("structure", "estimates")),
            ("indirect", "effects", _indirect),
            ("probing", "moderation", _interactions),
            ("invariance", "comparison", _groups),
            ("respecified", None, _always("write")),
        ),
    ),
    (
        "discussion",
        (
            ("equivalent", None, _always("write")),
            ("limits", "limits", _always("done")),
            ("directionality", "limits", _always("write")),
        ),
    ),
)
"""Part of the paper -> its points: key, the section of this report that holds it, how its status is found."""

MORE_POINTS: tuple[tuple[str, tuple[Point, ...]], ...] = (
    (
        "quality",
        (
            ("indicators", "measurement", _there("measurement", "items")),
            ("convergent", "measurement", _there("measurement", "constructs")),
            ("discriminant", "measurement", _there("measurement", "htmt")),
            ("scores", "measurement", _there("measurement", "score_correlations")),
            ("method_bias", "robustness", _there("measurement", "method_bias")),
            ("effect_sizes", "structure", _effect_sizes),
            ("robustness", "robustness", _there("screening", "multiverse")),
        ),
    ),
    (
        "openness",
        (
            ("who", None, _always("write")),
            ("ethics", None, _always("write")),
            ("preregistered", "sample", _declared_before),
            ("materials", None, _always("write")),
        ),
    ),
)
"""Points beyond the reporting standard, in the same form."""


def checklist_section(context: Context) -> Section:
    groups, counts = [], dict.fromkeys(LEVELS, 0)
    for part, points in (*POINTS, *MORE_POINTS):
        rows = []
        for key, section, judge in points:
            status = judge(context)
            counts[status] += 1
            rows.append(_row(context, key, section, status))
        groups.append(Group(tuple(rows), context.say(f"checklist.parts.{part}")))
    columns = (
        sentences_column(context, "point"),
        Column(context.say("columns.status"), "verdict"),
        sentences_column(context, "where_or_what"),
    )
    told = {name: context.numbers.count(count) for name, count in counts.items()}
    table = Table(
        "checklist",
        context.say("tables.checklist"),
        columns,
        tuple(groups),
        (context.say("notes.checklist"),),
        folded=context.say("folded.checklist", n=context.numbers.count(sum(counts.values()))),
    )
    title = context.say("sections.checklist")
    return Section("checklist", title, (Paragraph(context.say("checklist.summary", **told)), table))


def _row(context: Context, key: str, section: str | None, status: Status) -> tuple[Cell, ...]:
    place = cell("")
    if section is not None and status in ("done", "missing"):
        place = cell((Run(context.word(f"sections.{section}"), target=section),))
    elif status == "write":
        place = cell(context.say(f"checklist.todo.{key}"))
    return (
        cell(context.say(f"checklist.points.{key}")),
        cell(context.say(f"checklist.statuses.{status}"), LEVELS[status]),
        place,
    )
