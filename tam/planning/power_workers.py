"""Who computes the replications: this process, several of this machine, or a Dask cluster.

Every replication has a random stream of its own, so none of this changes the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tam.engine.bootstrap_setting import Task
from tam.engine.workers import Progress, in_processes, on_cluster, start_method, unwatched
from tam.planning.power_scenario import Outcome, Scenario
from tam.stats.threads import one_thread

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
        with on_cluster(_do_bundle, tuple(scenarios), jobs, scheduler, bundle=BUNDLE) as found:
            yield found
    elif workers > 1 and len(jobs) >= FEWEST_FOR_PROCESSES:
        workers, lost = min(workers, len(jobs)), "planning-worker-lost"
        with in_processes(
            tuple, _done, scenarios, jobs, workers=workers, lost=lost, method=start_method()
        ) as found:
            yield found
    else:
        yield (_done(scenarios, job) for job in jobs)


def _done(scenarios: Sequence[Scenario], job: Job) -> Outcome:
    return scenarios[job.scenario].outcome(job.n, job.task)


def _do_bundle(scenarios: Sequence[Scenario], jobs: Sequence[Job]) -> list[Outcome]:
    with one_thread():
        return [_done(scenarios, job) for job in jobs]
