"""``tam power``: how many respondents a study needs, by simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.choices import counts
from tam.cli.command import console, tam_command
from tam.cli.planning_options import PLANNING_PARAMETERS, read_plan
from tam.cli.power_blocks import power_blocks
from tam.cli.watching import processors, watch
from tam.errors import Problem, TamError, problem

if TYPE_CHECKING:
    from tam.planning.power import SizePower
    from tam.planning.power_scenario import Scenario
    from tam.planning.power_search import SmallestEffect

SIZES = (100, 150, 200, 300, 400, 500)
"""Sample sizes unless any are given."""
POWER = 0.8

PARAMETERS = (
    *PLANNING_PARAMETERS,
    click.Option(["--n"], callback=counts, metavar="LIST", help="Sample sizes: 100,150,200."),
    click.Option(
        ["--for-power"],
        type=click.FloatRange(0.05, 0.995),
        metavar="P",
        help="Find the smallest sample that has this power: .8.",
    ),
    click.Option(
        ["--smallest-effect"],
        is_flag=True,
        help="Find the smallest path that each sample size of --n detects.",
    ),
    click.Option(
        ["--effect"], multiple=True, metavar="NAME", help='Only these: "PU ~ PEOU", "PEOU -> PU -> ATT".'
    ),
    click.Option(
        ["--replications"],
        type=click.IntRange(10, 1_000_000),
        default=1000,
        metavar="R",
        help="Simulated samples at each place; 1000.",
    ),
    click.Option(
        ["--alpha"],
        type=click.FloatRange(0.0001, 0.5),
        default=0.05,
        metavar="A",
        help="Level of the tests; .05.",
    ),
    click.Option(
        ["--estimator"],
        type=click.Choice(["ML", "MLR"]),
        help="ML for normal answers, else MLR, unless given.",
    ),
    click.Option(
        ["--pairs"],
        type=click.Choice(["all", "matched"]),
        default="all",
        help="Products of all pairs of items, or of matched ones.",
    ),
    click.Option(["--fit"], metavar="FILE", help="Fit this model instead of the population's."),
    click.Option(
        ["--largest-n"],
        type=click.IntRange(50, 1_000_000),
        default=5000,
        metavar="N",
        help="Where --for-power stops looking; 5000.",
    ),
    click.Option(
        ["--seed"], type=click.IntRange(0), default=1, metavar="S", help="Seed of the random numbers."
    ),
    click.Option(["--workers"], type=click.IntRange(1, 1024), metavar="N", help="Processes; all processors."),
    click.Option(["--scheduler"], metavar="ADDRESS", help="Dask scheduler instead: tcp://host:port."),
)


@tam_command("power", PARAMETERS)
def command(**options: Any) -> Answer:
    """How many respondents does the study need?

    Draws samples from a model whose values are known, fits it to each, and counts how often every path,
    interaction and indirect effect is significant. A share counted so has an error of its own; it is printed.

    \b
      tam power --paths PU~PEOU=.3 ATT~PU=.4 ATT~PEOU=.1 --reliability .8 --items 4 --n 100,200,300
      tam power --model population.lav --for-power .8
      tam power --paths PI~ATT=.4 PI~CRED=.3 PI~ATT:CRED=.15 --n 300 --smallest-effect
    """
    refused = _refusals(options)
    if refused:
        raise TamError(refused)
    from tam.planning.power import chosen_targets, failures
    from tam.planning.power_scenario import make_scenario

    plan = read_plan(options)
    console().progress("population")
    scenario = make_scenario(
        plan, estimator=options["estimator"], alpha=options["alpha"], pairs=options["pairs"]
    )
    chosen = chosen_targets(scenario, options["effect"])
    sizes, looked, record = _computed(scenario, chosen, options)
    return Answer(
        result=record,
        blocks=power_blocks(record),
        problems=(*scenario.notes, *failures((*sizes, *looked))),
    )


def _refusals(options: dict[str, Any]) -> list[Problem]:
    found = []
    if options["smallest_effect"] and options["n"] is None:
        found.append(problem("needs-also", first="--smallest-effect", second="--n"))
    return found


def _computed(
    scenario: Scenario, chosen: list[int], options: dict[str, Any]
) -> tuple[Any, Any, dict[str, Any]]:
    """The sample sizes asked for, those the search looked at, and the whole result."""
    from tam.errors import Unavailable
    from tam.planning.power import only, power_at
    from tam.planning.power_search import Effort, needed_sizes, smallest_effects
    from tam.record import to_record

    watched = watch(console(), "replications")
    workers = options["workers"] or processors()
    how = {"workers": workers, "scheduler": options["scheduler"], "progress": watched}
    effort = Effort(options["replications"], options["seed"], **how)
    target = options["for_power"] or POWER
    asked = () if options["for_power"] and options["n"] is None else options["n"] or SIZES
    asked = tuple(dict.fromkeys(sorted(asked)))
    sizes = power_at(scenario, asked, options["replications"], options["seed"], **how) if asked else ()
    needed: dict[str, Any] | None = None
    looked: tuple[SizePower, ...] = ()
    smallest: tuple[SmallestEffect, ...] = ()
    if options["for_power"]:
        console().progress(f"searching n for a power of {target:g}")
        effects, looked = needed_sizes(scenario, chosen, target, options["largest_n"], effort)
        reached = [one.n for one in effects if not isinstance(one.n, Unavailable)]
        needed = {
            "power": target,
            "n": max(reached) if len(reached) == len(effects) else None,
            "effects": effects,
            "sizes": only(looked, chosen),
        }
    if options["smallest_effect"]:
        console().progress("searching the smallest effects")
        smallest = tuple(one for n in asked for one in smallest_effects(scenario, chosen, n, target, effort))
    settings = {
        "estimator": "MLR" if scenario.robust else "ML",
        "replications": options["replications"],
        "alpha": options["alpha"],
        "power": target,
        "seed": options["seed"],
        "drawn": "moments" if scenario.moments else "answers",
    }
    from tam.planning.population import population_syntax

    record = to_record(
        {
            "settings": settings,
            "population": population_syntax(scenario.plan.population),
            "fitted": scenario.plan.fitted,
            "sizes": only(sizes, chosen),
            "for_power": needed,
            "smallest_effects": smallest,
        }
    )
    return sizes, looked, record
