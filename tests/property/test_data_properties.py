"""Whatever the answers, the encoding or the file: the codes come back, or one clear problem does."""

from __future__ import annotations

import csv
import io
import random
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tam.data import code_responses, read_numeric, read_table
from tam.data.quantities import parse_count, parse_number, parse_seconds
from tam.data.wording import fold, heading
from tam.errors import TamError
from tam.spec.instrument import Construct, Instrument, Item, Label, Scale
from tam.spec.text import Text

WORDS = {1: "非常不同意", 2: "不同意", 3: "中立", 4: "同意", 5: "非常同意"}
ITEMS = ("a1", "a2", "a3")
INSTRUMENT = Instrument(
    id="likert",
    version="1",
    status="draft",
    title=Text("Likert", None),
    languages=("zh",),
    scales={"agree": Scale("agree", "ordinal", 1, 5, {k: Label(None, v) for k, v in WORDS.items()})},
    missing_codes={"": "blank"},
    sources={},
    constructs={"A": Construct("A", Text("A", None))},
    items={name: Item(name, "A", Text(None, f"题目{name}"), "agree") for name in ITEMS},
)
PLAIN = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

codes = st.one_of(st.none(), st.integers(1, 5))
tables = st.lists(st.tuples(codes, codes, codes), min_size=2, max_size=12).filter(
    lambda rows: all(any(code is not None for code in row) for row in rows)
)


def as_csv(rows: list[list[str]], encoding: str, separator: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def as_workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return without_times(content)


def without_times(content: io.BytesIO) -> bytes:
    """The same workbook without the time of writing, so that a failing example fails again."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.startswith("docProps"):
                new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def read_back(content: bytes, name: str) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return code_responses(read_table(path), INSTRUMENT).values.to_numpy()


@PLAIN
@given(
    tables,
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "workbook"]),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_likert_table_comes_back_from_any_writer(rows, in_words, form, separator):
    cells = [["" if c is None else WORDS[c] if in_words else str(c) for c in row] for row in rows]
    lines = [list(ITEMS), *cells]
    if form == "workbook":
        found = read_back(as_workbook(lines), "data.xlsx")
    else:
        found = read_back(as_csv(lines, form, separator), "data.csv")
    expected = np.array([[np.nan if c is None else c for c in row] for row in rows], dtype=float)
    np.testing.assert_array_equal(found, expected)


def widened(text: str) -> str:
    """ASCII in full width, as a Chinese keyboard types it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@PLAIN
@given(tables, st.sampled_from(["NFC", "NFD", "NFKD"]))
def test_width_and_composition_do_not_change_a_code(rows, form):
    plain = [["" if c is None else f"{c}. {WORDS[c]}" for c in row] for row in rows]
    wide = [[unicodedata.normalize(form, widened(cell)) for cell in row] for row in plain]
    first = read_back(as_csv([list(ITEMS), *plain], "utf-8", ","), "data.csv")
    second = read_back(as_csv([list(map(widened, ITEMS)), *wide], "utf-8", ","), "data.csv")
    np.testing.assert_array_equal(first, second)


def refuses_or_reads(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            code_responses(read_table(path), INSTRUMENT)
        except TamError as raised:
            assert raised.problems
            assert all(one.mend and one.what for one in raised.problems)
        try:
            read_numeric(path)
        except TamError as raised:
            assert all(one.mend and one.what for one in raised.problems)


@settings(PLAIN, max_examples=60)
@example(b"\xff\xfe\x00")
@example(b"PK\x03\x04")
@example(b'a1,a2,a3\n"')
@example(b"a1,a2,a3\r1,2,3\r4,5,1")
@example(b'{"ImportId":"a"},{"ImportId":"b"}\n1,2\n')
@given(st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing_but_problems(content):
    refuses_or_reads(content, "data.csv")


@settings(PLAIN, max_examples=60)
@given(st.text(alphabet=st.sampled_from('a1,;"\n\r\t 2345非同意{}:\ufeff\u2028<='), max_size=120))
def test_arbitrary_tables_raise_nothing_but_problems(text):
    refuses_or_reads(("a1,a2,a3\n" + text).encode(), "data.csv")


@settings(PLAIN, max_examples=50)
@given(st.integers(0, 2**32), st.integers(1, 8), st.booleans())
def test_a_damaged_workbook_raises_nothing_but_problems(seed, changes, cut):
    content = bytearray(as_workbook([list(ITEMS), ["1", "2", "3"], ["4", "5", "1"]]))
    chance = random.Random(seed)
    for _ in range(changes):
        content[chance.randrange(len(content))] = chance.randrange(256)
    end = chance.randrange(1, len(content)) if cut else len(content)
    refuses_or_reads(bytes(content[:end]), "data.xlsx")


@PLAIN
@given(st.text(max_size=60))
def test_text_functions_take_any_text(text):
    assert fold(fold(text)) == fold(text)
    heading(text)
    for parse in (parse_number, parse_count, parse_seconds):
        found = parse(text)
        assert found is None or isinstance(found, float)


@PLAIN
@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_numbers_written_by_python_are_read_exactly(number):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        path.write_text(f"x,y\n{number!r},1\n2,2\n", encoding="utf-8")
        assert read_numeric(path)["x"].iloc[0] == number
