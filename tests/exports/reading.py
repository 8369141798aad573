"""Reads a fixture and its plain twin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from exports.fixtures import Fixture
from exports.master import INSTRUMENT, master, plain_rows, write_text
from tam.data import Responses, code_responses, read_table
from tam.spec.instrument import ColumnRule, Instrument
from tam.spec.instrument_file import load_instrument


def instrument() -> Instrument:
    return load_instrument(INSTRUMENT)


def read(fixture: Fixture, folder: Path) -> Responses:
    path = fixture.write(folder, master())
    text_form = folder / fixture.text_form if fixture.text_form else None
    rules = {name: ColumnRule(exact=column) for name, column in fixture.rules.items()}
    ordered = replace(instrument(), sequence_order=dict(fixture.order))
    return code_responses(read_table(path, text_form=text_form), ordered, rules)


def plain_twin(folder: Path, *, skips: bool) -> Responses:
    path = write_text(folder / "twin.csv", plain_rows(master(), skips=skips))
    return code_responses(read_table(path, platform="plain"), instrument())
