"""Power by simulation: how often a study of n respondents finds an effect that is there.

Muthen and Muthen (2002): samples are drawn from a population whose every value is known, the model is fitted
to each, and the share in which an effect is significant is its power. The share itself is uncertain by the
number of replications; that error is told with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.workers import Progress, unwatched
from tam.errors import Problem, TamError, problem
from tam.planning.power_effects import Target
from tam.planning.power_scenario import Outcome, Scenario
from tam.planning.power_workers import Job, do_jobs, jobs_for

if TYPE_CHECKING:
    from tam.engine.structure import Floats

#: Share of failed replications above which the power is not to be trusted.
TOLERATED_FAILURES = 0.05
#: Quantile of the 95 % intervals around shares and of the intervals whose coverage is counted.
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class EffectPower:
    """One effect at one sample size.

    ``value``: what estimates gather around in large samples, in their units; ``power`` the share of usable
    replications in which it is significant, ``mc_error`` its standard error, ``ci_low`` and ``ci_high``
    Wilson's 95 % interval; ``mean`` and ``sd`` of the estimates, ``mean_se`` of their standard errors,
    ``coverage`` the share of the 95 % intervals (estimate -+ 1.96 se) that hold the value.
    """

    effect: str
    kind: str
    value: float
    power: float
    mc_error: float
    ci_low: float
    ci_high: float
    mean: float
    bias: float
    sd: float
    mean_se: float
    coverage: float


@dataclass(frozen=True, slots=True)
class SizePower:
    """All effects at one sample size; ``used`` replications count, ``failed`` did not converge or had no
    standard errors, ``inadmissible`` ones are used and counted."""

    n: int
    replications: int
    used: int
    failed: int
    inadmissible: int
    effects: tuple[EffectPower, ...]


def wilson_interval(successes: int, trials: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's (1927) interval of a share: ``(p + z^2/2m -+ z sqrt(p(1-p)/m + z^2/4m^2)) / (1 + z^2/m)``.

    Within [0, 1], also where nothing or everything succeeded. Peer: ``prop.test(x, n, correct = FALSE)``.
    """
    share, room = successes / trials, z * z / trials
    middle = (share + room / 2.0) / (1.0 + room)
    reach = z * float(np.sqrt(share * (1.0 - share) / trials + room / (4.0 * trials))) / (1.0 + room)
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    return low, 1.0 if successes == trials else min(1.0, middle + reach)


def seed_of(seed: int, n: int, stage: int = 0) -> int:
    """The seed of one sample size: other sizes have other random numbers, and the same size has always its
    own."""
    return int(np.random.SeedSequence([seed, n, stage]).generate_state(1, np.uint64)[0])


def smallest_size(scenario: Scenario) -> int:
    """Respondents below which no sample has a covariance matrix that can be inverted, with a little room."""
    widest = max(len(one.observed_names) for one in scenario.setting.structures)
    least = min(scenario.plan.population.shares) * (1.0 - scenario.plan.design.missing)
    return int(np.ceil((widest + 2) / least))


def power_at(
    scenario: Scenario,
    sizes: Sequence[int],
    replications: int,
    seed: int,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> tuple[SizePower, ...]:
    """Power of every effect at each sample size. The answer depends on the seed, the size and the number of
    replications alone. Raises TamError for sizes too small for the model."""
    small = [n for n in sizes if n < smallest_size(scenario)]
    if small:
        least = smallest_size(scenario)
        raise TamError([problem("planning-too-few", n=n, needed=least) for n in dict.fromkeys(small)])
    jobs = [job for n in sizes for job in jobs_for(0, n, replications, seed_of(seed, n))]
    outcomes = do_jobs([scenario], jobs, workers=workers, scheduler=scheduler, progress=progress)
    return tuple(summarise(scenario, n, _of(jobs, outcomes, 0, n)) for n in sizes)


def _of(jobs: Sequence[Job], outcomes: Sequence[Outcome], scenario: int, n: int) -> list[Outcome]:
    pairs = zip(jobs, outcomes, strict=True)
    return [outcome for job, outcome in pairs if (job.scenario, job.n) == (scenario, n)]


def summarise(scenario: Scenario, n: int, outcomes: Sequence[Outcome]) -> SizePower:
    """The replications of one sample size as numbers."""
    usable = np.concatenate([one.usable for one in outcomes])
    value, errors, found = (
        np.concatenate([getattr(one, name) for one in outcomes])[usable]
        for name in ("value", "errors", "found")
    )
    converged, admissible = (
        np.concatenate([getattr(one, name) for one in outcomes]) for name in ("converged", "admissible")
    )
    used = int(usable.sum())
    if used == 0:
        raise TamError(problem("planning-all-failed", n=n, replications=len(usable)))
    held = np.abs(value - scenario.values) <= Z95 * errors
    effects = tuple(
        _effect(
            target,
            float(scenario.values[at]),
            value[:, at],
            errors[:, at],
            int(found[:, at].sum()),
            held[:, at],
        )
        for at, target in enumerate(scenario.targets)
    )
    return SizePower(n, len(usable), used, len(usable) - used, int((converged & ~admissible).sum()), effects)


def _effect(
    target: Target, truth: float, value: Floats, errors: Floats, found: int, held: Floats
) -> EffectPower:
    trials = len(value)
    share = found / trials
    low, high = wilson_interval(found, trials)
    return EffectPower(
        effect=target.name,
        kind=target.kind,
        value=truth,
        power=share,
        mc_error=float(np.sqrt(share * (1.0 - share) / trials)),
        ci_low=low,
        ci_high=high,
        mean=float(value.mean()),
        bias=float(value.mean()) - truth,
        sd=float(value.std(ddof=1)) if trials > 1 else 0.0,
        mean_se=float(errors.mean()),
        coverage=float(held.mean()),
    )


def failures(sizes: Sequence[SizePower]) -> list[Problem]:
    """A warning for sample sizes at which too many replications failed."""
    found = []
    for one in sizes:
        if one.failed > TOLERATED_FAILURES * one.replications:
            found.append(
                problem("planning-many-failed", n=one.n, failed=one.failed, replications=one.replications)
            )
    return found


def chosen_targets(scenario: Scenario, names: Sequence[str]) -> list[int]:
    """The numbers of the effects asked for by name (blanks do not matter); all direct ones and interactions,
    indirect and defined ones unless any is named. Raises TamError for names that are none."""
    if not names:
        return list(range(len(scenario.targets)))
    place: dict[str, Any] = {_plain(one.name): at for at, one in enumerate(scenario.targets)}
    unknown = [name for name in names if _plain(name) not in place]
    if unknown:
        known = [one.name for one in scenario.targets]
        raise TamError([problem("planning-effect-unknown", name=name, known=known) for name in unknown])
    return [place[_plain(name)] for name in names]


def _plain(name: str) -> str:
    return "".join(name.split())


def only(sizes: Sequence[SizePower], chosen: Sequence[int]) -> tuple[SizePower, ...]:
    """The same with the chosen effects alone."""
    return tuple(replace(one, effects=tuple(one.effects[at] for at in chosen)) for one in sizes)
