"""Who computes the draws changes nothing; progress, interruption, what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.engine import bootstrap_workers as workers
from tam.engine import fit_model
from tam.engine.bootstrap import Draws, bootstrap_draws, bootstrap_setting
from tam.engine.bootstrap_setting import Setting
from tam.errors import TamError

DATA = Path(__file__).parents[2] / "data" / "engine" / "tam.csv"
MODEL = "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nPU ~ PEOU"
GAPS = DATA.with_name("tam_mis.csv")


@pytest.fixture(scope="module")
def setting() -> Setting:
    return bootstrap_setting(fit_model(MODEL, pd.read_csv(DATA)))


@pytest.fixture(scope="module")
def incomplete() -> Setting:
    return bootstrap_setting(fit_model(MODEL, pd.read_csv(GAPS), missing="fiml"))


def same(one: Draws, two: Draws) -> bool:
    names = ("theta", "value", "converged", "admissible")
    return all(np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True) for name in names)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("which", ["setting", "incomplete"])
def test_processes_give_the_same_bytes(
    which: str, method: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if method == "fork" and sys.platform != "linux":
        pytest.skip("processes are forked on Linux only")
    own = request.getfixturevalue(which)
    monkeypatch.setattr(workers, "WORTH", {"fork": 0.0, "spawn": 0.0})
    monkeypatch.setattr(workers, "start_method", lambda: method)
    one, two = (bootstrap_draws(own, 40, 5, workers=k, chunk=10, jackknife=k > 0) for k in (1, 2))
    assert same(one, two)
    assert one.jackknife is not None and two.jackknife is not None and same(one.jackknife, two.jackknife)


def test_little_work_starts_no_process(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(workers, "in_processes", started)
    assert bootstrap_draws(setting, 100, 1, workers=8).used == 100


def test_a_cluster_gives_the_same_bytes(setting: Setting, incomplete: Setting) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        for own in (setting, incomplete):
            here = bootstrap_draws(own, 60, 5, chunk=10)
            there = bootstrap_draws(own, 60, 5, chunk=10, scheduler=cluster.scheduler_address)
            assert same(here, there)


def test_a_scheduler_that_does_not_answer_is_named(setting: Setting) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    with pytest.raises(TamError) as error:
        bootstrap_draws(setting, 10, 1, scheduler="carrier-pigeon://roof")
    assert error.value.problems[0].code == "dask-unreachable"


def test_a_cluster_without_the_extra_is_refused(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TamError) as error:
        bootstrap_draws(setting, 10, 1, scheduler="tcp://127.0.0.1:1")
    assert error.value.problems[0].code == "dask-absent"


def test_progress_counts_to_the_end(setting: Setting) -> None:
    told: list[tuple[int, int]] = []
    bootstrap_draws(setting, 25, 1, chunk=10, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 25), (10, 25), (20, 25), (25, 25)]


SCRIPT = textwrap.dedent(
    """
    import sys
    import pandas as pd
    from tam.engine import bootstrap_workers, fit_model
    from tam.engine.bootstrap import bootstrap_draws, bootstrap_setting

    def told(done, total):
        print(done, flush=True)

    if __name__ == "__main__":
        bootstrap_workers.WORTH = {"fork": 0.0, "spawn": 0.0}
        bootstrap_workers.start_method = lambda: sys.argv[3]
        setting = bootstrap_setting(fit_model(sys.argv[2], pd.read_csv(sys.argv[1])))
        bootstrap_draws(setting, 1_000_000, 1, workers=2, progress=told)
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to interrupt")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_an_interruption_leaves_no_worker_behind(method: str, tmp_path: Path) -> None:
    if method == "fork" and sys.platform != "linux":
        pytest.skip("processes are forked on Linux only")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    run = subprocess.Popen(
        [sys.executable, str(script), str(DATA), MODEL, method],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with run:
        assert run.stdout is not None
        for _ in range(3):
            run.stdout.readline()  # workers are under way
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=60) != 0
    deadline = time.monotonic() + 20
    while _alive(run.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(run.pid)


def _alive(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_bca_of_a_distribution_is_refused() -> None:
    fit = fit_model(MODEL, pd.read_csv(DATA))
    with pytest.raises(TamError) as error:
        fit.bootstrap(20, interval="bca", kind="parametric")
    assert error.value.problems[0].code == "bootstrap-bca-needs-rows"


def test_ordered_answers_have_no_bootstrap() -> None:
    fit = fit_model("PU =~ pu1 + pu2 + pu3 + pu4", pd.read_csv(DATA), ordered=("all",))
    with pytest.raises(TamError) as error:
        fit.bootstrap(20)
    assert error.value.problems[0].code == "bootstrap-not-for-estimator"
