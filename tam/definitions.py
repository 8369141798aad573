"""Which definition each statistic of the results follows: names and versions, frozen in the explanations.

The version of a definition rises when its formula changes; the words are told by ``tam explain``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tam.content import content_path


@cache
def explanations(language: str) -> Mapping[str, Any]:
    """The entries of every area, one file each, in one mapping."""
    found: dict[str, Any] = {}
    for path in sorted(content_path("reports", "words", "explain").glob(f"*.{language}.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def versions() -> Mapping[str, int]:
    """Every name and alias of a statistic, with the version of its definition."""
    return {
        name: entry.get("version", 1)
        for own, entry in explanations("en").items()
        for name in (own, *entry["aliases"])
    }


def definitions_in(sections: Mapping[str, Any]) -> dict[str, int]:
    """The statistics that stand in some results as keys, with the versions of their definitions."""
    known = versions()
    return {name: known[name] for name in sorted(set(_keys(sections)) & set(known))}


def _keys(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield name
            yield from _keys(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _keys(value)
