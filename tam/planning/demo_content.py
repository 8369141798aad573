"""Writes the stored demonstration study anew: ``python -m tam.planning.demo_content [FOLDER]``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tam.content import content_path
from tam.planning.demo_survey import export_text, make_survey, planted
from tam.spec.instrument_file import load_instrument

HEAD = """\
# What is true of the demonstration survey. Written by: python -m tam.planning.demo_content
# SIMULATED data 模拟数据. Rows are spreadsheet rows of export.csv (the header is row 1).
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


def main(folder: Path) -> None:
    plan = load_plan()
    export, rows = demo_content(plan)
    truth = {"seed": plan["seed"], "rows": sum(plan["respondents"].values()), "planted": rows}
    (folder / "export.csv").write_bytes(export)
    text = HEAD + yaml.safe_dump(
        truth, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
    )
    (folder / "truth.yaml").write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else content_path("instruments", "demo"))
