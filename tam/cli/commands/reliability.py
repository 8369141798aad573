"""``tam reliability``: judges the scales of any table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import click

from tam.cli.answer import Answer, Block, Heading, Table
from tam.cli.command import console, tam_command
from tam.cli.numbers import decimal, interval, p_value
from tam.errors import Problem, TamError, problem

_SCALE = re.compile(r"([^=,\s]{1,64})=([^=]{1,20000})")
_REVERSE = re.compile(r"(.{1,200}):(-?\d{1,9}(?:\.\d{1,9})?)-(-?\d{1,9}(?:\.\d{1,9})?)")


@tam_command("reliability")
@click.option(
    "--data", "data_file", metavar="FILE", required=True, help="A table: CSV, TSV, XLSX, ODS, SAV or DTA."
)
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
    "--second-order",
    "second_order",
    metavar="NAME=PU,PI,..",
    multiple=True,
    help="A construct that joins three or more of the scales: omega hierarchical.",
)
@click.option(
    "--bootstrap",
    type=click.IntRange(0, 100_000),
    default=1000,
    metavar="N",
    help="Resamples for the intervals; 0 for none.",
)
@click.option(
    "--ci",
    "interval_method",
    type=click.Choice(["percentile", "bca"]),
    default="bca",
    help="Bootstrap intervals.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    metavar="S",
    help="Of the resamples and of the random data of the parallel analysis.",
)
def command(
    data_file: str,
    scales: tuple[str, ...],
    reverse: tuple[str, ...],
    level: float,
    second_order: tuple[str, ...],
    bootstrap: int,
    interval_method: Literal["percentile", "bca"],
    seed: int,
) -> Answer:
    """Judge the scales of any table: alpha, omega, AVE, HTMT and more, with intervals.

    \b
      tam reliability --data answers.csv --scale PU=pu1,pu2,pu3 --scale PI=pi1,pi2 --reverse pu3:1-7
      tam reliability ... --second-order CRED=EXP,TRU,ATR --bootstrap 5000 --seed 7 --ci percentile
    """
    from tam.analysis.reliability import reliability_result
    from tam.data.numeric import read_numeric_told

    blocks = parse_scales(scales)
    turned = parse_reverse(reverse)
    sets = parse_second_order(second_order, blocks)
    console().progress(f"reading {data_file}")
    data, notes = read_numeric_told(
        data_file, columns=list(dict.fromkeys(item for items in blocks.values() for item in items))
    )
    result = reliability_result(
        data,
        blocks,
        turned,
        ci=level,
        seed=seed,
        bootstrap=bootstrap,
        interval=interval_method,
        second_order=sets,
    )
    record = result.to_dict()
    return Answer(result=record, blocks=reliability_blocks(record), problems=(*notes, *result.problems))


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


def parse_second_order(texts: tuple[str, ...], scales: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """``CRED=EXP,TRU,ATR`` as a name with its scales; every mistake is raised at once."""
    found: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for text in texts:
        hit = _SCALE.fullmatch(text)
        if hit is None or hit.group(1) in found:
            problems.append(problem("scale-second-order-unknown", text=text, scales=tuple(scales)))
        else:
            found[hit.group(1)] = tuple(part.strip() for part in hit.group(2).split(","))
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
    blocks: list[Block] = [
        Heading("Scales"),
        scale_table(constructs, {"n": "n", "alpha": "alpha", "omega": "omega"}),
        Heading("Scales in the joint factor model"),
        scale_table(
            constructs, {"n_joint": "n", "composite_reliability": "CR", "ave": "AVE", "rho_a": "rho_A"}
        ),
        Heading("Split halves, and the responses behind ordered answers"),
        scale_table(constructs, _FURTHER),
    ]
    if record["second_order"]:
        blocks += [
            Heading("Second-order constructs"),
            scale_table(
                record["second_order"],
                {"n": "n", "omega_hierarchical": "omega hierarchical", "omega_total": "omega total"},
            ),
        ]
    blocks += [Heading("Items"), item_table(constructs)]
    if len(constructs) > 1:
        blocks += [Heading("HTMT"), matrix_table(record["htmt"])]
        blocks += [
            Heading("Fornell-Larcker (root of AVE on the diagonal)"),
            matrix_table(record["fornell_larcker"]),
        ]
    return [*blocks, "", *closing_lines(record)]


_FURTHER = {
    "n": "n",
    "split_half": "odd-even",
    "guttman_lambda4": "lambda-4",
    "spearman_brown": "Spearman-Brown",
    "ordinal_alpha": "ordinal alpha",
    "ordinal_omega": "ordinal omega",
}


def scale_table(scales: Mapping[str, Any], columns: Mapping[str, str]) -> Table:
    """A line for each scale: counts, and coefficients with their intervals beside them."""
    header, align = ["scale"], "l"
    rows = [[name] for name in scales]
    for key, title in columns.items():
        with_interval = any(one.get(f"{key}_ci_low") is not None for one in scales.values())
        header += [title, "interval"] if with_interval else [title]
        align += "rr" if with_interval else "r"
        for row, one in zip(rows, scales.values()):
            row.append(str(one[key]) if isinstance(one[key], int) else decimal(one[key]))
            if with_interval:
                row.append(interval(one[f"{key}_ci_low"], one[f"{key}_ci_high"]))
    return Table(tuple(header), tuple(map(tuple, rows)), align)


def item_table(constructs: Mapping[str, Any]) -> Table:
    """A line for each item, under its scale."""
    keys = ("item_rest_r", "alpha_if_dropped", "omega_if_dropped", "loading")
    rows = tuple(
        (name, item, *(decimal(one[key]) for key in keys))
        for name, scale in constructs.items()
        for item, one in scale["items"].items()
    )
    header = ("scale", "item", "item-rest r", "alpha if dropped", "omega if dropped", "loading")
    return Table(header, rows, "llrrrr")


def closing_lines(record: Mapping[str, Any]) -> list[str]:
    """How the intervals were made; whether the correlations can be factored."""
    lines = ["Intervals of CR, AVE and the ordinal coefficients: delta method; of alpha: Feldt."]
    drawn = record["bootstrap"]
    if drawn:
        units = f"{drawn['units']} random groups of respondents" if drawn["grouped"] else "respondents"
        lines.append(
            f"Of the others: bootstrap, {drawn['draws']} resamples of {units}, {drawn['interval']}, "
            f"seed {drawn['seed']}."
        )
    kmo, bartlett = record["kmo"], record["bartlett"]
    if kmo and bartlett:
        lines.append(
            f"KMO {decimal(kmo['overall'])}; Bartlett chi-square({bartlett['df']}) = "
            f"{decimal(bartlett['chisq'])}, p {p_value(bartlett['p'])}"
        )
    return lines


def matrix_table(matrix: Mapping[str, Mapping[str, Any]]) -> Table:
    """The lower triangle of a named matrix."""
    names = list(matrix)
    rows = tuple(
        (a, *(decimal(matrix[a][b]) if names.index(b) <= names.index(a) else "" for b in names))
        for a in names
    )
    return Table(("", *names), rows, "l" + "r" * len(names))
