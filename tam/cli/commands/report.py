"""``tam report``: the reports again, from results.json alone."""

from __future__ import annotations

from pathlib import Path

import click

from tam.cli.answer import Answer
from tam.cli.choices import comma_list, not_offered
from tam.cli.command import tam_command
from tam.errors import TamError
from tam.writing import write_files

FORMATS, OFFERED_FORMATS = ("html", "docx", "latex", "csv"), ("html",)
AUDIENCES, OFFERED_AUDIENCES = ("academic", "market", "review"), ("academic",)


@tam_command("report")
@click.argument("results")
@click.option(
    "--to",
    "formats",
    metavar="html,...",
    default="html",
    callback=comma_list(FORMATS),
    help="Formats; this version writes html.",
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
    default="academic",
    callback=comma_list(AUDIENCES),
    help="Readers; this version writes for academic ones.",
)
@click.option("--out", metavar="DIR", help="Where to write; beside the results unless given.")
def command(
    results: str,
    formats: tuple[str, ...],
    languages: tuple[str, ...] | None,
    audiences: tuple[str, ...],
    out: str | None,
) -> Answer:
    """Write the reports again from results.json; needs no data.

    \b
      tam report results.json --lang zh
    """
    from tam.analysis.analysis import read_results
    from tam.analysis.embedded import with_results
    from tam.report.write import report_name, write_report

    refused = [
        *not_offered("--to", formats, OFFERED_FORMATS),
        *not_offered("--audience", audiences, OFFERED_AUDIENCES),
    ]
    if refused:
        raise TamError(refused)
    analysis = read_results(results)
    record = analysis.to_dict()
    wanted = languages or tuple(record["study"]["language"])
    folder = Path(out) if out else Path(results).parent
    pages: dict[Path, str | bytes] = {
        folder / report_name(language, audience): with_results(
            write_report(record, language, languages=wanted, audience=audience, audiences=audiences),
            record,
            language=language,
            languages=wanted,
            audience=audience,
        )
        for audience in audiences
        for language in wanted
    }
    files = [str(path) for path in write_files(pages)]
    return Answer(result={"files": files}, blocks=files, at_least=1 if analysis.exit_code else 0)
