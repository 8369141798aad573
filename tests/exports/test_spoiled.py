"""Spoiled exports of every platform: read, or refused with problems; nothing else is ever raised."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from exports.chinese import (
    tencent,
    wenjuan_original,
    wenjuan_readable,
    wenjuanxing_sequence,
    wenjuanxing_text,
)
from exports.master import Table, master, write_text
from exports.reading import instrument
from exports.western import google_forms, limesurvey, qualtrics, qualtrics_older, redcap, surveymonkey
from tam.data import code_responses, read_table
from tam.errors import TamError

SOURCES: dict[str, Callable[..., Table]] = {
    "wenjuanxing": wenjuanxing_text,
    "sequence": lambda people: wenjuanxing_sequence(people, {}),
    "tencent": lambda people: tencent(people, more=True),
    "wenjuan": wenjuan_readable,
    "wenjuan original": wenjuan_original,
    "qualtrics": lambda people: qualtrics(people, split=True),
    "qualtrics older": qualtrics_older,
    "surveymonkey": surveymonkey,
    "google forms": google_forms,
    "limesurvey": lambda people: limesurvey(people, headers="both"),
    "redcap": redcap,
}
ODD = (
    "",
    " ",
    "\u3000",
    "NaN",
    "-3",
    "1e999",
    "┋",
    "→",
    "[",
    "第6题()",
    "<p>",
    "_",
    "___1",
    "☃" * 300,
    "=1+1",
    "{}",
)


def _drop_column(draw: random.Random, rows: Table) -> Table:
    place = draw.randrange(len(rows[0]))
    return [row[:place] + row[place + 1 :] for row in rows]


def _drop_row(draw: random.Random, rows: Table) -> Table:
    place = draw.randrange(min(4, len(rows)))
    return rows[:place] + rows[place + 1 :]


def _shuffle_columns(draw: random.Random, rows: Table) -> Table:
    order = draw.sample(range(len(rows[0])), len(rows[0]))
    return [[row[i] for i in order if i < len(row)] for row in rows]


def _cut_rows(draw: random.Random, rows: Table) -> Table:
    return [row[: draw.randrange(len(row) + 1)] for row in rows]


def _odd_cells(draw: random.Random, rows: Table) -> Table:
    return [[draw.choice(ODD) if draw.random() < 0.05 else cell for cell in row] for row in rows]


def _odd_headers(draw: random.Random, rows: Table) -> Table:
    return [[draw.choice(ODD) if draw.random() < 0.3 else cell for cell in rows[0]], *rows[1:]]


def _double_columns(draw: random.Random, rows: Table) -> Table:
    return [[*row, *row] for row in rows]


def _few_rows(draw: random.Random, rows: Table) -> Table:
    return rows[: draw.randrange(1, 5)]


SPOIL = (
    _drop_column,
    _drop_row,
    _shuffle_columns,
    _cut_rows,
    _odd_cells,
    _odd_headers,
    _double_columns,
    _few_rows,
)


@pytest.mark.parametrize("name", SOURCES)
def test_a_spoiled_export_is_read_or_refused(name, tmp_path):
    draw = random.Random(name)
    asked = instrument()
    people = master()[:12]
    for spoil in SPOIL:
        for _ in range(3):
            rows = spoil(draw, [list(row) for row in SOURCES[name](people)])
            path = write_text(tmp_path / "a.csv", rows)
            try:
                found = code_responses(read_table(path), asked)
            except TamError as fault:
                assert all(one.what and one.mend for one in fault.problems)
            else:
                assert len(found.values) == found.n_rows
                assert all(one.what for one in found.problems)
