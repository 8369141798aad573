"""Files made to break a reader: one clear problem each, within bounded memory and time.

Each hand-made case is read in a process whose address space is limited, children included; what comes out is
the codes of its problems (or of its notes) and the memory it took.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tam.data import read_table
from tam.errors import TamError

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("foreign_files", ROOT / "tests/unit/data/foreign_files.py")
assert _spec is not None and _spec.loader is not None
foreign = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(foreign)

ADDRESS_SPACE = 4 << 30
MEMORY = 3_300_000
"""Kilobytes that any process may really use; the bombs ask for far more."""
SECONDS = 100
READER = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
from tam.data import read_table
from tam.errors import TamError
try:
    answer = {"read": True, "codes": [one.code for one in read_table(sys.argv[1]).problems]}
except TamError as fault:
    answer = {"read": False, "codes": [one.code for one in fault.problems]}
    answer["exits"] = [one.exit_code for one in fault.problems]
    answer["mended"] = all(one.what and one.why and one.mend for one in fault.problems)
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
used = [own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
print(json.dumps({**answer, "kilobytes": max(used)}))
"""
SHEET = "xl/worksheets/sheet1.xml"
BOOK = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
linux = pytest.mark.skipif(
    sys.platform != "linux", reason="the memory of a process can be limited on Linux only"
)


def read_limited(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", READER, str(path), str(ADDRESS_SPACE)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=environment)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert done.stderr == b""
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["kilobytes"] < MEMORY
    return answer


def workbook(path: Path, **parts: bytes) -> Path:
    """A sound workbook with some of its parts replaced (``sheet`` and ``strings``)."""
    book = openpyxl.Workbook()
    for row in (["PU1", "PU2"], [1, "x"], [3, "y"]):
        book.active.append(row)
    whole = io.BytesIO()
    book.save(whole)
    names = {"sheet": SHEET, "strings": "xl/sharedStrings.xml"}
    new = {names[key]: content for key, content in parts.items()}
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            made.writestr(name, new.get(name, old.read(name)))
    return path


def cell(place: str, text: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def small_bomb(path: Path) -> Path:
    return workbook(path, sheet=BOOK % (b'<row r="1">' + b" " * 300_000_000 + b"</row>"))


def lying_archive(path: Path) -> Path:
    """The directory of the archive says that the sheet is small; unpacked it is 400 MB."""
    workbook(path, sheet=BOOK % (b'<row r="1">' + b" " * 400_000_000 + b"</row>"))
    content = bytearray(path.read_bytes())
    place = content.rfind(SHEET.encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    content[place + 24 : place + 28] = struct.pack("<I", 1000)
    path.write_bytes(bytes(content))
    return path


def ods_bomb(path: Path) -> Path:
    one = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="5"/>'
    )
    rows = f'<table:table-row table:number-rows-repeated="1048576">{one}</table:table-row>'
    return Path(foreign.write_ods(path, body=f'<table:table table:name="s">{rows}</table:table>'))


def deep_ods(path: Path) -> Path:
    deep = "<text:span>" * 300_000 + "x" + "</text:span>" * 300_000
    start = '<table:table table:name="s"><table:table-row><table:table-cell office:value-type="string">'
    body = f"{start}<text:p>{deep}"
    return Path(
        foreign.write_ods(path, body=f"{body}</text:p></table:table-cell></table:table-row></table:table>")
    )


def laughing_sheet(path: Path) -> Path:
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    head = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'.encode()
    return workbook(path, sheet=head + BOOK % (b'<row r="1">' + cell("A1", "&a9;") + b"</row>"))


def claiming_sav(path: Path) -> Path:
    """The header says that there are two thousand million cases."""
    pyreadstat.write_sav(pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]}), path)
    content = bytearray(path.read_bytes())
    content[80:84] = struct.pack("<i", 2**31 - 1)
    path.write_bytes(bytes(content))
    return path


def claiming_dta(path: Path) -> Path:
    pyreadstat.write_dta(pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]}), path, version=12)
    content = bytearray(path.read_bytes())
    content[6:10] = struct.pack("<i", 2**31 - 1)
    path.write_bytes(bytes(content))
    return path


