"""``tam export``: the study's model for another program."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from tam.cli.answer import Answer, Block
from tam.cli.choices import comma_list, not_offered
from tam.cli.command import console, tam_command
from tam.errors import TamError
from tam.writing import write_files

KNOWN = ("lavaan", "modsem", "mplus", "semopy", "seminr")
OFFERED = ("lavaan", "mplus", "semopy")


@tam_command("export")
@click.argument("study", required=False)
@click.option(
    "--to",
    "programs",
    metavar="PROGRAM,...",
    default="lavaan",
    callback=comma_list(KNOWN),
    help="lavaan, mplus or semopy; modsem and seminr are not in this version.",
)
@click.option("--out", metavar="DIR", help="Where to write; the folder export beside the study unless given.")
def command(study: str | None, programs: tuple[str, ...], out: str | None) -> Answer:
    """Write the study's model for another program.

    Writes a script, the model, the coded answers that it reads and the values that tam finds, so that the
    other program can be run on the very numbers that tam uses. The lavaan script stops where lavaan
    disagrees.

    \b
      tam export --to lavaan && cd export && Rscript fit_lavaan.R
    """
    from tam.analysis.export import Program, export_files
    from tam.spec.study_file import load_study

    refused = not_offered("--to", programs, OFFERED)
    if refused:
        raise TamError(refused)
    loaded = load_study(study)
    folder = Path(out) if out else loaded.folder / "export"
    contents: dict[str, str] = {}
    for program in programs:
        console().progress(f"exporting for {program}")
        contents.update(export_files(loaded, cast(Program, program)))
    files = [str(one) for one in write_files({folder / name: text for name, text in contents.items()})]
    blocks: list[Block] = list(files)
    return Answer(result={"programs": list(programs), "files": files}, blocks=blocks)
