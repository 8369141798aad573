"""Personal values: recognised by header and by content, compared through salted hashes, never kept.

What leaves is a number per respondent: equal values have equal numbers, in order of appearance. The salt is
made anew for every run and stored nowhere, so a number cannot be turned back by trying all phone numbers,
and since only the order of appearance comes out, the same files always give the same numbers.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from tam.data.personal import is_personal
from tam.data.wording import fold, heading

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from tam.data.table import Table

Kind = Literal["email", "phone", "identity", "account", "address"]
CONTACT_KINDS: tuple[Kind, ...] = ("email", "phone", "identity", "account")
"""Kinds that name one person; an address on the network may be shared by a household or a campus."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\+\d{1,3}[ -]?\(?\d{1,4}\)?[ -]?\d[\d -]{5,11}"
)
_IDENTITY = re.compile(r"[1-9]\d{16}[\dX]")
_NETWORK = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:\(.{0,60}\))?")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_ACCOUNT = re.compile(
    r"微信|wechat|weixin|qq|openid|unionid|支付宝|用户标识|用户id|user ?name|用户名|xiaohongshu id|小红书号"
)
_NOT_NUMBERS = re.compile(r"\D")
# A free-text question may hold a stray address; a column of contacts holds little else.
_SHARE = 0.5
_SAMPLED = 500


class Pseudonyms:
    """Numbers for personal values over all files of one run."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._numbers: dict[tuple[str, bytes], int] = {}
        self._used: dict[str, int] = {}

    def number(self, kind: str, value: str) -> int:
        """The number of a value among those of its kind, from 1."""
        digest = hashlib.blake2b(value.encode("utf-8", errors="replace"), key=self._salt).digest()
        known = self._numbers.get((kind, digest))
        if known is None:
            known = self._used[kind] = self._used.get(kind, 0) + 1
            self._numbers[kind, digest] = known
        return known

    def numbers(self, kind: str, values: Iterable[str]) -> np.ndarray:
        """The numbers of many values as text, shape (n,); "" where there is no value."""
        import numpy as np

        return np.array([str(self.number(kind, value)) if value else "" for value in values], dtype=object)


def personal_kind(cells: Sequence[str]) -> Kind | None:
    """What the cells of a column are, judged by the cells alone; None for anything that names nobody."""
    filled = [cell for cell in map(_plain, cells) if cell][:_SAMPLED]
    for kind, is_one in (
        ("email", _is_email),
        ("identity", _is_identity),
        ("phone", _is_phone),
        ("address", _is_address),
    ):
        if filled and sum(map(is_one, filled)) >= _SHARE * len(filled):
            return kind  # type: ignore[return-value]
    return None


def personal_columns(
    table: Table, free: Sequence[int], described: Sequence[int] = ()
) -> dict[int, Kind | None]:
    """The personal ones among the columns that hold no coded answer, with their kind where it is known.

    ``described`` are columns whose meaning is known (time, duration, number of the response): their content
    is not looked at.
    """
    found: dict[int, Kind | None] = {}
    for position in free:
        by_header = is_personal(table.header[position])
        cells = [] if position in described else [str(cell) for cell in table.rows[position].unique()]
        kind = personal_kind(cells)
        if by_header or kind is not None:
            account = by_header and _ACCOUNT.search(heading(table.header[position]).wording)
            found[position] = "account" if kind is None and account else kind
    return found


def contact_groups(
    table: Table, personal: dict[int, Kind | None], pseudonyms: Pseudonyms
) -> dict[str, np.ndarray]:
    """``email_group``, ``phone_group``, ``identity_group``, ``account_group``: a number per respondent.

    The first column of each kind counts. Values are compared without regard to how they are written: case,
    width, spaces, and the country code of mainland China.
    """
    found: dict[str, np.ndarray] = {}
    for position, kind in personal.items():
        if kind in CONTACT_KINDS and f"{kind}_group" not in found:
            values = (_compared(kind, str(cell)) for cell in table.rows[position])
            found[f"{kind}_group"] = pseudonyms.numbers(kind, values)
    return found


def same_person(meta: pd.DataFrame) -> list[int | None]:
    """For each respondent the place (from 0) of the first one with the same contact, or None.

    Any one of the contact columns is enough.
    """
    first: dict[tuple[str, str], int] = {}
    found: list[int | None] = []
    columns = [f"{kind}_group" for kind in CONTACT_KINDS if f"{kind}_group" in meta]
    cells = [meta[name].tolist() for name in columns]
    for place in range(len(meta)):
        keys = [(name, groups[place]) for name, groups in zip(columns, cells) if groups[place]]
        earlier = next((first[key] for key in keys if key in first), None)
        found.append(earlier)
        for key in keys:
            first.setdefault(key, place if earlier is None else earlier)
    return found


def _plain(cell: str) -> str:
    return fold(cell[:200])


def _compared(kind: str, cell: str) -> str:
    plain = _plain(cell)
    if kind == "phone":
        digits = _NOT_NUMBERS.sub("", plain)
        return digits[-11:] if re.fullmatch(r"(?:00)?86(1[3-9]\d{9})", digits) else digits
    return plain.replace(" ", "")


def _is_email(cell: str) -> bool:
    return _EMAIL.fullmatch(cell) is not None


def _is_phone(cell: str) -> bool:
    return _PHONE.fullmatch(cell) is not None


def _is_address(cell: str) -> bool:
    return _NETWORK.fullmatch(cell) is not None


def _is_identity(cell: str) -> bool:
    """A resident identity number of mainland China: 18 places, the last a check digit (GB 11643)."""
    number = cell.upper()
    if _IDENTITY.fullmatch(number) is None:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number))
    return _CHECK_DIGITS[total % 11] == number[-1]


_BY_CONTENT: Mapping[Kind, Callable[[str], bool]] = {
    "email": _is_email,
    "identity": _is_identity,
    "phone": _is_phone,
    "address": _is_address,
}