def text(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def wide(columns: int, rows: int = 3) -> bytes:
    header = ",".join(f"c{i}" for i in range(columns))
    return "\n".join([header, *[",".join(["1"] * columns)] * rows]).encode()


MEGABYTE = "x" * 1_000_000
LONG_ROWS = b'<row r="1">' + cell("A1", "PU1") + b'</row><row r="2">' + cell("A2", MEGABYTE) + b"</row>"
DAMAGED = ("workbook-damaged", "workbook-too-large")
UNSOUND = ("statistics-file-damaged", "statistics-file-too-large")
NO_TEXT = ("workbook-damaged", "encoding-unknown", "nul-bytes", "utf16-without-mark")
MIXED = "a,题目\n1,同意\n".encode() + "2,不同意\n".encode("gbk")
CASES: dict[str, tuple[str, Callable[[Path], Path], tuple[str, ...]]] = {
    "zip bomb": ("x.xlsx", small_bomb, ("workbook-too-large",)),
    "archive that lies": ("x.xlsx", lying_archive, (*DAMAGED, "data-file-empty")),
    "ods bomb": ("x.ods", ods_bomb, ("workbook-too-large",)),
    "deep ods": ("x.ods", deep_ods, ("workbook-damaged", "no-answers", "cell-too-large")),
    "deep sheet": (
        "x.xlsx",
        lambda path: workbook(path, sheet=BOOK % (b"<row>" * 500_000)),
        (*DAMAGED, "data-file-empty", "no-answers"),
    ),
    "entities in entities": ("x.xlsx", laughing_sheet, (*DAMAGED, "no-answers", "data-file-empty")),
    "1 MB cell": ("x.xlsx", lambda path: workbook(path, sheet=BOOK % LONG_ROWS), ("cell-too-large",)),
    "1 MB cell in ods": (
        "x.ods",
        lambda path: foreign.write_ods(path, ("s", [["PU1"], [MEGABYTE]])),
        ("cell-too-large",),
    ),
    "1 MB cell in text": ("x.csv", text(f"a,b\n1,{MEGABYTE}\n".encode()), ("cell-too-large",)),
    "1 MB cell, quoted": ("x.csv", text(f'a,b\n1,"{MEGABYTE}"\n'.encode()), ("cell-too-large",)),
    "20,000 columns": ("x.csv", text(wide(20_000)), ("too-many-columns",)),
    "NUL in one place": ("x.csv", text(wide(5) + b"\n1,\0,1,1,1\n"), ("nul-bytes",)),
    "nothing but NUL": ("x.csv", text(b"\0" * 5_000_000), ("data-file-empty",)),
    "half NUL": ("x.csv", text(wide(5, 2000) + b"\0" * 20_000), NO_TEXT),
    "mixed encodings": ("x.csv", text(MIXED), ("encodings-mixed",)),
    "cut within a character": ("x.csv", text("a,题目\n1,同意\n2,不同意".encode()[:-1]), ("encodings-mixed",)),
    "quotes": ("x.csv", text(b'a,b\n"' + b'"' * 10_000_001), ("quote-not-closed", "cell-too-large")),
    "cases that are not there": ("x.dta", claiming_dta, UNSOUND),
    "a header alone": ("x.sav", text(b"$FL2" + b"\xff" * 172), UNSOUND),
    "another archive": ("x.ods", text(b"PK\x05\x06" + b"\0" * 18), NO_TEXT),
}


@linux
@pytest.mark.parametrize("case", list(CASES))
def test_a_hostile_file_is_one_clear_problem_within_its_means(tmp_path: Path, case: str) -> None:
    name, make, codes = CASES[case]
    answer = read_limited(make(tmp_path / name))
    assert not answer["read"], answer
    assert len(answer["codes"]) == 1
    assert answer["codes"][0] in codes
    assert answer["exits"] == [2]
    assert answer["mended"]


@linux
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("x.xlsx", lambda path: workbook(path, strings=b"<sst>" + b"<si><r>" * 300_000)),
        ("x.sav", claiming_sav),
    ],
)
def test_what_can_be_read_nevertheless_is_read_within_its_means(tmp_path: Path, name: str, make) -> None:
    """Strings nested without end count as no strings; cases that the file does not hold are not missed."""
    assert read_limited(make(tmp_path / name))["read"]


