"""The study file names a marker; what cannot be one is told with its line before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tam.errors import TamError
from tam.spec.instrument_file import load_instrument
from tam.spec.study import Options
from tam.spec.study_file import load_study
from tam.spec.study_marker import marker_columns

STUDY = """\
data = "answers.csv"

[constructs]
PU = ["pu1", "pu2"]
PI = ["pi1", "pi2"]
TV = ["tv1", "tv2"]

[scale]
min = 1
max = 7

[model]
paths = ["PI ~ PU"]

[options]
"""


def options(folder: Path, lines: str) -> Options:
    (folder / "study.toml").write_text(STUDY + lines, encoding="utf-8")
    (folder / "answers.csv").write_text("pu1,pu2,pi1,pi2,tv1,tv2\n", encoding="utf-8")
    return load_study(folder / "study.toml").options


def test_no_marker_unless_named(tmp_path: Path) -> None:
    found = options(tmp_path, "")
    assert (found.marker, found.marker_unrelated) == (None, None)


@pytest.mark.parametrize("name", ["TV", "tv1"])
def test_a_construct_or_an_item_outside_the_model(tmp_path: Path, name: str) -> None:
    found = options(tmp_path, f'marker = "{name}"\nmarker_unrelated = "PI"\n')
    assert (found.marker, found.marker_unrelated) == (name, "PI")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ('marker = "PU"\n', "marker-in-model"),
        ('marker = "pi2"\n', "marker-in-model"),
        ('marker = "TX"\n', "unknown-marker"),
        ('marker = "TV"\nmarker_unrelated = "TV"\n', "unknown-construct"),
    ],
)
def test_what_cannot_be_a_marker_is_told_with_its_line(tmp_path: Path, lines: str, code: str) -> None:
    with pytest.raises(TamError) as caught:
        options(tmp_path, lines)
    (found,) = caught.value.problems
    assert found.code == code
    assert found.where.line == 16
    assert found.exit_code == 2
    if code == "unknown-marker":
        assert found.values["suggestion"] == "TV"


def test_nominal_variables_cannot_be_markers() -> None:
    instrument = load_instrument("kol-tam")
    columns = marker_columns(instrument)
    nominal = [
        name
        for name, one in instrument.variables.items()
        if instrument.scales[one.scale or ""].type == "nominal"
    ]
    assert nominal and not set(nominal) & set(columns)
    assert set(instrument.items) <= set(columns)
