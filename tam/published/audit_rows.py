"""Rows of a printed table under known heads: constructs with items, paths, fit indices, descriptives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tam.published.audit_columns import fits, folded, head_kinds, split_head
from tam.published.audit_lines import Line, is_number, read_number, steps
from tam.published.printed import Printed

_NAMES = ("name", "item", "what", "label", "model", "index", "outcome", "predictor")
_MEASURED = ("alpha", "rho_a", "composite_reliability", "ave", "sqrt_ave", "mean_loading")
_ITEM = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z_\-\u4e00-\u9fff ]{0,40}[-_ ]?[0-9]{1,2}[A-Za-z]?")
LARGEST_LOADING = 2.0
"""A number above is no loading; one above 1 may be printed of an improper solution."""
_STACKED = re.compile(r"(\S{1,20}?)\s*[(\[]\s*([^()\[\]]{1,20})\s*[)\]](\*{0,4})")


@dataclass(frozen=True, slots=True)
class Head:
    """The kinds of the columns of a table, in order; ``cells`` as printed."""

    kinds: tuple[tuple[str, ...], ...]
    cells: tuple[str, ...]

    @property
    def all(self) -> set[str]:
        return {kind for kinds in self.kinds for kind in kinds}

    @property
    def form(self) -> str | None:
        """measurement, paths, fit, vertical, descriptives; None of a head that says too little."""
        kinds = self.all
        fits = sum(1 for kind in kinds if kind.startswith("fit:"))
        if fits >= 2:
            return "fit"
        if "index" in kinds and ("value" in kinds or len(self.cells) >= 2):
            return "vertical"
        if kinds & {"what", "label", "outcome", "predictor"} and kinds & {"b", "beta", "t", "z", "p", "vif"}:
            return "paths"
        if kinds & {"b", "beta"} and kinds & {"se", "t", "z", "p"}:
            return "paths"
        if "loading" in kinds or kinds & set(_MEASURED):
            return "measurement"
        return "descriptives" if {"mean", "sd"} <= kinds else None


def read_head(line: Line) -> Head | None:
    """The head that a line is: at least two known names of columns and no more unknown ones."""
    cells = max((line.cells, tuple(split_head(line.text.split()) or ())), key=_known)
    known, filled = _known(cells), sum(1 for cell in cells if cell)
    if known < 2 or 2 * known <= filled or any(is_number(cell) and "." in cell for cell in cells):
        return None
    head = Head(tuple(_named(_resolved([head_kinds(cell) for cell in cells]), cells)), cells)
    return head if head.form is not None else None


def _named(kinds: list[tuple[str, ...]], cells: Sequence[str]) -> list[tuple[str, ...]]:
    """A first column without a head holds the names."""
    if kinds[0] or cells[0] or any(kind in _NAMES for one in kinds for kind in one):
        return kinds
    tested = {kind for one in kinds for kind in one} & {"b", "beta", "t", "z", "p"}
    fit = any(kind.startswith("fit:") for one in kinds for kind in one)
    return [("model" if fit else "what" if tested else "name",), *kinds[1:]]


def _known(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if head_kinds(cell))


def _resolved(kinds: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Heads in the light of their neighbours: C.R. beside an estimate is a critical ratio, SD its error."""
    every = {kind for one in kinds for kind in one}
    tested = bool(every & {"b", "beta"}) and bool(every & {"se", "t", "p", "sd"} | every & {"what", "label"})
    if not tested or every & {"loading", "alpha", "ave"}:
        return list(kinds)
    change = {"composite_reliability": "t" if "t" not in every else "ignored"}
    change |= {"sd": "se" if "se" not in every else "ignored", "mean": "ignored", "name": "what"}
    if "what" in every:
        change.pop("name")
    return [tuple(change.get(kind, kind) for kind in one) for one in kinds]


def by_kind(head: Head, line: Line) -> dict[str, str] | None:
    """The cells of a row by the kind of their column; None of a row that does not fit the head."""
    cells = list(line.cells)
    if len(cells) > len(head.cells):
        cells = _merged(cells, len(head.cells)) or cells
    if len(cells) > len(head.cells):
        return None
    if len(cells) == len(head.cells) or "\t" in line.text or "|" in line.text:
        return _aligned(head, cells)
    return _packed(head, cells)


def _merged(cells: list[str], size: int) -> list[str] | None:
    """Trailing empty cells left out."""
    while len(cells) > size and not cells[-1]:
        cells = cells[:-1]
    return cells if len(cells) <= size else None


