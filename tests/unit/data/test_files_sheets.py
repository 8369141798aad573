"""OpenDocument and binary workbooks, and which sheet is read."""

from __future__ import annotations

import openpyxl
import pytest
from foreign_files import write_ods, write_xlsb

from tam.data import read_numeric, read_table
from tam.errors import TamError

ROWS = [["PU1", "题目"], [5, "同意"], [4.5, None]]
TEXT = [["5", "同意"], ["4.5", ""]]


@pytest.mark.parametrize("make", ["ods", "xlsb", "xlsx"])
def test_every_kind_of_workbook_is_read_alike(tmp_path, make):
    path = tmp_path / f"data.{make}"
    if make == "ods":
        write_ods(path, ("答卷", ROWS))
    elif make == "xlsb":
        write_xlsb(path, "答卷", ROWS)
    else:
        several(path, {"答卷": ROWS})
    table = read_table(path)
    assert (table.sheet, table.header) == ("答卷", ("PU1", "题目"))
    assert table.rows.to_numpy().tolist() == TEXT
    assert read_numeric(path, ["PU1"])["PU1"].tolist() == [5, 4.5]


def several(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("sheet", "header"), [("two", "b"), (" TWO ", "b"), (3, "b"), ("one", "a"), (2, "a")]
)
def test_a_sheet_is_chosen_by_name_or_number(tmp_path, sheet, header):
    path = several(tmp_path / "data.xlsx", {"empty": [], "one": [["a"], [1]], "two": [["b"], [2]]})
    table = read_table(path, sheet=sheet)
    assert table.header == (header,)
    assert table.problems == ()


@pytest.mark.parametrize("sheet", ["three", 4, 0, "empty"])
def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path, sheet):
    path = several(tmp_path / "data.xlsx", {"empty": [], "one": [["a"], [1]]})
    with pytest.raises(TamError) as raised:
        read_table(path, sheet=sheet)
    (found,) = raised.value.problems
    assert found.code == "sheet-not-found"
    assert "one" in found.what


def test_a_sheet_named_for_a_text_file_is_told(write):
    table = read_table(write([["a", "b"], ["1", "2"]]), sheet="one")
    assert [one.code for one in table.problems] == ["sheet-ignored"]


def test_decimal_commas_are_numbers_where_semicolons_separate(write, small):
    from tam.data import code_responses

    rows = [["PU1", "PU2", "ATT1", "ATT2", "age"], ["5", "1", "2", "3", "31,5"], ["4", "2", "1", "0", "20"]]
    path = write(rows, separator=";")
    assert code_responses(read_table(path), small).variables["age"].tolist() == [31.5, 20]
    assert read_numeric(path)["age"].tolist() == [31.5, 20]


def test_bars_separate_cells_too(write):
    assert read_table(write(ROWS, separator="|")).separator == "|"
