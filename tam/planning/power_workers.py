"""Who computes the replications: this process, several of this machine, or a Dask cluster.

Every replication has a random stream of its own, so none of this changes the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tam.engine.bootstrap_setting import Task
from tam.engine.bootstrap_workers import start_method, unwatched
from tam.errors import TamError, problem
from tam.planning.power_scenario import Outcome, Scenario
from tam.stats.threads import one_thread

Progress = Callable[[int, int], None]

#: Replications estimated together: their matrices stay in the processor's cache.
CHUNK = 50
#: Pieces of work below which starting processes costs more than it gains.
FEWEST_FOR_PROCESSES = 20
#: Pieces that go to a worker of a cluster at once.
BUNDLE = 8


@dataclass(frozen=True, slots=True)
class Job:
    """Some replications of one scenario (its number) with ``n`` respondents each."""

    scenario: int
    n: int
    task: Task


def jobs_for(scenario: int, n: int, replications: int, seed: int) -> list[Job]:
    """All replications of one sample size, in pieces."""
    starts = range(0, replications, CHUNK)
    return [
        Job(scenario, n, Task("draws", seed, first, min(CHUNK, replications - first))) for first in starts
    ]


def do_jobs(
    scenarios: Sequence[Scenario],
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> list[Outcome]:
    """The outcomes of the jobs, in their order. Interrupted, it leaves no worker behind."""
    total, done, found = sum(job.task.size for job in jobs), 0, []
    progress(0, total)
    with one_thread(), _results(scenarios, jobs, workers, scheduler) as results:
        for job, outcome in zip(jobs, results, strict=True):
            found.append(outcome)
            done += job.task.size
            progress(done, total)
    return found


@contextmanager
def _results(
    scenarios: Sequence[Scenario], jobs: Sequence[Job], workers: int, scheduler: str | None
) -> Iterator[Iterator[Outcome]]:
    if scheduler is not None:
        with _on_cluster(scenarios, jobs, scheduler) as found:
            yield found
    elif workers > 1 and len(jobs) >= FEWEST_FOR_PROCESSES:
        with _in_processes(scenarios, jobs, min(workers, len(jobs))) as found:
            yield found
    else:
        yield (_done(scenarios, job) for job in jobs)


def _done(scenarios: Sequence[Scenario], job: Job) -> Outcome:
    return scenarios[job.scenario].outcome(job.n, job.task)


#: What a worker process was started with.
_own: list[Sequence[Scenario]] = []


@contextmanager
def _in_processes(
    scenarios: Sequence[Scenario], jobs: Sequence[Job], workers: int
) -> Iterator[Iterator[Outcome]]:
    import multiprocessing
    import warnings
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context(start_method())
    pool = ProcessPoolExecutor(workers, context, _begin, (scenarios,))
    try:
        with warnings.catch_warnings():
            # Python 3.12 counts the threads of the BLAS as well, which end before a fork
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            futures = [pool.submit(_do, job) for job in jobs]
        yield (_result(future) for future in futures)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Any) -> Outcome:
    from concurrent.futures.process import BrokenProcessPool

    try:
        found: Outcome = future.result()
    except BrokenProcessPool as error:
        raise TamError(problem("planning-worker-lost")) from error
    return found


def _begin(scenarios: Sequence[Scenario]) -> None:
    """Start of a worker: one thread, deaf to the keyboard, and no life after its parent."""
    import signal
    import threading

    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    threadpool_limits(1, user_api="blas")
    _own[:] = [scenarios]


def _leave_with_parent() -> None:
    import multiprocessing
    import os
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _do(job: Job) -> Outcome:
    return _done(_own[0], job)


@contextmanager
def _on_cluster(
    scenarios: Sequence[Scenario], jobs: Sequence[Job], scheduler: str
) -> Iterator[Iterator[Outcome]]:
    client = _client(scheduler)
    bundles = [tuple(jobs[at : at + BUNDLE]) for at in range(0, len(jobs), BUNDLE)]
    futures: list[Any] = []
    try:
        given = client.scatter(tuple(scenarios), broadcast=True, hash=False)
        futures = client.map(_do_bundle, [given] * len(bundles), bundles, pure=False)
        yield (outcome for future in futures for outcome in future.result())
    finally:
        client.cancel(futures)
        client.close()


def _client(scheduler: str) -> Any:
    """A connection to a Dask scheduler; raises TamError where there is none."""
    try:
        from distributed import Client
    except ImportError as error:
        raise TamError(problem("dask-absent")) from error
    connect: Any = Client
    try:
        return connect(scheduler, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise TamError(problem("dask-unreachable", scheduler=scheduler)) from error


def _do_bundle(scenarios: Sequence[Scenario], jobs: Sequence[Job]) -> list[Outcome]:
    with one_thread():
        return [_done(scenarios, job) for job in jobs]
