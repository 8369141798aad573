"""``tam demo``: the embedded example study, written and run."""

from __future__ import annotations

from pathlib import Path

import click

from tam.cli.answer import Answer
from tam.cli.command import console, tam_command


@tam_command("demo")
@click.argument("folder", metavar="[DIR]", default="tam-demo")
def command(folder: str) -> Answer:
    """Write the embedded example study, run it, and leave a report to open.

    DIR is tam-demo unless given. The respondents are simulated; a second run writes the same bytes.

    \b
      tam demo
    """
    from tam.cli.running import run_and_write
    from tam.planning.demo import write_demo
    from tam.spec.study_file import load_study

    console().progress("demonstration study: simulated data")
    files = write_demo(folder)
    return run_and_write(load_study(files.study), Path(folder))
