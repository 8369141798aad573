"""``tam export``: the study's model for another program."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from tam.cli.answer import Answer, Block
from tam.cli.choices import comma_list
from tam.cli.command import console, tam_command
from tam.errors import Problem, Where, problem
from tam.writing import write_files

KNOWN = ("lavaan", "modsem", "mplus", "semopy", "seminr")


@tam_command("export")
@click.argument("study", required=False)
@click.option(
    "--to",
    "programs",
    metavar="PROGRAM,...",
    default="lavaan",
    callback=comma_list(KNOWN),
    help="lavaan, modsem, mplus, semopy, seminr.",
)
@click.option("--out", metavar="DIR", help="Where to write; the folder export beside the study unless given.")
def command(study: str | None, programs: tuple[str, ...], out: str | None) -> Answer:
    """Write the study's model for another program.

    Writes a script, the model, the coded answers that it reads and the values that tam finds, so that the
    other program can be run on the very numbers that tam uses. The R scripts stop where the other program
    disagrees; tam verify --with-r runs the lavaan one.

    \b
      tam export --to lavaan && cd export && Rscript fit_lavaan.R
      tam export --to lavaan,modsem,mplus,semopy,seminr
    """
    from tam.analysis.export import Program, export_files
    from tam.spec.study_file import load_study

    loaded = load_study(study)
    folder = Path(out) if out else loaded.folder / "export"
    contents: dict[str, str] = {}
    notes: list[Problem] = []
    for program in programs:
        console().progress(f"exporting for {program}")
        files = export_files(loaded, cast(Program, program))
        if not files:
            notes.append(problem("export-without-moderation", Where(loaded.file), program=program))
        contents.update(files)
    written = [str(one) for one in write_files({folder / name: text for name, text in contents.items()})]
    blocks: list[Block] = list(written)
    return Answer(result={"programs": list(programs), "files": written}, blocks=blocks, problems=notes)
