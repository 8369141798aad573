"""Long work told on stderr: how much is done, how fast it goes, how long it will take."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from tam.cli.console import Console

#: Seconds between two lines where nobody looks at a terminal, and between two updates where somebody does.
LINE, UPDATE = 10.0, 0.2


def processors() -> int:
    """The processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def watch(
    console: Console, what: str, clock: Callable[[], float] = time.monotonic
) -> Callable[[int, int], None]:
    """A progress for counted work: it is called with how many are done, and of how many.

    On a terminal one line is kept up to date; elsewhere a line is written every ten seconds, so that short
    work leaves none.
    """
    if console.preferences.quiet or console.preferences.as_json:
        return lambda _done, _total: None
    begun = told = clock()
    terminal = console.err.isatty()

    def progress(done: int, total: int) -> None:
        nonlocal told
        now = clock()
        if done == 0 or (now - told < (UPDATE if terminal else LINE) and (done < total or not terminal)):
            return
        told = now
        line = f"{what} {done}/{total}{_speed(done, total, now - begun)}"
        console.err.write(f"\r\x1b[2K{line}" + ("\n" if done >= total else "") if terminal else f"{line}\n")
        console.err.flush()

    return progress


def _speed(done: int, total: int, seconds: float) -> str:
    if seconds <= 0:
        return ""
    left = round((total - done) * seconds / done)
    rate = done / seconds
    return f", {rate:.0f} per second, {left // 60}:{left % 60:02d} left" if rate >= 1 else f", {left} s left"
