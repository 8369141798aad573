"""Responses of several files as one: every file coded by itself, rows told by file and row.

The index of stacked responses is a running number from 1; ``Responses.source`` says for each number the file
and the row in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tam.data.privacy import same_person
from tam.data.responses import FileRecord, OutOfRange, Responses
from tam.errors import Problem, Where, problem

ELSEWHERE = "not_in_file"
"""Reason of an answer to an item that the respondent's file does not have."""
_SHORTEST_UNIQUE = 9


def stack_responses(parts: Sequence[Responses], waves: Sequence[str], wave: str = "wave") -> Responses:
    """One ``Responses`` for several, in their order; ``wave`` names the variable that tells them apart.

    Respondent numbers are made comparable between files (``_shared_ids``) and contacts already are, so the
    rules for duplicates see all files. The digest covers the digests of all files in their order.
    """
    index = pd.RangeIndex(1, 1 + sum(len(part.values) for part in parts), name="row")
    source = _source(parts, index)
    starts = np.cumsum([0, *(len(part.values) for part in parts[:-1])]) + 1
    variables = _stacked(parts, index, lambda part: part.variables)
    variables[wave] = np.repeat(np.array(waves, dtype=object), [len(part.values) for part in parts])
    meta = _stacked(parts, index, lambda part: part.meta, text=True)
    if "id" in meta:
        meta["id"] = _shared_ids(parts, meta)
    notes = (*_equal_files(parts), *_repeated(meta, source), *_partial_columns(parts))
    timed = [part for part in parts if part.timing is not None]
    return Responses(
        values=_stacked(parts, index, lambda part: part.values),
        raw=_stacked(parts, index, lambda part: part.raw),
        variables=variables,
        checks=_stacked(parts, index, lambda part: part.checks),
        meta=meta,
        missing=_stacked(parts, index, lambda part: part.missing).fillna(ELSEWHERE),
        out_of_range=tuple(
            one for part, start in zip(parts, starts.tolist()) for one in _renumbered(part, start)
        ),
        column_map=parts[0].column_map,
        dropped_columns=_union(part.dropped_columns for part in parts),
        unused_columns=_union(part.unused_columns for part in parts),
        problems=(*(one for part in parts for one in part.problems), *notes),
        file=", ".join(part.file for part in parts),
        sha256=hashlib.sha256("\n".join(part.sha256 for part in parts).encode()).hexdigest(),
        platform=", ".join(_union([(part.platform,) for part in parts])),
        evidence=tuple(f"{part.file}: {one}" for part in parts for one in part.evidence),
        encoding=", ".join(_union([(part.encoding,) for part in parts])),
        n_rows=sum(part.n_rows for part in parts),
        preview_statuses=frozenset().union(*(part.preview_statuses for part in parts)),
        timing=_stacked(parts, index, _timing) if timed else None,
        source=source,
        files=tuple(_record(part, name) for part, name in zip(parts, waves)),
    )


def _source(parts: Sequence[Responses], index: pd.Index) -> pd.DataFrame:
    files = np.repeat(np.array([part.file for part in parts], dtype=object), [len(p.values) for p in parts])
    rows = np.concatenate([part.values.index.to_numpy() for part in parts])
    return pd.DataFrame({"file": files, "row": rows}, index=index)


def _timing(part: Responses) -> pd.DataFrame:
    return pd.DataFrame(index=part.values.index) if part.timing is None else part.timing


def _stacked(
    parts: Sequence[Responses],
    index: pd.Index,
    table: Callable[[Responses], pd.DataFrame],
    text: bool = False,
) -> pd.DataFrame:
    """One kind of table of all parts, (n, union of columns in order of appearance).

    Where a part lacks a column its cells are empty: NaN among numbers, None among words, "" in ``text``.
    """
    tables = [table(part) for part in parts]
    names = list(dict.fromkeys(name for one in tables for name in one.columns))
    found = {}
    for name in names:
        numeric = all(pd.api.types.is_numeric_dtype(one[name]) for one in tables if name in one)
        kind: type = float if numeric else object
        empty: object = np.nan if numeric else ("" if text else None)
        pieces = [
            one[name].to_numpy(dtype=kind) if name in one else np.full(len(one), empty, dtype=kind)
            for one in tables
        ]
        found[name] = np.concatenate(pieces)
    return pd.DataFrame(found, index=index)


def _renumbered(part: Responses, start: int) -> list[OutOfRange]:
    places = {row: start + i for i, row in enumerate(part.values.index.tolist())}
    return [replace(one, row=places[one.row]) for one in part.out_of_range]


