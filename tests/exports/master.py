"""The one coded table that every export fixture is written from, and the plain twin it must read as.

Respondents are drawn with ``random.Random.random`` alone, which gives the same numbers in every version.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
INSTRUMENT = HERE / "instrument.yaml"
FORM = yaml.safe_load(INSTRUMENT.read_text(encoding="utf-8"))
ITEMS = ("PU1", "PU2", "PU3", "ATT1", "ATT2", "ATT3")
MATRIX = ("ATT1", "ATT2", "ATT3")
SCALES = {
    **dict.fromkeys(("PU1", "PU2", "PU3", "AC1"), "agree5"),
    **dict.fromkeys(MATRIX, "fit7"),
    "gender": "gender",
    "uses": "uses",
    "reasons": "reasons",
}
SINGLE = (*ITEMS, "AC1", "gender")
BLANK, SKIPPED = "blank", "skipped_by_logic"
RESPONDENTS = 40
Table = list[list[object]]


@dataclass(frozen=True, slots=True)
class Respondent:
    """``codes`` as answered (nothing reversed): a code, or the reason why there is none."""

    id: int
    codes: dict[str, int | str]
    age: int
    followers: int
    uses: tuple[int, ...]
    reasons: tuple[int, ...]
    seconds: int
    started: datetime
    source: str
    address: str

    @property
    def ended(self) -> datetime:
        return self.started + timedelta(seconds=self.seconds)


def text(name: str, language: str) -> str:
    """The wording of an item, check or variable."""
    for one in (*FORM["items"], *FORM["attention_checks"]):
        if one["id"] == name:
            return str(one["text"][language])
    return str(FORM["variables"][name]["text"][language])


def labels(name: str, language: str) -> dict[int, str]:
    """Code -> label of the scale of an item, check or variable."""
    return {code: one[language] for code, one in FORM["response_scales"][SCALES[name]]["labels"].items()}


def master() -> tuple[Respondent, ...]:
    draw = random.Random(20250301)
    return tuple(_respondent(draw, number) for number in range(1, RESPONDENTS + 1))


def _below(draw: random.Random, limit: int) -> int:
    return int(draw.random() * limit)


def _respondent(draw: random.Random, number: int) -> Respondent:
    codes: dict[str, int | str] = {}
    level = draw.random()
    for name in SINGLE:
        points = len(labels(name, "en"))
        position = level if name not in ("PU3", "ATT2") else 1 - level
        value = 0.7 * position + 0.3 * draw.random() if name in ITEMS else draw.random()
        codes[name] = min(points, 1 + int(value * points))
    codes["AC1"] = 2 if number % 10 else 4
    if number in (5, 17):
        codes["PU2"] = BLANK
    if number in (8, 21, 30):
        codes["ATT1"] = codes["ATT2"] = codes["ATT3"] = SKIPPED
    if number == 33:
        codes["ATT3"] = BLANK
    chosen = tuple(code for code in (1, 2, 3, 4) if draw.random() < 0.5)
    order = sorted((1, 2, 3), key=lambda _: draw.random())
    return Respondent(
        id=number,
        codes=codes,
        age=18 + _below(draw, 30),
        followers=(850, 12_000, 123_000, 1_200_000, 25_000_000)[_below(draw, 5)],
        uses=() if number == 12 else chosen or (2,),
        reasons=tuple(order),
        seconds=61 + _below(draw, 4000),
        started=datetime(2025, 3, 1, 9, 0, 0) + timedelta(hours=number * 7, seconds=_below(draw, 600)),
        source=("微信", "手机提交", "链接")[_below(draw, 3)],
        address=f"192.0.2.{1 + _below(draw, 20)}",
    )


def plain_rows(people: Sequence[Respondent], *, skips: bool) -> Table:
    """The plain twin: ids as headers, codes as cells; ``skips``: is skipped told from blank?"""
    header = ["id", "seconds", *SINGLE, "age", "followers"]
    header += [f"uses:{code}" for code in (1, 2, 3, 4)] + [f"reasons:{code}" for code in (1, 2, 3)]
    rows: Table = [list(header)]
    for one in people:
        cells: list[object] = [one.id, one.seconds]
        for name in SINGLE:
            code = one.codes[name]
            cells.append(code if isinstance(code, int) else "SKIPPED" if skips and code == SKIPPED else "")
        cells += [one.age, one.followers]
        cells += [int(code in one.uses) if one.uses else "" for code in (1, 2, 3, 4)]
        cells += [one.reasons.index(code) + 1 for code in (1, 2, 3)]
        rows.append(cells)
    return rows


def write_text(
    path: Path, rows: Table, *, encoding: str = "utf-8", separator: str = ",", mark: str = ""
) -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    path.write_bytes((mark + out.getvalue()).encode(encoding))
    return path


def write_workbook(path: Path, rows: Table, *, trailing: int = 0) -> Path:
    """An XLSX file; ``trailing`` columns of styled empty cells behind the table, as some programs leave."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for column in range(len(rows[0]) + 1, len(rows[0]) + 1 + trailing):
        for row_number in range(1, len(rows) + 4):
            sheet.cell(row=row_number, column=column).font = Font(bold=True)
    book.save(path)
    return path
