"""lavaan's times for the same models and data, if R is here; without it ours stand alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.timing import Timed, from_lists

SCRIPT = Path(__file__).with_name("peer_times.R")


@dataclass(frozen=True, slots=True)
class PeerCase:
    """What lavaan is to do: ``what`` is ``fit`` (sem, fitMeasures, standardizedSolution) or ``bootstrap``
    (bootstrapLavaan with ``draws``); ``options`` are arguments of ``lavaan::sem``."""

    name: str
    model: str
    table: pd.DataFrame
    what: str = "fit"
    repeats: int = 3
    draws: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeerTimes:
    """Times by case, and the versions that took them."""

    times: Mapping[str, Timed]
    versions: Mapping[str, str]


def lavaan_times(cases: Sequence[PeerCase]) -> PeerTimes | None:
    """None where Rscript or lavaan is absent."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        asked = [_written(case, Path(folder)) for case in cases]
        (Path(folder) / "cases.json").write_text(json.dumps(asked), encoding="utf-8")
        paths = [str(Path(folder) / name) for name in ("cases.json", "result.json")]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        run = subprocess.run(
            ["Rscript", str(SCRIPT), *paths], env=environment, capture_output=True, text=True
        )
        if run.returncode:
            return None
        found = json.loads(Path(paths[1]).read_text(encoding="utf-8"))
    times = {name: from_lists(one["clock"], one["processor"]) for name, one in found["cases"].items()}
    return PeerTimes(times, found["versions"])


def _written(case: PeerCase, folder: Path) -> dict[str, Any]:
    path = folder / f"{case.name}.csv"
    case.table.to_csv(path, index=False)
    return {
        "name": case.name,
        "model": case.model,
        "data": str(path),
        "what": case.what,
        "repeats": case.repeats,
        "draws": case.draws,
        "options": dict(case.options),
    }
