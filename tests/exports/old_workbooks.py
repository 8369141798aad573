"""Writes the two Excel 97 workbooks of this folder, which no library at hand writes any more.

    python -m exports.old_workbooks        (in tests/, with xlwt 1.3.0 installed)

They hold Wenjuanxing's text form and its sequence form under the names of older exports.
"""

from __future__ import annotations

from exports.chinese import wenjuanxing_sequence, wenjuanxing_text
from exports.master import HERE, Table, master

MIXED = {"agree5": "descending", "fit7": "ascending", "gender": "descending"}


def write(name: str, rows: Table) -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    book.save(str(HERE / name))


if __name__ == "__main__":
    write("40_40_0.xls", wenjuanxing_text(master(), matrix="old"))
    write("40_40_2.xls", wenjuanxing_sequence(master(), MIXED, matrix="old"))
