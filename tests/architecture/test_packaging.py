"""The content travels: in the wheel, and in an editable install; nothing else sneaks in."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from architecture.source import ROOT

CONTENT = ("instruments", "reports")
EXAMPLES = ROOT / "reports" / "examples"
LARGEST_EXAMPLES = 2_500_000
"""Bytes: a clone carries every version of them."""


def tracked(folder: str) -> set[str]:
    """Content files as they stand in the checkout; hidden ones, compiled ones and the examples left out."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not path.name.startswith(".") and "__pycache__" not in path.parts
        if EXAMPLES not in path.parents
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def test_the_wheel_holds_code_and_content(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in CONTENT:
        assert tracked(folder)
        assert {f"tam/_content/{name}" for name in tracked(folder)} <= names
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tam").rglob("*.py")}
    assert code <= names
    assert "tam/py.typed" in names


def test_the_examples_stay_out_of_the_wheel_and_small(wheel: Path) -> None:
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "reports/examples" in name]
    sizes = [path.stat().st_size for path in EXAMPLES.rglob("*") if path.is_file()]
    assert 0 < sum(sizes) < LARGEST_EXAMPLES


def test_the_wheel_works_unpacked(wheel: Path, tmp_path: Path) -> None:
    """The command finds its content in the unpacked wheel, not in this checkout."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    ask = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from tam.content import content_path; print(content_path('instruments'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", ask, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(answer.stdout.strip()) == (tmp_path / "tam" / "_content" / "instruments").resolve()


def test_an_editable_install_finds_the_content_in_the_checkout(tmp_path: Path) -> None:
    """An editable wheel points at the checkout; the loader finds the folders there."""
    from hatchling.builders.wheel import WheelBuilder

    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["editable"]))
    pointers = [name for name in zipfile.ZipFile(built).namelist() if name.endswith(".pth")]
    assert pointers
    paths = zipfile.ZipFile(built).read(pointers[0]).decode().split()
    assert str(ROOT) in paths
    ask = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from tam.content import content_path; print(content_path('reports'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", ask, paths[0]], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(answer.stdout.strip()) == ROOT / "reports"
