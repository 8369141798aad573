"""Memory that is freed stays at hand: arrays made thousands of times a second need not be paged in anew."""

from __future__ import annotations

from functools import cache

#: Bytes of the one array made and freed, just below the 32 MiB where glibc stops adapting.
ROOM = 31_000_000


@cache
def keep_freed_memory() -> None:
    """Let the C library keep freed memory instead of giving it back after every array.

    glibc serves large arrays by mapping pages, and maps from then on only what is larger than the largest
    array freed so far (mallopt(3), M_MMAP_THRESHOLD). One large array, never written to and freed at once,
    lifts that limit for the process. Elsewhere it does nothing. For the batches of the bootstrap a third of
    the time went into mapping the same pages again.
    """
    import numpy as np

    np.empty(ROOM, dtype=np.uint8)
