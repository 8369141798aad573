"""Excel 97 workbooks, read in a process of their own.

The reader of this format can be made to ask for so much memory that the whole process is ended. In a process
of its own that is one clear problem, and its messages reach nobody.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tam.data.sheets import Sheets, filled_sheets

_SECONDS = 120
# An Excel 97 sheet holds 65,536 rows by 256 columns at most; 4 GB is ample for all of them as text.
_MOST_MEMORY = 4 << 30
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from tam.data.old_workbook import answer; answer()"


class Unreadable(Exception):
    """The other process could not read the workbook; the message is the reader's."""


def read_apart(content: bytes) -> Sheets:
    """``filled_sheets`` of a workbook in another process; ``Unreadable`` where that process fails or ends."""
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", _PROGRAM, root]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as fault:
        raise Unreadable("too slow") from fault
    if done.returncode != 0:
        raise Unreadable(done.stderr.decode("utf-8", errors="replace")[-500:])
    return [(name, rows) for name, rows in json.loads(done.stdout)]


def answer() -> None:
    """The other process: a workbook on stdin, its sheets as JSON on stdout."""
    _limit_memory()
    sheets = filled_sheets(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(sheets))


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    except (ImportError, ValueError, OSError):
        return  # Windows has no such limit; the time limit remains
