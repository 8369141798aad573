"""Reads block after block of copied lines and collects what they print."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tam.published.audit_lines import (
    Line,
    explained,
    fit_statement,
    is_caption,
    is_number,
    read_number,
    respondents,
    star_cuts,
)
from tam.published.audit_rows import (
    Head,
    Measured,
    by_kind,
    has_numbers,
    index_row,
    measured_row,
    path_name,
    read_head,
)
from tam.published.audit_triangles import Matrix, find_matrix
from tam.published.printed import Printed
from tam.published.publication import (
    PrintedDescriptive,
    PrintedFit,
    PrintedIndirect,
    PrintedPath,
)

_HTMT = re.compile(r"htmt|heterotrait|异质", re.IGNORECASE)
_LIMITS = re.compile(r"[\[(]?\s*([^\s,;\[\]()]+)\s*[,;~]\s*([^\s,;\[\]()]+)\s*[\])]?")
_FIT = re.compile(r"\bfit|拟合|适配", re.IGNORECASE)
_NOTE = re.compile(r"^(?:notes?|注|说明)\s*[.:：]?|^\*", re.IGNORECASE)


@dataclass(slots=True)
class Reading:
    """What has been read so far; one object per call, never shared."""

    constructs: dict[str, Measured] = field(default_factory=dict)
    paths: list[PrintedPath] = field(default_factory=list)
    indirect: list[PrintedIndirect] = field(default_factory=list)
    fits: list[PrintedFit] = field(default_factory=list)
    descriptives: list[PrintedDescriptive] = field(default_factory=list)
    explained: dict[str, Printed] = field(default_factory=dict)
    matrix: Matrix | None = None
    htmt: Matrix | None = None
    cuts: dict[str, float] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    ignored: list[Line] = field(default_factory=list)
    words: str = ""
    place: str | None = None
    caption: str = ""
    head: Head | None = None
    current: str | None = None

    def read(self, block: Sequence[Line]) -> None:
        """One run of lines: a caption, statements, and at most one table after another."""
        lines = list(block)
        if is_caption(lines[0]):
            self._open(lines.pop(0))
        rest = [line for line in lines if not self._statement(line)]
        found = self._matrix(rest)
        rest = [line for line in rest if line.number not in found]
        rest = self._upright(rest)
        if self.head is not None and not all(self._continues(line) for line in rest):
            self.head = None
        for line in rest:
            if not self._row(line):
                self._leave(line)

    def _continues(self, line: Line) -> bool:
        """After an empty line a table goes on only if all that follows fits its heads."""
        return self.head is not None and by_kind(self.head, line) is not None and read_head(line) is None

    def end_of_source(self) -> None:
        self.head, self.place, self.caption, self.current = None, None, "", None

    def _open(self, line: Line) -> None:
        self.end_of_source()
        self.caption = line.text
        self.words += " " + line.text
        match = re.match(
            r"(?:table|tab\.|表|附表|表格)\s*[0-9A-Za-z一二三四五六七八九十]{1,4}", line.text, re.IGNORECASE
        )
        self.place = match[0] if match else None
        count = respondents(line)
        if count is not None:
            self.counts.append(count)

    def _statement(self, line: Line) -> bool:
        """Stars, a line of fit indices, explained variance, n: what a line says by itself."""
        said = False
        self.words += " " + line.text if _NOTE.match(line.text) or not line.numbers else ""
        for mark, cut in star_cuts(line).items():
            self.cuts[mark] = float(cut)
            said = True
        measures, n = fit_statement(line)
        if len(measures) >= 2:
            name = re.match(r"([^:=<>(]{2,60}):", line.text)
            named = name[1].strip() if name else self.caption if _FIT.search(self.caption) else ""
            self.fits.append(PrintedFit(named, measures, n, line=line.number))
            said = True
        for outcome, value in explained(line):
            self.explained.setdefault(outcome, value)
            said = True
        count = respondents(line)
        if count is not None and read_head(line) is None:
            self.counts.append(count)
            said = True
        return said

    def _matrix(self, lines: Sequence[Line]) -> set[int]:
        """The lines that print a matrix, if one is among them."""
        for start in range(len(lines)):
            found = find_matrix(lines[start:])
            if found is not None:
                if _HTMT.search(self.caption) or any(_HTMT.search(one.text) for one in lines[: start + 1]):
                    self.htmt = self.htmt or found
                else:
                    self.matrix = self.matrix or found
                self.head = None
                return set(found.lines)
        return set()

    def _upright(self, lines: Sequence[Line]) -> list[Line]:
        """Indices under each other; three at least, so that no other table is taken for one."""
        head = next((found for line in lines if (found := read_head(line)) is not None), None)
        if head is not None and head.form != "vertical":
            return list(lines)
        rows = [(line, one) for line in lines if (one := index_row(head, line)) is not None]
        if len(rows) < 3:
            return list(lines)
        measures: dict[str, Printed] = {}
        for _, (key, value) in rows:
            measures.setdefault(key, value)
        self.fits.append(PrintedFit(self.caption, measures, place=self.place, line=rows[0][0].number))
        used = {line.number for line, _ in rows}
        return [line for line in lines if line.number not in used and read_head(line) is not head]

    def _row(self, line: Line) -> bool:
        """A head, or a row under the last one."""
        head = read_head(line)
        if head is not None:
            self.head, self.current = head, None
            return True
        if self.head is None:
            return False
        row = by_kind(self.head, line)
        if row is None:
            return False
        form = self.head.form
        if form == "measurement":
            return self._measured(row, line)
        if not has_numbers(row) and form != "paths":
            return False
        if form == "paths":
            return self._path(row, line)
        if form == "fit":
            return self._fit(row, line)
        return form == "descriptives" and self._described(row, line)

    def _measured(self, row: Mapping[str, str], line: Line) -> bool:
        if not has_numbers(row):
            if (
                len(line.cells) == 1
                and not is_number(line.cells[0])
                and "loading" in (self.head.all if self.head else ())
            ):
                self.current = line.cells[0]
                return True
            return False
        name = measured_row(row, self.constructs, self.current, line.number)
        if name is None:
            return False
        self.current = name
        if row.get("item") and ("mean" in row or "sd" in row):
            self._described({**row, "name": row["item"]}, line)
        return True

    def _path(self, row: Mapping[str, str], line: Line) -> bool:
        what, steps = path_name(row)
        values: dict[str, Any] = {
            kind: read_number(row[kind])
            for kind in ("b", "beta", "se", "t", "z", "p", "vif", "f2")
            if kind in row
        }
        stars = next((value.stars for value in values.values() if value is not None and value.stars), "")
        if re.fullmatch(r"\*{1,4}", row.get("p", "")):
            stars = stars or row["p"]
            values["p"] = None
        if "stars" in row:
            stars = row["stars"]
        low, high = _interval(row)
        estimate = values.get("b") or values.get("beta")
        if (
            estimate is None
            and values.get("t") is None
            and values.get("p") is None
            and values.get("vif") is None
        ):
            return False
        if len(steps) > 2 and estimate is not None:
            self.indirect.append(
                PrintedIndirect(
                    steps,
                    estimate,
                    low,
                    high,
                    values.get("t") or values.get("z"),
                    _share(values.get("p")),
                    values.get("se"),
                    self.place,
                    line.number,
                )
            )
            return True
        rhs, lhs = steps if len(steps) == 2 else (None, None)
        values["p"] = _share(values.get("p"))
        self.paths.append(
            PrintedPath(
                what,
                **values,
                ci_low=low,
                ci_high=high,
                stars=stars,
                lhs=lhs,
                rhs=rhs,
                place=self.place,
                line=line.number,
            )
        )
        return True

    def _fit(self, row: Mapping[str, str], line: Line) -> bool:
        measures = {
            kind.removeprefix("fit:"): value
            for kind, cell in row.items()
            if (kind.startswith("fit:") or kind == "p") and (value := read_number(cell)) is not None
        }
        if "p" in measures:
            measures["pvalue"] = measures.pop("p")
        counts = {
            name: value.exactly()
            for name, value in measures.items()
            if name in ("df", "baseline_df", "df_scaled")
        }
        measures = {
            name: value
            for name, value in (measures | counts).items()
            if value.bound is None or name == "pvalue"
        }
        if len(measures) < 2:
            return False
        name = row.get("model") or row.get("name") or row.get("label") or self.caption
        n = int(row["n"]) if row.get("n", "").isdigit() else None
        self.fits.append(PrintedFit(name, measures, n, place=self.place, line=line.number))
        return True

    def _described(self, row: Mapping[str, str], line: Line) -> bool:
        mean, sd = (read_number(row[kind]) if kind in row else None for kind in ("mean", "sd"))
        name = row.get("name") or row.get("item")
        if name is None or (mean is None and sd is None):
            return False
        single = bool(re.search(r"[0-9]$", name))
        items = int(row["n_items"]) if row.get("n_items", "").isdigit() else 1 if single else 0
        n = int(row["n"]) if row.get("n", "").isdigit() else None
        low, high = (read_number(row[kind]) if kind in row else None for kind in ("low", "high"))
        if items:
            self.descriptives.append(
                PrintedDescriptive(name, n, mean, sd, items, low, high, self.place, line.number)
            )
        return True

    def _leave(self, line: Line) -> None:
        """A remark under a table is read for its words only; everything else is named as not understood."""
        if not (_NOTE.match(line.text) and not line.numbers):
            self.ignored.append(line)


def _share(value: Printed | None) -> Printed | None:
    return None if value is None else value.within(0.0, 1.0)


def _interval(row: Mapping[str, str]) -> tuple[Printed | None, Printed | None]:
    match = _LIMITS.fullmatch(row.get("ci", "").strip())
    ends = match.groups() if match else (row.get("ci_low", ""), row.get("ci_high", ""))
    low, high = (read_number(one) if one else None for one in ends)
    return (low, high) if low is not None and high is not None else (None, None)
