"""Numeric tables: fast where they are clean, with row and column where they are not."""

from __future__ import annotations

import math

import numpy as np
import openpyxl
import pytest

from tam.data import read_numeric
from tam.errors import TamError


def test_numbers_are_exact_and_missing_cells_are_missing(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,y,g\n0.1,NA,a\n-2.5e-3,,b\n 3 ,1e300,NA\n", encoding="utf-8")
    frame = read_numeric(path, ["x", "y"], text_columns=["g"])
    assert frame["x"].tolist() == [0.1, -0.0025, 3.0]
    assert frame["y"].tolist() == pytest.approx([math.nan, math.nan, 1e300], nan_ok=True)
    assert frame["g"].tolist() == ["a", "b", None]
    assert frame["x"].dtype == np.float64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(write, encoding, separator):
    frame = read_numeric(
        write([["题一", "b"], ["1", "2.5"], ["３", ""]], encoding=encoding, separator=separator)
    )
    assert frame.columns.tolist() == ["题一", "b"]
    np.testing.assert_array_equal(frame.to_numpy(), [[1, 2.5], [3, math.nan]])


def test_a_decimal_comma_is_read_where_semicolons_separate(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x;y\n1,5;2\n2,25;3\n", encoding="utf-8")
    assert read_numeric(path)["x"].tolist() == [1.5, 2.25]


def test_columns_not_asked_for_may_hold_anything(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('x,note\n1,hello\n2,"a, b"\n', encoding="utf-8")
    assert read_numeric(path, ["x"])["x"].tolist() == [1, 2]


def test_a_workbook_gives_the_same_numbers(tmp_path):
    book = openpyxl.Workbook()
    for row in [["x", "y"], [1, 0.1], [2, None], ["3", "NA"]]:
        book.active.append(row)
    book.save(tmp_path / "data.xlsx")
    frame = read_numeric(tmp_path / "data.xlsx")
    np.testing.assert_array_equal(frame.to_numpy(), [[1, 0.1], [2, math.nan], [3, math.nan]])


@pytest.mark.parametrize("cell", ["abc", "inf", "-Infinity", "1e999", "1_000", "0x10", "1;2", "=1+1", "True"])
def test_a_cell_that_is_no_number_has_its_place(write, cell):
    with pytest.raises(TamError) as raised:
        read_numeric(write([["x", "y"], ["1", "2"], [cell, "3"]]))
    (one,) = raised.value.problems
    assert (one.code, one.where.row, one.where.column, one.values["value"]) == ("not-a-number", 3, "x", cell)


def test_rows_are_counted_past_blank_lines_and_quoted_line_breaks(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('x,t\n1,"a\nb"\n\nno,c\n', encoding="utf-8")
    with pytest.raises(TamError) as raised:
        read_numeric(path, ["x"])
    assert raised.value.problems[0].where.row == 4


@pytest.mark.parametrize(
    ("text", "columns", "code"),
    [
        ("x,y\n1,2\n", ["x", "Y"], "numeric-column-missing"),
        ("x,x\n1,2\n", None, "duplicate-header"),
        ("x,y\n1,2,3\n", None, "row-too-wide"),
        ("x,y\n1,2\n1,2,3\n", None, "row-too-wide"),
        ("x,y\n", None, "no-answers"),
        ("", None, "data-file-empty"),
    ],
)
def test_what_stops_a_numeric_table(tmp_path, text, columns, code):
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TamError) as raised:
        read_numeric(path, columns)
    assert [one.code for one in raised.value.problems] == [code]
