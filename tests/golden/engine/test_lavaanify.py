"""The parameter table against lavaanify() of lavaan 0.6-14 with the automatic rules of sem()."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tam.engine.parameter_table import build_table
from tam.engine.structure import compile_structure
from tam.engine.syntax import parse_model, print_model

HERE = Path(__file__).resolve().parent
MODELS: dict[str, dict[str, Any]] = json.loads((HERE / "models.json").read_text(encoding="utf-8"))
TABLES: dict[str, Any] = json.loads((HERE / "lavaanify.json").read_text(encoding="utf-8"))["tables"]


def their_rows(name: str) -> list[tuple[Any, ...]]:
    table = TABLES[name]
    columns = [table[key] for key in ("lhs", "op", "rhs", "free", "exo", "ustart")]
    if not isinstance(columns[0], list):
        columns = [[column] for column in columns]
    return [row for row in zip(*columns) if row[1] in ("=~", "~", "~~", "~1")]


@pytest.mark.parametrize("name", MODELS)
def test_rows_as_lavaan(name: str) -> None:
    case = MODELS[name]
    options = {key: case[key] for key in ("meanstructure", "std_lv", "fixed_x") if key in case}
    table = build_table(parse_model(case["model"]), **options)
    theirs = their_rows(name)
    assert [(row.lhs, row.op, row.rhs) for row in table.rows] == [row[:3] for row in theirs]
    assert [row.free for row in table.rows] == [row[3] > 0 for row in theirs]
    assert [row.exogenous for row in table.rows] == [row[4] == 1 for row in theirs]
    for row, (*_, value) in zip(table.rows, theirs):
        ours = row.fixed if row.fixed is not None else row.start
        assert ours == (value if value is None else pytest.approx(value, abs=1e-15))


@pytest.mark.parametrize("name", MODELS)
def test_relations_as_lavaan(name: str) -> None:
    table = TABLES[name]
    if not isinstance(table["lhs"], list):
        return
    theirs = [
        row
        for row in zip(table["lhs"], table["op"], table["rhs"])
        if row[1] in (":=", "==", "<", ">") and not row[0].startswith(".p")
    ]
    ours = parse_model(MODELS[name]["model"]).relations
    assert sorted((one.left, one.operator, one.right) for one in ours) == sorted(theirs)


@pytest.mark.parametrize("name", MODELS)
def test_print_and_parse_again(name: str) -> None:
    syntax = parse_model(MODELS[name]["model"])
    assert parse_model(print_model(syntax)) == syntax


@pytest.mark.parametrize("name", MODELS)
def test_every_free_parameter_has_a_cell(name: str) -> None:
    structure = compile_structure(build_table(parse_model(MODELS[name]["model"])))
    cells = (structure.paths, structure.covariances, structure.intercepts)
    used = {int(at) for part in cells for at in part.parameter}
    assert used == set(range(len(structure.free)))
