# ruff: noqa: E501
"""Writes groups_cases.json: the models that lavaan_groups.R and the test both fit to several groups.

``group``: "group" of the survey, "thirds" (row number modulo 3) or "uneven" (the first 80 rows, then the rest).
"""

from __future__ import annotations

import json
from pathlib import Path

MEASURED = """PEOU =~ peou1 + peou2 + peou3 + peou4
PU =~ pu1 + pu2 + pu3 + pu4
PI =~ pi1 + pi2 + pi3 + pi4
"""
TAM = MEASURED + "PU ~ PEOU\nPI ~ PU + PEOU\n"
SCALAR = ["loadings", "intercepts"]
EVERYTHING = [*SCALAR, "means", "residuals", "lv.variances", "lv.covariances"]

CASES: dict[str, dict[str, object]] = {
    "configural": {"model": MEASURED},
    "metric": {"model": MEASURED, "group_equal": ["loadings"]},
    "scalar": {"model": MEASURED, "group_equal": SCALAR},
    "strict": {"model": MEASURED, "group_equal": [*SCALAR, "residuals"]},
    "everything_equal": {"model": MEASURED, "group_equal": EVERYTHING},
    "partial": {"model": MEASURED, "group_equal": SCALAR, "group_partial": ["PU=~pu2", "pi3~1", "pu2~1"]},
    "regressions": {"model": TAM, "group_equal": [*SCALAR, "regressions"]},
    "metric_std_lv": {"model": MEASURED, "group_equal": ["loadings"], "std_lv": True},
    "scalar_std_lv": {"model": TAM, "group_equal": SCALAR, "std_lv": True},
    "variances_std_lv": {"model": MEASURED, "group_equal": ["loadings", "lv.variances"], "std_lv": True},
    "residual_covariances": {
        "model": MEASURED + "pu1 ~~ pu2\npeou1 ~~ pi1",
        "group_equal": ["loadings", "residual.covariances"],
        "group_partial": ["peou1~~pi1"],
    },
    "labels": {
        "model": TAM.replace("PU ~ PEOU", "PU ~ c(a1, a2)*PEOU") + "difference := a1 - a2\nratio := a1/a2"
    },
    "one_label": {
        "model": TAM.replace("PU ~ PEOU", "PU ~ a*PEOU").replace("~ PU +", "~ c(b1, b2)*PU +")
        + "indirect1 := a*b1\nindirect2 := a*b2"
    },
    "constraint": {
        "model": TAM.replace("~ PU + PEOU", "~ c(b1, b2)*PU + c(c1, c2)*PEOU") + "b1 == b2 + 0.1\nc1 == 2*c2"
    },
    "vectors": {
        "model": TAM.replace("+ pu2", "+ c(0.9, NA)*pu2").replace(
            "~ PU + PEOU", "~ PU + start(c(0.1, 0.3))*PEOU"
        )
        + "PI ~ c(0, NA)*1\npi1 ~ c(m, m)*1\npi2 ~ c(0.2, NA)*1"
    },
    "own_means": {"model": MEASURED + "PU ~ c(0, NA)*1", "group_equal": ["loadings", "intercepts"]},
    "three": {"model": TAM, "group": "thirds", "group_equal": SCALAR},
    "three_labels": {
        "model": TAM.replace("PU ~ PEOU", "PU ~ c(a, a, b)*PEOU"),
        "group": "thirds",
        "group_equal": ["loadings"],
    },
    "uneven": {
        "model": TAM,
        "group": "uneven",
        "group_equal": ["loadings", "lv.variances", "lv.covariances"],
    },
    "controls": {
        "model": TAM + "PI ~ age + sex\nPU ~ age",
        "data": "tam_ctrl",
        "group_equal": ["loadings", "regressions"],
    },
    "controls_scalar": {
        "model": TAM + "PI ~ age + sex",
        "data": "tam_ctrl",
        "group_equal": [*SCALAR, "residuals"],
    },
    "controls_free": {"model": TAM + "PI ~ age", "data": "tam_ctrl", "fixed_x": False},
    "path": {"model": "pi1 ~ c(a, b)*pu1 + peou1\npu1 ~ peou1", "group_equal": ["residuals"]},
    "second_order": {"model": MEASURED + "W =~ PEOU + PU + PI", "group_equal": ["loadings"]},
    "scaled": {"model": TAM, "scale": {"pu1": 10}, "group_equal": SCALAR},
    "observed": {"model": TAM, "group_equal": SCALAR, "information": "observed"},
}
for estimator in ("GLS", "ULS"):
    CASES |= {
        f"{estimator}_one_group": {"model": TAM, "group": None, "estimator": estimator},
        f"{estimator}_means": {"model": TAM, "group": None, "estimator": estimator, "meanstructure": True},
        f"{estimator}_constraint": {
            "model": TAM.replace("~ PU + PEOU", "~ a*PU + a*PEOU"),
            "group": None,
            "estimator": estimator,
            "std_lv": True,
        },
        f"{estimator}_controls": {
            "model": TAM + "PI ~ age + sex",
            "data": "tam_ctrl",
            "group": None,
            "estimator": estimator,
        },
        f"{estimator}_controls_means": {
            "model": TAM + "PI ~ age + sex",
            "data": "tam_ctrl",
            "group": None,
            "estimator": estimator,
            "meanstructure": True,
        },
        f"{estimator}_scalar": {"model": TAM, "group_equal": SCALAR, "estimator": estimator},
        f"{estimator}_uneven": {
            "model": MEASURED,
            "group": "uneven",
            "group_equal": SCALAR,
            "estimator": estimator,
        },
    }

if __name__ == "__main__":
    for case in CASES.values():
        case.setdefault("group", "group")
    text = json.dumps(CASES, indent=1, ensure_ascii=False)
    Path(__file__).with_name("groups_cases.json").write_text(text + "\n", encoding="utf-8")
