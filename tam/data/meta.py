"""What the platform recorded about each response: id, when, how long, from where. No address leaves here."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from tam.data.personal import is_personal
from tam.data.platforms import Platform
from tam.data.quantities import parse_seconds
from tam.data.table import Table
from tam.data.wording import bare_wording, fold


def respondent_meta(
    table: Table, platform: Platform, taken: Collection[int], keep_personal: bool
) -> tuple[pd.DataFrame, frozenset[int]]:
    """The meta table (n respondents, roles found) and the column positions (from 0) it was made of.

    Addresses become ``ip_group``: equal numbers for equal addresses, in order of appearance. A number says as
    much about duplicates as a hash and cannot be turned back by trying all addresses.
    """
    index = pd.Index(table.row_numbers, name="row")
    found: dict[str, object] = {}
    used: set[int] = set()
    for position, name in enumerate(table.header):
        role = platform.meta.get(fold(name)) or platform.meta.get(bare_wording(name))
        if position in taken or role is None or _column(role) in found:
            continue
        used.add(position)
        found[_column(role)] = _values(table.rows[position], role)
    if keep_personal:
        for position, name in enumerate(table.header):
            if position not in taken and is_personal(name):
                used.add(position)
                found.setdefault(name.strip(), table.rows[position].to_numpy())
    return pd.DataFrame(found, index=index), frozenset(used)


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
