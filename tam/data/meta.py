"""What the platform recorded about each response: id, when, how long, from where. No address leaves here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from tam.data.personal import is_personal
from tam.data.platforms import Platform
from tam.data.platforms.platform import MetaRole
from tam.data.quantities import parse_seconds
from tam.data.table import Table
from tam.data.wording import bare_wording, fold

META_ROLES: tuple[str, ...] = get_args(MetaRole)


@dataclass(frozen=True, slots=True)
class Meta:
    """``table`` (n respondents, roles found), and what became of the columns that hold no coded answer."""

    table: pd.DataFrame
    dropped: tuple[str, ...]
    unused: tuple[str, ...]
    preview_statuses: frozenset[str]


def respondent_meta(
    table: Table,
    platform: Platform,
    taken: Collection[int],
    declared: Mapping[str, int],
    keep_personal: bool,
) -> Meta:
    """What the platform recorded, from columns declared in the study or known by the platform's headers.

    Addresses become ``ip_group``: equal numbers for equal addresses, in order of appearance. A number says as
    much about duplicates as a hash and cannot be turned back by trying all addresses.
    """
    places: dict[str, int] = {**_places(table, platform, taken, declared), **declared}
    found = {_column(role): _values(table.rows[position], role) for role, position in places.items()}
    free = [i for i in range(len(table.header)) if i not in taken]
    personal = [i for i in free if is_personal(table.header[i])]
    if keep_personal:
        found |= {table.header[i].strip(): table.rows[i].to_numpy() for i in personal}
    unused = [i for i in free if i not in personal and i not in places.values()]
    return Meta(
        pd.DataFrame(found, index=pd.Index(table.row_numbers, name="row")),
        () if keep_personal else tuple(table.header[i].strip() for i in personal),
        tuple(table.header[i].strip() for i in unused),
        platform.preview_statuses,
    )


def _places(
    table: Table, platform: Platform, taken: Collection[int], declared: Mapping[str, int]
) -> dict[str, int]:
    """The first column of each role, by the platform's headers."""
    places: dict[str, int] = {}
    for position, name in enumerate(table.header):
        role = platform.meta.get(fold(name)) or platform.meta.get(bare_wording(name))
        if role is not None and role not in declared and position not in taken:
            places.setdefault(role, position)
    return places


def _column(role: str) -> str:
    return "ip_group" if role == "ip" else role


def _values(cells: pd.Series, role: str) -> object:
    if role == "seconds":
        seconds = {cell: parse_seconds(str(cell)) for cell in cells.unique()}
        return np.array([np.nan if seconds[c] is None else seconds[c] for c in cells], dtype=float)
    text = cells.map(lambda cell: str(cell).strip())
    if role == "ip":
        # 1.2.3.4(广东-深圳): the address without the place the platform adds
        address = text.map(lambda cell: fold(cell).partition("(")[0].strip())
        groups, _ = pd.factorize(address.where(address != ""), use_na_sentinel=True)
        return np.array(["" if group < 0 else str(group + 1) for group in groups], dtype=object)
    return text.to_numpy(dtype=object)
