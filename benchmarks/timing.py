"""How long a call takes, told so that a busy machine disturbs it least."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of repeated calls: ``best`` and ``median`` on the clock, ``processor`` the least processor
    time (all threads), ``repeats`` their number."""

    best: float
    median: float
    processor: float
    repeats: int


def timed(call: Callable[[], object], *, seconds: float = 2.0, most: int = 50, least: int = 3) -> Timed:
    """Call once to warm up, then again and again for about ``seconds``, ``least`` to ``most`` times."""
    call()
    clock: list[float] = []
    processor: list[float] = []
    begun = time.perf_counter()
    while len(clock) < least or (len(clock) < most and time.perf_counter() - begun < seconds):
        wall, spent = time.perf_counter(), time.process_time()
        call()
        clock.append(time.perf_counter() - wall)
        processor.append(time.process_time() - spent)
    return from_lists(clock, processor)


def from_lists(clock: list[float], processor: list[float]) -> Timed:
    """Of seconds measured elsewhere."""
    return Timed(min(clock), sorted(clock)[len(clock) // 2], min(processor), len(clock))


def told(seconds: float) -> str:
    """Seconds as a person reads them: ``3.2 ms``, ``1.4 s``."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1.0:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:.3g} s"
