"""Writes the folder of broken inputs: one folder per case, each a small study whose fault is known.

    python tests/broken/make.py

Every case starts from the same sound study and spoils one thing. Workbooks are not stored:
``write_workbook_case`` makes them where a test asks for them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ITEMS = ("pu1", "pu2", "pu3", "pi1", "pi2", "pi3")
RESPONDENTS = 60

STUDY = """\
title = "A small study"
data = "data.csv"

[constructs]
PU = ["pu1", "pu2", "pu3"]
PI = ["pi1", "pi2", "pi3"]

[scale]
min = 1
max = 7

[model]
paths = ["PI ~ PU"]
"""

INSTRUMENT = """\
schema: tam-instrument/0.1
id: small
version: 1.0.0
title: {en: Small, zh: 小问卷}
languages: [zh, en]
status: draft
response_scales:
  agree7:
    type: ordinal
    points: 7
    labels:
      1: {en: Strongly disagree, zh: 非常不同意}
      2: {en: Disagree, zh: 不同意}
      3: {en: Somewhat disagree, zh: 有点不同意}
      4: {en: Neutral, zh: 中立}
      5: {en: Somewhat agree, zh: 有点同意}
      6: {en: Agree, zh: 同意}
      7: {en: Strongly agree, zh: 非常同意}
missing_codes:
  "": {reason: blank}
constructs:
  PU: {label: {en: Usefulness, zh: 有用性}, scale: agree7}
  PI: {label: {en: Intention, zh: 意愿}, scale: agree7}
items:
  - {id: pu1, construct: PU, text: {en: "It saves me time.", zh: "它能节省我的时间。"}}
  - {id: pu2, construct: PU, text: {en: "It helps me choose.", zh: "它能帮助我做选择。"}}
  - {id: pu3, construct: PU, text: {en: "It is useful to me.", zh: "它对我很有用。"}}
  - {id: pi1, construct: PI, text: {en: "I will probably buy.", zh: "我很可能会购买。"}}
  - {id: pi2, construct: PI, text: {en: "I plan to buy.", zh: "我打算购买。"}}
  - {id: pi3, construct: PI, text: {en: "I would recommend it.", zh: "我会推荐给别人。"}}
"""

STUDY_WITH_INSTRUMENT = """\
title = "A small study"
instrument = "instrument.yaml"
data = "data.csv"

[model]
paths = ["PI ~ PU"]
"""

LABELS = ("", "非常不同意", "不同意", "有点不同意", "中立", "有点同意", "同意", "非常同意")


def answers(seed: int = 1) -> list[list[str]]:
    """Answers of a sound survey, header first: two related constructs, three items each, 1 to 7."""
    chance = random.Random(seed)
    rows = [list(ITEMS)]
    for _ in range(RESPONDENTS):
        useful = chance.gauss(0, 1)
        intend = 0.6 * useful + chance.gauss(0, 0.8)
        levels = [useful] * 3 + [intend] * 3
        rows.append([str(min(7, max(1, round(4 + 1.2 * level + chance.gauss(0, 0.7))))) for level in levels])
    return rows


def table(rows: list[list[str]], separator: str = ",") -> str:
    """Rows as CSV text; cells that need it are quoted."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in f'{separator}"\n') else text

    return "".join(separator.join(map(cell, row)) + "\n" for row in rows)


def with_cell(row: int, column: int, text: str) -> list[list[str]]:
    """The sound answers with one cell replaced; the header is row 1, the first column 0."""
    rows = answers()
    rows[row - 1][column] = text
    return rows


def in_words(rows: list[list[str]]) -> list[list[str]]:
    return [rows[0], *([LABELS[int(cell)] for cell in row] for row in rows[1:])]


def wenjuanxing(rows: list[list[str]]) -> list[list[str]]:
    """The rows as a Wenjuanxing export: meta columns, questions numbered."""
    wordings = [
        "它能节省我的时间。",
        "它能帮助我做选择。",
        "它对我很有用。",
        "我很可能会购买。",
        "我打算购买。",
        "我会推荐给别人。",
    ]
    header = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
    header += [f"{n}、{text}" for n, text in enumerate(wordings, 1)]
    lines = [
        [str(n), f"2025/3/1 10:{n:02d}:00", f"{60 + n}秒", "微信", "N/A", f"10.0.0.{n}(广东-深圳)", *row]
        for n, row in enumerate(rows[1:], 1)
    ]
    return [header, *lines]


def qualtrics(rows: list[list[str]]) -> list[list[str]]:
    """The rows as a Qualtrics export whose row of ImportIds was deleted."""
    header = ["StartDate", "EndDate", "Status", "Progress", "Finished", "ResponseId", *rows[0]]
    texts = ["Start Date", "End Date", "Response Type", "Progress", "Finished", "Response ID"]
    texts += [f"Statement {name}" for name in rows[0]]
    time = "2025-03-01 10:00:00"
    lines = [[time, time, "IP Address", "100", "True", f"R_{n}", *row] for n, row in enumerate(rows[1:], 1)]
    return [header, texts, *lines]


