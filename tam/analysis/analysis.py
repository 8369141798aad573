"""Analysis: everything that was found, as it stands in ``results.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tam.display import shown_in_notebooks
from tam.errors import TamError, Where, problem

SCHEMA = "tam-results/0.1"
Section = Mapping[str, Any]
OWN = ("exit_code", "capsule")
"""Fields that are no sections of every results file: ``trusted`` stands for the first, the second is there
where it was asked for."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The bundle of results, every part ready for JSON at full precision; None: not asked for.

    ``problems`` holds every problem met, in the order of the flow; ``exit_code`` is their highest (0 or 1:
    with 2 nothing would have been computed). ``capsule``: see ``tam.analysis.capsule``.
    """

    study: Section
    flow: Sequence[Section]
    screening: Section
    measurement: Section
    structure: Section
    effects: Section | None
    moderation: Section | None
    comparison: Section | None
    problems: Sequence[Section]
    provenance: Section
    exit_code: int = 0
    capsule: Section | None = None

    _repr_html_ = shown_in_notebooks

    def to_dict(self) -> dict[str, Any]:
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in OWN}
        capsule = {} if self.capsule is None else {"capsule": self.capsule}
        return {"schema": SCHEMA, "trusted": self.exit_code == 0, **parts, **capsule}

    def to_json(self) -> str:
        """The text of ``results.json``; the same analysis always gives the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str = "results.json") -> Analysis:
        """Read ``results.json``. Raises TamError where the text is no results file of this version."""
        try:
            data = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as fault:
            raise TamError(problem("not-a-results-file", Where(file), reason=str(fault))) from None
        names = [f.name for f in fields(cls) if f.name not in OWN]
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, dict) else type(data).__name__
            raise TamError(problem("results-schema", Where(file), found=found, expected=SCHEMA))
        missing = [name for name in names if name not in data]
        if missing:
            reason = f"missing: {', '.join(missing)}"
            raise TamError(problem("not-a-results-file", Where(file), reason=reason))
        exit_code = 0 if data.get("trusted") else 1
        return cls(**{name: data[name] for name in names}, exit_code=exit_code, capsule=data.get("capsule"))


def read_results(path: str | Path) -> Analysis:
    """Read a results file from disk. Raises TamError."""
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as fault:
        raise TamError(problem("file-not-readable", Where(path.name), reason=fault.strerror or "?")) from None
    except UnicodeDecodeError:
        raise TamError(problem("not-a-results-file", Where(path.name), reason="it is not UTF-8")) from None
    return Analysis.from_json(text, path.name)
