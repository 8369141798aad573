"""Tables as data: full precision, an interval as two columns, words as words, no formulas."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from small_results import small_results

from tam.report.data_files import csv_files, grid, tabled, xlsx_bytes
from tam.report.data_workbook import number_format
from tam.report.document import Cell, Column, Document, Figure, Group, Section, Table, numbered, plain, rich
from tam.report.editions import document_for
from tam.report.format import Shown, numbers_for
from tam.report.words import load_words

NUMBERS = numbers_for("en")
WORDS = load_words("en")
FORMULA = '=HYPERLINK("http://example.org","x")'


def table(*rows: tuple[str, ...], heads: tuple[str, ...] = (), label: str = "") -> Table:
    columns = tuple(Column(rich(head), "name" if at == 0 else "number") for at, head in enumerate(heads))
    cells = tuple(tuple(Cell(rich(text)) for text in row) for row in rows)
    return Table("probe", rich("Probe"), columns, (Group(cells, rich(label)),), (rich("A note."),))


def document(*tables: Table, language: str = "en") -> Document:
    sections = numbered([Section("one", rich("One"), tables)])
    return Document(language, "Title", rich("Kicker"), (), (), sections)


PATHS = table(
    ("PEOU → PU", NUMBERS.plain(0.123456789), NUMBERS.interval(-0.5, 1.25), NUMBERS.p(0.0000123), "–"),
    ("PU → ATT", NUMBERS.plain(-2.0), NUMBERS.interval(None, None), NUMBERS.p(0.5), "12,400"),
    heads=("Path", "b", "95% CI", "p", "n"),
    label="Direct",
)


def entries(made: Table) -> list[list[object]]:
    return [[one.value for one in row] for row in grid(made, WORDS).rows]


def test_numbers_stand_in_full_and_an_interval_is_two_columns() -> None:
    made = grid(PATHS, WORDS)
    assert made.heads == ("Group", "Path", "b", "95% CI, lower", "95% CI, upper", "p", "n")
    assert entries(PATHS) == [
        ["Direct", "PEOU → PU", 0.123456789, -0.5, 1.25, 0.0000123, None],
        ["Direct", "PU → ATT", -2.0, None, None, 0.5, 12400],
    ]


@pytest.mark.parametrize(
    ("head", "texts", "heads", "rows"),
    [
        ("χ² (df)", [NUMBERS.with_degrees(252.80024, 220)], ["χ²", "df"], [[252.80024, 220]]),
        (
            "α",
            [NUMBERS.with_interval(0.8475, 0.8197, 0.8719)],
            ["α", "α, lower", "α, upper"],
            [[0.8475, 0.8197, 0.8719]],
        ),
        (
            "Value",
            [
                NUMBERS.with_degrees(9.5, 8),
                NUMBERS.bounded(0.99123, 3),
                NUMBERS.with_interval(0.02, 0.01, 0.03),
            ],
            ["Value", "Value (2)", "Value, lower", "Value, upper"],
            [[9.5, 8, None, None], [0.99123, None, None, None], [0.02, None, 0.01, 0.03]],
        ),
        ("Share", [NUMBERS.percent(0.12345)], ["Share"], [[0.12345]]),
        ("n", ["0", "1,204", "–", ""], ["n"], [[0], [1204], [None], [None]]),
        ("x", [Shown.joined("Below ", NUMBERS.plain(1.5407))], ["x"], [["Below 1.54"]]),
        ("x", ["unchanged", "not computed"], ["x"], [["unchanged"], ["not computed"]]),
    ],
)
def test_what_a_column_becomes(
    head: str, texts: list[str], heads: list[str], rows: list[list[object]]
) -> None:
    made = table(*((f"r{at}", text) for at, text in enumerate(texts)), heads=("row", head))
    assert list(grid(made, WORDS).heads[1:]) == heads
    assert [row[1:] for row in entries(made)] == rows


def test_heads_that_stand_twice_are_told_apart() -> None:
    made = table(("a", "1", "2"), heads=("Item", "SE", "SE"))
    assert grid(made, WORDS).heads == ("Item", "SE", "SE (2)")


def test_a_csv_holds_the_table_for_spreadsheets() -> None:
    [(name, text)] = csv_files(document(PATHS)).items()
    assert name == "tables/01-probe.csv"
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1] == ["Direct", "PEOU → PU", "0.123456789", "-0.5", "1.25", "1.23e-05", ""]


def test_every_table_and_the_data_of_every_figure_are_files() -> None:
    for language in ("en", "zh"):
        made = document_for(small_results(), language, "academic")
        blocks = [block for section in made.sections for block in section.blocks]
        names = csv_files(made)
        wanted = {f"tables/{one.number:02d}-{one.key}.csv" for one in blocks if isinstance(one, Table)}
        wanted |= {f"figures/{one.number:02d}-{one.key}.csv" for one in blocks if isinstance(one, Figure)}
        assert set(names) == wanted and len(wanted) > 15


def test_the_hypotheses_of_the_results_stand_in_the_file_to_the_last_digit() -> None:
    results = small_results()
    text = csv_files(document_for(results, "en", "academic"))["tables/01-hypotheses.csv"]
    rows = {row[0]: row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")))}
    for one in results["structure"]["hypotheses"]:
        found = {float(value) for value in rows[one["id"]] if re.fullmatch(r"-?[\d.]+(e-\d+)?", value)}
        stated = {one[name] for name in ("est", "std", "p", "ci_low", "ci_high") if one[name] is not None}
        assert stated == found, one["id"]


# -- the workbook


def book(made: Document):
    return load_workbook(io.BytesIO(xlsx_bytes(made)))


def test_the_workbook_lists_its_sheets_and_leads_to_them() -> None:
    made = book(document(PATHS, replace(PATHS, key="other")))
    assert made.sheetnames == ["Contents", "T01 probe", "T02 other"]
    contents = made["Contents"]
    assert [cell.value for cell in contents[5]] == ["Table 1", "Probe", 2]
    assert contents["B5"].hyperlink.location == "'T01 probe'!A1"


def test_a_sheet_holds_numbers_that_show_the_digits_of_the_report() -> None:
    sheet = book(document(PATHS))["T01 probe"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("Table 1", "Probe")
    assert [cell.value for cell in sheet[4]] == [
        *("Group", "Path", "b", "95% CI, lower", "95% CI, upper", "p", "n")
    ]
    assert sheet["C5"].value == 0.123456789 and sheet["C5"].number_format == "0.00"
    assert sheet["F5"].value == 0.0000123 and "< .001" in sheet["F5"].number_format
    assert sheet["G6"].value == 12400 and sheet["G6"].number_format == "#,##0"
    assert sheet.freeze_panes == "B5"
    assert "A note." in sheet["A8"].value


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("0.12", "0.00"),
        ("−1.10", "0.00"),
        (".870", ".000"),
        ("−.12", ".00"),
        ("12.4%", "0.0%"),
        ("100%", "0%"),
        ("12,400", "#,##0"),
        ("7", "#,##0"),
        ("< .001", '[<0.001]"< .001";[>0.999]"> .999";.000'),
        ("> 0.999", '[<0.001]"< 0.001";[>0.999]"> 0.999";0.000'),
        ("2.1 × 10⁻⁵", "0.0E+00"),
    ],
)
def test_the_format_of_a_number_is_read_off_its_print(shown: str, said: str) -> None:
    assert number_format(shown) == said


@pytest.mark.parametrize("text", [FORMULA, "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "'=1"])
def test_what_somebody_wrote_is_never_a_formula(text: str) -> None:
    made = document(table((text, text), heads=(text, text), label=text))
    sheet = book(made)["T01 probe"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    [content] = csv_files(made).values()
    for row in csv.reader(io.StringIO(content.removeprefix("\ufeff"))):
        assert not [one for one in row if one[:1] in ("=", "+", "-", "@", "\t")]


@pytest.mark.parametrize("text", ["\x00\x07\x1f", "\ud800", "\ufffe", "x" * 40_000, "👩‍👩‍👧", "\u202e"])
def test_no_text_breaks_the_files(text: str) -> None:
    made = document(table((text, text), heads=("a", text)))
    assert len(book(made)["T01 probe"]["A5"].value or "") <= 32_767
    csv_files(made)["tables/01-probe.csv"].encode("utf-8", "replace")


def test_the_same_tables_give_the_same_bytes_without_a_date() -> None:
    made = document_for(small_results(), "zh", "academic")
    first = xlsx_bytes(made)
    assert first == xlsx_bytes(made)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {2000}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\d", core)) == {"2000-01-01"}


def test_no_number_of_a_table_is_left_as_text() -> None:
    """In columns of numbers of the whole report what is text is words, or a number among words."""
    for one in tabled(document_for(small_results(), "en", "academic")):
        made = grid(one.table, WORDS)
        for row in made.rows:
            for entry, kind in zip(row, made.kinds, strict=True):
                if kind == "number" and isinstance(entry.value, str):
                    assert not re.fullmatch(r"[\s−\-\d.,%\[\]()<>]+", entry.value), (plain(one.title), entry)
