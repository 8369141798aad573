"""``tam audit``: are the printed numbers of a paper consistent with each other?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.audit_blocks import audit_blocks
from tam.cli.command import tam_command
from tam.errors import TamError, problem

if TYPE_CHECKING:
    from tam.published.audit_tables import Understood


@tam_command("audit")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--paste", is_flag=True, help="Read tables copied from a paper on the standard input.")
@click.option(
    "--n", type=click.IntRange(2, 10**9), metavar="N", help="Sample size, where the tables do not say it."
)
@click.option("--software", metavar="NAME", help="What estimated the tables: SmartPLS, AMOS, lavaan ...")
@click.option("--all", "everything", is_flag=True, help="List the consistent values too.")
@click.option("--report", "folder", metavar="DIR", help="Write the reviewer's report there (en, zh).")
def command(
    file: str | None, paste: bool, n: int | None, software: str | None, everything: bool, folder: str | None
) -> Answer:
    """Are the printed numbers of a paper consistent with each other?

    FILE is a publication (YAML, or the name of a shipped one), a table (CSV), a folder of tables, or a text
    file with copied tables. Every value is recomputed from the others as the range that rounding leaves;
    exit 1 where one lies outside.

    \b
      tam audit paper.yaml
      tam audit tables/ --n 312 --software SmartPLS
      tam audit --paste < copied.txt
    """
    from tam.published.audit import audit
    from tam.record import to_record

    publication, understood = _read(file, paste, n, software)
    found = audit(publication)
    record = to_record(found)
    if understood is not None:
        record["understood"] = understood.to_dict()
    notes = () if understood is None else understood.problems
    blocks = audit_blocks(record, everything)
    if folder is not None:
        from tam.cli.reviewing import write_review

        files = write_review(publication, folder, audit=record)
        record["files"] = files
        blocks += [f"written: {', '.join(files)}"]
    return Answer(
        result=record,
        blocks=blocks,
        problems=notes,
        at_least=1 if found.summary.inconsistent else 0,
    )


def _read(
    file: str | None, paste: bool, n: int | None, software: str | None
) -> tuple[Any, Understood | None]:
    """The publication, and what was understood of tables that are no publication file."""
    from dataclasses import replace

    from tam.published.publication_file import load_publication

    if (file is None) == (not paste):
        raise TamError(problem("audit-needs-file"))
    if file is not None and not _is_table(file):
        publication = load_publication(file)
        understood = None
    else:
        from tam.published.audit_tables import read_pasted, read_tables

        understood = read_tables(file) if file is not None else read_pasted(_standard_input())
        publication = understood.publication
    if n is not None:
        publication = replace(publication, n=n)
    if software is not None:
        publication = replace(publication, software=software)
    return publication, understood


def _is_table(file: str) -> bool:
    from pathlib import Path

    return Path(file).is_dir() or file.lower().endswith((".csv", ".tsv", ".txt", ".md"))


def _standard_input() -> str:
    """All of the standard input, up to the largest text that is read."""
    from tam.published.audit_tables import LARGEST

    content = sys.stdin.buffer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise TamError(problem("audit-text-too-long", size=len(content), largest=LARGEST))
    return content.decode("utf-8-sig", errors="replace")
