"""Who does the chunks: this process, several processes on this machine, or a Dask cluster.

Results come back in the order of the tasks whoever did them, and every task is done with matrix products on
one thread, so the answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tam.engine.bootstrap_chunk import Batch, Part, estimate, make_batch
from tam.engine.bootstrap_incomplete import (
    IncompleteBatch,
    estimate_incomplete,
    make_incomplete_batch,
)
from tam.engine.bootstrap_setting import Gaps, Setting, Task
from tam.engine.workers import Progress, StartMethod, in_processes, on_cluster, start_method, unwatched
from tam.stats.threads import one_thread

#: Work below which other processes cost more than they save, in the operations of ``work``: forked they are
#: there in some hundredths of a second, started afresh they import everything first.
WORTH: dict[StartMethod, float] = {"fork": 1e9, "spawn": 1.2e10}
#: Tasks that travel to a cluster together, so that the way there is short beside the work.
BUNDLE = 5


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
        with on_cluster(_do_bundle, setting, tasks, scheduler, bundle=BUNDLE) as found:
            yield found
        return
    method = start_method()
    if workers > 1 and len(tasks) > 1 and work(setting, tasks) > WORTH[method]:
        workers, lost = min(workers, len(tasks)), "bootstrap-worker-lost"
        with in_processes(
            _with_batch, _done, setting, tasks, workers=workers, lost=lost, method=method
        ) as found:
            yield found
    else:
        prepared = _with_batch(setting)
        yield (_done(prepared, task) for task in tasks)


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


Prepared = tuple[Setting, AnyBatch]


def _with_batch(setting: Setting) -> Prepared:
    incomplete = isinstance(setting.groups[0], Gaps)
    return setting, make_incomplete_batch(setting) if incomplete else make_batch(setting)


def _done(prepared: Prepared, task: Task) -> Part:
    setting, batch = prepared
    if isinstance(batch, IncompleteBatch):
        return estimate_incomplete(setting, batch, task)
    return estimate(setting, batch, task)


def _do_bundle(setting: Setting, tasks: Sequence[Task]) -> list[Part]:
    """Several tasks on a worker of a cluster."""
    with one_thread():
        prepared = _with_batch(setting)
        return [_done(prepared, task) for task in tasks]