@linux
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_ten_thousand_columns_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    if suffix == ".csv":
        path.write_bytes(wide(10_000))
    else:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("s")
        for row in ([f"c{i}" for i in range(10_000)], *[[1] * 10_000] * 3):
            sheet.append(row)
        book.save(path)
    assert read_limited(path)["read"]


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_cut_workbook_is_damaged(tmp_path: Path, kept: float) -> None:
    content = workbook(tmp_path / "x.xlsx").read_bytes()
    (tmp_path / "x.xlsx").write_bytes(content[: int(kept * len(content))])
    with pytest.raises(TamError) as raised:
        read_table(tmp_path / "x.xlsx")
    assert [one.code for one in raised.value.problems] == ["workbook-damaged"]


@linux
def test_a_pipe_and_a_circle_of_links_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "circle.csv").symlink_to(tmp_path / "circle.csv")
    for name in ("pipe.csv", "circle.csv", "n" * 300 + ".csv"):
        with pytest.raises(TamError) as raised:
            read_table(tmp_path / name)
        assert raised.value.problems[0].code in ("data-file-unreadable", "data-file-missing")


def refuses_or_reads(content: bytes, name: str) -> None:
    """Nothing but problems comes out, each with words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            read_table(path)
        except TamError as raised:
            assert raised.problems
            assert all(one.what and one.why and one.mend for one in raised.problems)
            assert all(one.where.file == name for one in raised.problems)


FEW = settings(deadline=None, max_examples=8, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
TEXTS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".xlsb")
STARTS = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"$FL2",
    b"$FL3",
    b"<stata_dta>",
    b"\x72\x02\x01\x00",
)


@settings(FEW, max_examples=60)
@example(b"\xff\xfe\x00\xd8", ".csv")
@example(b"\x00\xd8\n\x00", ".csv")
@example(b"\xfe\xff", ".tsv")
@given(st.binary(max_size=3000), st.sampled_from(TEXTS))
def test_random_bytes_under_any_name(content: bytes, suffix: str) -> None:
    refuses_or_reads(content, f"x{suffix}")


@FEW
@given(st.binary(max_size=2000), st.sampled_from(STARTS))
def test_random_bytes_behind_a_sound_beginning(content: bytes, start: bytes) -> None:
    refuses_or_reads(start + content, "x.dta" if start[0] == 0x72 else "x.csv")


def _sound(kind: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{kind}"
        frame = pd.DataFrame({"X": np.arange(30.0) % 5, "T": ["同意", "b", ""] * 10})
        labels = {"X": {1.0: "同意", 2.0: "不同意"}}
        if kind == "sav":
            pyreadstat.write_sav(
                frame, path, variable_value_labels=labels, missing_ranges={"X": [{"lo": 4, "hi": 9}]}
            )
        elif kind == "dta":
            pyreadstat.write_dta(frame, path, variable_value_labels={"X": {1: "同意", 2: "不同意"}})
        elif kind == "por":
            pyreadstat.write_por(frame[["X"]], path)
        elif kind == "ods":
            foreign.write_ods(path, ("s", [["X", "T"], [1, "同意"], [2, None]]))
        else:
            foreign.write_xlsb(path, "s", [["X", "T"], [1, "同意"], [2, None]])
        return path.read_bytes()


@pytest.mark.parametrize("kind", ["sav", "dta", "por", "ods", "xlsb"])
def test_a_damaged_file_raises_nothing_but_problems(kind: str) -> None:
    sound = _sound(kind)
    for seed in range(4):
        chance = random.Random(seed)
        content = bytearray(sound)
        for _ in range(chance.choice([1, 5, 50])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        refuses_or_reads(bytes(content), f"x.{kind}")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sav", "dta", "por", "ods", "xlsb"])
def test_hundreds_of_damaged_files_raise_nothing_but_problems(kind: str) -> None:
    sound = _sound(kind)
    for seed in range(300):
        chance = random.Random(seed)
        content = bytearray(sound)
        for _ in range(chance.choice([1, 3, 10, 100])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        end = chance.randrange(1, len(content)) if chance.random() < 0.3 else len(content)
        refuses_or_reads(bytes(content[:end]), f"x.{kind}")
