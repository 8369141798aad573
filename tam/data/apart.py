"""Foreign readers of binary files, run in a process of their own within limits of memory and time.

Workbooks and statistics files come from strangers and are read by code in C and Rust. A file can make such
code ask for all memory, run for hours or crash; in a process of its own that is one clear problem, and its
messages reach nobody. The cells come back as the distinct texts and one number per cell.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

Reader = Literal["workbook", "statistics"]
SECONDS = 120
MOST_MEMORY = 3 << 30
"""Bytes of address space: ample for 1,000,000 rows by 25 columns, far below what a bomb asks for."""
MOST_CELLS = 60_000_000
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from tam.data.apart import answer; answer()"
_MEMORY_WORDS = (
    "MemoryError",
    "memory allocation",
    "capacity overflow",
    "bad_alloc",
    "Unable to allocate",
    "Cell limit exceeded",
)
_KILLED = (-9, -6)


class Unreadable(Exception):
    """The other process could not read the file. ``kind`` says why, ``reader_said`` is its last word."""

    def __init__(self, kind: Literal["damaged", "protected", "too_large"], reader_said: str = "") -> None:
        super().__init__(f"{kind}: {reader_said}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Cells:
    """A rectangle of text: cell (i, j) is ``texts[codes[i, j]]``; ``about`` is what else the reader said."""

    texts: tuple[str, ...]
    codes: np.ndarray
    about: Mapping[str, Any]


def read_apart(reader: Reader, path: Path, **settings: Any) -> Cells:
    """The cells of a file, read by another process; ``Unreadable`` where that process fails or ends."""
    import numpy as np

    root = str(Path(__file__).resolve().parents[2])
    asked = json.dumps({"reader": reader, "path": str(path), **settings}).encode()
    command = [sys.executable, "-c", _PROGRAM, root]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as fault:
        raise Unreadable("too_large", "too slow") from fault
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", errors="replace")[-2000:]
        raise Unreadable(_kind(done.returncode, said), said[-300:])
    head, _, body = done.stdout.partition(b"\n")
    about = json.loads(head)
    codes = np.frombuffer(body, dtype=np.int32).reshape(about.pop("shape"))
    return Cells(tuple(about.pop("texts")), codes, about)


def _kind(code: int, said: str) -> Literal["damaged", "protected", "too_large"]:
    if any(word in said for word in _MEMORY_WORDS) or (code in _KILLED and "panicked" not in said):
        return "too_large"
    return "protected" if "assword" in said else "damaged"


class Packer:
    """Collects cells in the other process: each distinct text once, a number per cell."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.codes = array("i")

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def add(self, codes: Iterable[int]) -> None:
        self.codes.extend(codes)
        if len(self.codes) > MOST_CELLS:
            raise MemoryError("more cells than any survey has")

    def packed(self, shape: Sequence[int], **about: Any) -> tuple[dict[str, Any], bytes]:
        return {"shape": list(shape), "texts": list(self.numbers), **about}, self.codes.tobytes()


def answer() -> None:
    """The other process: what to read as JSON on stdin; a line of JSON and the cell numbers on stdout."""
    _limit_memory()
    asked = json.loads(sys.stdin.buffer.read())
    # what a library prints must not mix with the answer
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        head, body = _reader(asked.pop("reader"))(**asked)
        out.write(json.dumps(head).encode() + b"\n")
        out.write(body)


def _reader(name: Reader) -> Callable[..., tuple[dict[str, Any], bytes]]:
    if name == "workbook":
        from tam.data.sheets import read_sheet

        return read_sheet
    from tam.data.statistics_reader import read_statistics

    return read_statistics


def _limit_memory() -> None:
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except (ImportError, ValueError, OSError):
        return  # Windows has no such limit; the check of the archive and the time limit remain


def memory_is_limited() -> bool:
    """Can this system limit the memory of the other process?"""
    return sys.platform == "linux"
