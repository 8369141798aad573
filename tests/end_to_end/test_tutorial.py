"""The tutorials, English and Chinese, typed as they stand: every command runs, every printed line is true.

The two commands that compute for minutes (``tam demo``, ``tam run``) take the shared demonstration; what they
print and write is held by tests/end_to_end/test_study_commands.py.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.conftest import Answered, Tam

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUN = "tam run my-study"
_verified: dict[str, Answered] = {}
"""What ``tam verify`` answered: it computes everything again, and both pages ask the same."""


def steps(page: str) -> Iterator[tuple[list[str], list[str]]]:
    """Commands of a block with the lines that the page prints after it."""
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    for (kind, text), (after, printed) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "sh":
            yield text.strip().splitlines(), printed.splitlines() if after == "text" else []


def typed(command: str, tam: Tam, demo: Path) -> Answered | None:
    """Do what the line says in the current folder."""
    words = shlex.split(command, comments=True)
    if words[0] == "python":
        assert words == ["python", "-m", "pip", "install", ".[docx]"]
        return None
    if words[0] == "cp":
        for source in words[1:-1]:
            shutil.copy(source, words[-1])
        return None
    assert words[0] == "tam", command
    if command == "tam demo":
        shutil.copytree(demo, "tam-demo")
        return None
    if command == RUN:
        for name in ("results.json", "report.en.html", "report.zh.html"):
            shutil.copy(demo / name, "my-study")
        return None
    if words[1] == "verify":
        return _verified.setdefault(command, tam(*words[1:]))
    return tam(*words[1:])


def in_order(shown: list[str], said: list[str]) -> str | None:
    """The first shown line that is not among those said, after the one before it."""
    left = iter([line.strip() for line in said])
    return next((line for line in shown if line.strip() and line.strip() not in left), None)


@pytest.mark.parametrize("page", ["tutorial.md", pytest.param("zh/tutorial.md", marks=pytest.mark.slow)])
def test_every_command_runs_and_prints_what_is_shown(
    tam: Tam, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = []
    for commands, shown in steps(page):
        for command in commands:
            answer = typed(command, tam, demo)
            done.append(command)
            if answer is not None:
                assert answer.code == 0, (command, answer.err)
                assert in_order(shown, answer.out.splitlines()) is None, command
    assert len(done) >= 10
    text = (DOCS / page).read_text(encoding="utf-8")
    for name in re.findall(r"`(report\.[\w.]+)`", text):
        assert (tmp_path / "my-study" / name).is_file(), name


def test_the_study_file_shown_is_that_of_the_demonstration(demo: Path) -> None:
    written = [
        line for line in (demo / "study.toml").read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    for page in ("tutorial.md", "zh/tutorial.md"):
        shown = re.search(r"```toml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
        assert shown is not None
        assert in_order(shown[1].splitlines(), written) is None


def test_both_languages_show_the_same_steps() -> None:
    def neutral(page: str) -> list[str]:
        return [re.sub(r"\b(en|zh)\b", "", line) for commands, _ in steps(page) for line in commands]

    english, chinese = neutral("tutorial.md"), neutral("zh/tutorial.md")
    assert len(english) == len(chinese)
    assert english == chinese
