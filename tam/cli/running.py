"""Runs a study and writes everything that comes of it: what `tam run` and `tam demo` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tam.cli.answer import Answer
from tam.cli.command import console
from tam.cli.summary import summary_lines
from tam.cli.watching import processors, watch
from tam.writing import write_files

if TYPE_CHECKING:
    from tam.spec.study import Study


def run_and_write(
    study: Study, folder: Path, *, workers: int | None = None, scheduler: str | None = None
) -> Answer:
    """Analyse, then write results.json and the reports, all files or none.

    ``workers`` (all processors unless given) and ``scheduler`` say who computes the bootstrap; with
    more than one worker the reports are drawn beside each other.
    """
    from tam.analysis.run import run
    from tam.cli.reporting import Editions, draw_editions, told_files
    from tam.report.files import look_of, raise_for_lacking

    progress = console().progress
    wanted = Editions(study.languages, study.report.audience)
    raise_for_lacking(study.report.to, wanted.languages, wanted.audiences)
    look = look_of(study.report)
    analysis = run(
        study,
        progress,
        workers=workers or processors(),
        scheduler=scheduler,
        drawn=watch(console(), "bootstrap"),
    )
    progress("report")
    results = analysis.to_dict()
    drawn = draw_editions(results, wanted, study.report.to, look, workers=workers or processors())
    contents: dict[Path, str | bytes] = {folder / "results.json": analysis.to_json()}
    contents |= {folder / name: content for name, content in drawn.files.items()}
    files = [str(path) for path in write_files(contents)]
    return Answer(
        result={**results, "files": files},
        blocks=summary_lines(results, told_files(files)),
        problems=[*analysis.problems, *drawn.problems],
        at_least=1 if analysis.exit_code else 0,
    )
