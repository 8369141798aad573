"""``tam screen``: who would be flagged or dropped, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.command import console, tam_command
from tam.cli.platform_option import platform_option, with_platform
from tam.cli.screening_blocks import multiverse_blocks, screening_blocks
from tam.record import to_record
from tam.writing import csv_text, write_files

if TYPE_CHECKING:
    from tam.analysis.screening import Screening
    from tam.data.responses import Responses
    from tam.errors import Problem
    from tam.spec.instrument import Instrument
    from tam.spec.study import Study


@tam_command("screen")
@click.argument("study", required=False)
@platform_option
@click.option(
    "--to", metavar="CSV", help="Write the flag table: one row per respondent, one column per rule."
)
@click.option("--multiverse", is_flag=True, help="Fit the model under every combination of the rules.")
def command(study: str | None, platform: str | None, to: str | None, multiverse: bool) -> Answer:
    """Who would be flagged or dropped, and why.

    STUDY is a study.toml or its folder; the nearest one upward unless given. Only rules that the study
    lists under [screening] exclude or exclude_if remove anybody.

    \b
      tam screen
      tam screen --to flags.csv
      tam screen --multiverse
    """
    from tam.analysis.reading import read_study_data
    from tam.analysis.screening import screen
    from tam.data.stacking import with_sources
    from tam.spec.study_file import load_study

    loaded = with_platform(load_study(study), platform)
    console().progress(f"reading {', '.join(one.name for one in loaded.files) or loaded.data.name}")
    instrument, responses = read_study_data(loaded)
    found = screen(responses, instrument, loaded.screening)
    section = with_sources(found.to_dict(), responses.source)
    flow = [dict(step) for step in found.flow]
    blocks = screening_blocks(flow, section)
    problems = [*responses.problems, *found.problems]
    if multiverse:
        console().progress("fitting the model under every combination of the rules")
        section["multiverse"], told = _multiverse(loaded, responses, instrument, found)
        problems += told
        if section["multiverse"] is not None:
            blocks += multiverse_blocks(section["multiverse"])
    if to is not None:
        _write(to, found, responses)
    return Answer(result={"flow": flow, "screening": section}, blocks=blocks, problems=problems)


def _multiverse(
    study: Study, responses: Responses, instrument: Instrument, found: Screening
) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """The section of the results and its problems; None where there is nothing to combine."""
    from tam.analysis.multiverse import multiverse

    result = multiverse(study, responses, instrument, found)
    if result is None:
        return None, ()
    return to_record(result), result.problems


def _write(target: str, found: Screening, responses: Responses) -> None:
    """The flag table, one row per respondent; file and row where the study has several files."""
    table = found.table()
    if responses.source is not None:
        places = responses.source.loc[table["row"]]
        table["row"] = places["row"].to_numpy()
        table.insert(0, "file", places["file"].to_numpy())
    rows = zip(*(table[name].tolist() for name in table.columns), strict=True)
    write_files({Path(target): csv_text(list(table.columns), rows)})
