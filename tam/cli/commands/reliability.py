"""``tam reliability``: judges the scales of any table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click

from tam.cli.answer import Answer, Block, Heading, Table
from tam.cli.command import console, tam_command
from tam.cli.numbers import decimal, interval, p_value
from tam.errors import Problem, TamError, problem

_SCALE = re.compile(r"([^=,\s]{1,64})=([^=]{1,20000})")
_REVERSE = re.compile(r"(.{1,200}):(-?\d{1,9}(?:\.\d{1,9})?)-(-?\d{1,9}(?:\.\d{1,9})?)")


@tam_command("reliability")
@click.option("--data", "data_file", metavar="FILE", required=True, help="A table: CSV, TSV or XLSX.")
@click.option(
    "--scale", "scales", metavar="NAME=A,B,C", multiple=True, required=True, help="A scale and its columns."
)
@click.option("--reverse", "reverse", metavar="ITEM:LOW-HIGH", multiple=True, help="An item to turn round.")
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.999),
    metavar="LEVEL",
    default=0.95,
    help="Level of the intervals.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    metavar="S",
    help="Of the random data of the parallel analysis.",
)
def command(
    data_file: str, scales: tuple[str, ...], reverse: tuple[str, ...], level: float, seed: int
) -> Answer:
    """Judge the scales of any table: alpha, omega, AVE, HTMT and more.

    \b
      tam reliability --data answers.csv --scale PU=pu1,pu2,pu3 --scale PI=pi1,pi2 --reverse pu3:1-7
    """
    from tam.analysis.reliability import reliability_result
    from tam.data import read_numeric

    blocks = parse_scales(scales)
    turned = parse_reverse(reverse)
    console().progress(f"reading {data_file}")
    data = read_numeric(
        data_file, columns=list(dict.fromkeys(item for items in blocks.values() for item in items))
    )
    result = reliability_result(data, blocks, turned, ci=level, seed=seed)
    record = result.to_dict()
    return Answer(result=record, blocks=reliability_blocks(record), problems=result.problems)


def parse_scales(texts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """``PU=pu1,pu2`` as a name with its columns; every mistake is raised at once."""
    found: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for text in texts:
        hit = _SCALE.fullmatch(text)
        items = tuple(part.strip() for part in hit.group(2).split(",")) if hit else ()
        if hit is None or not all(items) or hit.group(1) in found:
            problems.append(problem("bad-scale", text=text))
        else:
            found[hit.group(1)] = items
    if problems:
        raise TamError(problems)
    return found


def parse_reverse(texts: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """``pu3:1-7`` as an item with the ends of its response scale."""
    hits = {text: _REVERSE.fullmatch(text) for text in texts}
    problems = [problem("bad-reverse", text=text) for text, hit in hits.items() if hit is None]
    if problems:
        raise TamError(problems)
    return {hit.group(1): (float(hit.group(2)), float(hit.group(3))) for hit in hits.values() if hit}


def reliability_blocks(record: Mapping[str, Any]) -> list[Block]:
    """Scales, items and the distinctness of the scales, for a terminal."""
    constructs: Mapping[str, Any] = record["constructs"]
    scale_rows = tuple(
        (name, str(c["n"]), str(c["k"]), decimal(c["alpha"]), interval(c["alpha_ci_low"], c["alpha_ci_high"]),
         decimal(c["omega"]), decimal(c["composite_reliability"]), decimal(c["ave"]), decimal(c["rho_a"]))
        for name, c in constructs.items()
    )  # fmt: skip
    header = ("scale", "n", "items", "alpha", "interval", "omega", "CR", "AVE", "rho_A")
    item_rows = tuple(
        (
            name,
            item,
            decimal(one["item_rest_r"]),
            decimal(one["alpha_if_dropped"]),
            decimal(_estimate(one["loading"])),
        )
        for name, c in constructs.items()
        for item, one in c["items"].items()
    )
    blocks: list[Block] = [
        Heading("Scales"),
        Table(header, scale_rows, "lrrrrrrrr"),
        Heading("Items"),
        Table(("scale", "item", "item-rest r", "alpha if dropped", "loading"), item_rows, "llrrr"),
    ]
    if len(constructs) > 1:
        blocks += [Heading("HTMT"), matrix_table(record["htmt"])]
        blocks += [
            Heading("Fornell-Larcker (root of AVE on the diagonal)"),
            matrix_table(record["fornell_larcker"]),
        ]
    kmo, bartlett = record["kmo"], record["bartlett"]
    if kmo and bartlett:
        blocks.append("")
        blocks.append(
            f"KMO {decimal(kmo['overall'])}; Bartlett chi-square({bartlett['df']}) = "
            f"{decimal(bartlett['chisq'])}, p {p_value(bartlett['p'])}"
        )
    return blocks


def matrix_table(matrix: Mapping[str, Mapping[str, Any]]) -> Table:
    """The lower triangle of a named matrix."""
    names = list(matrix)
    rows = tuple(
        (a, *(decimal(matrix[a][b]) if names.index(b) <= names.index(a) else "" for b in names))
        for a in names
    )
    return Table(("", *names), rows, "l" + "r" * len(names))


def _estimate(loading: Any) -> Any:
    return loading.get("est") if isinstance(loading, Mapping) else loading
