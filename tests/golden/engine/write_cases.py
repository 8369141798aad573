# ruff: noqa: E501
"""Writes polished_cases.json: the models that lavaan_polished.R and the test both fit."""

from __future__ import annotations

import json
from pathlib import Path

MEASURED = """PEOU =~ peou1 + peou2 + peou3 + peou4
PU =~ pu1 + pu2 + pu3 + pu4
ATT =~ att1 + att2 + att3 + att4
PI =~ pi1 + pi2 + pi3 + pi4
KOL =~ kol1 + kol2 + kol3 + kol4
"""
PATHS = "PU ~ PEOU\nATT ~ PU + PEOU\nPI ~ ATT + PU + KOL\n"
TAM = MEASURED + PATHS
TWO_ITEMS = "PEOU =~ peou3 + peou4\nPU =~ pu3 + pu4\nPI =~ pi3 + pi4\nPU ~ PEOU\nPI ~ PU\n"

CASES: dict[str, dict[str, object]] = {
    "tam": {"model": TAM},
    "tam_means": {"model": TAM, "meanstructure": True},
    "tam_std_lv": {"model": TAM, "std_lv": True},
    "measurement": {"model": MEASURED},
    "orthogonal": {"model": MEASURED + "PEOU ~~ 0*KOL\nPU ~~ 0*KOL"},
    "mediation": {
        "model": MEASURED
        + "PU ~ a*PEOU\nATT ~ b*PU + c*PEOU\nPI ~ d*ATT + e*PU + f*KOL\n"
        + "ab := a*b\nall := a*b*d + c*d + a*e\nratio := a*b/(a*b + c)\ncurved := exp(a) - log(b) + sqrt(d)\nmore := all^2 - ab"
    },
    "equal_loadings": {
        "model": MEASURED.replace("pu2 + pu3", "k*pu2 + k*pu3").replace("pi2 + pi3", "k*pi2 + m*pi3") + PATHS
    },
    "linear_constraints": {
        "model": MEASURED + "PU ~ a*PEOU\nATT ~ b*PU + c*PEOU\nPI ~ d*ATT + e*PU + f*KOL\na == b\nd + e + f == 1\nc == 0.5*e"
    },
    "equal_modifier": {"model": MEASURED + 'PU ~ PEOU\nATT ~ PU + equal("PU~PEOU")*PEOU\nPI ~ ATT + PU + KOL'},
    "equal_residuals": {"model": "PU =~ pu1 + pu2 + pu3 + pu4\npu1 ~~ e*pu1\npu2 ~~ e*pu2\npu3 ~~ e*pu3\npu4 ~~ g*pu4"},
    "correlated_residuals": {"model": TAM + "pu1 ~~ pu2\natt3 ~~ pi3\npeou1 ~~ 0.1*peou4"},
    "cross_loading": {"model": TAM + "ATT =~ pi4\nKOL =~ pu4"},
    "second_order": {
        "model": "PEOU =~ peou1 + peou2 + peou3 + peou4\nPU =~ pu1 + pu2 + pu3 + pu4\nATT =~ att1 + att2 + att3 + att4\n"
        "BELIEF =~ PEOU + PU + ATT\nPI =~ pi1 + pi2 + pi3 + pi4\nPI ~ BELIEF"
    },
    "second_order_std_lv": {
        "model": "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nATT =~ att1 + att2 + att3\nBELIEF =~ PEOU + PU + ATT",
        "std_lv": True,
    },
    "single_indicator": {"model": "PU =~ pu1 + pu2 + pu3 + pu4\nI =~ pi1\nI ~ PU"},
    "single_indicator_error": {"model": "PU =~ pu1 + pu2 + pu3 + pu4\nI =~ pi1\npi1 ~~ 0.4*pi1\nI ~ PU"},
    "two_outcomes": {"model": "PU =~ pu1 + pu2 + pu3\nATT =~ att1 + att2 + att3\nPI =~ pi1 + pi2 + pi3\nATT ~ PU\nPI ~ PU\nkol1 ~ PU"},
    "free_marker": {"model": "PU =~ NA*pu1 + pu2 + pu3 + 1*pu4\nATT =~ NA*att1 + att2 + att3\nATT ~~ 1*ATT"},
    "observed_mediator": {"model": "PU =~ pu1 + pu2 + pu3\natt1 ~ PU\nPI =~ pi1 + pi2 + pi3\nPI ~ att1 + PU"},
    "indicator_predicts": {"model": "PU =~ pu1 + pu2 + pu3 + pu4\npi1 ~ pu1 + PU\npi2 ~ pi1"},
    "latent_with_observed": {"model": "PU =~ pu1 + pu2 + pu3\nPU ~~ kol1\nPI =~ pi1 + pi2 + pi3\nPI ~ PU"},
    "feedback": {"model": "pu1 ~ pi1 + kol1\npi1 ~ pu1 + peou1"},
    "path_analysis": {"model": "pu1 ~ peou1 + kol1\natt1 ~ pu1 + peou1\npi1 ~ att1 + pu1 + kol1"},
    "path_analysis_means": {"model": "pu1 ~ peou1 + kol1\npi1 ~ pu1 + kol1", "meanstructure": True},
    "path_analysis_free_x": {"model": "pu1 ~ peou1 + kol1\npi1 ~ pu1 + kol1", "fixed_x": False},
    "saturated": {"model": "pi1 ~ pu1 + att1"},
    "latent_mean": {"model": "PU =~ pu1 + pu2 + pu3 + pu4\npu1 ~ 0*1\nPU ~ 1"},
    "equal_intercepts": {"model": "PU =~ pu1 + pu2 + pu3 + pu4\npu1 ~ i*1\npu2 ~ i*1\npu3 ~ i*1\npu4 ~ j*1"},
    "growth": {"model": "i =~ 1*pu1 + 1*pu2 + 1*pu3 + 1*pu4\ns =~ 0*pu1 + 1*pu2 + 2*pu3 + 3*pu4\npu1 + pu2 + pu3 + pu4 ~ 0*1\ni ~ 1\ns ~ 1"},
    "controls": {"model": TAM + "PI ~ age + sex", "data": "tam_ctrl"},
    "controls_means": {"model": TAM + "PI ~ age + sex\nPU ~ age", "data": "tam_ctrl", "meanstructure": True},
    "controls_covary": {"model": TAM + "PI ~ age + sex\nKOL ~~ age", "data": "tam_ctrl"},
    "controls_defined": {"model": MEASURED + "PU ~ a*PEOU + g*age\nPI ~ b*PU + h*age\nATT ~ PU\nvia := g*b\nboth := via + h", "data": "tam_ctrl"},
    "bad_scales": {"model": TAM, "scale": {"peou1": 20.0, "pu3": 16.0, "kol1": 14.5}},
    "bad_scales_means": {"model": TAM, "scale": {"peou2": 20.0, "pu3": 16.0}, "meanstructure": True},
    "small": {"model": TAM, "rows": [1, 50]},
    "heywood_a": {"model": TWO_ITEMS, "rows": [11, 55]},
    "heywood_b": {"model": TWO_ITEMS, "rows": [31, 75]},
    "heywood_c": {"model": TWO_ITEMS, "rows": [111, 155]},
    "heywood_d": {"model": TWO_ITEMS, "rows": [171, 215]},
}  # fmt: skip

if __name__ == "__main__":
    text = json.dumps(CASES, indent=1, ensure_ascii=False)
    Path(__file__).with_name("polished_cases.json").write_text(text + "\n", encoding="utf-8")
