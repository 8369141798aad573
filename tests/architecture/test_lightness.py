"""Asking for help costs nothing: no numpy, no pandas, and an answer before one has blinked."""

from __future__ import annotations

import json
import os
import subprocess
import sys

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
    """A warm start takes under a quarter of a second of processor time (the clock shows the neighbours')."""
    best = min(_processor_time([sys.executable, "-m", "tam", "--help"]) for _ in range(5))
    assert best < 0.25


def _processor_time(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, capture_output=True, check=True)
    after = os.times()
    spent = after.children_user - before.children_user + after.children_system - before.children_system
    assert spent > 0 or os.name == "nt"
    return spent
