"""What a caption says of the numbers behind a figure: how many respondents, which method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.report.context import Context
from tam.report.document import Rich
from tam.report.estimation import estimator_name


def group_sizes(
    context: Context, groups: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> Iterator[Rich]:
    """``n: Head 98, Middle 95, Tail 91.``"""
    known = [
        context.say(
            "list.group_size",
            group=labels.get(str(one["id"]), str(one["id"])),
            n=context.numbers.count(one["n"]),
        )
        for one in groups
        if one.get("n") is not None
    ]
    if known:
        yield context.say("notes.group_sizes", groups=context.words.listed_rich(known))


def model_method(context: Context) -> Iterator[Rich]:
    """``n = 311; maximum likelihood.`` of the structural model."""
    n = context.get("structure", "n", "total")
    if n is not None and estimator_name(context):
        told = {"n": context.numbers.count(n), "estimator": estimator_name(context)}
        yield context.say("notes.diagram_method", **told)


def interval_method(context: Context) -> Iterator[Rich]:
    """The same with the method of the intervals of the paths, where it has a name."""
    n, key = context.get("structure", "n", "total"), context.get("effects", "interval", "method")
    if f"interval_methods.{key}" not in context.words or n is None or not estimator_name(context):
        yield from model_method(context)
        return
    told = {"n": context.numbers.count(n), "estimator": estimator_name(context)}
    method = context.word(f"interval_methods.{key}")
    yield context.say("notes.diagram_method_intervals", **told, method=method)
