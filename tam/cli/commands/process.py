"""``tam process``: moderation and moderated mediation of observed scores, as in the PROCESS macro."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from tam.cli.answer import Answer
from tam.cli.command import console, tam_command
from tam.cli.commands.reliability import parse_reverse
from tam.cli.process_blocks import process_blocks
from tam.errors import Problem, TamError, problem


@tam_command("process")
@click.option(
    "--data", "data_file", metavar="FILE", required=True, help="A table: CSV, TSV, XLSX, ODS, SAV or DTA."
)
@click.option("--model", "number", type=int, required=True, metavar="NUMBER", help="1, 7, 14, 58 or 59.")
@click.option("--x", "x", metavar="X|X=A,B", required=True, help="Predictor: a column, or items to average.")
@click.option("--y", "y", metavar="Y|Y=A,B", required=True, help="Outcome.")
@click.option("--w", "w", metavar="W|W=A,B", required=True, help="Moderator.")
@click.option("--m", "m", metavar="M|M=A,B", help="Mediator; none in model 1.")
@click.option(
    "--covariates",
    "covariates",
    multiple=True,
    metavar="A,B|C=A,B",
    help="Columns, or items to average, for every equation.",
)
@click.option("--reverse", "reverse", metavar="ITEM:LOW-HIGH", multiple=True, help="An item to turn round.")
@click.option(
    "--bootstrap",
    type=click.IntRange(0, 1_000_000),
    default=5000,
    metavar="N",
    help="Resamples for indirect effects; 5000.",
)
@click.option("--seed", type=click.IntRange(0), default=1, metavar="S", help="Seed of the resamples.")
@click.option(
    "--center", "centre", is_flag=True, help="Centre what is multiplied, as the macro's center = 1."
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.9999),
    metavar="LEVEL",
    default=0.95,
    help="Level of the intervals.",
)
def command(
    data_file: str,
    number: int,
    x: str,
    y: str,
    w: str,
    m: str | None,
    covariates: tuple[str, ...],
    reverse: tuple[str, ...],
    bootstrap: int,
    seed: int,
    centre: bool,
    level: float,
) -> Answer:
    """Moderation and moderated mediation of observed scores, as users of the PROCESS macro know them.

    Least squares with errors robust to unequal variances (HC3); indirect effects with percentile bootstrap.
    Model 1: moderation. With a mediator, W moves the first path (7), the second (14), both (58), or both and
    the direct effect (59).

    \b
      tam process --data answers.csv --model 1 --x PU --y PI --w trust
      tam process --data answers.csv --model 7 --x PEOU=peou1,peou2 --m PU=pu1,pu2 --y PI=pi1,pi2 --w age
    """
    from tam.analysis.process_scores import roles_of, scored
    from tam.data.numeric import read_numeric_told

    given = {"--x": x, "--y": y, "--w": w} | ({} if m is None else {"--m": m})
    named = variables_in([*given.values(), *covariates], [*given, *["--covariates"] * len(covariates)])
    roles = {role: name for role, (name, _) in zip(given, named)}
    variables = roles_of(named)
    turned = parse_reverse(reverse)
    console().progress(f"reading {data_file}")
    columns = list(dict.fromkeys(item for items in variables.values() for item in items))
    data, notes = read_numeric_told(data_file, columns=columns)
    console().progress("resampling" if m is not None else "fitting")
    found, told = scored(
        number,
        data,
        variables,
        turned,
        predictor=roles["--x"],
        outcome=roles["--y"],
        moderator=roles["--w"],
        mediator=roles.get("--m"),
        covariates=[name for name, _ in named[len(given) :]],
        draws=bootstrap,
        seed=seed,
        level=level,
        centre=centre,
    )
    record: dict[str, Any] = found.to_dict()
    return Answer(result=record, blocks=process_blocks(record), problems=(*notes, *told))


def variables_in(texts: Sequence[str], options: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """``X`` as a column of that name, ``X=a,b`` as the mean of items; every mistake is raised at once."""
    found: list[tuple[str, tuple[str, ...]]] = []
    problems: list[Problem] = []
    for text, option in zip(texts, options, strict=True):
        name, equals, items = text.partition("=")
        parts = tuple(one.strip() for one in (items if equals else name).split(","))
        several = bool(equals) or option == "--covariates" or len(parts) == 1
        if not several or not name.strip() or not all(parts) or (equals and "," in name):
            problems.append(problem("process-variable", option=option, text=text))
        elif equals:
            found.append((name.strip(), parts))
        else:
            found += [(one, (one,)) for one in parts]
    if problems:
        raise TamError(problems)
    return found
