"""SPSS and Stata files to a grid of text with labels and declared missing values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from tam.data.apart import Unreadable, read_apart
from tam.data.table import Grid
from tam.data.workbook import filled_records
from tam.errors import TamError, Where, problem

STATISTICS_FORMATS = (".sav", ".zsav", ".por", ".dta")
Form = Literal["sav", "por", "dta"]
_BY_NAME: Mapping[str, Form] = {".sav": "sav", ".zsav": "sav", ".por": "por", ".dta": "dta"}
_PROGRAM = {"sav": "SPSS system file", "por": "SPSS portable file", "dta": "Stata file"}


def statistics_form(content: bytes, file: str) -> Form | None:
    """Which kind of statistics file this is, by its first bytes, else by its name; None: another file."""
    if content.startswith((b"$FL2", b"$FL3")):
        return "sav"
    if content.startswith(b"<stata_dta>"):
        return "dta"
    return _BY_NAME.get(Path(file).suffix.lower())


def read_statistics_file(content: bytes, path: Path, form: Form, encoding: str | None = None) -> Grid:
    """The cases of the file below a row of variable names; cases are numbered from 1, as SPSS and Stata do.

    Cells are codes as text. The value labels and the values that the file declares to be no answer stand
    beside them (``Grid.labels``, ``Grid.missing``), the variable labels in ``Grid.questions``.
    """
    place = Where(file=path.name)
    try:
        cells = read_apart("statistics", path, form=form, encoding=encoding)
    except Unreadable as fault:
        large = fault.kind == "too_large"
        code = "statistics-file-too-large" if large else "statistics-file-damaged"
        raise TamError(problem(code, place, program=_PROGRAM[form])) from fault
    about = cells.about
    if not about["names"]:
        raise TamError(problem("data-file-empty", place))
    records, numbers = filled_records(cells)
    labels = {int(j): found for j, found in about["labels"].items()}
    missing = {int(j): found for j, found in about["missing"].items()}
    mark = content[:4].decode("ascii", errors="replace") if form == "sav" else path.suffix.lower()
    evidence = (
        f"{_PROGRAM[form]} ({mark}), {len(labels)} of {len(about['names'])} variables with value labels"
    )
    return Grid(
        records=(list(about["names"]), *records),
        numbers=(0, *numbers),
        encoding=str(about["encoding"]),
        questions=tuple(about["questions"]),
        labels=labels,
        missing=missing,
        evidence=(evidence,),
    )
