"""``tam simulate``: answers of respondents who do not exist, from a model whose every value is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer, Block, Table
from tam.cli.command import console, tam_command
from tam.cli.planning_options import PLANNING_PARAMETERS, read_plan
from tam.writing import csv_text, write_files

if TYPE_CHECKING:
    from tam.planning.plan import Plan
    from tam.planning.survey import Survey

PARAMETERS = (
    *PLANNING_PARAMETERS,
    click.Option(
        ["--n"], type=click.IntRange(2, 10_000_000), default=300, metavar="N", help="Respondents; 300."
    ),
    click.Option(
        ["--seed"], type=click.IntRange(0), default=1, metavar="S", help="Seed of the random numbers."
    ),
    click.Option(
        ["--to"],
        metavar="CSV",
        default="simulated.csv",
        help="Where to write; the truth goes beside it. simulated.csv unless given.",
    ),
)


@tam_command("simulate", PARAMETERS)
def command(**options: Any) -> Answer:
    """Simulate answers before collecting them.

    Writes a table of answers, and beside it the truth they were drawn from (FILE.truth.json). The same seed
    gives the same file. Paths may follow --paths one after the other.

    \b
      tam simulate --paths PU~PEOU=.5 ATT~PU=.4 --reliability .8 --items 4 --points 7 --n 300
      tam simulate --model population.lav --n 500 --seed 7 --to answers.csv
      tam simulate --model davis-tam --paths PU~PEOU=.5 ATT~PU=.4 ATT~PEOU=.2 BI~ATT=.5 BI~PU=.1
    """
    from tam.planning.plan import simulate

    plan = read_plan(options)
    console().progress("simulating")
    survey, truth = simulate(plan, options["n"], options["seed"])
    target = Path(options["to"])
    beside = target.with_name(f"{target.stem}.truth.json")
    contents: dict[Path, str | bytes] = {
        target: _table(plan, survey),
        beside: json.dumps(truth, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    }
    files = [str(path) for path in write_files(contents)]
    return Answer(result={**truth, "files": files}, blocks=_blocks(truth, files))


def _table(plan: Plan, survey: Survey) -> str:
    """One row per respondent, one column per item, the group first where there are groups."""
    labels = plan.population.labels
    header = [*(["group"] if len(labels) > 1 else []), *plan.population.items]
    whole = bool(plan.design.cuts)
    rows = []
    for answers, group in zip(survey.answers.tolist(), survey.group.tolist(), strict=True):
        cells: list[object] = [int(one) if whole and one == one else one for one in answers]
        rows.append([labels[group], *cells] if len(labels) > 1 else cells)
    return csv_text(header, rows)


def _blocks(truth: dict[str, Any], files: list[str]) -> list[Block]:
    careless = sum(len(rows) for rows in truth["careless"]["rows"].values())
    facts = [
        ("respondents", str(truth["n"])),
        ("answer categories", str(truth["points"] or "none, numbers")),
        ("missing answers", str(truth["missing"]["answers"])),
        ("careless respondents", str(careless)),
        ("seed", str(truth["seed"])),
        ("written", ", ".join(files)),
    ]
    return [Table(("simulated", ""), tuple(facts))]
