"""Files appear whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from tam.errors import TamError
from tam.writing import csv_text, write_files


def test_text_is_utf8_with_line_feeds_and_bytes_are_left_alone(tmp_path: Path) -> None:
    write_files({tmp_path / "a.txt": "一\n二\n", tmp_path / "deep" / "b.bin": b"\r\n\x00"})
    assert (tmp_path / "a.txt").read_bytes() == "一\n二\n".encode()
    assert (tmp_path / "deep" / "b.bin").read_bytes() == b"\r\n\x00"


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_fault_in_the_second_file_leaves_the_first_as_it_was(tmp_path: Path, monkeypatch, fault) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("before", encoding="utf-8")
    real = Path.write_bytes

    def failing(self: Path, content: bytes) -> int:
        if content == b"two":
            raise fault
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises((TamError, KeyboardInterrupt)) as caught:
        write_files({first: "one", second: "two"})
    if isinstance(caught.value, TamError):
        assert [one.code for one in caught.value.problems] == ["cannot-write"]
        assert caught.value.problems[0].where.file == "second.txt"
    assert {path.name for path in tmp_path.iterdir()} == {"first.txt"}
    assert first.read_text(encoding="utf-8") == "before"


def test_a_folder_in_the_way_is_a_problem_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(TamError) as caught:
        write_files({tmp_path / "there": "text"})
    assert [one.code for one in caught.value.problems] == ["cannot-write"]
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX ones")
def test_a_new_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.write_text("x", encoding="utf-8")
    write_files({tmp_path / "ours": "x"})
    assert (tmp_path / "ours").stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " ="])
def test_no_cell_or_header_of_a_written_table_runs_as_a_formula(start: str) -> None:
    hostile = start + "cmd|' /C calc'!A0"
    lines = list(
        csv.reader(io.StringIO(csv_text([hostile, "b"], [[hostile, 1]]).lstrip("\ufeff"), newline=""))
    )
    assert lines == [["'" + hostile, "b"], ["'" + hostile, "1"]]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (-3, "-3"),
        (-0.5, "-0.5"),
        ("-3", "-3"),
        ("+1.5e3", "+1.5e3"),
        (None, ""),
        (float("nan"), ""),
        ("a-b", "a-b"),
    ],
)
def test_numbers_of_a_written_table_are_left_alone(cell: object, written: str) -> None:
    assert csv_text(["x", "y"], [[cell, "z"]]) == f"\ufeffx,y\r\n{written},z\r\n"


def test_a_written_table_opens_in_excel_as_utf8() -> None:
    assert csv_text(["题目"], [["同意"]]).encode("utf-8").startswith(b"\xef\xbb\xbf")
