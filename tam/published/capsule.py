"""Results recomputed from a capsule of sufficient statistics: no respondent's answers are needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.published.comparing import Comparison
from tam.published.verification import NotRecomputed


def recompute(results: Mapping[str, Any], file: str) -> tuple[Comparison, tuple[NotRecomputed, ...]]:
    raise NotImplementedError
