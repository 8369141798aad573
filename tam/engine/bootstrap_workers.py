"""Who does the chunks: this process, several processes on this machine, or a Dask cluster.

Results come back in the order of the tasks whoever did them, and every task is done with matrix products on
one thread, so the answer is the same. On Linux a program of one thread is forked, which costs little;
elsewhere workers are started afresh, and a script that asks for them must guard its own start with
``if __name__ == "__main__"``, as Python's ``multiprocessing`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from tam.engine.bootstrap_chunk import Batch, Part, estimate, make_batch
from tam.engine.bootstrap_incomplete import (
    IncompleteBatch,
    estimate_incomplete,
    make_incomplete_batch,
)
from tam.engine.bootstrap_setting import Gaps, Setting, Task
from tam.errors import TamError, problem
from tam.stats.threads import one_thread

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

#: Told after every piece of work: how many draws are done, and of how many.
Progress = Callable[[int, int], None]

StartMethod = Literal["fork", "spawn"]

#: Work below which other processes cost more than they save, in the operations of ``work``: forked they are
#: there in some hundredths of a second, started afresh they import everything first.
WORTH: dict[StartMethod, float] = {"fork": 1e9, "spawn": 1.2e10}
#: Tasks that travel to a cluster together, so that the way there is short beside the work.
BUNDLE = 5


def unwatched(_done: int, _total: int) -> None:
    """A progress that nobody watches."""


def do_all(
    setting: Setting,
    tasks: Sequence[Task],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> list[Part]:
    """The results of the tasks, in their order. Interrupted, it leaves no worker behind."""
    total, done = sum(task.size for task in tasks), 0
    parts = []
    progress(0, total)
    with one_thread(), _results(setting, tasks, workers, scheduler) as results:
        for part in results:
            parts.append(part)
            done += len(part.theta)
            progress(done, total)
    return parts


@contextmanager
def _results(
    setting: Setting, tasks: Sequence[Task], workers: int, scheduler: str | None
) -> Iterator[Iterator[Part]]:
    if scheduler is not None:
        with _on_cluster(setting, tasks, scheduler) as found:
            yield found
    elif workers > 1 and len(tasks) > 1 and work(setting, tasks) > WORTH[start_method()]:
        with _in_processes(setting, tasks, min(workers, len(tasks))) as found:
            yield found
    else:
        batch = _batch(setting)
        yield (_done(setting, batch, task) for task in tasks)


def work(setting: Setting, tasks: Sequence[Task]) -> float:
    """Roughly how many operations the tasks are."""
    draws = float(sum(task.size for task in tasks))
    each = 0.0
    for group, n, structure in zip(setting.groups, setting.sizes, setting.structures):
        p, c = len(structure.observed_names), len(structure.paths) + len(structure.covariances)
        if isinstance(group, Gaps):
            each += len(group.sample.patterns.observed) * (2.0 * p**4 + 100.0 * p**3)
        else:
            each += 200.0 * c * c + 40.0 * p**3 + n * p * p
    return draws * each


AnyBatch = Batch | IncompleteBatch | None


def _batch(setting: Setting) -> AnyBatch:
    return make_incomplete_batch(setting) if isinstance(setting.groups[0], Gaps) else make_batch(setting)


def _done(setting: Setting, batch: AnyBatch, task: Task) -> Part:
    if isinstance(batch, IncompleteBatch):
        return estimate_incomplete(setting, batch, task)
    return estimate(setting, batch, task)


# --- processes of this machine

#: What a worker process was started with.
_own: list[tuple[Setting, AnyBatch]] = []


def start_method() -> StartMethod:
    """How worker processes are started: forked where that is safe, which it is without other threads.

    The threads of the BLAS do not count: it ends them before a fork and starts them again after it.
    """
    import sys
    import threading

    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


@contextmanager
def _in_processes(setting: Setting, tasks: Sequence[Task], workers: int) -> Iterator[Iterator[Part]]:
    import multiprocessing
    import warnings
    from concurrent.futures import ProcessPoolExecutor

    method = start_method()
    # what is handed to a forked worker is not pickled, so that the batch may go with it
    given = (setting, _batch(setting)) if method == "fork" else (setting, None)
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context(method), _begin, given)
    try:
        with warnings.catch_warnings():
            # Python 3.12 counts the threads of the BLAS as well, see start_method
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            results = _collected(pool, tasks)
            first = next(results)
        yield chain([first], results)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)  # each worker ends with the chunk in its hands


def _collected(pool: ProcessPoolExecutor, tasks: Sequence[Task]) -> Iterator[Part]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield from pool.map(_do, tasks)
    except BrokenProcessPool as error:
        raise TamError(problem("bootstrap-worker-lost")) from error


def _begin(setting: Setting, batch: AnyBatch) -> None:
    """Start of a worker: the setting and its batch once, one thread, deaf to the keyboard, and no life after
    its parent."""
    import signal
    import threading

    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    threadpool_limits(1, user_api="blas")
    _own[:] = [(setting, _batch(setting) if batch is None else batch)]


def _leave_with_parent() -> None:
    import multiprocessing
    import os
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _do(task: Task) -> Part:
    setting, batch = _own[0]
    return _done(setting, batch, task)


# --- a cluster

Arrays = tuple[Any, ...]


@contextmanager
def _on_cluster(setting: Setting, tasks: Sequence[Task], scheduler: str) -> Iterator[Iterator[Part]]:
    client = _client(scheduler)
    bundles = [tuple(tasks[at : at + BUNDLE]) for at in range(0, len(tasks), BUNDLE)]
    futures: list[Any] = []
    try:
        given = client.scatter(setting, broadcast=True, hash=False)
        futures = client.map(_do_bundle, [given] * len(bundles), bundles, pure=False)
        yield (Part(*arrays) for future in futures for arrays in future.result())
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


def _do_bundle(setting: Setting, tasks: Sequence[Task]) -> list[Arrays]:
    """Several tasks on a worker of the cluster; the results as plain arrays."""
    with one_thread():
        batch = _batch(setting)
        parts = [_done(setting, batch, task) for task in tasks]
    return [(one.theta, one.value, one.converged, one.admissible, one.exogenous) for one in parts]
