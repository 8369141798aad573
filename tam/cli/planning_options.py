"""The options that `tam simulate` and `tam power` share: the model with its values, and how answers come
about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tam.cli.inputs import places_in, read_model_text
from tam.errors import TamError, problem

if TYPE_CHECKING:
    from tam.planning.plan import Plan
    from tam.planning.survey import SurveyDesign
    from tam.spec.model import Model

Function = TypeVar("Function", bound=Callable[..., Any])

_MODEL = (
    click.Argument(["more"], nargs=-1),
    click.Option(
        ["--model"], metavar="FILE|NAME", help="lavaan syntax with values (0.5*X), or a shipped model."
    ),
    click.Option(
        ["--paths"], multiple=True, metavar="Y~X=B", help="Values of paths: PU~PEOU=.5 PI~ATT:CRED=.2 A~~B=.3"
    ),
    click.Option(
        ["--reliability"], metavar="R", help="Reliability of the scales: .8 unless given; .8,PU=.9."
    ),
    click.Option(["--items"], metavar="K", help="Items per construct: 4 unless the model says; 4,PU=3."),
    click.Option(["--groups"], metavar="LIST", help="Groups with their shares: head=.3,middle=.4,tail=.3."),
)
_ANSWERS = (
    click.Option(
        ["--points"], type=click.IntRange(2, 15), metavar="K", help="Answer categories; none: numbers."
    ),
    click.Option(
        ["--thresholds"],
        default="symmetric",
        metavar="HOW",
        help="symmetric, skewed, or rising numbers: --thresholds=-1.5,-.5,.5,1.5.",
    ),
    click.Option(["--skew"], metavar="S", help="Skewness of the factors that nothing predicts: 1; 1,PEOU=2."),
    click.Option(
        ["--missing"],
        type=click.FloatRange(0, 0.9),
        default=0.0,
        metavar="P",
        help="Share of missing answers.",
    ),
    click.Option(
        ["--missing-kind"],
        type=click.Choice(["mcar", "mar"]),
        default="mcar",
        help="Gaps by chance alone, or more often the higher the first scale.",
    ),
    click.Option(
        ["--careless"],
        type=click.FloatRange(0, 0.9),
        default=0.0,
        metavar="P",
        help="Share of careless respondents, in the five kinds of the screening study.",
    ),
)
PLANNING_PARAMETERS = (*_MODEL, *_ANSWERS)


def read_plan(options: dict[str, Any]) -> Plan:
    """The plan that the options describe; raises TamError for what is wrong with them."""
    from tam.planning.plan import make_plan
    from tam.planning.population_values import MOST_ITEMS, read_assignments, read_named_numbers

    values = read_assignments([*options["paths"], *options["more"]])
    reliability = read_named_numbers(options["reliability"], "--reliability", 0.01, 0.999)
    items = read_named_numbers(options["items"], "--items", 1, MOST_ITEMS)
    given: dict[str, Any] = {
        "reliability": reliability,
        "items": items,
        "groups": _groups(options["groups"]),
        "design": _design(options),
        "fitted": read_model_text(options["fit"]) if options.get("fit") else None,
    }
    name = options["model"]
    if name is None:
        return make_plan(None, values, **given)
    if not _is_file(name):
        return make_plan(_shipped(name), values, **given)
    with places_in(name):
        return make_plan(read_model_text(name), values, **given)


def _is_file(name: str) -> bool:
    return Path(name).suffix != "" or "/" in name or "\\" in name or Path(name).is_file()


def _shipped(name: str) -> Model:
    from tam.spec.instrument_file import load_instrument
    from tam.spec.model_file import load_model, shipped_models
    from tam.spec.text import closest, listed

    known = shipped_models()
    if name not in known:
        raise TamError(problem("unknown-model", name=name, suggestion=closest(name, known) or listed(known)))
    return load_model(name, load_instrument(name))


def _groups(text: str | None) -> dict[str, float] | None:
    """``head=.3,middle=.4,tail=.3`` as labels and shares."""
    if text is None:
        return None
    found: dict[str, float] = {}
    for part in text.split(","):
        label, _, share = part.rpartition("=")
        try:
            value = float(share)
        except ValueError:
            value = 0.0
        if not label.strip() or not 0.0 < value < float("inf") or label.strip() in found:
            raise TamError(problem("planning-groups-unreadable", text=text))
        found[label.strip()] = value
    if len(found) < 2:
        raise TamError(problem("planning-groups-unreadable", text=text))
    return found


def _design(options: dict[str, Any]) -> SurveyDesign:
    from tam.planning.population_values import read_named_numbers
    from tam.planning.skewed import LARGEST_SKEW
    from tam.planning.survey import SurveyDesign, read_cuts

    return SurveyDesign(
        cuts=read_cuts(options["points"], options["thresholds"]),
        missing=options["missing"],
        mechanism=options["missing_kind"],
        careless=options["careless"],
        skew=read_named_numbers(options["skew"], "--skew", -LARGEST_SKEW, LARGEST_SKEW),
    )
