"""Reads ``--moments FILE``: a CSV with a covariance or correlation matrix, optional means and deviations."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import overload

import numpy as np

from tam.engine.moments import Moments
from tam.engine.structure import Floats
from tam.errors import Problem, TamError, Where, problem

#: Bytes; a matrix of a thousand variables has about 20 million.
LARGEST = 50_000_000
SPECIAL = ("mean", "sd")


@overload
def read_moments(path: str | Path, nobs: int) -> Moments: ...
@overload
def read_moments(path: str | Path, nobs: Sequence[int]) -> dict[str, Moments]: ...
def read_moments(path: str | Path, nobs: int | Sequence[int]) -> Moments | dict[str, Moments]:
    """Moments of a CSV file: header of names, full or lower-triangular matrix, optional rows ``mean`` and
    ``sd``.

    The covariance matrix has divisor n - 1; with a row ``sd`` the matrix holds correlations. A first column
    may hold the names of the rows (then the header has a cell above it). A column ``group`` says which group
    each row belongs to; then ``nobs`` holds the groups' sizes, in the order in which they first appear, and
    the answer is moments by group. Raises ``TamError`` for everything else.
    """
    path = Path(path)
    sizes = [nobs] if isinstance(nobs, int) or not isinstance(nobs, Sequence) else list(nobs)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or size < 2:
            raise TamError(problem("moments-file-nobs", Where(file=path.name), value=size))
    rows = _cells(path)
    reader = _Reader(path.name)
    moments = reader.read_groups(rows, sizes) if isinstance(nobs, Sequence) else reader.read(rows, sizes[0])
    if reader.problems or moments is None:
        raise TamError(reader.problems)
    return moments


def _cells(path: Path) -> list[tuple[int, list[str]]]:
    """Non-empty rows with their line numbers, cells stripped."""
    where = Where(file=path.name)
    try:
        if path.stat().st_size > LARGEST:
            raise TamError(problem("moments-file-unreadable", where, reason=f"> {LARGEST} bytes"))
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "UTF-8"
        raise TamError(problem("moments-file-unreadable", where, reason=reason)) from None
    try:
        table = [
            (at, [cell.strip() for cell in row]) for at, row in enumerate(csv.reader(io.StringIO(text)), 1)
        ]
    except csv.Error as error:
        raise TamError(problem("moments-file-unreadable", where, reason=str(error))) from None
    return [(at, row) for at, row in table if any(row)]


def _trimmed(cells: list[str]) -> list[str]:
    """The cells without empty ones at the end."""
    last = max((at for at, cell in enumerate(cells) if cell), default=-1)
    return cells[: last + 1]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


class _Reader:
    """Collects every problem of the file before anything is raised."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def complain(self, code: str, line: int | None, **values: object) -> None:
        self.problems.append(problem(code, Where(file=self.file, line=line), **values))

    def read_groups(
        self, rows: list[tuple[int, list[str]]], sizes: Sequence[int]
    ) -> dict[str, Moments] | None:
        """The moments of every group of a file with a column ``group``."""
        header = _trimmed(rows[0][1]) if rows else []
        if "group" not in header:
            self.complain("moments-file-no-groups", rows[0][0] if rows else None, sizes=sizes)
            return None
        place = header.index("group")
        parts: dict[str, list[tuple[int, list[str]]]] = {}
        first = (rows[0][0], header[:place] + header[place + 1 :])
        for line, row in rows[1:]:
            label = row[place] if place < len(row) else ""
            if not label:
                self.complain("moments-file-group-empty", line)
                return None
            parts.setdefault(label, [first]).append((line, row[:place] + row[place + 1 :]))
        if len(parts) != len(sizes):
            self.complain("moments-file-sizes", None, groups=tuple(parts) or ("-",), sizes=sizes)
            return None
        found = {label: self.read(part, size) for (label, part), size in zip(parts.items(), sizes)}
        return {label: one for label, one in found.items() if one is not None}

    def read(self, rows: list[tuple[int, list[str]]], nobs: int) -> Moments | None:
        if len(rows) < 2:
            self.complain("moments-file-empty", None)
            return None
        header = _trimmed(rows[0][1])
        if "group" in header:
            groups = dict.fromkeys(
                row[header.index("group")] for _, row in rows[1:] if len(row) == len(header)
            )
            self.complain("moments-file-groups", rows[0][0], groups=tuple(groups) or ("-",))
            return None
        body = [(line, row) for line, row in rows[1:] if row[0] not in SPECIAL]
        labels = [row[0] for _, row in body]
        labelled = any(label and not _is_number(label) for label in labels)
        names = header[1:] if labelled and header != labels else header
        if not self._names_are_good(names, rows[0][0]):
            return None
        if labelled and labels != names:
            self.complain("moments-file-labels", body[0][0], rows=labels, header=names)
            return None
        numbers = [self._numbers(_trimmed(row[1:] if labelled else row), line) for line, row in body]
        matrix = self._matrix([row for row in numbers if row is not None], names)
        special = {row[0]: self._special(row, line, names) for line, row in rows[1:] if row[0] in SPECIAL}
        if self.problems or matrix is None:
            return None
        deviations = special.get("sd")
        if deviations is not None:
            matrix = matrix * np.outer(deviations, deviations)
        return Moments(tuple(names), matrix, special.get("mean"), nobs)

    def _names_are_good(self, names: list[str], line: int) -> bool:
        if not names or "" in names or len(set(names)) < len(names):
            self.complain("moments-file-header", line, names=names or ["-"])
        return not self.problems

    def _special(self, row: list[str], line: int, names: list[str]) -> Floats | None:
        """The row ``mean`` or ``sd``: one number per variable after its label."""
        label, numbers = row[0], self._numbers(_trimmed(row[1:]), line)
        if numbers is None:
            return None
        if len(numbers) != len(names):
            self.complain("moments-file-special", line, label=label, count=len(numbers), variables=len(names))
        elif label == "sd" and min(numbers) <= 0:
            self.complain("moments-file-sd", line, value=min(numbers))
        return np.array(numbers)

    def _numbers(self, cells: list[str], line: int) -> list[float] | None:
        numbers = []
        for cell in cells:
            try:
                value = float(cell)
            except ValueError:
                value = float("nan")
            if not np.isfinite(value):
                self.complain("moments-file-number", line, cell=cell[:40] or "-")
                return None
            numbers.append(value)
        return numbers

    def _matrix(self, body: list[list[float]], names: list[str]) -> Floats | None:
        """The full symmetric matrix from full or lower-triangular rows."""
        p = len(names)
        widths = [len(numbers) for numbers in body]
        matrix = np.zeros((p, p))
        if widths == [p] * p:
            matrix = np.array(body)
        elif widths == list(range(1, p + 1)):
            for at, numbers in enumerate(body):
                matrix[at, : at + 1] = matrix[: at + 1, at] = numbers
        else:
            if not self.problems:
                self.complain("moments-file-shape", None, rows=len(body), widths=widths, variables=p)
            return None
        return matrix
