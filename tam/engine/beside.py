"""One piece of work in a process beside this one, while this one goes on with another."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tam.engine.workers import live_for_parent, start_method
from tam.errors import TamError, problem

Result = TypeVar("Result")


@contextmanager
def beside(do: Callable[[], Result], *, lost: str, wanted: bool = True) -> Iterator[Callable[[], Result]]:
    """Begin ``do`` in a forked process, and yield what waits for its result; the process ends with the block.

    Where the program cannot be forked (see ``start_method``), or it is not ``wanted``, ``do`` is called when
    its result is asked for: the answer is the same. What ``do`` raises is raised there. ``lost``: the
    problem code where the process is killed.
    """
    if not wanted or start_method() != "fork":
        yield do
        return
    import multiprocessing
    import warnings

    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, do))
    with warnings.catch_warnings():
        # Python 3.12 counts the threads of the BLAS as well, see start_method
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        process.start()
    theirs.close()
    try:
        yield lambda: _received(ours, lost)
    finally:
        process.terminate()  # where somebody stopped waiting; a process that has ended does not hear it
        process.join()
        ours.close()


def _send(pipe: Any, do: Callable[[], Any]) -> None:
    live_for_parent()
    answer: tuple[Any, Exception | None]
    try:
        answer = do(), None
    except Exception as error:  # raised again where the result is awaited
        error.add_note(traceback.format_exc())
        answer = None, error
    pipe.send(answer)


def _received(pipe: Any, lost: str) -> Any:
    try:
        found, error = pipe.recv()
    except EOFError as fault:
        raise TamError(problem(lost)) from fault
    if error is not None:
        raise error
    return found
