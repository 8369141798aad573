"""Work in a process beside this one gives what it would give here, faults included."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tam.engine.beside import beside
from tam.errors import TamError, Where, problem

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program of one thread: what else runs in the test process may have left others."""
    monkeypatch.setattr("tam.engine.beside.start_method", lambda: "fork")


@linux
@pytest.mark.usefixtures("forking")
def test_the_result_comes_from_another_process() -> None:
    with beside(os.getpid, lost="run-process-lost") as other:
        assert other() != os.getpid()


def test_where_it_is_not_wanted_nothing_is_started() -> None:
    with beside(os.getpid, lost="run-process-lost", wanted=False) as here:
        assert here() == os.getpid()


@pytest.mark.parametrize("wanted", [True, False])
def test_problems_arrive_as_they_were_raised(wanted: bool) -> None:
    found = problem("run-process-lost", Where("a.csv", 3))

    def refuse() -> None:
        raise TamError([found, found])

    with beside(refuse, lost="run-process-lost", wanted=wanted) as other, pytest.raises(TamError) as raised:
        other()
    assert raised.value.problems == (found, found)


@linux
@pytest.mark.usefixtures("forking")
def test_a_fault_of_ours_says_where_it_came_from() -> None:
    def divide() -> float:
        return 1 / len("")

    with beside(divide, lost="run-process-lost") as other, pytest.raises(ZeroDivisionError) as raised:
        other()
    assert "in divide" in "".join(raised.value.__notes__)


@linux
@pytest.mark.usefixtures("forking")
def test_a_process_that_is_killed_is_told() -> None:
    with (
        beside(lambda: os.kill(os.getpid(), signal.SIGKILL), lost="run-process-lost") as other,
        pytest.raises(TamError) as raised,
    ):
        other()
    assert [one.code for one in raised.value.problems] == ["run-process-lost"]


@linux
@pytest.mark.usefixtures("forking")
def test_nobody_waits_for_a_process_that_is_no_longer_asked_for() -> None:
    import time

    begun = time.monotonic()
    with beside(lambda: time.sleep(60), lost="run-process-lost"):
        pass
    assert time.monotonic() - begun < 30  # far less than the sleep, far more than a slow machine needs
