"""Heads of the columns of printed tables, in English and Chinese, and the quantities they stand for."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

from tam.content import content_path
from tam.published.publication_form import FIT_MEASURES


def plain(text: str) -> str:
    """Full-width and typeset characters as the plain ones they stand for; blanks made one."""
    folded = unicodedata.normalize("NFKC", text.replace("\u00b2", "2").replace("\ufeff", ""))
    folded = folded.translate(_DASHES)
    return "".join(char if char.isprintable() or char in "\t" else " " for char in folded)


_DASHES = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63", "-"),
        "\u2217": "*",
        "\u2019": "'",
        "\u2018": "'",
    }
)
"""What the compatibility forms of Unicode leave apart."""


def folded(text: str) -> str:
    """A head as it is looked up: plain, lower case, single blanks, no closing mark."""
    return " ".join(plain(text).casefold().replace("χ²", "χ2").split()).strip(" :：.*")


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(content_path("reports", "audit", "columns.toml").read_text(encoding="utf-8"))


@cache
def heads() -> Mapping[str, str]:
    """Every known head of a column and the quantity it stands for."""
    return {folded(word): kind for kind, words in reversed(list(_words()["heads"].items())) for word in words}


@cache
def fits() -> Mapping[str, str]:
    """Every known name of a fit index and the measure it stands for; p belongs to estimates as well."""
    own = {name: name for name in FIT_MEASURES if name != "pvalue"}
    return {**own, **{folded(word): kind for kind, words in _words()["fit"].items() for word in words}}


@cache
def longest_head() -> int:
    """Words of the longest known head."""
    return max(len(name.split()) for name in (*heads(), *fits()))


_BRACKETED = re.compile(r"(.{1,60}?) ?[(\[](.{1,40})[)\]]")


def head_kinds(cell: str) -> tuple[str, ...]:
    """The quantities of a head: one, two of ``β (t)``, none of a head that is not known."""
    name = folded(cell)
    whole = _kind(name)
    if whole is not None:
        return (whole,)
    match = _BRACKETED.fullmatch(name) if len(name) <= 110 else None
    if match is None:
        return ()
    first, second = _kind(folded(match[1])), _kind(folded(match[2]))
    if first is None:
        return (second,) if second is not None and second in _NAMED_INSIDE else ()
    if second == "rho_a":  # Composite reliability (rho_a)
        return (second,)
    if second is None or second == first:
        return (first,)
    return (first, second) if {first, second} <= _STACKED else (first,)


_STACKED = {"b", "beta", "t", "z", "se", "p", "mean", "sd"}
_NAMED_INSIDE = {"ave", "composite_reliability", "alpha", "loading"}


def _kind(name: str) -> str | None:
    return heads().get(name) or (f"fit:{fits()[name]}" if name in fits() else None)


def split_head(words: list[str]) -> list[str] | None:
    """Words of a head line grouped into known heads, the longest first; None where a word belongs to none."""
    found: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(longest_head(), len(words) - at), 0, -1):
            group = " ".join(words[at : at + length])
            if head_kinds(group):
                found.append(group)
                at += length
                break
        else:
            return None
    return found
