"""Progress of long work: on a terminal one line, elsewhere now and then, never where only JSON is wanted."""

from __future__ import annotations

import io
from collections.abc import Iterator

from tam.cli.console import Console, Preferences
from tam.cli.watching import watch


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _console(err: io.StringIO, *, as_json: bool = False) -> Console:
    return Console(Preferences(as_json, quiet=False, colour=False, language="en"), io.StringIO(), err)


def _clock(*times: float) -> Iterator[float]:
    yield from times


def test_a_terminal_has_one_line_with_rate_and_time_left() -> None:
    err, times = Terminal(), _clock(0.0, 0.0, 1.0, 1.1, 4.0)
    told = watch(_console(err), "bootstrap", lambda: next(times))
    for done in (0, 500, 550, 2000):
        told(done, 2000)
    lines = err.getvalue().split("\r\x1b[2K")
    assert lines == [
        "",
        "bootstrap 500/2000, 500 per second, 0:03 left",
        "bootstrap 2000/2000, 500 per second, 0:00 left\n",
    ]


def test_elsewhere_short_work_is_silent_and_long_work_speaks_every_ten_seconds() -> None:
    err, times = io.StringIO(), _clock(0.0, 0.0, 9.0, 12.0, 13.0)
    told = watch(_console(err), "bootstrap", lambda: next(times))
    for done in (0, 3, 4, 8):
        told(done, 8)
    assert err.getvalue() == "bootstrap 4/8, 12 s left\n"


def test_json_is_left_alone() -> None:
    err = Terminal()
    told = watch(_console(err, as_json=True), "bootstrap")
    told(1, 2)
    assert err.getvalue() == ""
