"""The README's set-up is two commands, and continuous integration runs the second one as printed."""

from __future__ import annotations

import re

from architecture.source import ROOT

FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def set_up() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Set-up")[2].partition("\n## ")[0]
    return [block.strip() for block in FENCE.findall(section)]


def test_the_set_up_is_exactly_two_commands() -> None:
    commands = set_up()
    assert len(commands) == 2
    assert all("\n" not in one for one in commands)
    assert "demo" in commands[0]
    assert "pytest" in commands[1]


def test_continuous_integration_runs_the_second_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert set_up()[1] in script.splitlines()


def test_the_readme_says_that_the_demonstration_is_simulated() -> None:
    assert "**simulated**" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken
