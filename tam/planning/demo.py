"""The embedded example study: writes its files where the person wants them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tam.content import content_path
from tam.errors import Problem, TamError, Where, problem
from tam.writing import write_files

FILES = ("study.toml", "export.csv")


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the demonstration was written."""

    folder: Path
    study: Path
    data: Path


def write_demo(folder: str | Path) -> DemoFiles:
    """Write ``study.toml`` and ``export.csv`` of the demonstration study into ``folder``, made if needed.

    The bytes are always the same. A file of one of these names with other content is somebody's work: it is
    left alone and TamError ``demo-file-in-the-way`` raised before anything is written.
    """
    target = Path(folder)
    contents = {name: content_path("instruments", "demo", name).read_bytes() for name in FILES}
    in_the_way = _in_the_way(target, contents)
    if in_the_way:
        raise TamError(in_the_way)
    try:
        write_files({target / name: content for name, content in contents.items()})
    except TamError as fault:
        place = Where(target.name or str(target))
        reason = fault.problems[0].values.get("reason", "?")
        raise TamError(problem("demo-not-writable", place, reason=reason)) from None
    return DemoFiles(target, target / "study.toml", target / "export.csv")


def _in_the_way(target: Path, contents: dict[str, bytes]) -> list[Problem]:
    found = []
    for name, content in contents.items():
        path = target / name
        if path.is_dir() or (path.is_file() and path.read_bytes() != content):
            found.append(problem("demo-file-in-the-way", Where(name), name=name))
    return found
