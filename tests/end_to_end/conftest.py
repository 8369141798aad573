"""The command line as a person meets it: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tam.cli.console import open_console
from tam.cli.main import run


@dataclass(frozen=True)
class Answered:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """Problem codes of a JSON answer."""
        return [one["code"] for one in self.json["problems"]]


Tam = Callable[..., Answered]


@pytest.fixture
def tam() -> Tam:
    def call(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Answered:
        words = [str(one) for one in arguments]
        out, err = io.StringIO(), io.StringIO()
        code = run(words, open_console(words, environment or {}, out, err))
        return Answered(code, out.getvalue(), err.getvalue())

    return call


@pytest.fixture(scope="session")
def demo(demonstration: Path) -> Path:
    """The demonstration, run once for all tests that read its files."""
    return demonstration
