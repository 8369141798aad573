"""``tam run``: everything, from the raw export to the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.choices import comma_list
from tam.cli.command import tam_command
from tam.cli.platform_option import platform_option, with_platform

if TYPE_CHECKING:
    from tam.spec.study import Study


@tam_command("run")
@click.argument("study", required=False)
@click.option("--out", metavar="DIR", help="Where to write; beside the study file unless given.")
@click.option(
    "--bootstrap", type=click.IntRange(0, 1_000_000), metavar="N", help="Number of bootstrap samples."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Processes for the bootstrap; all processors.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler for the bootstrap: tcp://host:port.")
@click.option("--seed", type=click.IntRange(0), metavar="S", help="Seed of everything random.")
@click.option(
    "--level", type=click.FloatRange(0.5, 0.999), metavar="LEVEL", help="Level of the confidence intervals."
)
@click.option(
    "--lang",
    "languages",
    metavar="en,zh",
    callback=comma_list(["en", "zh"]),
    help="Languages of the reports.",
)
@click.option(
    "--capsule",
    is_flag=True,
    help="Store moments from which the models can be estimated again without the answers; "
    "refused for small samples.",
)
@platform_option
def command(
    study: str | None,
    out: str | None,
    bootstrap: int | None,
    workers: int | None,
    scheduler: str | None,
    seed: int | None,
    level: float | None,
    languages: tuple[str, ...] | None,
    capsule: bool,
    platform: str | None,
) -> Answer:
    """Do everything: results.json, the reports, fifteen lines here.

    STUDY is a study.toml or its folder; the nearest one upward unless given. Options beat the file.

    \b
      tam run
      tam run my-study --bootstrap 5000 --out results
    """
    from tam.cli.running import run_and_write
    from tam.spec.study_file import load_study

    loaded = with_flags(
        load_study(study),
        bootstrap=bootstrap,
        seed=seed,
        level=level,
        languages=languages,
        capsule=capsule or None,
    )
    loaded = with_platform(loaded, platform)
    folder = Path(out) if out else loaded.folder
    return run_and_write(loaded, folder, workers=workers, scheduler=scheduler)


def with_flags(
    study: Study,
    *,
    bootstrap: int | None = None,
    seed: int | None = None,
    level: float | None = None,
    languages: tuple[str, ...] | None = None,
    capsule: bool | None = None,
) -> Study:
    """The study with what was said on the command line in place of what the file says."""
    options: dict[str, Any] = {"bootstrap": bootstrap, "ci": level, "capsule": capsule}
    whole: dict[str, Any] = {"seed": seed, "languages": languages}
    said = {name: value for name, value in options.items() if value is not None}
    return replace(
        study,
        options=replace(study.options, **said),
        **{name: value for name, value in whole.items() if value is not None},
    )
