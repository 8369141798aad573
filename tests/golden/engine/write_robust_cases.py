# ruff: noqa: E501
"""Writes robust_cases.json: the models that lavaan_robust.R and test_lavaan_robust.py both fit."""

from __future__ import annotations

import json
from pathlib import Path

from write_cases import MEASURED, TAM

SHORT = "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nATT =~ att1 + att2 + att3\n"
MIMIC = "PU =~ pu1 + pu2 + pu3 + pu4\nATT =~ att1 + att2 + att3\n"

#: ``power``: every item is raised to it first, for skewed data. ``less``: a special case of the model, for the
#: difference tests; ``less_options`` what it is fitted with. Options are fit_model's.
CASES: dict[str, dict[str, object]] = {
    "tam": {"model": TAM, "less": MEASURED + "PU ~ a*PEOU\nATT ~ a*PEOU + b*PU\nPI ~ ATT + b*PU + KOL"},
    "tam_skewed": {"model": TAM, "power": 4, "less": MEASURED + "PU ~ PEOU\nATT ~ PU\nPI ~ ATT + KOL"},
    "tam_means": {"model": TAM, "meanstructure": True, "power": 3},
    "defined": {"model": SHORT + "PU ~ a*PEOU\nATT ~ b*PU + c*PEOU\nab := a*b\nall := a*b + c", "power": 3},
    "equal_intercepts": {
        "model": "PU =~ pu1 + pu2 + pu3 + pu4\npu1 ~ i*1\npu2 ~ i*1\npu3 ~ i*1\npu4 ~ j*1", "power": 3,
        "less": "PU =~ 1*pu1 + l*pu2 + l*pu3 + pu4\npu1 ~ i*1\npu2 ~ i*1\npu3 ~ i*1\npu4 ~ i*1", "meanstructure": True,
    },
    "linear_constraints": {"model": SHORT + "PU ~ a*PEOU\nATT ~ b*PU + c*PEOU\na == b\nc == 0.5*a", "power": 2},
    "second_order": {"model": SHORT + "BELIEF =~ PEOU + PU + ATT\npi1 ~ BELIEF"},
    "mimic": {"model": MIMIC + "PU ~ peou1 + kol1\nATT ~ PU + peou1", "power": 3, "less": MIMIC + "PU ~ peou1 + kol1\nATT ~ PU + 0*peou1"},
    "mimic_means": {"model": MIMIC + "PU ~ peou1 + kol1\nATT ~ PU", "power": 3, "meanstructure": True},
    "mimic_free_x": {"model": MIMIC + "PU ~ peou1 + kol1\nATT ~ PU", "power": 3, "fixed_x": False},
    "path_analysis": {"model": "pu1 ~ peou1 + kol1\natt1 ~ pu1\npi1 ~ att1 + pu1 + kol1", "power": 3},
    "controls": {"model": TAM + "PI ~ age + sex", "data": "tam_ctrl"},
    "controls_covary": {"model": SHORT + "PU ~ PEOU + age + sex\nATT ~~ age", "data": "tam_ctrl"},
    "std_lv": {"model": SHORT, "std_lv": True, "power": 3},
    "saturated": {"model": "pi1 ~ pu1 + att1", "power": 3},
    "groups": {"model": SHORT + "ATT ~ PU + PEOU", "group": "group", "power": 3, "less_options": {"group_equal": ["loadings"]}},
    "groups_metric": {
        "model": SHORT, "group": "group", "power": 3,
        "group_equal": ["loadings"], "less_options": {"group_equal": ["loadings", "intercepts"]},
    },
    "groups_scalar": {
        "model": SHORT + "ATT ~ PU + PEOU", "group": "group", "power": 3,
        "group_equal": ["loadings", "intercepts"],
        "less_options": {"group_equal": ["loadings", "intercepts", "residuals", "regressions"]},
    },
    "groups_mimic": {"model": MIMIC + "PU ~ peou1 + kol1\nATT ~ PU", "group": "group", "power": 3, "group_equal": ["loadings"]},
}  # fmt: skip

if __name__ == "__main__":
    text = json.dumps(CASES, indent=1, ensure_ascii=False)
    Path(__file__).with_name("robust_cases.json").write_text(text + "\n", encoding="utf-8")
