"""One thread for matrix products: sums depend on how they are split, and small matrices only lose by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it every BLAS runs on one thread, so that the same input gives the same bytes on any machine.

    The libraries must be loaded before they can be limited: both bring a BLAS of their own.
    """
    import numpy  # noqa: F401
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_limits

    from tam.stats.heap import keep_freed_memory

    keep_freed_memory()
    with threadpool_limits(1, user_api="blas"):
        yield
