"""Latent interactions through ``tam fit``, from files in a folder with an awkward name, against semTools,
modsem and Mplus: every value stored for them.

A path may differ from a peer's by .002 and a log-likelihood by .05 where the peer's quadrature is finite;
lavaan's values are met at the tolerances of ``peers``.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from end_to_end.peers import ESTIMATE, STATISTIC, golden, name_of

pytestmark = pytest.mark.reference

PATH, LIKELIHOOD = 0.002, 0.05
ONE_INT = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\nY ~ X + Z + X:Z\n"
REFERENCE = Path(os.environ.get("TAM_REFERENCE") or Path(__file__).parents[2].parent / "shared" / "reference")

VARIANTS = {
    "dblMC_matched": ("--interaction", "dblcent", "--pairs", "matched"),
    "dblMC_matched_MLR": ("--interaction", "dblcent", "--pairs", "matched", "--estimator", "MLR"),
    "dblMC_allpairs": ("--interaction", "dblcent", "--pairs", "all"),
    "meanC_only_matched": ("--interaction", "meancentred", "--pairs", "matched"),
    "residC_matched": ("--interaction", "residual", "--pairs", "matched"),
}
CASES = [
    pytest.param(path.parent.parent.name, key, variant, id=f"{path.parent.parent.name}-{key}-{variant}")
    for path in sorted(REFERENCE.glob("*/golden/latent_interaction.json"))
    for key, variants in json.loads(path.read_text(encoding="utf-8")).items()
    for variant in variants
] or [pytest.param("", "", "", marks=pytest.mark.skip(reason="the reference folder is not here"))]


class Asked:
    """``tam fit --json`` on a copy of the data under a name that a shell would stumble over."""

    def __init__(self, tam: Any, folder: Path) -> None:
        self.tam, self.folder = tam, folder / "data & 'models'; $(x) 数据"
        self.folder.mkdir()

    def __call__(
        self, model: str, data: Path | pd.DataFrame, *arguments: str, code: int = 0
    ) -> dict[str, Any]:
        text, table = self.folder / "-model.lav", self.folder / "-r ows.csv"
        text.write_text(model, encoding="utf-8")
        if isinstance(data, Path):
            table.write_bytes(data.read_bytes())
        else:
            data.to_csv(table, index=False)
        answer = self.tam("fit", "--model", text, "--data", table, *arguments, "--json")
        assert answer.code == code, answer.out[:2000]
        assert answer.json["ok"] is (code == 0)
        return answer.json["result"]


@pytest.fixture
def fitted(tam: Any, tmp_path: Path, reference: Path) -> Asked:
    assert reference.is_dir()
    return Asked(tam, tmp_path)


def _ours(record: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {name_of(row): row for row in record["estimates"]}


def _same(ours: dict[str, Any], theirs: list[dict[str, Any]], names: dict[str, str]) -> int:
    """Every estimate and standard error that lavaan gives, by name; ``names`` theirs -> ours."""
    mine = _ours(ours)
    for row in theirs:
        renamed = {side: names.get(row[side], row[side]) for side in ("lhs", "rhs")}
        name = name_of({**row, **renamed})
        assert name in mine, name
        one = mine[name]
        assert one["est"] == pytest.approx(row["est"], abs=ESTIMATE * max(1.0, abs(row["est"]))), name
        if row["se"]:
            assert one["se"] == pytest.approx(row["se"], rel=2 * STATISTIC), name
        if row.get("std.all") is not None:
            product = one.get("std_naive")
            given = one["std"] if product is None else product
            assert given == pytest.approx(row["std.all"], abs=ESTIMATE), name
    return len(theirs)


def _with_products(table: pd.DataFrame, pairs: list[tuple[str, ...]], residual: bool) -> pd.DataFrame:
    """The columns ``a.b``: products of centred items, centred again, or without what the paired items say."""
    centred = table - table.mean(numeric_only=True)
    items = [
        np.ones(len(table)),
        *(table[one] for one in dict.fromkeys(one for pair in pairs for one in pair)),
    ]
    design = np.column_stack(items if residual else items[:1])
    found = {}
    for a, b in pairs:
        product = centred[a] * centred[b]
        found[f"{a}.{b}"] = product - design @ np.linalg.lstsq(design, product, rcond=None)[0]
    return pd.concat([table, pd.DataFrame(found)], axis=1)


@pytest.mark.parametrize(("folder", "key", "variant"), CASES)
def test_semtools(fitted: Asked, reference: Path, folder: str, key: str, variant: str) -> None:
    theirs = golden(reference / folder / "golden" / "latent_interaction.json", key, variant)
    data = reference / folder / "data.csv"
    parts = dict(re.findall(r"(\w+) =~ (.+)", theirs["model"]))
    pairs = [tuple(one.split(".")) for one in parts.pop("XZ").strip().split(" + ")]
    x, z = (next(name for name, items in parts.items() if pair in items.split()) for pair in pairs[0])
    uneven = len(parts[x].split(" + ")) != len(parts[z].split(" + "))
    if uneven and variant in ("dblMC_allpairs", "residC_matched"):
        # semTools was not given the surplus item of the longer side: its products, column by column
        table = _with_products(pd.read_csv(data), pairs, residual=variant == "residC_matched")
        record, names = fitted(theirs["model"], table, "--meanstructure"), {}
    else:
        kept = [line for line in theirs["model"].splitlines() if not re.match(r"\s*(XZ =~|\S+ ~~)", line)]
        model = "\n".join(kept).replace("XZ", f"{x}:{z}")
        record = fitted(model, data, "--meanstructure", *VARIANTS[variant])
        names = {"XZ": f"{x}:{z}", **{f"{a}.{b}": f"{a}:{b}" for a, b in pairs}}
    measures, expected = record["measures"], theirs["fit"]["fit"]
    assert record["n"]["total"] == theirs["fit"]["ntotal"] == len(pd.read_csv(data))
    assert (measures["npar"], measures["df"]) == (expected["npar"], expected["df"])
    assert measures["chisq"] == pytest.approx(expected["chisq"], rel=STATISTIC)
    assert measures["loglik"] > expected["logl"] - 1e-8 * record["n"]["total"]
    for ours, name in (
        ("chisq_scaled", "chisq.scaled"),
        ("cfi", "cfi"),
        ("rmsea", "rmsea"),
        ("srmr", "srmr"),
    ):
        if name in expected:
            assert measures[ours] == pytest.approx(expected[name], rel=2 * STATISTIC, abs=1e-6), name
    assert _same(record, theirs["fit"]["parameter_estimates"], names) > 30


@pytest.mark.parametrize(("file", "method"), [("oneInt_dblcent", "dblcent"), ("oneInt_rca", "residual")])
def test_products_of_modsem(fitted: Asked, reference: Path, file: str, method: str) -> None:
    theirs = golden(reference / "modsem_oneInt" / "golden" / f"{file}.json")
    record = fitted(theirs["model"], reference / "modsem_oneInt" / "data.csv", "--interaction", method)
    measures = record["measures"]
    assert (record["n"]["total"], measures["npar"], measures["df"]) == (2000, 60, 111)
    assert measures["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=STATISTIC)
    assert measures["loglik"] > theirs["fit"]["logl"] - 1e-8 * 2000
    names = {"XZ": "X:Z", **{f"x{i}z{j}": f"x{i}:z{j}" for i in (1, 2, 3) for j in (1, 2, 3)}}
    assert _same(record, theirs["parameter_estimates"], names) > 60
    if method == "dblcent":
        assert measures["chisq"] == pytest.approx(122.924, abs=5e-4)
        assert measures["loglik"] == pytest.approx(-26807.612, abs=5e-4)
        paths = [_ours(record)["Y", "~", rhs]["est"] for rhs in ("X", "Z", "X:Z")]
        assert paths == pytest.approx([0.675, 0.561, 0.702], abs=5e-4)


def test_products_of_modsem_on_real_answers(fitted: Asked, reference: Path) -> None:
    theirs = golden(reference / "influencer" / "golden" / "modsem_PQxPIC_dblcent.json")
    record = fitted(theirs["model"], reference / "influencer" / "data.csv")
    assert record["measures"]["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=STATISTIC)
    paths = [row for row in theirs["parameter_estimates"] if row["op"] == "~"]
    assert _same(record, paths, {"PQPIC": "PQ:PIC"}) == 3


@pytest.mark.parametrize(
    ("folder", "file", "method"),
    [
        ("modsem_oneInt", "oneInt_lms", "lms"),
        ("modsem_oneInt", "oneInt_nodes48_lms", "lms"),
        ("modsem_oneInt", "oneInt_qml", "qml"),
        ("influencer", "modsem_PQxPIC_lms", "lms"),
        ("influencer", "modsem_PQxPIC_qml", "qml"),
    ],
)
def test_likelihood_of_modsem(fitted: Asked, reference: Path, folder: str, file: str, method: str) -> None:
    theirs = golden(reference / folder / "golden" / f"{file}.json")
    record = fitted(theirs["model"], reference / folder / "data.csv", "--interaction", method)
    assert record["interaction"] == method
    assert record["measures"]["loglik"] == pytest.approx(theirs["logLik"], abs=LIKELIHOOD)
    mine, compared = _ours(record), 0
    for row in theirs["parameter_estimates"]:
        one = mine.get(name_of(row))
        if one is None or not one["free"]:
            continue
        compared += 1
        # modsem's QML stops a little below its own optimum: other parameters within 3 % of their error
        near = PATH if row["op"] == "~" or method == "lms" else max(PATH, 0.03 * row["std.error"])
        assert one["est"] == pytest.approx(row["est"], abs=near), name_of(row)
    assert compared == record["measures"]["npar"]
    assert (method == "lms") == ("quadrature" in record)
    if method == "lms":
        assert record["quadrature"]["converged"] is True


def test_lms_is_the_converged_value(fitted: Asked, reference: Path) -> None:
    record = fitted(ONE_INT, reference / "modsem_oneInt" / "data.csv", "--interaction", "lms")
    assert record["measures"]["loglik"] == pytest.approx(-17493.568, abs=5e-4)
    paths = [_ours(record)["Y", "~", rhs]["est"] for rhs in ("X", "Z", "X:Z")]
    assert paths == pytest.approx([0.6728, 0.5688, 0.7182], abs=1e-4)
    assert record["lr_test"]["df"] == 1
    doubled = 2 * (record["measures"]["loglik"] - record["lr_test"]["loglik_linear"])
    assert record["lr_test"]["chisq"] == pytest.approx(doubled)


def test_the_influencer_moderation(fitted: Asked, reference: Path) -> None:
    """Four factors: the likelihood-ratio test is at p = .081 where a fixed rule says .008 or .29."""
    model = "\n".join(
        [
            "PL =~ pl_1 + pl_2 + pl_3 + pl_4",
            "PQ =~ pq_1 + pq_2 + pq_3 + pq_4",
            "PIC =~ pic_1 + pic_2 + pic_3 + pic_4 + pic_5",
            "PI =~ pi_1 + pi_2 + pi_3 + pi_4 + pi_5",
            "PI ~ PL + PQ + PIC + PQ:PIC",
        ]
    )
    record = fitted(model, reference / "influencer" / "data.csv", "--interaction", "lms")
    assert record["measures"]["loglik"] == pytest.approx(-5886.429, abs=5e-4)
    assert record["lr_test"]["loglik_linear"] == pytest.approx(-5887.956, abs=0.001)
    assert record["lr_test"]["pvalue"] == pytest.approx(0.081, abs=5e-4)


def test_mplus(fitted: Asked, reference: Path) -> None:
    model = "X =~ x1 + x2\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z\n"
    record = fitted(model, reference / "modsem_oneInt" / "data.csv", "--interaction", "lms")
    assert record["measures"]["loglik"] == pytest.approx(-13374.972, abs=5e-4)
    rows = _ours(record)
    printed = {"X": (0.678, 0.033), "Z": (0.578, 0.032), "X:Z": (0.720, 0.031)}
    for rhs, (est, se) in printed.items():
        # three printed digits
        assert rows["Y", "~", rhs]["est"] == pytest.approx(est, abs=6e-4)
        assert rows["Y", "~", rhs]["se"] == pytest.approx(se, abs=6e-4)
