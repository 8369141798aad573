# ruff: noqa: E501
"""Writes fiml_cases.json and tam_mis_ctrl.csv: what lavaan_fiml.R and the test both fit with missing answers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from write_cases import MEASURED, PATHS, TAM

DATA = Path(__file__).resolve().parent.parent.parent / "data" / "engine"
FACTORS = "PEOU =~ peou1 + peou2 + peou3 + peou4\nPU =~ pu1 + pu2 + pu3 + pu4\nATT =~ att1 + att2 + att3 + att4\nATT ~ PU + PEOU"
SURVEY = (
    "PU =~ PU1 + PU2 + PU3 + PU4\nATT =~ ATT1 + ATT2 + ATT3\nPI =~ PI1 + PI2 + PI3\nATT ~ PU\nPI ~ ATT + PU"
)

CASES: dict[str, dict[str, object]] = {
    "tam": {"model": TAM},
    "tam_std_lv": {"model": TAM, "std_lv": True},
    "measurement": {"model": MEASURED},
    "equal_loadings": {
        "model": MEASURED.replace("pu2 + pu3", "k*pu2 + k*pu3").replace("pi2 + pi3", "k*pi2 + m*pi3") + PATHS
    },
    "linear_constraints": {
        "model": MEASURED + "PU ~ a*PEOU\nATT ~ b*PU + c*PEOU\nPI ~ d*ATT + e*PU + f*KOL\na == b\nd + e + f == 1\nvia := a*b*d"
    },
    "second_order": {
        "model": "PEOU =~ peou1 + peou2 + peou3 + peou4\nPU =~ pu1 + pu2 + pu3 + pu4\nATT =~ att1 + att2 + att3 + att4\nBELIEF =~ PEOU + PU + ATT\nPI =~ pi1 + pi2 + pi3 + pi4\nPI ~ BELIEF"
    },
    "latent_mean": {"model": "PU =~ pu1 + pu2 + pu3 + pu4\npu1 ~ 0*1\nPU ~ 1"},
    "path_analysis": {"model": "pu1 ~ peou1 + kol1\natt1 ~ pu1 + peou1\npi1 ~ att1 + pu1 + kol1"},
    "saturated": {"model": "pi1 ~ pu1 + att1", "fixed_x": False},
    "controls": {"model": TAM + "PI ~ age + sex\nPU ~ age", "data": "tam_mis_ctrl"},
    "controls_free_x": {"model": FACTORS + " + age\nPU ~ age + sex", "data": "tam_mis_ctrl", "fixed_x": False},
    "survey": {"model": SURVEY, "data": "tam_sim_missing"},
    "configural": {"model": FACTORS, "group": "group"},
    "metric": {"model": FACTORS, "group": "group", "group_equal": ["loadings"]},
    "scalar": {"model": FACTORS, "group": "group", "group_equal": ["loadings", "intercepts"]},
    "groups_controls": {"model": FACTORS + " + age", "group": "group", "data": "tam_mis_ctrl", "group_equal": ["regressions"]},
}  # fmt: skip


def write_controls() -> None:
    """tam_mis.csv with age and sex of tam_ctrl.csv, some of them taken away."""
    with (
        (DATA / "tam_mis.csv").open(newline="", encoding="utf-8") as one,
        (DATA / "tam_ctrl.csv").open(newline="", encoding="utf-8") as two,
    ):
        items, controls = list(csv.DictReader(one)), list(csv.DictReader(two))
    for at, (row, control) in enumerate(zip(items, controls)):
        row["age"] = "NA" if at % 37 == 5 else control["age"]
        row["sex"] = "NA" if at % 53 == 11 else control["sex"]
    with (DATA / "tam_mis_ctrl.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(items[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(items)


if __name__ == "__main__":
    write_controls()
    text = json.dumps(CASES, indent=1, ensure_ascii=False)
    Path(__file__).with_name("fiml_cases.json").write_text(text + "\n", encoding="utf-8")
