"""The table of docs/explanation/careless.md is what its generator writes."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.slow
def test_the_table_of_planted_careless_respondents_comes_out_again() -> None:
    sys.path.insert(0, str(DOCS))
    try:
        generator = importlib.import_module("careless")
    finally:
        sys.path.remove(str(DOCS))
    text = generator.PAGE.read_text(encoding="utf-8")
    assert generator.filled(text, generator.tables()) == text
