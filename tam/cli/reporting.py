"""Draws the editions of a report beside each other, for ``tam report``, ``tam run`` and ``tam demo``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tam.cli.choices import not_offered
from tam.errors import Problem, TamError

if TYPE_CHECKING:
    from tam.report.files import EditionFiles
    from tam.report.look import Look

REVIEW = "tam-review/"
"""How the schema of a record of ``tam reproduce`` and ``tam audit`` begins."""


@dataclass(frozen=True, slots=True)
class Editions:
    """Languages and audiences of the reports that are written together."""

    languages: tuple[str, ...]
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnEditions:
    """Name of the file -> content, and what is to be told about it."""

    files: Mapping[str, str | bytes]
    problems: tuple[Problem, ...]


def editions_of(
    record: Mapping[str, Any], languages: Sequence[str] | None, audiences: Sequence[str] | None
) -> Editions:
    """What is asked for; of a publication there is the review alone.

    Raises TamError for what is not offered.
    """
    from tam.cli.reviewing import LANGUAGES
    from tam.report.files import OFFERED

    published = "publication" in record
    offered = ("review",) if published else OFFERED
    asked = tuple(audiences or offered[:1])
    refused = not_offered("--audience", asked, offered)
    if refused:
        raise TamError(refused)
    spoken = LANGUAGES if published else record["study"]["language"]
    return Editions(tuple(languages or spoken), asked)


def draw_editions(
    results: Mapping[str, Any], wanted: Editions, formats: Sequence[str], look: Look, *, workers: int = 1
) -> DrawnEditions:
    """Every edition in every format; with several workers they are drawn beside each other."""
    from tam.engine.beside import beside
    from tam.report.files import letters_told

    pairs = [(audience, language) for audience in wanted.audiences for language in wanted.languages]
    shares = [pairs[start::workers] for start in range(min(workers, len(pairs)))]
    with ExitStack() as stack:
        begun = [
            stack.enter_context(
                beside(
                    partial(_drawn, results, share, wanted, tuple(formats), look),
                    lost="run-process-lost",
                    wanted=share is not shares[0],
                )
            )
            for share in shares
        ]
        made = {pair: one for share, draw in zip(shares, begun) for pair, one in zip(share, draw())}
    contents = {name: content for pair in pairs for name, content in made[pair].contents.items()}
    replaced = [letter for pair in pairs for letter in made[pair].replaced]
    return DrawnEditions(contents, tuple(letters_told(replaced)))


def _drawn(
    results: Mapping[str, Any],
    pairs: Sequence[tuple[str, str]],
    wanted: Editions,
    formats: tuple[str, ...],
    look: Look,
) -> list[EditionFiles]:
    """The files of some editions, one after the other."""
    from tam.report.files import report_files

    together = {"languages": wanted.languages, "audiences": wanted.audiences}
    return [
        report_files(results, language, audience, formats=formats, look=look, **together)
        for audience, language in pairs
    ]


def told_files(files: Sequence[str]) -> list[str]:
    """The files as a person wants to see them: of a folder of tables or pictures how many there are."""
    counts: dict[str, int] = {}
    for file in files:
        folder = Path(file).parent
        several = folder.name.endswith((".tables", ".figures"))
        told = f"{folder}{os.sep}" if several else file
        counts[told] = counts.get(told, 0) + 1
    return [f"{told} ({count} files)" if told.endswith(os.sep) else told for told, count in counts.items()]


def read_review(path: str | Path) -> dict[str, Any] | None:
    """The record of a publication in a file; None where it holds something else, or cannot be read."""
    with suppress(OSError, ValueError, RecursionError):
        record = json.loads(Path(path).read_bytes())
        if isinstance(record, dict) and str(record.get("schema", "")).startswith(REVIEW):
            return record
    return None
