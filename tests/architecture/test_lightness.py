"""Asking for help costs nothing: no numpy, no pandas, and an answer before one has blinked."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

HEAVY = (
    "numpy",
    "scipy",
    "pandas",
    "matplotlib",
    "semopy",
    "statsmodels",
    "pingouin",
    "jinja2",
    "pydantic",
    "rich",
)
LOADED = """
import json, sys
from tam.cli.main import run
from tam.cli.console import open_console
import io
run({arguments!r}, open_console([], {{}}, io.StringIO(), io.StringIO()))
print(json.dumps([name for name in {heavy!r} if name in sys.modules]))
"""


LIGHT = [["--help"], [], ["--version"], ["explain", "cfi"], ["nonsense"], ["fit", "--help"]]


@pytest.mark.parametrize("arguments", LIGHT)
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    code = LOADED.format(arguments=arguments, heavy=HEAVY)
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout.splitlines()[-1]) == []


def test_importing_tam_imports_nothing_heavy() -> None:
    code = f"import tam, sys, json; print(json.dumps([n for n in {HEAVY!r} if n in sys.modules]))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == []


def test_help_is_fast() -> None:
    """The best of ten warm starts, so that a busy machine does not decide; the limit is a promise."""
    best = float("inf")
    for _ in range(10):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tam", "--help"], capture_output=True, check=True)
        best = min(best, time.perf_counter() - start)
        if best < 0.25:
            break
    assert best < 0.25
