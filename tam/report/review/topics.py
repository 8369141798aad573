"""Names of rules as `tam explain` gives them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tam.definitions import explanations


def topic_name(key: str, language: str) -> str:
    """The name of what ``tam explain KEY`` explains; the key where nothing explains it."""
    return _names(language).get(key, key)


@cache
def _names(language: str) -> Mapping[str, str]:
    return {key: str(entry["name"]) for key, entry in explanations(language).items()}
