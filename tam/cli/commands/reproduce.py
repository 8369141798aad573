"""``tam reproduce``: does a published matrix lead to the published paths?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.command import console, tam_command
from tam.cli.reproduce_blocks import list_blocks, overview_blocks, reproduce_blocks
from tam.errors import Problem, TamError, problem

if TYPE_CHECKING:
    from tam.published.publication import Publication
    from tam.published.reproduction import Reproduction


@tam_command("reproduce")
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option("--all", "everything", is_flag=True, help="Every publication that comes with the program.")
@click.option("--write", "target", metavar="FILE", help="Write the result as JSON too.")
@click.option("--report", "folder", metavar="DIR", help="Write the reviewer's report there (en, zh).")
def command(name: str | None, everything: bool, target: str | None, folder: str | None) -> Answer:
    """Does a published matrix lead to the published paths?

    Fits the stated model to the printed correlations or covariances in every dialect that papers use, and
    gives a verdict on every printed value: exact, within rounding, minor, major, flipped, unreachable, or not
    computable. NAME is a publication that comes with the program, FILE one written as YAML. Without either,
    the publications are listed. Exit 1 where a value does not come out.

    \b
      tam reproduce
      tam reproduce paper.yaml --report review
      tam reproduce --all
    """
    if name is not None and everything:
        raise TamError(problem("excludes", first="NAME", second="--all"))
    if folder is not None and name is None:
        raise TamError(problem("needs-also", first="--report", second="NAME"))
    answer = _one(name, folder) if name is not None else _all() if everything else _listed()
    if target is not None:
        from tam.writing import write_files

        text = json.dumps(answer.result, ensure_ascii=False, indent=1, allow_nan=False)
        write_files({Path(target): text + "\n"})
    return answer


def _one(name: str, folder: str | None) -> Answer:
    from tam.published.publication_file import load_publication
    from tam.published.reproduce import reproduce
    from tam.record import to_record

    publication = load_publication(name)
    console().progress("fitting")
    found = reproduce(publication)
    record = to_record(found)
    blocks = reproduce_blocks(record)
    if folder is not None:
        from tam.cli.reviewing import write_review

        files = write_review(publication, folder, reproduction=record)
        record["files"] = files
        blocks += [f"written: {', '.join(files)}"]
    return Answer(result=record, blocks=blocks, problems=_problems(found))


def _all() -> Answer:
    from tam.published.reproduce import reproduce
    from tam.record import to_record

    records: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for publication in _shipped():
        console().progress(publication.key)
        found = reproduce(publication)
        records.append(to_record(found))
        problems += _problems(found)
    return Answer(result={"publications": records}, blocks=overview_blocks(records), problems=problems)


def _listed() -> Answer:
    listed = [
        {
            "key": one.key,
            "title": one.title,
            "authors": one.authors,
            "year": one.year,
            "topic": one.topic,
            "n": one.n,
            "n_text": one.n_text,
            "values": len(one.printed) + len(one.printed_indirect) + len(one.printed_fit),
            "doi": one.doi,
            "url": one.url,
            "simulated": one.simulated,
        }
        for one in _shipped()
    ]
    return Answer(result={"publications": listed}, blocks=list_blocks(listed))


def _shipped() -> list[Publication]:
    """The publications that come with the program and hold what reproducing takes."""
    from tam.published.publication_file import load_publication, shipped_publications

    found = (load_publication(key) for key in shipped_publications())
    return [one for one in found if one.kind != "audit" and one.reproducible]


def _problems(found: Reproduction) -> list[Problem]:
    problems = []
    if found.matrix.definite_within_rounding is False:
        smallest = f"{found.matrix.smallest_eigenvalue:.3f}"
        problems.append(problem("reproduce-matrix", key=found.key, smallest=smallest))
    if found.differing:
        computable = len(found.values) - found.summary["not_computable"]
        problems.append(problem("reproduce-differs", key=found.key, n=len(found.differing), of=computable))
    return problems
