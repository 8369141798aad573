"""``tam init``: the files of a new study, of a questionnaire that tam has or proposed from an export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer, Block, Heading, Table
from tam.cli.command import console, tam_command
from tam.cli.platform_option import platform_option
from tam.errors import Problem, TamError, problem
from tam.writing import write_files

if TYPE_CHECKING:
    from tam.cli.starter import Started

DEFAULT_INSTRUMENT = "kol-tam"


@tam_command("init")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option(
    "--instrument", "name", metavar="NAME", help=f"A questionnaire by name [default: {DEFAULT_INSTRUMENT}]."
)
@click.option(
    "--from",
    "source",
    metavar="EXPORT",
    help="Propose a questionnaire from an export or a Qualtrics QSF file.",
)
@click.option(
    "--published",
    metavar="[FILE]",
    is_flag=False,
    flag_value="publication.yaml",
    help="A file to fill in with the printed numbers of a paper [FILE: publication.yaml].",
)
@platform_option
@click.option("--encoding", metavar="NAME", help="Encoding of the export, where it is recognised wrongly.")
@click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", help="Language of the files."
)
def command(
    folder: str,
    name: str | None,
    source: str | None,
    published: str | None,
    platform: str | None,
    encoding: str | None,
    language: str,
) -> Answer:
    """Start a study: study.toml, codebook, questionnaire (HTML, DOCX), empty data file.

    With --from, study.toml and instrument.yaml are a proposal to edit: constructs, scales and reverse keys
    are guessed, and every guess says what it rests on. With --published, a commented file for `tam reproduce`
    and `tam audit` is written instead. DIR is the current folder unless given. No file is ever replaced.

    \b
      tam init my-study --instrument kol-tam --lang zh
      tam init my-study --from export.csv
      tam init my-study --from survey.qsf
      tam init --published huang2017.yaml
    """
    if published is not None:
        if any(one is not None for one in (name, source, platform, encoding)):
            raise click.UsageError("--published stands alone, with --lang at most")
        from tam.cli.publication_starter import start_publication

        return start_publication(folder, published, language)
    if source is not None and name is not None:
        raise click.UsageError("--instrument and --from exclude each other")
    if source is None and (platform is not None or encoding is not None):
        raise click.UsageError("--platform and --encoding are for an export that --from names")
    if source is None:
        return _answer(_shipped(name or DEFAULT_INSTRUMENT, language), folder, language)
    from tam.cli.starter import started_from_export, started_from_qsf

    console().progress(f"reading {source}")
    if Path(source).suffix.lower() == ".qsf":
        return _answer(started_from_qsf(Path(source), language), folder, language)
    return _answer(
        started_from_export(Path(source), Path(folder), language, platform, encoding), folder, language
    )


def _shipped(name: str, language: str) -> Started:
    from tam.cli.starter import started_from_instrument
    from tam.spec.instrument_file import load_instrument

    own = Path(name)
    return started_from_instrument(
        load_instrument(name), str(own.resolve()) if own.is_file() else name, language
    )


def _answer(started: Started, folder: str, language: str) -> Answer:
    """Write the files, all or none, and say what is in them and what is left to do."""
    from tam.cli.starter import existing, proposal_record, say, to_edit

    place = Path(folder)
    there = existing(place, list(started.contents))
    if there:
        raise TamError(problem("would-overwrite", folder=folder, files=there))
    contents = {place / one: content for one, content in started.contents.items()}
    files = [str(path) for path in write_files(contents)]
    record: dict[str, Any] = {"instrument": started.instrument.id, "files": files}
    problems: list[Problem] = [*started.problems]
    blocks: list[Block] = [*files]
    if started.proposal is not None:
        left = () if started.open is None else to_edit(place / "study.toml", started.open)
        record |= proposal_record(started.proposal, language) | {"to_edit": [one.to_dict() for one in left]}
        blocks += _shown(record)
        if left:
            problems.append(
                problem("proposal-to-finish", n=len(left), first=f"{left[0].what} {left[0].mend}")
            )
    return Answer(record, [*blocks, "", say(started.next_step, language)], problems)


def _shown(record: Mapping[str, Any]) -> list[Block]:
    reversed_ = {one["item"] for one in record["reversed"]}
    rows = [
        (name, one["scale"], ", ".join(f"{item} (R)" if item in reversed_ else item for item in one["items"]))
        for name, one in record["constructs"].items()
    ]
    blocks: list[Block] = [Heading("Proposed"), Table(("construct", "scale", "items"), tuple(rows))]
    for title, names in (
        ("variables", record["variables"]),
        ("checks of attention", record["attention_checks"]),
        ("not used", [one["column"] for one in record["left_out"]]),
        ("paths", record["paths"]),
    ):
        if names:
            blocks.append(f"{title}: {', '.join(names)}")
    for number, one in enumerate(record["to_edit"], 1):
        blocks.append(f"left to edit {number}: {one['what']} {one['mend']}")
    return blocks
