"""What the tracked files may not say: places on somebody's machine, unfinished work."""

from __future__ import annotations

import re
import subprocess

import pytest

from architecture.source import ROOT

MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work|farm|tmp)/[\w.-]+")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
TEXT = (
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".j2",
    ".css",
    ".js",
    ".cff",
    ".csv",
    ".R",
    ".txt",
    ".html",
)
MAY_NAME_THEM = {"tests/architecture/test_text.py"}


def tracked() -> list[str]:
    try:
        answer = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git checkout")
    return [name for name in answer.stdout.splitlines() if name.endswith(TEXT) and name not in MAY_NAME_THEM]


@pytest.mark.parametrize("pattern", [MACHINE, UNFINISHED], ids=["machine paths", "unfinished"])
def test_tracked_files_do_not_say(pattern: re.Pattern[str]) -> None:
    found = []
    for name in tracked():
        path = ROOT / name
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert not found


def test_the_continuous_integration_script_can_be_run() -> None:
    import os

    assert os.access(ROOT / ".ci" / "run", os.X_OK)
