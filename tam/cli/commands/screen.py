"""``tam screen``: who would be flagged or dropped, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tam.cli.answer import Answer, Block, Heading, Table
from tam.cli.command import console, tam_command
from tam.cli.platform_option import platform_option, with_platform

MOST_ROWS = 40


@tam_command("screen")
@click.argument("study", required=False)
@platform_option
def command(study: str | None, platform: str | None) -> Answer:
    """Who would be flagged or dropped, and why.

    STUDY is a study.toml or its folder; the nearest one upward unless given. Only rules that the study
    lists under [screening] exclude remove anybody.

    \b
      tam screen
    """
    from tam.analysis.reading import read_study_data
    from tam.analysis.screening import screen
    from tam.data.stacking import with_sources
    from tam.spec.study_file import load_study

    loaded = with_platform(load_study(study), platform)
    console().progress(f"reading {', '.join(one.name for one in loaded.files) or loaded.data.name}")
    instrument, responses = read_study_data(loaded)
    found = screen(responses, instrument, loaded.screening)
    record = {
        "flow": [dict(step) for step in found.flow],
        "screening": with_sources(found.to_dict(), responses.source),
    }
    return Answer(result=record, blocks=_shown(record), problems=(*responses.problems, *found.problems))


def _shown(record: Mapping[str, Any]) -> list[Block]:
    screening = record["screening"]
    rules = tuple(
        (one["rule"], str(one["n_flagged"]) if one["applicable"] else "-", "yes" if one["excludes"] else "no",
         _settings(one["parameters"]) if one["applicable"] else str(one["reason"] or ""))
        for one in screening["rules"]
    )  # fmt: skip
    flow = tuple(
        (one["step"], one["rule"] or "", str(one["n_removed"]), str(one["n_left"])) for one in record["flow"]
    )
    blocks: list[Block] = [
        Heading("Rules"),
        Table(("rule", "flagged", "excludes", "with"), rules, "lrll"),
        Heading("Flow"),
        Table(("step", "rule", "removed", "left"), flow, "llrr"),
    ]
    excluded = screening["excluded"]
    if excluded:
        shown = tuple(
            (_row(one), one["rule"], _text(one["value"]), _text(one["threshold"]))
            for one in excluded[:MOST_ROWS]
        )
        blocks += [Heading("Excluded rows"), Table(("row", "rule", "value", "limit"), shown, "rlll")]
    flags = screening["flags"]
    if flags:
        rows = tuple((_row(one), ", ".join(one["rules"])) for one in flags[:MOST_ROWS])
        blocks += [Heading("Flagged rows"), Table(("row", "rules"), rows, "rl")]
    for name, entries in (("excluded", excluded), ("flagged", flags)):
        if len(entries) > MOST_ROWS:
            blocks.append(f"{len(entries) - MOST_ROWS} more {name}; --json lists all")
    return blocks


def _row(one: Mapping[str, Any]) -> str:
    """The spreadsheet row; with the file before it in a study of several."""
    return f"{one['file']} {one['row']}" if "file" in one else str(one["row"])


def _settings(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in parameters.items())


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
