"""Files become tables of text: encodings, separators, workbooks, and what is refused."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from pathlib import Path

import openpyxl
import openpyxl.chart
import pytest

from tam.data import read_table
from tam.errors import TamError

ROWS = [["PU1", "题目"], ["5", "同意"], ["4", "不同意"]]


def codes(raised: pytest.ExceptionInfo[TamError]) -> list[str]:
    return [one.code for one in raised.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-32"])
def test_every_usual_encoding_of_chinese_text_is_told_apart(write, encoding):
    table = read_table(write(ROWS, encoding=encoding))
    assert table.header == ("PU1", "题目")
    assert table.rows.to_numpy().tolist() == [["5", "同意"], ["4", "不同意"]]


def test_rare_characters_and_emoji_survive_gb18030(write):
    table = read_table(write([["a", "b"], ["同意😀很好", "𠮷野家"]], encoding="gb18030"))
    assert table.encoding == "gb18030"
    assert table.rows.iloc[0].tolist() == ["同意😀很好", "𠮷野家"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("naïve,café\n1,déjà vu\n", "cp1252"),
        ("題目,性別\n這位網紅的筆記讓我節省了很多時間,女\n這個平台的資訊對購買很有幫助,男\n" * 2, "big5"),
    ],
)
def test_another_encoding_is_guessed_with_a_warning_and_read_silently_when_stated(tmp_path, text, encoding):
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert table.header == tuple(text.split("\n")[0].split(","))
    (note,) = table.problems
    assert (note.code, note.values["encoding"], note.exit_code) == ("encoding-guessed", encoding, 1)
    assert f'encoding = "{encoding}"' in note.mend
    stated = read_table(path, encoding=encoding)
    assert stated.header == table.header
    assert not stated.problems


def test_bytes_of_no_encoding_are_refused(tmp_path):
    chance = random.Random(1)
    path = tmp_path / "data.csv"
    path.write_bytes(bytes(chance.randrange(1, 256) for _ in range(3000)))
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["encoding-unknown"]


def test_two_encodings_in_one_file_are_refused_with_the_line(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("PU1,题目\n5,同意\n".encode() + "4,不同意\n".encode("gbk"))
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["encodings-mixed"]
    assert raised.value.problems[0].where.line == 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_utf16_without_mark_is_read(write, encoding, separator):
    table = read_table(write(ROWS, encoding=encoding, separator=separator))
    assert table.encoding == encoding
    assert table.header == ("PU1", "题目")


def test_a_nul_byte_is_refused_with_its_line(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"PU1,PU2\n1,2\n3,\x004\n5,6\n7,8\n9,10\n")
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["nul-bytes"]
    assert raised.value.problems[0].where.line == 3


@pytest.mark.parametrize("encoding", ["no-such-thing", "rot13", "base64"])
def test_an_encoding_that_does_not_exist_is_a_problem(write, encoding):
    with pytest.raises(TamError) as raised:
        read_table(write(ROWS), encoding=encoding)
    assert codes(raised) == ["encoding-name-unknown"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_even_where_answers_hold_another(write, separator):
    rows = [["a", "b", "c"], ["x, y", "1;2", "p\tq"], ["u", "v", "w"]]
    table = read_table(write(rows, separator=separator))
    assert table.separator == separator
    assert table.rows.to_numpy().tolist() == rows[1:]


def test_excels_own_separator_line_is_no_header(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("sep=;\nPU1;PU2\n1;2\n", encoding="utf-8")
    table = read_table(path)
    assert table.header == ("PU1", "PU2")
    assert table.row_numbers == (3,)


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('a,b\n"two\nlines",1\n\n,\nx,2\n', encoding="utf-8")
    table = read_table(path)
    assert table.row_numbers == (2, 5)
    assert table.rows.iloc[0, 0] == "two\nlines"


def test_cells_stay_the_text_they_are(write):
    cells = ["NA", "007", "1e3", " 5 ", "=1+1"]
    table = read_table(write([["a", "b", "c", "d", "e"], cells]))
    assert table.rows.iloc[0].tolist() == cells


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "data-file-empty"),
        (b"\xef\xbb\xbf\r\n \n", "data-file-empty"),
        (b",,\n,,\n", "data-file-empty"),
        (b"PU1,PU2\n", "no-answers"),
        (b'PU1,PU2\n1,"2\n3,4\n', "quote-not-closed"),
        (b"PU1,PU2\n1," + b"x" * 200_000 + b"\n", "cell-too-large"),
        (b"PU1,PU2\n1,2,3\n", "row-too-wide"),
    ],
)
def test_what_cannot_be_read_is_one_clear_problem(tmp_path, content, code):
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == [code]
    assert raised.value.problems[0].where.file == "data.csv"
    assert raised.value.problems[0].exit_code == 2


def test_every_wide_row_is_named_up_to_a_limit(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b\n" + "1,2\n1,2,3\n" * 30, encoding="utf-8")
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert [one.where.row for one in raised.value.problems[:2]] == [3, 5]
    assert codes(raised) == ["row-too-wide"] * 20 + ["more-rows-too-wide"]
    assert raised.value.problems[-1].values["n"] == 10


def test_a_short_row_is_filled_and_told(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n", encoding="utf-8")
    table = read_table(path)
    assert table.rows.iloc[1].tolist() == ["4", "5", ""]
    (note,) = table.problems
    assert (note.code, note.where.row, note.exit_code) == ("row-too-short", 3, 0)


def test_a_repeated_header_is_told(write):
    table = read_table(write([["a", "b", "a"], ["1", "2", "3"]]))
    assert [one.code for one in table.problems] == ["header-repeated"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("nothing.csv", "data-file-missing"),
        ("folder.csv", "data-file-is-folder"),
        ("data.sav", "statistics-file-damaged"),
        ("data.json", "data-format-unsupported"),
        ("data", "data-format-unsupported"),
    ],
)
def test_what_is_no_readable_file(tmp_path, name, code):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "data.sav").write_bytes(b"$FL2")
    (tmp_path / "data.json").write_bytes(b"{}")
    (tmp_path / "data").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(TamError) as raised:
        read_table(tmp_path / name)
    assert codes(raised) == [code]


def workbook(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_as_the_text_it_shows(tmp_path):
    path = workbook(
        tmp_path / "data.xlsx", ("答卷", [["PU1", "b", "c"], [5, 4.5, "同意"], ["６", True, None]])
    )
    table = read_table(path)
    assert table.sheet == "答卷"
    assert table.rows.to_numpy().tolist() == [["5", "4.5", "同意"], ["６", "TRUE", ""]]


def test_the_first_filled_sheet_is_used_and_the_others_named(tmp_path):
    path = workbook(tmp_path / "data.xlsx", ("empty", []), ("one", [["a"], [1]]), ("two", [["b"], [2]]))
    table = read_table(path)
    assert (table.sheet, table.header) == ("one", ("a",))
    (note,) = table.problems
    assert note.code == "sheet-chosen"
    assert "two" in note.what


def test_a_sheet_with_a_chart_is_passed_over(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "answers"
    for row in [["a"], [1], [2]]:
        book.active.append(row)
    chart = book.create_chartsheet("chart", 0)
    chart.add_chart(openpyxl.chart.BarChart())
    book.save(tmp_path / "data.xlsx")
    assert read_table(tmp_path / "data.xlsx").sheet == "answers"


def test_rows_that_are_only_formatted_are_no_respondents(tmp_path):
    path = workbook(tmp_path / "data.xlsx", ("s", [["a", "b"], [1, 2], [3, 4]]))
    book = openpyxl.load_workbook(path)
    for row in range(4, 500):
        book["s"].cell(row, 1).font = openpyxl.styles.Font(bold=True)
    book["s"].cell(3, 9).font = openpyxl.styles.Font(bold=True)
    book.save(path)
    table = read_table(path)
    assert table.row_numbers == (2, 3)
    assert table.header == ("a", "b")


def test_empty_rows_above_the_header_are_counted_in_the_row_numbers(tmp_path):
    path = workbook(tmp_path / "data.xlsx", ("s", [[], [], ["a", "b"], [1, 2], [], [3, 4]]))
    assert read_table(path).row_numbers == (4, 6)


def test_the_content_decides_about_the_format_not_the_name(tmp_path):
    path = workbook(tmp_path / "real.xlsx", ("s", [["a"], [1]]))
    renamed = path.rename(tmp_path / "renamed.csv")
    assert read_table(renamed).sheet == "s"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 broken", "workbook-damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "workbook-damaged"),
        (b"<html><table><tr><td>1</td></tr></table>", "workbook-is-web-page"),
    ],
)
def test_what_only_looks_like_a_workbook(tmp_path, content, code):
    path = tmp_path / "data.xls"
    path.write_bytes(content)
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == [code]


def test_half_a_workbook_is_damaged(tmp_path):
    path = workbook(tmp_path / "data.xlsx", ("s", [["a"], [1]]))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["workbook-damaged"]


def test_another_archive_is_no_workbook(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    path = tmp_path / "data.xlsx"
    path.write_bytes(archive.getvalue())
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["workbook-damaged"]


@pytest.mark.parametrize("limited", [True, False])
@pytest.mark.parametrize("far", ["XFD1048576", "A1048576"])
def test_a_far_cell_does_not_take_all_memory(tmp_path, monkeypatch, far, limited):
    """One cell in the last corner asks for 17 billion cells; one far down alone is harmless."""
    monkeypatch.setattr("tam.data.workbook.memory_is_limited", lambda: limited)
    path = tmp_path / "data.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["A2"] = 1
    book.active[far] = 2
    book.save(path)
    if far == "A1048576":
        assert read_table(path).row_numbers == (2, 1048576)
        return
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["workbook-too-large"]


@pytest.mark.parametrize("limited", [True, False])
def test_a_workbook_that_claims_billions_of_texts_takes_no_memory_for_them(tmp_path, monkeypatch, limited):
    """Where memory is limited the reader may go on: some versions reserve nothing for the claim."""
    monkeypatch.setattr("tam.data.workbook.memory_is_limited", lambda: limited)
    path = workbook(tmp_path / "data.xlsx", ("s", [["a"], [1]]))
    strings = b'<sst xmlns="x" count="3" uniqueCount="999999999999"><si><t>a</t></si></sst>'
    replace_part(path, "xl/sharedStrings.xml", strings)
    if limited:
        with contextlib.suppress(TamError):
            assert len(read_table(path).rows) == 1
        return
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["workbook-too-large"]


def replace_part(path: Path, part: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, held in {**parts, part: content}.items():
            new.writestr(name, held)


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_old_workbook_is_one_problem_and_ends_nobody(tmp_path, capfd, seed):
    """The reader of this format can end its process; then only that process ends, without a word."""
    content = bytearray(Path(__file__).with_name("old_workbook.xls").read_bytes())
    chance = random.Random(seed)
    for _ in range(40):
        content[chance.randrange(8, 2000)] = chance.randrange(256)
    path = tmp_path / "data.xls"
    path.write_bytes(bytes(content))
    try:
        read_table(path)
    except TamError as raised:
        assert raised.problems[0].code in (
            "workbook-damaged",
            "workbook-too-large",
            "workbook-protected",
            "data-file-empty",
            "no-answers",
        )
    assert capfd.readouterr().err == ""


def test_an_archive_that_unpacks_to_gigabytes_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("tam.data.workbook._LARGEST_UNPACKED", 1_000_000)
    path = tmp_path / "data.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        made.writestr("xl/worksheets/sheet1.xml", b"\0" * 1_000_000)
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["workbook-too-large"]


def test_two_readings_of_one_file_are_equal_and_carry_its_digest(write):
    path = write(ROWS)
    first, second = read_table(path), read_table(path)
    assert first.sha256 == second.sha256
    assert len(first.sha256) == 64
    assert first.rows.equals(second.rows)


def test_rows_swallowed_between_two_quotation_marks_are_not_lost_in_silence(tmp_path):
    """The mark of row 3 is closed by the stray one of row 6: read leniently, rows 4 and 5 would vanish."""
    path = tmp_path / "data.csv"
    path.write_text(
        'a,b,c,d\n1,2,3,x\n1,2,3,"x\n4,5,6,y\n7,8,9,z\n1,2,3,y" and so\n1,2,3,w\n', encoding="utf-8"
    )
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert codes(raised) == ["quote-not-closed"]
    assert raised.value.problems[0].where.row == 3


def test_a_stray_quotation_mark_inside_an_answer_is_read_as_spreadsheets_do(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('a,b\n"x"y,1\nz "q",2\n', encoding="utf-8")
    assert read_table(path).rows.to_numpy().tolist() == [["xy", "1"], ['z "q"', "2"]]
