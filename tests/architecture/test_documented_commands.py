"""Every ``tam`` line that the documentation shows can be typed, every piece of a study file is one."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from architecture.source import ROOT
from tam.cli.main import group
from tam.spec.study_file import StudyForm

FENCE = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACEHOLDERS = {"CODE": "htmt", "NAME": "htmt", "N": "3"}


def lines(page: Path) -> list[str]:
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    joined = "\n".join(blocks).replace("\\\n", " ")
    found = [part.strip() for line in joined.splitlines() for part in re.split(r"&&|\|", line)]
    return [one for one in found if one.startswith("tam ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_can_be_typed(page: Path) -> None:
    for line in lines(page):
        words = shlex.split(line.partition("<")[0], comments=True)[1:]
        if not words or words[0].startswith("-") or "..." in words:
            continue
        with click.Context(group, info_name="tam") as outer:
            command = group.get_command(outer, words[0])
            assert command is not None, line
            try:
                command.make_context(
                    words[0], [PLACEHOLDERS.get(one, one) for one in words[1:]], parent=outer
                )
            except click.exceptions.Exit:
                pass
            except click.ClickException as error:
                pytest.fail(f"{line}: {error.format_message()}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_piece_of_a_study_file_is_read(page: Path) -> None:
    """Keys and values as the study file has them; files that are no study files have keys of their own."""
    for block in TOML.findall(page.read_text(encoding="utf-8")):
        found = tomllib.loads(block)
        if set(found) & set(StudyForm.model_fields):
            StudyForm.model_validate(found)
