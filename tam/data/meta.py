"""What the platform recorded about each response: id, when, how long, from where. No address leaves here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from tam.data.platforms import Platform
from tam.data.platforms.platform import MetaRole
from tam.data.privacy import Pseudonyms, contact_groups, personal_columns
from tam.data.quantities import parse_moment, parse_seconds
from tam.data.table import Table
from tam.data.wording import bare_wording, fold
from tam.errors import Problem, Where, problem

_YEAR_LAST = re.compile(r"\s*\d{1,2}[-/.]")
META_ROLES: tuple[str, ...] = get_args(MetaRole)


@dataclass(frozen=True, slots=True)
class Meta:
    """``table`` (n respondents, roles found), and what became of the columns that hold no coded answer."""

    table: pd.DataFrame
    dropped: tuple[str, ...]
    unused: tuple[str, ...]
    preview_statuses: frozenset[str]
    timing: pd.DataFrame | None = None
    """Seconds on each page (n respondents, pages), where the platform timed them."""
    problems: tuple[Problem, ...] = ()


def respondent_meta(
    table: Table,
    platform: Platform,
    taken: Collection[int],
    declared: Mapping[str, int],
    keep_personal: bool,
    pseudonyms: Pseudonyms | None = None,
) -> Meta:
    """What the platform recorded, from columns declared in the study or known by the platform's headers.

    Addresses become ``ip_group``: equal numbers for equal addresses, in order of appearance; contacts become
    ``email_group``, ``phone_group``, ``identity_group``, ``account_group`` likewise. ``pseudonyms`` holds the
    numbers over several files. A number says as much about duplicates as a hash and cannot be turned back.
    """
    pseudonyms = pseudonyms or Pseudonyms()
    places: dict[str, int] = {**_places(table, platform, taken, declared), **declared}
    found = {
        _column(role): _values(table.rows[position], role, pseudonyms) for role, position in places.items()
    }
    notes: list[Problem] = []
    found |= _finished(table, platform, places, notes)
    if "seconds" not in found and {"started", "submitted"} <= set(places):
        found |= _duration(table, places["started"], places["submitted"], notes)
    free = [i for i in range(len(table.header)) if i not in taken]
    personal = personal_columns(table, free, tuple(places.values()))
    found |= contact_groups(table, personal, pseudonyms)
    if keep_personal:
        found |= {table.header[i].strip(): table.rows[i].to_numpy() for i in personal}
    timing, timed = _timing(table, platform, free)
    shown = _shown_order(table, platform, free, notes)
    used = {*personal, *places.values(), *timed, *shown}
    return Meta(
        pd.DataFrame(found, index=pd.Index(table.row_numbers, name="row")),
        () if keep_personal else tuple(table.header[i].strip() for i in personal),
        tuple(table.header[i].strip() for i in free if i not in used),
        platform.preview_statuses,
        timing,
        tuple(notes),
    )


def _places(
    table: Table, platform: Platform, taken: Collection[int], declared: Mapping[str, int]
) -> dict[str, int]:
    """The first column of each role, by the platform's headers."""
    places: dict[str, int] = {}
    for position, name in enumerate(table.header):
        role = platform.role(fold(name), bare_wording(name))
        if role is not None and role not in declared and position not in taken:
            places.setdefault(role, position)
    return places


def _column(role: str) -> str:
    return "ip_group" if role == "ip" else role


def _values(cells: pd.Series, role: str, pseudonyms: Pseudonyms) -> object:
    if role == "seconds":
        return _seconds(cells)
    text = cells.map(lambda cell: str(cell).strip())
    if role == "ip":
        # 1.2.3.4(广东-深圳): the address without the place the platform adds
        address = text.map(lambda cell: fold(cell).partition("(")[0].strip())
        return pseudonyms.numbers("ip", address)
    return text.to_numpy(dtype=object)


def _seconds(cells: pd.Series) -> np.ndarray:
    """Durations as seconds, shape (n,), NaN where there is none."""
    seconds = {cell: parse_seconds(str(cell)) for cell in cells.unique()}
    return np.array([np.nan if seconds[c] is None else seconds[c] for c in cells], dtype=float)


def _finished(
    table: Table, platform: Platform, places: Mapping[str, int], notes: list[Problem]
) -> dict[str, object]:
    """``yes`` or ``no`` per respondent, where the platform says who reached the end."""
    position = places.get(platform.finished_by)
    if position is None or not platform.unfinished:
        return {}
    stopped = [fold(str(cell)) in platform.unfinished for cell in table.rows[position]]
    if any(stopped):
        column = table.header[position].strip()
        notes.append(
            problem("incomplete-responses", Where(table.file, column=column), n=sum(stopped), column=column)
        )
    return {"finished": np.array(["no" if one else "yes" for one in stopped], dtype=object)}


def _duration(table: Table, started: int, ended: int, notes: list[Problem]) -> dict[str, object]:
    """End minus start in seconds; dates are read month first or day first, whichever fits."""
    best: np.ndarray | None = None
    year_last = any(_YEAR_LAST.match(str(cell)) for cell in table.rows[ended])
    for day_first in (False, True) if year_last else (False,):
        starts = [parse_moment(str(cell), day_first=day_first) for cell in table.rows[started]]
        ends = [parse_moment(str(cell), day_first=day_first) for cell in table.rows[ended]]
        seconds = np.array(
            [np.nan if a is None or b is None else (b - a).total_seconds() for a, b in zip(starts, ends)]
        )
        seconds[seconds < 0] = np.nan
        if best is None or _fits_better(seconds, best):
            best = seconds
    if best is None or np.isnan(best).all():
        return {}
    n = int((~np.isnan(best)).sum())
    notes.append(problem("duration-from-times", Where(table.file, column=table.header[ended].strip()), n=n))
    return {"seconds": best}


def _fits_better(seconds: np.ndarray, best: np.ndarray) -> bool:
    read, before = int((~np.isnan(seconds)).sum()), int((~np.isnan(best)).sum())
    if read != before or not read:
        return read > before
    return bool(np.nanmax(seconds) < np.nanmax(best))


def _timing(table: Table, platform: Platform, free: list[int]) -> tuple[pd.DataFrame | None, list[int]]:
    """Seconds per page, columns named by page, in the order of the file."""
    pages: dict[str, int] = {}
    if platform.page_timer is not None:
        for i in free:
            hit = platform.page_timer.fullmatch(table.header[i].strip())
            if hit:
                pages.setdefault(next(group for group in hit.groups() if group), i)
    if not pages:
        return None, []
    index = pd.Index(table.row_numbers, name="row")
    seconds = {page: _seconds(table.rows[i]) for page, i in pages.items()}
    return pd.DataFrame(seconds, index=index), list(pages.values())


def _shown_order(table: Table, platform: Platform, free: list[int], notes: list[Problem]) -> list[int]:
    """Columns that say in which order something was shown: named and left out."""
    if platform.shown_order is None:
        return []
    found = [i for i in free if platform.shown_order.fullmatch(table.header[i].strip())]
    if found:
        names = [table.header[i].strip() for i in found]
        notes.append(problem("order-columns-ignored", Where(table.file), n=len(found), columns=names))
    return found