Files = dict[str, str | bytes]


def sound(data: str | bytes | None = None, study: str = STUDY, name: str = "data.csv") -> Files:
    """The sound study with other data or another study file."""
    return {"study.toml": study, name: table(answers()) if data is None else data}


def labelled(data: str, study: str = STUDY_WITH_INSTRUMENT, instrument: str = INSTRUMENT) -> Files:
    return {"study.toml": study, "instrument.yaml": instrument, "data.csv": data}


def changed(old: str, new: str, text: str = STUDY) -> str:
    if old not in text:
        raise ValueError(f"{old!r} does not stand in the sound text")
    return text.replace(old, new)


def hostile() -> list[list[str]]:
    """Sound answers beside columns whose names and cells are markup, script and terminal codes."""
    texts = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "\"'><svg/onload=alert(3)>",
        "\x1b[31mred",
    ]
    rows = answers()
    header = [*rows[0], "<script>alert('h')</script>", "{{ 7*7 }}", "x\x1b]0;title\x07"]
    return [
        header,
        *([*row, texts[i % 4], "{% raw %}", "javascript:alert(4)"] for i, row in enumerate(rows[1:])),
    ]


def formulas() -> list[list[str]]:
    """Sound answers beside cells that a spreadsheet would run."""
    texts = ["=cmd|' /C calc'!A0", "+SUM(A1:A9)", "-2+3", '=HYPERLINK("http://example.org","x")', "@SUM(1)"]
    rows = answers()
    header = [*rows[0], "=1+1", "comment"]
    return [header, *([*row, texts[i % 5], texts[(i + 1) % 5]] for i, row in enumerate(rows[1:]))]


def constant(column: int, text: str) -> list[list[str]]:
    rows = answers()
    return [rows[0], *([*row[:column], text, *row[column + 1 :]] for row in rows[1:])]


def repeated() -> list[list[str]]:
    """Every tenth respondent once more, word for word."""
    rows = answers()
    return [*rows, *rows[1::10]]


def columns(line: str) -> str:
    return f"{STUDY}\n[columns]\n{line}\n"


def latin() -> str:
    """The sound answers with a comment in French beside them."""
    rows = answers()
    return table([[*rows[0], "café"], *([*row, "déjà vu"] for row in rows[1:])])


