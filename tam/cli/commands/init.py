"""``tam init``: the files of a new study."""

from __future__ import annotations

from pathlib import Path

import click

from tam.cli.answer import Answer
from tam.cli.command import tam_command
from tam.errors import TamError, problem
from tam.writing import write_files


@tam_command("init")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option(
    "--instrument", "name", metavar="NAME", default="kol-tam", show_default=True, help="A shipped name."
)
@click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", help="Language of the files."
)
def command(folder: str, name: str, language: str) -> Answer:
    """Start a study: study.toml, codebook, questionnaire, empty data file.

    DIR is the current folder unless given. No file is ever replaced.

    \b
      tam init my-study --instrument kol-tam --lang zh
    """
    from tam.cli.starter import existing, starter_files
    from tam.spec.instrument_file import load_instrument

    instrument = load_instrument(name)
    own = Path(name)
    contents = starter_files(instrument, str(own.resolve()) if own.is_file() else name, language)
    there = existing(Path(folder), list(contents))
    if there:
        raise TamError(problem("would-overwrite", folder=folder, files=there))
    files = [str(path) for path in write_files({Path(folder) / one: text for one, text in contents.items()})]
    steps = ["", "Put your export in place of data.csv (or name it in study.toml), then: tam check, tam run"]
    return Answer(result={"instrument": instrument.id, "files": files}, blocks=[*files, *steps])