def _aligned(head: Head, cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kinds, cell in zip(head.kinds, cells):
        _put(found, kinds, cell)
    return found


def _packed(head: Head, cells: Sequence[str]) -> dict[str, str] | None:
    """Names first, then numbers in the order of the heads; a short row begins with its loading."""
    names = [cell for cell in cells if not is_number(cell) and not _STACKED.fullmatch(cell)]
    numbers = [cell for cell in cells if cell not in names]
    name_kinds = [kinds for kinds in head.kinds if kinds and kinds[0] in _NAMES]
    number_kinds = [kinds for kinds in head.kinds if not kinds or kinds[0] not in (*_NAMES, "ignored")]
    found: dict[str, str] = {}
    starred = bool(numbers) and number_kinds[-1:] == [("p",)] and numbers[-1].endswith("*")
    if starred and len(numbers) == len(number_kinds) - 1:  # 8.39 *** where p is printed as stars
        bare = numbers[-1].rstrip("*")
        numbers = [*numbers[:-1], bare, numbers[-1][len(bare) :]]
    if len(numbers) > len(number_kinds):
        return None
    if len(names) == 1 and len(name_kinds) == 2:
        first, _, last = names[0].rpartition(" ")
        if first and ("item",) in name_kinds and _ITEM.fullmatch(last):
            names = [first, last]
        else:
            which = 1 if _ITEM.fullmatch(names[0]) and ("item",) in name_kinds else 0
            name_kinds = [name_kinds[which]]
    for kinds, cell in zip(name_kinds, names):
        _put(found, kinds, cell)
    if 0 < len(numbers) < len(number_kinds):
        if ("loading",) not in number_kinds or len(numbers) > 1:
            return None
        number_kinds = [("loading",)]
    for kinds, cell in zip(number_kinds, numbers):
        _put(found, kinds, cell)
    return found


def _put(found: dict[str, str], kinds: Sequence[str], cell: str) -> None:
    if len(kinds) == 2:
        match = _STACKED.fullmatch(cell)
        if match is not None:
            found[kinds[0]], found[kinds[1]] = match[1] + match[3], match[2]
            return
    if kinds and cell:
        found.setdefault(kinds[0], cell)


@dataclass(slots=True)
class Measured:
    """A construct while its rows are being read."""

    name: str
    line: int
    items: list[str] = field(default_factory=list)
    loadings: list[Printed] = field(default_factory=list)
    values: dict[str, Printed] = field(default_factory=dict)
    n_items: int | None = None


def measured_row(
    row: Mapping[str, str], constructs: dict[str, Measured], current: str | None, line: int
) -> str | None:
    """Add a row of a table of measurement; the construct it belongs to, None where it says nothing."""
    name, item = row.get("name"), row.get("item")
    if name and item is None and "loading" in row and _ITEM.fullmatch(name):
        name, item = None, name
    if not name:
        name = current or (re.sub(r"[-_ ]?[0-9]{1,2}[A-Za-z]?$", "", item) if item else None)
    if name is None:
        return None
    loadings = [
        value for part in re.split(r"[;,/ ]+", row.get("loading", "")) if (value := read_number(part))
    ]
    if any(abs(one.value) > LARGEST_LOADING for one in loadings):
        return None
    one = constructs.setdefault(name, Measured(name, line))
    one.loadings += loadings
    if item:
        one.items.append(item)
    for kind in _MEASURED:
        value = read_number(row[kind]) if kind in row else None
        if value is not None:
            one.values.setdefault(kind, value)
    if "n_items" in row and row["n_items"].isdigit():
        one.n_items = int(row["n_items"])
    return name


def index_row(head: Head | None, line: Line) -> tuple[str, Printed] | None:
    """One line of an upright table of fit: the index, and its value among the recommended ones."""
    if not line.cells:
        return None
    name = folded(line.cells[0])
    key = fits().get(name) or ("pvalue" if name in ("p", "p-value", "p value", "p值") else None)
    if key is None:
        return None
    cells = list(line.cells[1:])
    if head is not None and len(line.cells) == len(head.cells) and ("value",) in head.kinds:
        cells = [line.cells[head.kinds.index(("value",))]]
    values = [value for cell in cells if is_number(cell) and (value := read_number(cell)) is not None]
    plain = [value for value in values if value.bound is None or key == "pvalue"]
    if not plain or (len(plain) > 1 and head is None):
        return None
    return key, plain[-1].exactly() if key in ("df", "baseline_df") else plain[-1]


def path_name(row: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """What a path is called, and its steps (causes first) if they are told."""
    if row.get("outcome") and row.get("predictor"):
        return f"{row['predictor']} -> {row['outcome']}", (row["predictor"], row["outcome"])
    for kind in ("what", "label", "name", "item"):
        found = steps(row.get(kind, ""))
        if found:
            return " ".join(
                part for part in (row.get("label") if kind != "label" else None, row[kind]) if part
            ), found
    return " ".join(row[kind] for kind in ("label", "what", "name") if row.get(kind)) or "path", ()


def has_numbers(row: Mapping[str, str]) -> bool:
    return any(kind not in (*_NAMES, "ignored") and is_number(cell) for kind, cell in row.items())
