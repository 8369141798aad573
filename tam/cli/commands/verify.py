"""``tam verify``: somebody's analysis run again, every number compared."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.command import console, tam_command
from tam.cli.verify_blocks import peer_blocks, verify_blocks
from tam.cli.watching import processors
from tam.errors import TamError, problem

if TYPE_CHECKING:
    from tam.analysis.embedded import Embedded
    from tam.published.results_file import ResultsFile
    from tam.published.verify import Rerun
    from tam.published.with_r import Peer


@tam_command("verify")
@click.argument("results")
@click.option(
    "--data",
    "data",
    multiple=True,
    metavar="FILE",
    help="The data; once for each file. The one that the study beside the results names unless given.",
)
@click.option(
    "--study", "study", metavar="FILE", help="The study file; the one beside the results unless given."
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    metavar="T",
    help="Largest |stored - found| / max(1, |stored|, |found|) that counts as equal; 1e-8.",
)
@click.option(
    "--with-r",
    "with_r",
    is_flag=True,
    help="Have lavaan fit the models too (needs R); RESULTS may then be a folder of tam export.",
)
@click.option("--workers", type=click.IntRange(1, 1024), metavar="N", help="Processes; all processors.")
def command(
    results: str,
    data: tuple[str, ...],
    study: str | None,
    tolerance: float | None,
    with_r: bool,
    workers: int | None,
) -> Answer:
    """Run somebody's analysis again and compare every number.

    RESULTS is a results.json or a report, which holds its results. With the data everything is computed
    again; without them what the capsule of the results allows (tam run --capsule). Of a report the printed
    text is compared too. Exit code 1 where a digest, a number or the text differs; it says which.

    \b
      tam verify results.json --data export.csv
      tam verify report.en.html --data export.csv --study study.toml
      tam verify results.json
      tam verify results.json --data export.csv --with-r
    """
    from tam.published.results_file import read_results_file
    from tam.published.verify import TOLERANCE, verify
    from tam.record import to_record

    if with_r and Path(results).is_dir():
        return _pack(Path(results))
    console().progress("reading the results")
    file = read_results_file(results)
    rerun = _rerun(file, data, study)
    if with_r and rerun is None:
        raise TamError(problem("r-needs-study", file=file.name))
    found = verify(
        file,
        rerun,
        tolerance=TOLERANCE if tolerance is None else tolerance,
        draw=_draw,
        progress=console().progress,
        workers=workers or processors(),
    )
    peer = _peer(rerun, file.name) if with_r and rerun is not None else None
    record = to_record(found)
    problems = (*found.problems, *(peer.problems if peer else ()))
    if peer is not None:
        record["peer"] = _told(peer)
        record["verdict"] = "differs" if peer.problems else record["verdict"]
    return Answer(result=record, blocks=verify_blocks(record), problems=problems)


def _pack(folder: Path) -> Answer:
    """A folder of ``tam export``: its models by lavaan."""
    from tam.published.pack import read_pack
    from tam.published.with_r import ask_lavaan

    console().progress("lavaan")
    peer = ask_lavaan(read_pack(folder), folder.name)
    record = {
        "file": folder.name,
        "kind": "pack",
        "verdict": "differs" if peer.problems else "verified",
        "peer": _told(peer),
    }
    return Answer(result=record, blocks=peer_blocks(record), problems=peer.problems)


def _peer(rerun: Rerun, file: str) -> Peer:
    """What lavaan finds for the study that was run again."""
    from tam.published.pack import pack_of_study
    from tam.published.with_r import ask_lavaan

    console().progress("lavaan")
    return ask_lavaan(pack_of_study(rerun.study), file)


def _told(peer: Peer) -> dict[str, Any]:
    from tam.record import to_record

    return {name: part for name, part in to_record(peer).items() if name not in ("problems", "unavailable")}


def _rerun(file: ResultsFile, data: Sequence[str], study: str | None) -> Rerun | None:
    """The study to run again: the file named, the one beside the results, or one written from the results.

    None where there are no data to run it with.
    """
    from tam.published.study_again import study_again
    from tam.published.verify import as_the_results_ask
    from tam.spec.study_file import FILE_NAME, load_study

    absent = [one for one in data if not Path(one).is_file()]
    if absent:
        raise TamError([problem("verify-data-not-found", data=one) for one in absent])
    path = Path(study) if study is not None else file.folder / FILE_NAME
    if study is not None or path.is_file():
        if not data and study is None and _lacks_data(path):
            return None
        return as_the_results_ask(load_study(path, data), file.results, file.name, False)
    if not data:
        return None
    text = study_again(file.results, [Path(one) for one in data], file.name)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / FILE_NAME
        written.write_bytes(text.encode("utf-8", "replace"))
        loaded = load_study(written)
    return as_the_results_ask(loaded, file.results, file.name, True)


def _lacks_data(study: Path) -> bool:
    """Whether the data that a study names are not there."""
    from tam.spec.study_file import load_study

    try:
        load_study(study)
    except TamError as fault:
        return all(one.code == "data-not-found" for one in fault.problems)
    return False


def _draw(results: Mapping[str, Any], page: Embedded) -> str | None:
    from jinja2 import TemplateError

    from tam.report.look_record import recorded_look
    from tam.report.write import write_report

    look, audiences, own_templates = recorded_look(page.page)
    if own_templates:
        return None
    try:
        return write_report(
            results,
            page.language,
            languages=page.languages,
            audience=page.audience,
            audiences=audiences,
            look=look,
        )
    except TemplateError as fault:
        raise ValueError(str(fault)) from None
