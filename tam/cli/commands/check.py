"""``tam check``: are the study, its instrument, its model and its data in order?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer, Block, Heading, Table
from tam.cli.command import console, tam_command
from tam.cli.platform_option import platform_option, with_platform

if TYPE_CHECKING:
    from tam.spec.study import Study


@tam_command("check")
@click.argument("study", required=False)
@platform_option
def command(study: str | None, platform: str | None) -> Answer:
    """Are the study, the instrument and the data in order? Estimates nothing.

    STUDY is a study.toml or its folder; the nearest one upward unless given.

    \b
      tam check
      tam check my-study/study.toml --json
    """
    from tam.analysis.check import check
    from tam.report.files import look_of, raise_for_lacking
    from tam.spec.study_file import load_study

    loaded = with_platform(load_study(study), platform)
    console().progress(f"checking {loaded.file}")
    raise_for_lacking(loaded.report.to, loaded.languages, loaded.report.audience)
    look_of(loaded.report)
    found = check(loaded)
    record = {"study": study_summary(loaded), **found.to_dict()}
    return Answer(result=record, blocks=_shown(record), problems=found.problems)


def study_summary(study: Study) -> dict[str, Any]:
    """What the study file was understood to say."""
    return {
        "file": study.file,
        "title": study.title.to_dict(),
        "instrument": {
            "id": study.instrument.id,
            "version": study.instrument.version,
            "status": study.instrument.status,
            "inline": study.instrument.inline,
        },
        "model": {
            "id": study.model.id,
            "lavaan": study.model.to_lavaan(),
            "paths": [str(path) for path in study.model.paths],
            "moderations": [str(one) for one in study.model.moderations],
            "hypotheses": [one.id for one in study.model.hypotheses if one.declared],
        },
        "data": ", ".join(one.name for one in study.files) or study.data.name,
        "language": list(study.languages),
        "seed": study.seed,
        "exclude": list(study.screening.exclude),
    }


def _shown(record: Mapping[str, Any]) -> list[Block]:
    study, data = record["study"], record["data"]
    instrument, model = study["instrument"], study["model"]
    blocks: list[Block] = [
        Heading(f"{study['file']}: {study['title']['en'] or study['title']['zh']}"),
        f"instrument  {instrument['id']} {instrument['version']} ({instrument['status']})",
        f"model       {', '.join(model['paths'])}",
    ]
    if model["moderations"]:
        blocks.append(f"moderation  {', '.join(model['moderations'])}")
    blocks += [
        f"data        {data['file']}: {record['n_rows']} respondents, {data['platform']}, {data['encoding']}",
        f"recognised  {'; '.join(data['evidence'])}",
        f"screening   {record['n_flagged']} flagged; excluding by {', '.join(study['exclude']) or 'no rule'}",
        f"complete    {record['n_complete']} respondents answered everything that the model reads",
        Heading("Columns"),
        Table(
            ("item", "column", "position", "found by"),
            tuple((c["item"], c["column"], str(c["position"]), c["how"]) for c in record["columns"]),
            "llrl",
        ),
    ]
    for title, names in (
        ("personal, dropped", record["dropped_columns"]),
        ("not used", record["unused_columns"]),
    ):
        if names:
            blocks.append(f"{title}: {', '.join(names)}")
    return blocks
