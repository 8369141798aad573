"""Every export fixture: how it is written, what is declared for it, and what its platform records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from exports.chinese import (
    tencent,
    wenjuan_original,
    wenjuan_readable,
    wenjuanxing_sequence,
    wenjuanxing_text,
)
from exports.master import HERE, Respondent, Table, plain_rows, write_text, write_workbook
from exports.western import RULES, google_forms, limesurvey, qualtrics, qualtrics_older, redcap, surveymonkey

People = tuple[Respondent, ...]
Writer = Callable[[Path, People], Path]
Order = Mapping[str, Literal["ascending", "descending"]]
UP: Order = dict.fromkeys(("agree5", "fit7", "gender"), "ascending")
DOWN: Order = dict.fromkeys(("agree5", "fit7", "gender"), "descending")
MIXED: Order = {"agree5": "descending", "fit7": "ascending", "gender": "descending"}
NUMBERED = {**RULES, "ATT1": "Q4_R1", "ATT2": "Q4_R2", "ATT3": "Q4_R3"}
UTF8_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Fixture:
    """``skips``: does the platform tell skipped from blank? ``seconds``, ``ids``: does it record them?"""

    name: str
    platform: str
    write: Writer
    evidence: str
    skips: bool = False
    seconds: bool = True
    ids: bool = True
    rules: Mapping[str, str] = field(default_factory=dict)
    order: Order = field(default_factory=dict)
    text_form: str | None = None
    finished: bool = False


def as_text(
    name: str,
    rows: Callable[[People], Table],
    *,
    encoding: str = "utf-8",
    separator: str = ",",
    mark: str = "",
) -> Writer:
    def write(folder: Path, people: People) -> Path:
        return write_text(folder / name, rows(people), encoding=encoding, separator=separator, mark=mark)

    return write


def as_workbook(name: str, rows: Callable[[People], Table], *, trailing: int = 0) -> Writer:
    def write(folder: Path, people: People) -> Path:
        return write_workbook(folder / name, rows(people), trailing=trailing)

    return write


def stored(name: str, *beside: str) -> Writer:
    """An Excel 97 workbook of this folder (``old_workbooks.py`` writes them), and others beside it."""

    def write(folder: Path, _people: People) -> Path:
        for one in (name, *beside):
            (folder / one).write_bytes((HERE / one).read_bytes())
        return folder / name

    return write


def both(first: Writer, second: Writer) -> Writer:
    """Two files in one folder; the second one is read."""

    def write(folder: Path, people: People) -> Path:
        first(folder, people)
        return second(folder, people)

    return write


def _sequence(order: Order, **options: str) -> Callable[[People], Table]:
    return lambda people: wenjuanxing_sequence(people, dict(order), **options)


def _text(**options: object) -> Callable[[People], Table]:
    return lambda people: wenjuanxing_text(people, **options)  # type: ignore[arg-type]


WENJUANXING = (
    Fixture(
        "wenjuanxing text", "wenjuanxing", as_text("a.csv", _text(), mark=UTF8_MARK), "所用时间", skips=True
    ),
    Fixture(
        "wenjuanxing text, GBK",
        "wenjuanxing",
        as_text("a.csv", _text(style="words"), encoding="gbk"),
        "来源",
        skips=True,
    ),
    Fixture(
        "wenjuanxing text, XLSX",
        "wenjuanxing",
        as_workbook("12345_按文本_笔记与购物_40_40.xlsx", _text(real_dates=True, style="clock"), trailing=3),
        "file name",
        skips=True,
    ),
    Fixture(
        "wenjuanxing text, numbers beside words",
        "wenjuanxing",
        as_workbook("a.xlsx", _text(decorated=True)),
        "序号",
        skips=True,
    ),
    Fixture(
        "wenjuanxing text, in English",
        "wenjuanxing",
        as_text("a.csv", _text(language="en", matrix="text")),
        "numbered",
        skips=True,
    ),
    Fixture("wenjuanxing text, Excel 97", "wenjuanxing", stored("40_40_0.xls"), "file name", skips=True),
    Fixture(
        "wenjuanxing sequence, ascending",
        "wenjuanxing",
        as_text("12345_按序号_笔记_40_40.csv", _sequence(UP)),
        "file name",
        skips=True,
        order=UP,
    ),
    Fixture(
        "wenjuanxing sequence, descending",
        "wenjuanxing",
        as_workbook("a.xlsx", _sequence(DOWN, matrix="old")),
        "所用时间",
        skips=True,
        order=DOWN,
    ),
    Fixture(
        "wenjuanxing sequence, text form beside",
        "wenjuanxing",
        both(
            as_workbook("12345_按文本_笔记_40_40.xlsx", _text()),
            as_workbook("12345_按序号_笔记_40_40.xlsx", _sequence(MIXED)),
        ),
        "text form 12345_按文本",
        skips=True,
    ),
    Fixture(
        "wenjuanxing sequence, text form named",
        "wenjuanxing",
        both(as_text("words.csv", _text(), encoding="gb18030"), as_text("numbers.csv", _sequence(MIXED))),
        "text form words.csv",
        skips=True,
        text_form="words.csv",
    ),
    Fixture(
        "wenjuanxing sequence, Excel 97, text form beside",
        "wenjuanxing",
        stored("40_40_2.xls", "40_40_0.xls"),
        "text form 40_40_0.xls",
        skips=True,
    ),
    Fixture(
        "wenjuanxing sequence, both declared and text form",
        "wenjuanxing",
        both(
            as_workbook("9_按文本_t_40_40.xlsx", _text()),
            as_workbook("9_按序号_t_40_40.xlsx", _sequence(MIXED)),
        ),
        "text form 9_按文本",
        skips=True,
        order=MIXED,
    ),
    Fixture(
        "wenjuanxing score",
        "wenjuanxing",
        as_workbook("12345_按分数_笔记_40_40.xlsx", _sequence(UP)),
        "file name",
        skips=True,
    ),
)

CHINESE = (
    Fixture("tencent", "tencent", as_text("a.csv", tencent, mark=UTF8_MARK), "开始答题时间"),
    Fixture(
        "tencent, more columns, XLSX",
        "tencent",
        as_workbook("a.xlsx", lambda people: tencent(people, more=True), trailing=2),
        "答题时长",
    ),
    Fixture(
        "tencent, in English, GBK",
        "tencent",
        as_text("a.csv", lambda people: tencent(people, language="en"), encoding="gbk"),
        "numbered",
    ),
    Fixture(
        "wenjuan readable, GBK",
        "wenjuan",
        as_text("All_Data_Readable.csv", wenjuan_readable, encoding="gbk"),
        "All_Data_Readable",
    ),
    Fixture(
        "wenjuan original",
        "wenjuan",
        as_text("All_Data_Original.csv", wenjuan_original, encoding="gbk"),
        "start, finish",
        rules=NUMBERED,
        order=UP,
    ),
)

QUALTRICS = (
    Fixture(
        "qualtrics, choice text",
        "qualtrics",
        as_text("a.csv", qualtrics, mark=UTF8_MARK),
        "ImportId",
        finished=True,
    ),
    Fixture(
        "qualtrics, choice text, one column per option, Chinese",
        "qualtrics",
        as_text("a.csv", lambda people: qualtrics(people, language="zh", split=True)),
        "ImportId",
        finished=True,
    ),
    Fixture(
        "qualtrics, numbers, one column per option",
        "qualtrics",
        as_text("a.csv", lambda people: qualtrics(people, split=True, numeric=True)),
        "ImportId",
        finished=True,
    ),
    Fixture(
        "qualtrics, numbers in one cell, TSV in UTF-16",
        "qualtrics",
        as_text("a.tsv", lambda people: qualtrics(people, numeric=True), encoding="utf-16", separator="\t"),
        "ImportId",
        finished=True,
    ),
    Fixture(
        "qualtrics, label rows removed",
        "qualtrics",
        as_workbook("a.xlsx", lambda people: qualtrics(people, numeric=True, labelled=False, split=True)),
        "removed",
        rules=RULES,
        finished=True,
    ),
    Fixture(
        "qualtrics, two header rows",
        "qualtrics",
        as_text("a.csv", qualtrics_older, mark=UTF8_MARK),
        "older format",
        ids=False,
        finished=True,
    ),
    Fixture(
        "qualtrics, two header rows in Chinese",
        "qualtrics",
        as_text("a.csv", lambda people: qualtrics_older(people, language="zh"), encoding="gb18030"),
        "older format",
        ids=False,
        finished=True,
    ),
)

WESTERN = (
    Fixture("surveymonkey", "surveymonkey", as_text("a.csv", surveymonkey), "two header rows"),
    Fixture(
        "surveymonkey, condensed, day first",
        "surveymonkey",
        as_text("a.csv", lambda people: surveymonkey(people, condensed=True, day_first=True)),
        "Collector ID",
    ),
    Fixture(
        "surveymonkey, Chinese, XLSX",
        "surveymonkey",
        as_workbook("a.xlsx", lambda people: surveymonkey(people, language="zh", response="回复")),
        "two header rows",
    ),
    Fixture(
        "surveymonkey, numbers",
        "surveymonkey",
        as_workbook("a.xlsx", lambda people: surveymonkey(people, numeric=True)),
        "two header rows",
        order=UP,
    ),
    Fixture(
        "google forms", "google_forms", as_text("a.csv", google_forms), "Timestamp", seconds=False, ids=False
    ),
    Fixture(
        "google forms, Chinese, semicolons",
        "google_forms",
        as_text("a.csv", lambda people: google_forms(people, language="zh", between=";", first="时间戳记")),
        "时间戳记",
        seconds=False,
        ids=False,
    ),
    Fixture(
        "limesurvey, codes",
        "limesurvey",
        as_text("results-survey.csv", limesurvey, mark=UTF8_MARK),
        "lastpage",
        order=UP,
        rules={"ATT1": "ATT[1]", "ATT2": "ATT[2]", "ATT3": "ATT[3]"},
        finished=True,
    ),
    Fixture(
        "limesurvey, full text",
        "limesurvey",
        as_text(
            "a.csv",
            lambda people: limesurvey(people, headers="text", answers="text", skips=True),
            separator=";",
        ),
        "date submitted",
        skips=True,
        finished=True,
    ),
    Fixture(
        "limesurvey, codes and text, Chinese",
        "limesurvey",
        as_workbook(
            "a.xlsx", lambda people: limesurvey(people, language="zh", headers="both", answers="text")
        ),
        "code and text",
        finished=True,
    ),
    Fixture("redcap, raw", "redcap", as_text("a.csv", redcap), "record_id", seconds=False, finished=True),
    Fixture(
        "redcap, labels",
        "redcap",
        as_text("a.csv", lambda people: redcap(people, labelled=True)),
        "complete?",
        seconds=False,
        finished=True,
    ),
    Fixture(
        "redcap, labels, Chinese",
        "redcap",
        as_workbook("a.xlsx", lambda people: redcap(people, labelled=True, language="zh")),
        "record id",
        seconds=False,
        finished=True,
    ),
)

PLAIN = (
    Fixture(
        "plain, semicolons",
        "plain",
        as_text("a.csv", lambda people: plain_rows(people, skips=True), separator=";"),
        "first filled row",
        skips=True,
    ),
    Fixture(
        "plain, XLSX",
        "plain",
        as_workbook("a.xlsx", lambda people: plain_rows(people, skips=True), trailing=2),
        "first filled row",
        skips=True,
    ),
)

FIXTURES = (*WENJUANXING, *CHINESE, *QUALTRICS, *WESTERN, *PLAIN)
