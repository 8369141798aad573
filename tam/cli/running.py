"""Runs a study and writes everything that comes of it: what `tam run` and `tam demo` share."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
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
    from tam.analysis.embedded import with_results
    from tam.analysis.run import run
    from tam.engine.beside import beside
    from tam.report.write import report_name, write_report

    progress = console().progress
    analysis = run(
        study,
        progress,
        workers=workers or processors(),
        scheduler=scheduler,
        drawn=watch(console(), "bootstrap"),
    )
    progress("report")
    results = analysis.to_dict()
    contents: dict[Path, str | bytes] = {folder / "results.json": analysis.to_json()}
    spread = (workers or processors()) > 1
    with ExitStack() as pages:
        drawn = [
            pages.enter_context(
                beside(
                    partial(write_report, results, language, languages=study.languages),
                    lost="run-process-lost",
                    wanted=spread and language != study.languages[0],
                )
            )
            for language in study.languages
        ]
        for language, page in zip(study.languages, drawn, strict=True):
            contents[folder / report_name(language)] = with_results(
                page(), results, language=language, languages=study.languages
            )
    files = [str(path) for path in write_files(contents)]
    return Answer(
        result={**results, "files": files},
        blocks=summary_lines(results, files),
        problems=analysis.problems,
        at_least=1 if analysis.exit_code else 0,
    )
