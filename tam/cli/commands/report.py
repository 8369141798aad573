"""``tam report``: the reports again, in any format, from results.json alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer
from tam.cli.choices import comma_list
from tam.cli.command import tam_command

if TYPE_CHECKING:
    from tam.report.look import Look

FORMATS = ("html", "docx", "latex", "csv", "xlsx", "markdown", "svg", "png", "pdf")
AUDIENCES = ("academic", "market", "review")
LIKERT = ("stacked", "diverging")


@tam_command("report")
@click.argument("results")
@click.option(
    "--to",
    "formats",
    metavar="html,...",
    default="html",
    callback=comma_list(FORMATS),
    help=f"Formats: {', '.join(FORMATS)}; html unless given.",
)
@click.option(
    "--lang",
    "languages",
    metavar="en,zh",
    callback=comma_list(["en", "zh"]),
    help="Languages; those of the study unless given.",
)
@click.option(
    "--audience",
    "audiences",
    metavar="academic,...",
    callback=comma_list(AUDIENCES),
    help=f"Readers: {', '.join(AUDIENCES)}; academic unless given.",
)
@click.option(
    "--likert",
    type=click.Choice(LIKERT),
    default="stacked",
    help="Answers as 100 % stacked bars or diverging from the middle of the scale.",
)
@click.option("--theme", metavar="FILE", help="Logo, colours, fonts and title page of a brand: a TOML file.")
@click.option("--templates", metavar="DIR", help="A folder whose templates go before the shipped ones.")
@click.option("--out", metavar="DIR", help="Where to write; beside the results unless given.")
def command(
    results: str,
    formats: tuple[str, ...],
    languages: tuple[str, ...] | None,
    audiences: tuple[str, ...] | None,
    likert: str,
    theme: str | None,
    templates: str | None,
    out: str | None,
) -> Answer:
    """Write the reports again from results.json; needs no data.

    RESULTS may also be the review.json of tam reproduce or tam audit.

    \b
      tam report results.json --lang zh
      tam report results.json --to docx,latex,xlsx --audience academic,market
      tam report results.json --to png,pdf --theme brand.toml --out figures
    """
    from tam.cli.reporting import draw_editions, editions_of, told_files
    from tam.cli.watching import processors
    from tam.writing import write_files

    record, trusted = _record(results)
    wanted = editions_of(record, languages, audiences)
    look = _look(likert, theme, templates)
    drawn = draw_editions(record, wanted, formats, look, workers=processors())
    folder = Path(out) if out else Path(results).parent
    files = [str(path) for path in write_files({folder / name: text for name, text in drawn.files.items()})]
    return Answer(
        result={"files": files},
        blocks=told_files(files),
        problems=drawn.problems,
        at_least=0 if trusted else 1,
    )


def _record(path: str) -> tuple[dict[str, Any], bool]:
    """The content of results.json or review.json, and whether the results may be trusted."""
    from tam.analysis.analysis import read_results
    from tam.cli.reporting import read_review

    review = read_review(path)
    if review is not None:
        return review, True
    analysis = read_results(path)
    return analysis.to_dict(), not analysis.exit_code


def _look(likert: str, theme: str | None, templates: str | None) -> Look:
    from tam.report.files import look_of
    from tam.spec.report_options import ReportOptions

    return look_of(
        ReportOptions(
            likert="diverging" if likert == "diverging" else "stacked",
            theme=Path(theme) if theme else None,
            templates=Path(templates) if templates else None,
        )
    )