CASES: dict[str, Callable[[], Files]] = {
    "sound": sound,
    "sound-in-words": lambda: labelled(table(in_words(answers()))),
    # the data file
    "encoding-latin-1": lambda: sound(latin().encode("latin-1")),
    "encodings-mixed": lambda: sound(latin().encode("latin-1") + "1,2,3,4,5,6,déjà vu\n".encode()),
    "encoding-utf-16-without-mark": lambda: sound(table(answers()).encode("utf-16-le")),
    "encoding-name-unknown": lambda: sound(study=f'{STUDY}\n[options]\nencoding = "utf-99"\n'),
    "missing-data-file": lambda: {"study.toml": STUDY},
    "statistics-file-damaged": lambda: sound(
        b"$FL2@(#) SPSS DATA FILE" + bytes(200), changed("data.csv", "data.sav"), "data.sav"
    ),
    "two-data": lambda: sound(study=STUDY + '\n[[files]]\nfile = "data.csv"\n'),
    "file-named-twice": lambda: sound(study=changed('"data.csv"', '["data.csv", "./data.csv"]')),
    "data-is-a-folder": lambda: {
        "study.toml": changed("data.csv", "folder"),
        "folder/readme.txt": "no data\n",
    },
    "unsupported-extension": lambda: sound(study=changed("data.csv", "data.docx"), name="data.docx"),
    "web-page-named-xls": lambda: sound(
        "<html><table></table></html>\n", changed("data.csv", "data.xls"), "data.xls"
    ),
    "empty-file": lambda: sound(""),
    "header-only": lambda: sound(table(answers()[:1])),
    "one-row": lambda: sound(table(answers()[:2])),
    "nul-bytes": lambda: sound(table(with_cell(5, 0, "1\0")).encode()),
    "huge-cell": lambda: sound(table(with_cell(9, 2, "x" * 140_000))),
    "quote-not-closed": lambda: sound(table(answers()).replace("\n", '\n"', 1)),
    "ragged-rows": lambda: sound(
        table([*answers()[:11], ["1", "2", "3", "4", "5", "6", "7"], *answers()[11:]])
    ),
    "short-rows": lambda: sound(table([*answers(), ["4", "5", "4"]])),
    "duplicate-header": lambda: sound(table([["pu1", "pu1", *ITEMS[2:]], *answers()[1:]])),
    "missing-column": lambda: sound(table([["pu1", "pu_2", *ITEMS[2:]], *answers()[1:]])),
    "qualtrics-without-json-row": lambda: sound(table(qualtrics(answers()))),
    "wenjuanxing-sequence-form": lambda: labelled(table(wenjuanxing(answers()))),
    # the answers
    "text-for-a-code": lambda: sound(table(with_cell(8, 3, "often"))),
    "word-not-on-the-scale": lambda: labelled(table(in_words(answers())).replace("中立", "一般")),
    "label-contradicts-code": lambda: labelled(table(in_words(answers()).copy()[:-1] + [["1 非常同意"] * 6])),
    "value-out-of-range": lambda: sound(table(with_cell(12, 4, "8"))),
    "constant-item": lambda: sound(table(constant(1, "4"))),
    "item-without-answers": lambda: sound(table(constant(1, ""))),
    "html-injection": lambda: sound(table(hostile())),
    "formula-injection": lambda: sound(table(formulas())),
    "duplicate-respondents": lambda: sound(
        table(repeated()), f'{STUDY}\n[screening]\nduplicate_items = 6\nexclude = ["duplicate_answers"]\n'
    ),
    "everybody-excluded": lambda: sound(
        table([list(ITEMS), *([*row[:5], "9"] for row in answers()[1:])]),
        f'{STUDY}\n[screening]\nexclude = ["out_of_range"]\n',
    ),
    "exclusion-not-applicable": lambda: sound(study=f'{STUDY}\n[screening]\nexclude = ["speed"]\n'),
    # the column map
    "regular-expression-bomb": lambda: sound(study=columns('pu1 = { match = "(a+)+$" }')),
    "item-mapped-twice": lambda: sound(study=columns('pu1 = "pu2"')),
    "column-rule-for-nobody": lambda: sound(study=columns('pu11 = "pu1"')),
    "column-position-outside": lambda: sound(study=columns("pu1 = 40")),
    # the study file
    "toml-syntax-error": lambda: sound(study=changed("min = 1", "min = ")),
    "study-in-gbk": lambda: (
        sound(study=changed("A small study", "小研究").encode("gbk").decode("latin-1"))
        | {"study.toml": changed("A small study", "小研究").encode("gbk")}
    ),
    "misspelt-key": lambda: sound(study=changed("title =", "titel =")),
    "misspelt-rule": lambda: sound(study=f'{STUDY}\n[screening]\nexclude = ["atention"]\n'),
    "reversed-scale": lambda: sound(study=changed("min = 1\nmax = 7", "min = 7\nmax = 1")),
    "duplicate-ids": lambda: sound(study=changed('"pi1", "pi2", "pi3"', '"pi1", "pi2", "pu3"')),
    "unknown-instrument": lambda: sound(
        study='title = "x"\ninstrument = "kol-tamm"\ndata = "data.csv"\n',
    ),
    "instrument-item-of-no-construct": lambda: labelled(
        table(in_words(answers())),
        instrument=changed(
            'construct: PI, text: {en: "I plan', 'construct: PX, text: {en: "I plan', INSTRUMENT
        ),
    ),
    # the model
    "unknown-construct": lambda: sound(study=changed("PI ~ PU", "PI ~ PV")),
    "cyclic-path": lambda: sound(study=changed('"PI ~ PU"', '"PI ~ PU", "PU ~ PI"')),
    "unidentified-model": lambda: sound(
        study=changed(
            'PU = ["pu1", "pu2", "pu3"]\nPI = ["pi1", "pi2", "pi3"]',
            'PU = ["pu1", "pu2"]\nPI = ["pi1", "pi2"]',
        )
        + 'residual_covariances = ["pu1 ~~ pi1", "pu2 ~~ pi2", "pu1 ~~ pi2"]\n'
    ),
    "unknown-group": lambda: sound(study=f'{STUDY}\n[groups]\nby = "platfrom"\n'),
}

WORKBOOK_CASES = ("workbook-cut-short", "workbook-with-a-far-cell")


def write_case(name: str, folder: Path) -> Path:
    """Write one case into ``folder`` and return the folder of its study."""
    files = CASES[name]()
    for file, content in files.items():
        path = folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return folder / name


def write_workbook_case(name: str, folder: Path) -> Path:
    """A study whose workbook is cut in half, or names a cell that asks for billions of others."""
    import openpyxl

    target = folder / name
    target.mkdir(parents=True)
    (target / "study.toml").write_text(changed("data.csv", "data.xlsx"), encoding="utf-8")
    book = openpyxl.Workbook()
    for row in answers():
        book.active.append(row)
    if name == "workbook-with-a-far-cell":
        book.active["XFD1048576"] = "x"
    book.save(target / "data.xlsx")
    if name == "workbook-cut-short":
        content = (target / "data.xlsx").read_bytes()
        (target / "data.xlsx").write_bytes(content[: len(content) // 2])
    return target


if __name__ == "__main__":
    for case in CASES:
        write_case(case, HERE)
