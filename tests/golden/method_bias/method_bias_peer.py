"""The cases of cases.json by our own analysis, beside what lavaan, psych and lm say of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from tam.analysis.method_bias import MethodBias, method_bias
from tam.spec.model import Model
from tam.spec.model import Path as Arrow
from tam.spec.text import Text

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "data"
CASES: dict[str, Any] = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
THEIRS: dict[str, Any] = json.loads((HERE / "values.json").read_text(encoding="utf-8"))["cases"]


def model_of(case: dict[str, Any]) -> Model:
    paths = tuple(Arrow(outcome, name) for outcome, names in case["paths"].items() for name in names)
    items = {name: tuple(block) for name, block in case["constructs"].items()}
    parts = {name: tuple(block) for name, block in case.get("second_order", {}).items()}
    return Model("case", Text("case", "case"), items, parts, paths)


def rows_of(case: dict[str, Any], reference: Path | None = None) -> pd.DataFrame:
    if case.get("reference"):
        assert reference is not None
        return pd.read_csv(reference / case["data"]).astype(float)
    table = pd.read_csv(DATA / case["data"]).astype(float)
    return table.assign(**{item: 8 - table[item] for item in case.get("reverse", ())})


@cache
def ours(name: str, reference: Path | None = None) -> MethodBias:
    case = CASES[name]
    constructs = dict(case["constructs"])
    if case.get("marker") and len(case["marker_items"]) > 1:
        constructs[case["marker"]] = case["marker_items"]
    return method_bias(
        model_of(case),
        rows_of(case, reference),
        constructs,
        estimator=case["estimator"],
        missing=case["missing"],
        marker=case.get("marker"),
        marker_unrelated=case.get("marker_unrelated"),
    )


def by_rows(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(table, row)) for row in zip(*table.values())]
