"""Reads a results file or a report that a stranger sent: limits first, plain data out, nothing executed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tam.analysis.analysis import SCHEMA
from tam.analysis.embedded import Embedded, embedded_in
from tam.errors import TamError, Where, problem

LARGEST = 100_000_000
"""Bytes. A study of some thirty items and a thousand flagged respondents has half a megabyte."""
DEEPEST = 40
"""Levels of nesting; results of tam have ten."""
SECTIONS: Mapping[str, type] = {
    "study": dict,
    "flow": list,
    "screening": dict,
    "measurement": dict,
    "structure": dict,
    "problems": list,
    "provenance": dict,
}
"""What every results file holds; further sections may be null or absent."""


@dataclass(frozen=True, slots=True)
class ResultsFile:
    """Results as they stand in a file. ``page``: the report they were found in, None for a plain file."""

    name: str
    folder: Path
    results: Mapping[str, Any]
    page: Embedded | None


def read_results_file(path: str | Path) -> ResultsFile:
    """A ``results.json``, or the results inside a report. Raises TamError with what is wrong."""
    path = Path(path)
    text = _text(path)
    page = None
    if path.suffix.lower() in (".html", ".htm") or text.lstrip()[:1] == "<":
        page = embedded_in(text, path.name)
        text = page.text
    return ResultsFile(path.name, path.parent, parse_results(text, path.name), page)


def parse_results(text: str, file: str) -> dict[str, Any]:
    """Results from JSON text: finite numbers, each key once, limited depth, the sections of this version.

    Raises TamError.
    """
    try:
        data = json.loads(
            text, object_pairs_hook=_each_key_once, parse_constant=_no_number, parse_float=_finite
        )
    except (ValueError, RecursionError) as fault:
        reason = "it is nested too deeply" if isinstance(fault, RecursionError) else str(fault)
        raise _not_results(file, reason) from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise TamError(problem("results-schema", Where(file), found=str(found)[:60], expected=SCHEMA))
    if not _shallow(data):
        raise _not_results(file, "it is nested too deeply")
    lacking = [name for name, kind in SECTIONS.items() if not isinstance(data.get(name), kind)]
    if lacking:
        raise _not_results(file, f"missing, or of the wrong kind: {', '.join(lacking)}")
    return data


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise TamError(problem("file-too-large", Where(path.name), size=size, largest=LARGEST))
        return path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise TamError(problem("file-not-readable", Where(path.name), reason=fault.strerror or "?")) from None
    except UnicodeDecodeError:
        raise _not_results(path.name, "it is not UTF-8") from None


def _not_results(file: str, reason: str) -> TamError:
    return TamError(problem("not-a-results-file", Where(file), reason=reason))


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return found


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number that results hold")


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word[:40]} is beyond what a number can hold")
    return number


def _shallow(data: Any) -> bool:
    """Whether nothing lies deeper than ``DEEPEST``."""
    level = [data]
    for _ in range(DEEPEST):
        level = [
            value
            for node in level
            for value in (node.values() if isinstance(node, dict) else node)
            if isinstance(value, (dict, list))
        ]
        if not level:
            return True
    return False
