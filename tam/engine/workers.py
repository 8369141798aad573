"""Pieces of work spread over processes of this machine or a Dask cluster; results in the order of the tasks.

What all pieces share is given once to every worker: ``prepare(given)`` makes of it what ``do(prepared,
task)`` needs. Both are module-level functions, so that they travel. On Linux a program of one thread is
forked, which costs little; elsewhere workers are started afresh, and a script that asks for them must guard
its own start with ``if __name__ == "__main__"``, as Python's ``multiprocessing`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Literal, TypeVar

from tam.errors import TamError, problem

#: Told after every piece of work: how many draws are done, and of how many.
Progress = Callable[[int, int], None]
StartMethod = Literal["fork", "spawn"]
Result = TypeVar("Result")


def unwatched(_done: int, _total: int) -> None:
    """A progress that nobody watches."""


def start_method() -> StartMethod:
    """How worker processes are started: forked where that is safe, which it is without other threads.

    The threads of the BLAS do not count: it ends them before a fork and starts them again after it.
    """
    import sys
    import threading

    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


@contextmanager
def in_processes(
    prepare: Callable[[Any], Any],
    do: Callable[[Any, Any], Result],
    given: Any,
    tasks: Sequence[Any],
    *,
    workers: int,
    lost: str,
    method: StartMethod,
) -> Iterator[Iterator[Result]]:
    """The results from ``workers`` processes; ``lost``: the problem code where one of them is killed."""
    import multiprocessing
    import warnings
    from concurrent.futures import ProcessPoolExecutor

    # what is handed to a forked worker is not pickled, so that it may be prepared already
    start = (do, None, prepare(given)) if method == "fork" else (do, prepare, given)
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context(method), _begin, start)
    try:
        with warnings.catch_warnings():
            # Python 3.12 counts the threads of the BLAS as well, see start_method
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            results = _collected(pool.map(_do, tasks), lost)
            first = next(results)
        yield chain([first], results)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)  # each worker ends with the piece in its hands


def _collected(results: Iterator[Result], lost: str) -> Iterator[Result]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield from results
    except BrokenProcessPool as error:
        raise TamError(problem(lost)) from error


#: What a worker process does, and what with.
_own: list[tuple[Callable[[Any, Any], Any], Any]] = []


def _begin(do: Callable[[Any, Any], Any], prepare: Callable[[Any], Any] | None, given: Any) -> None:
    """Start of a worker: what all share, once."""
    live_for_parent()
    _own[:] = [(do, given if prepare is None else prepare(given))]


def live_for_parent() -> None:
    """A process that works for another: one thread, deaf to the keyboard, no life after its parent."""
    import signal
    import threading

    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    threadpool_limits(1, user_api="blas")


def _leave_with_parent() -> None:
    import multiprocessing
    import os
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _do(task: Any) -> Any:
    do, prepared = _own[0]
    return do(prepared, task)


@contextmanager
def on_cluster(
    do_bundle: Callable[[Any, Sequence[Any]], list[Result]],
    given: Any,
    tasks: Sequence[Any],
    scheduler: str,
    *,
    bundle: int,
) -> Iterator[Iterator[Result]]:
    """The results from a Dask cluster, to which ``bundle`` tasks travel together."""
    client = _client(scheduler)
    bundles = [tuple(tasks[at : at + bundle]) for at in range(0, len(tasks), bundle)]
    futures: list[Any] = []
    try:
        shared = client.scatter(given, broadcast=True, hash=False)
        futures = client.map(do_bundle, [shared] * len(bundles), bundles, pure=False)
        yield (result for future in futures for result in future.result())
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
