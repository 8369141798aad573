"""Writes the stored demonstration study anew: ``python -m tam.planning.demo_content [--population]``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tam.content import content_path
from tam.planning.demo_survey import export_text, make_survey, planted
from tam.spec.instrument_file import load_instrument
from tam.spec.model_file import load_model

HEAD = """\
# What is true of the demonstration survey. Written by: python -m tam.planning.demo_content
# SIMULATED data 模拟数据. `planted`: spreadsheet rows of export.csv (the header is row 1).
# `population`: what the analysis gives for a million attentive respondents' coded answers (--population);
# est in the metric of the marker items, std standardised.
"""


def load_plan() -> dict[str, Any]:
    """The generating model, counts and seed of ``generating.yaml``."""
    text = content_path("instruments", "demo", "generating.yaml").read_text(encoding="utf-8")
    plan: dict[str, Any] = yaml.safe_load(text)
    return plan


def demo_content(plan: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """The export as bytes (UTF-8 with byte order mark, so that Excel opens it) and the planted rows."""
    instrument = load_instrument(plan["instrument"])
    survey = make_survey(plan, instrument)
    return export_text(survey, instrument).encode("utf-8-sig"), planted(survey)


def main(folder: Path, population: bool) -> None:
    """Write export.csv and truth.yaml; the population values are kept as they stand unless asked for anew."""
    plan, stored = load_plan(), folder / "truth.yaml"
    export, rows = demo_content(plan)
    truth = {"seed": plan["seed"], "rows": sum(plan["respondents"].values()), "planted": rows}
    if population:
        from tam.planning.demo_population import population_truth

        model = load_model(plan["instrument"], load_instrument(plan["instrument"]))
        truth["population"] = population_truth(plan, model)
    elif stored.is_file():
        truth["population"] = yaml.safe_load(stored.read_text(encoding="utf-8")).get("population")
    body = yaml.safe_dump(truth, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
    (folder / "export.csv").write_bytes(export)
    stored.write_bytes((HEAD + body).encode("utf-8"))


if __name__ == "__main__":
    main(content_path("instruments", "demo"), "--population" in sys.argv[1:])
