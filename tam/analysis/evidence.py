"""The digest that stands in the results themselves: one changed digit anywhere, and it no longer fits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tam.analysis.analysis import Analysis

SEAL = "results_sha256"
"""Where it stands: in the section ``provenance``."""


def results_digest(results: Mapping[str, Any]) -> str:
    """SHA-256 of results as they stand in a file, the digest itself left out.

    Of the content, not of its layout: blanks and the order of keys do not change it. Raises ValueError for a
    number that JSON does not know (NaN, infinity).
    """
    provenance = results.get("provenance")
    if isinstance(provenance, Mapping):
        kept = {name: value for name, value in provenance.items() if name != SEAL}
        results = {**results, "provenance": kept}
    text = json.dumps(results, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sealed(analysis: Analysis) -> Analysis:
    """The same analysis with the digest of all of it in its provenance."""
    record = json.loads(analysis.to_json())
    return replace(analysis, provenance={**analysis.provenance, SEAL: results_digest(record)})