def _union(groups: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def _record(part: Responses, wave: str) -> FileRecord:
    return FileRecord(
        file=part.file,
        wave=wave,
        sha256=part.sha256,
        platform=part.platform,
        evidence=part.evidence,
        encoding=part.encoding,
        n_rows=part.n_rows,
        column_map=part.column_map,
        dropped_columns=part.dropped_columns,
        unused_columns=part.unused_columns,
    )


def _shared_ids(parts: Sequence[Responses], meta: pd.DataFrame) -> np.ndarray:
    """Respondent numbers that are equal only where they mean the same respondent; shape (n,), "" for none.

    Platforms give either long identifiers, unique everywhere, or running numbers that begin anew in every
    survey. A long one is compared between files of one platform as it stands; a running number counts as the
    same respondent only together with the time of submission.
    """
    known: dict[tuple[str, ...], str] = {}
    shared: list[str] = []
    position = 0
    for number, part in enumerate(parts, start=1):
        n = len(part.values)
        ids = meta["id"].iloc[position : position + n].tolist()
        times = _column(meta, "submitted").iloc[position : position + n].tolist()
        position += n
        own: dict[str, str] = {}
        for one, time in zip(ids, times):
            key: tuple[str, ...] = (part.platform, one)
            if not one:
                shared.append("")
                continue
            if len(one) < _SHORTEST_UNIQUE:
                key = (*key, time) if time else (*key, "", str(number))
            # within one file equal numbers stay equal, whatever the times
            own.setdefault(one, known.get(key, f"{one} ({number})"))
            known.setdefault(key, own[one])
            shared.append(own[one])
    return np.array(shared, dtype=object)


def _column(meta: pd.DataFrame, name: str) -> pd.Series[Any]:
    return meta[name] if name in meta else pd.Series("", index=meta.index, dtype=object)


def _equal_files(parts: Sequence[Responses]) -> list[Problem]:
    first: dict[str, str] = {}
    found = []
    for part in parts:
        other = first.setdefault(part.sha256, part.file)
        if other != part.file:
            found.append(problem("same-file-content", Where(file=part.file), file=part.file, other=other))
    return found


def _repeated(meta: pd.DataFrame, source: pd.DataFrame) -> list[Problem]:
    """Respondents of a later file who are known from an earlier one, by number or contact."""
    files, rows = source["file"].tolist(), source["row"].tolist()
    by_contact = same_person(meta)
    first: dict[str, int] = {}
    across: list[tuple[int, int]] = []
    for place, number in enumerate(_column(meta, "id").tolist()):
        by_number = first.setdefault(number, place) if number else place
        contact = by_contact[place]
        earlier = by_number if contact is None else contact
        if files[earlier] != files[place]:
            across.append((place, earlier))
    if not across:
        return []
    later, earlier = across[0]
    return [
        problem(
            "respondents-in-several-files",
            Where(file=files[later], row=rows[later]),
            n=len(across),
            file=files[later],
            row=rows[later],
            first_file=files[earlier],
            first_row=rows[earlier],
        )
    ]


def _partial_columns(parts: Sequence[Responses]) -> list[Problem]:
    """Items, checks and variables that only some files have."""
    held: list[set[str]] = [{*part.values, *part.variables, *part.checks} for part in parts]
    everywhere = set.intersection(*held)
    partial = sorted(set.union(*held) - everywhere)
    if not partial:
        return []
    without = next(part.file for part, names in zip(parts, held) if not names.issuperset(partial))
    return [problem("file-without-column", Where(file=without), columns=partial)]


Places = Mapping[int, tuple[str, int]]


def places_of(source: pd.DataFrame) -> Places:
    """Running number -> file and row."""
    rows = zip(source["file"].tolist(), source["row"].tolist())
    return {number: (str(file), int(row)) for number, (file, row) in zip(source.index.tolist(), rows)}


def with_sources(section: Mapping[str, Any], source: pd.DataFrame | None) -> dict[str, Any]:
    """The section ``screening`` of the results with file and row in place of running numbers.

    Rules for duplicates name the first of equal rows as their value; there it becomes ``file, row``. Without
    a source (a study of one file) the section is returned as it is.
    """
    if source is None:
        return dict(section)
    places = places_of(source)
    return {
        **section,
        "rules": [_rule_told(one, places) for one in section.get("rules", [])],
        **{name: [_told(one, places) for one in section.get(name, [])] for name in ("flags", "excluded")},
    }


def _rule_told(rule: Mapping[str, Any], places: Places) -> dict[str, Any]:
    """Pairs of like respondents, where a rule found any, with the file before the row."""
    pairs = rule.get("found", {}).get("pairs")
    if not pairs:
        return dict(rule)
    told = [{**one, "rows": ["{}, {}".format(*places[int(row)]) for row in one["rows"]]} for one in pairs]
    return {**rule, "found": {**rule["found"], "pairs": told}}


def _told(one: Mapping[str, Any], places: Places) -> dict[str, Any]:
    file, row = places[int(one["row"])]
    told = {**one, "file": file, "row": row}
    value = one.get("value")
    if str(one.get("rule", "")).startswith("duplicate_") and isinstance(value, int) and value in places:
        told["value"] = "{}, {}".format(*places[value])
    return told
