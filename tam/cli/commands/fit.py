"""``tam fit``: any model in lavaan syntax on any table or moment matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.choices import counts, names, not_offered
from tam.cli.command import console, tam_command
from tam.cli.fit_blocks import fit_blocks
from tam.cli.inputs import places_in, read_columns, read_model_text
from tam.cli.watching import processors, watch
from tam.errors import Problem, TamError, problem

if TYPE_CHECKING:
    from tam.engine.groups import Given

ESTIMATORS = ("ML", "MLR", "MLM", "ULS", "GLS", "WLSMV")
INTERACTIONS = ("dblcent", "residual", "meancentred", "unconstrained", "constrained", "lms", "qml")


@tam_command("fit")
@click.option("--model", "model_file", metavar="FILE", required=True, help="A model in lavaan syntax.")
@click.option("--data", "data_file", metavar="FILE", help="A table: CSV, TSV, XLSX, ODS, SAV or DTA.")
@click.option(
    "--moments", "moments_file", metavar="FILE", help="A CSV with a covariance or correlation matrix."
)
@click.option(
    "--nobs", callback=counts, metavar="N", help="Respondents behind the matrix; of each group: 156,145."
)
@click.option("--estimator", type=click.Choice(ESTIMATORS), default="ML", help="Estimator; ML unless given.")
@click.option(
    "--missing",
    type=click.Choice(["listwise", "fiml"]),
    default="listwise",
    help="What becomes of missing answers.",
)
@click.option("--se", type=click.Choice(["standard", "robust", "bootstrap"]), help="Standard errors.")
@click.option(
    "--bootstrap",
    type=click.IntRange(2, 1_000_000),
    metavar="N",
    help="Bootstrap samples (1000; 500 with fiml).",
)
@click.option("--seed", type=click.IntRange(0), default=1, metavar="S", help="Seed of the bootstrap.")
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Processes for the bootstrap; all processors.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler for the bootstrap: tcp://host:port.")
@click.option(
    "--ci", "intervals", type=click.Choice(["percentile", "bc", "bca"]), help="Bootstrap intervals."
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.9999),
    metavar="LEVEL",
    default=0.95,
    help="Level of the intervals.",
)
@click.option(
    "--information",
    type=click.Choice(["expected", "observed"]),
    help="Information behind the standard errors; the estimator's own unless given.",
)
@click.option("--group", metavar="COL", help="The column that holds the groups.")
@click.option(
    "--group-equal", callback=names, metavar="LIST", help="Equal across groups: loadings,intercepts,..."
)
@click.option(
    "--group-partial", callback=names, metavar="LIST", help="Free all the same: F=~x2,x3~1 (without blanks)."
)
@click.option("--ordered", callback=names, metavar="all|A,B", help="Ordinal items, analysed by WLSMV.")
@click.option("--meanstructure", is_flag=True, help="Model the means too.")
@click.option("--std-lv", is_flag=True, help="Fix latent variances to 1 instead of the first loadings.")
@click.option(
    "--interaction", type=click.Choice(INTERACTIONS), default="dblcent", help="How X:Z is measured."
)
@click.option(
    "--pairs",
    type=click.Choice(["all", "matched"]),
    default="all",
    help="Products of all pairs of items, or of matched ones.",
)
@click.option("--engine", type=click.Choice(["tam", "semopy"]), default="tam", help="Who estimates.")
def command(**options: Any) -> Answer:
    """Fit a model in lavaan syntax to any table or moment matrix.

    The model uses lavaan's operators and the defaults of its sem(); X:Z is a latent interaction.

    \b
      tam fit --model model.lav --data answers.csv
      tam fit --model model.lav --moments matrix.csv --nobs 301
      tam fit --model model.lav --data answers.csv --group school --group-equal loadings,intercepts
      tam fit --model model.lav --data answers.csv --se bootstrap --bootstrap 5000 --ci bca
    """
    refused = refusals(options)
    if refused:
        raise TamError(refused)
    from tam.analysis.lavaan_fit import fit

    text = read_model_text(options["model_file"])
    with places_in(options["model_file"]):
        data, notes = _data(options, text)
        console().progress("fitting")
        found = fit(
            text,
            data,
            estimator=options["estimator"],
            missing=options["missing"],
            se="bootstrap" if _bootstraps(options) else options["se"] or "standard",
            bootstrap=options["bootstrap"],
            seed=options["seed"],
            interval=options["intervals"] or "percentile",
            information=options["information"],
            group=options["group"],
            group_equal=options["group_equal"] or (),
            group_partial=options["group_partial"] or (),
            ordered=options["ordered"] or (),
            meanstructure=options["meanstructure"],
            std_lv=options["std_lv"],
            interaction=options["interaction"],
            pairs=options["pairs"],
            engine=options["engine"],
            ci=options["level"],
            workers=options["workers"] or processors(),
            scheduler=options["scheduler"],
            progress=watch(console(), "bootstrap"),
        )
    record = found.to_dict()
    return Answer(result=record, blocks=fit_blocks(record), problems=(*notes, *found.problems))


def refusals(options: dict[str, Any]) -> list[Problem]:
    """Everything that the options ask for and cannot have, before any file is read."""
    found: list[Problem] = []
    if options["data_file"] is None and options["moments_file"] is None:
        found.append(problem("missing-argument", argument="--data or --moments", command="tam fit"))
    if options["data_file"] is not None and options["moments_file"] is not None:
        found.append(problem("excludes", first="--data", second="--moments"))
    if options["moments_file"] is not None and options["nobs"] is None:
        found.append(problem("needs-also", first="--moments", second="--nobs"))
    if options["nobs"] is not None and options["moments_file"] is None:
        found.append(problem("needs-also", first="--nobs", second="--moments"))
    for name, offered in offered_values().items():
        asked = options[name.removeprefix("--")]
        found += not_offered(name, [asked] if asked else [], offered)
    grouped = options["group"] is not None or len(options["nobs"] or ()) > 1
    for name in ("group_equal", "group_partial"):
        if options[name] is not None and not grouped:
            found.append(problem("needs-also", first=f"--{name.replace('_', '-')}", second="--group"))
    if options["se"] == "standard" and (options["bootstrap"] or options["intervals"]):
        found.append(problem("excludes", first="--se standard", second="--bootstrap, --ci"))
    for name in ("workers", "scheduler"):
        if options[name] is not None and not _bootstraps(options):
            found.append(problem("needs-also", first=f"--{name}", second="--bootstrap"))
    if _bootstraps(options) and options["moments_file"] is not None:
        found.append(problem("excludes", first="--se bootstrap", second="--moments"))
    return found


def offered_values() -> dict[str, tuple[str, ...]]:
    """What this version offers of the options whose values are reserved beforehand."""
    from tam.engine.fit import ESTIMATORS as ESTIMATED
    from tam.engine.fit import MISSING, STANDARD_ERRORS

    return {
        "--estimator": ESTIMATED,
        "--missing": MISSING,
        "--se": (*STANDARD_ERRORS, "bootstrap"),
    }


def _bootstraps(options: dict[str, Any]) -> bool:
    """Asked for by name, by a number of samples, or by the kind of bootstrap interval."""
    return options["se"] == "bootstrap" or bool(options["bootstrap"] or options["intervals"])


def _data(options: dict[str, Any], text: str) -> tuple[Given, tuple[Problem, ...]]:
    """What the model is fitted to, and what its reading has to tell."""
    from tam.engine import read_moments

    if options["moments_file"] is not None:
        sizes: tuple[int, ...] = options["nobs"]
        if len(sizes) == 1:
            return read_moments(options["moments_file"], sizes[0]), ()
        return read_moments(options["moments_file"], sizes), ()
    console().progress("reading")
    return read_columns(options["data_file"], text, group=options["group"])
