"""A population and the model fitted to it, made ready for thousands of simulated samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from tam.engine.bootstrap_chunk import Batch, estimate_moments, make_batch
from tam.engine.bootstrap_setting import Normal, Setting, Task, moments_of, streams
from tam.engine.moments import Moments
from tam.engine.parameter_table import build_table
from tam.engine.products_expand import expand_interactions, interaction_names
from tam.engine.solution import Compiled, compile_model, solve
from tam.engine.structure import Floats
from tam.engine.syntax import parse_model
from tam.engine.table_rows import Grouping
from tam.errors import Problem, TamError, problem
from tam.planning.plan import Plan
from tam.planning.power_columns import Columns, columns_for
from tam.planning.power_effects import Booleans, Target, list_targets, significant, target_estimates
from tam.planning.power_errors import Drawn, covariances_of_estimates
from tam.planning.survey import Sampler

Estimator = Literal["ML", "MLR"]

#: Respondents of the survey in which the values are found that estimates gather around.
PILOT = 200_000
PILOT_BLOCK = 20_000
#: What an exact covariance matrix counts as.
EXACT = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of r samples: ``value``, ``errors`` and ``found`` (significant) of every target (r, t);
    ``usable`` (r,): converged, with standard errors; ``converged`` and ``admissible`` (r,)."""

    value: Floats
    errors: Floats
    found: Booleans
    usable: Booleans
    converged: Booleans
    admissible: Booleans


@dataclass(frozen=True)
class Scenario:
    """``setting`` holds the fitted model at ``theta``, the values that estimates gather around in large
    samples; ``columns`` how its columns come from the items; ``moments``: samples are drawn as moments, never
    as rows; ``robust``: MLR."""

    plan: Plan
    setting: Setting
    columns: Columns
    targets: tuple[Target, ...]
    alpha: float
    robust: bool
    moments: bool
    pairs: str = "all"
    notes: tuple[Problem, ...] = ()

    @cached_property
    def batch(self) -> Batch | None:
        return make_batch(self.setting)

    @cached_property
    def sampler(self) -> Sampler:
        return Sampler(self.plan.population, self.plan.design)

    @property
    def compiled(self) -> Compiled:
        return self.setting.compiled

    @property
    def values(self) -> Floats:
        """The targets at theta (t,): what estimates are compared with."""
        return np.asarray(target_estimates(self.compiled, self.targets, self.setting.theta[None]).value[0])

    def outcome(self, n: int, task: Task) -> Outcome:
        """The draws of a task with n respondents each."""
        drawn = self._moments(n, task) if self.moments else self._answers(n, task)
        part = estimate_moments(self.setting, self.batch, drawn.means, drawn.covariances, drawn.sizes)
        shape = (task.size, len(self.targets))
        value, errors = np.full(shape, np.nan), np.full(shape, np.nan)
        found, usable = np.zeros(shape, dtype=bool), np.zeros(task.size, dtype=bool)
        done = np.flatnonzero(part.converged)
        if len(done):
            theta = part.theta[done]
            vcov = covariances_of_estimates(
                self.setting, self.batch, theta, drawn.keep(done), robust=self.robust
            )
            sound = np.isfinite(vcov).all(axis=(1, 2))
            done, theta, vcov = done[sound], theta[sound], vcov[sound]
            estimates = target_estimates(self.compiled, self.targets, theta)
            variance = np.einsum("rtq,rqp,rtp->rt", estimates.slope, vcov, estimates.slope, optimize=True)
            errors[done] = np.sqrt(np.maximum(variance, 0.0))
            value[done], usable[done] = estimates.value, True
            found[done] = significant(self.targets, estimates, theta, vcov, errors[done], self.alpha)
        return Outcome(value, errors, found, usable, part.converged, part.admissible)

    def _moments(self, n: int, task: Task) -> Drawn:
        """Moments of normal samples, drawn as such."""
        groups = tuple(
            replace(one, n=size)
            for one, size in zip(self.setting.groups, self.plan.population.sizes(n), strict=True)
            if isinstance(one, Normal)
        )
        return Drawn(*moments_of(replace(self.setting, groups=groups), task))

    def _answers(self, n: int, task: Task) -> Drawn:
        """Moments of surveys drawn respondent by respondent; those with a missing answer are left out."""
        groups = len(self.setting.structures)
        means: list[list[Floats]] = [[] for _ in range(groups)]
        covariances: list[list[Floats]] = [[] for _ in range(groups)]
        sizes: list[list[float]] = [[] for _ in range(groups)]
        kept = []
        for rng in streams(task):
            survey = self.sampler.draw(n, rng)
            complete = ~np.isnan(survey.answers).any(axis=1)
            own = []
            for at in range(groups):
                rows = self.columns.of(survey.answers[complete & (survey.group == at)])
                mean = rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1])
                rows = rows - mean
                means[at].append(mean)
                covariances[at].append(rows.T @ rows / max(len(rows), 1))
                sizes[at].append(float(len(rows)))
                own.append(rows)
            kept.append(tuple(own) if self.robust else ())
        return Drawn(
            [np.stack(one) for one in means],
            [np.stack(one) for one in covariances],
            [np.array(one) for one in sizes],
            tuple(kept) if self.robust else (),
        )


def make_scenario(
    plan: Plan, *, estimator: str | None = None, alpha: float = 0.05, pairs: str = "all"
) -> Scenario:
    """The fitted model of a plan at the values that its estimates gather around.

    ``estimator`` None: ML where answers are normal, else MLR. With normal answers and ML those values come
    from the population's own covariance matrix, else from one very large simulated survey (always the same
    one). ``pairs`` of items of a latent interaction: "all" or "matched". Raises TamError where the
    model cannot be fitted.
    """
    import pandas as pd

    population, design = plan.population, plan.design
    syntax = parse_model(plan.fitted)
    interactions = interaction_names(syntax)
    if interactions and len(population.groups) > 1:
        raise TamError(problem("planning-interaction-groups", names=list(interactions)))
    _raise_for_unknown(plan)
    normal = design.normal and population.linear and not interactions
    robust = estimator == "MLR" or (estimator is None and not normal)
    sampler = Sampler(population, design)
    few = sampler.draw(200, np.random.default_rng(0)).answers
    expansion = expand_interactions(syntax, pd.DataFrame(few, columns=list(population.items)), pairs=pairs)
    grouping = Grouping(population.labels)
    compiled = compile_model(build_table(expansion.syntax, grouping=grouping))
    columns = columns_for(expansion, compiled.structures[0].observed_names, population.items)
    moments = _exact(plan, columns) if normal else _pilot(sampler, columns)
    names = compiled.structures[0].observed_names
    samples = [
        Moments(names, covariance, mean if compiled.table.meanstructure else None, nobs)
        for (mean, covariance), nobs in zip(moments, population.sizes(EXACT), strict=True)
    ]
    solution = solve(compiled, samples)
    if not solution.converged:
        raise TamError(problem("planning-no-solution"))
    groups = tuple(
        Normal(mean, np.asarray(np.linalg.cholesky(covariance)), 100) for mean, covariance in moments
    )
    setting = Setting(compiled, solution.space, solution.theta, groups)
    targets = list_targets(compiled)
    if not targets:
        raise TamError(problem("planning-no-effects"))
    notes = tuple(expansion.problems)
    return Scenario(plan, setting, columns, targets, alpha, robust, normal and not robust, pairs, notes)


def _raise_for_unknown(plan: Plan) -> None:
    """The fitted model may name only what was simulated."""
    from tam.engine.parameter_table import classify

    syntax = parse_model(plan.fitted)
    known = {*plan.population.items, *classify(syntax).latent}
    named = [name for one in classify(syntax).observed for name in one.split(":")]
    unknown = [name for name in dict.fromkeys(named) if name not in known]
    if unknown:
        items = list(plan.population.items)
        raise TamError([problem("planning-item-unknown", name=name, known=items) for name in unknown])


def _exact(plan: Plan, columns: Columns) -> list[tuple[Floats, Floats]]:
    """Means and covariance matrices of the columns in every group of the population."""
    population = plan.population
    found: list[tuple[Floats, Floats]] = []
    chosen = population.latents + columns.plain[columns.order]
    for group in population.groups:
        level = np.linalg.solve(np.eye(len(group.paths)) - group.paths, group.intercepts)
        found.append((np.asarray(level)[chosen], group.total[np.ix_(chosen, chosen)]))
    return found


def _pilot(sampler: Sampler, columns: Columns) -> list[tuple[Floats, Floats]]:
    """Means and covariances of the columns in every group of a very large survey, complete answers only."""
    rng = np.random.default_rng(np.random.SeedSequence([0, PILOT]))
    blocks = [sampler.draw(PILOT_BLOCK, rng) for _ in range(PILOT // PILOT_BLOCK)]
    found: list[tuple[Floats, Floats]] = []
    for at in range(len(sampler.population.groups)):
        answers = np.concatenate([one.answers[one.group == at] for one in blocks])
        rows = columns.of(answers[~np.isnan(answers).any(axis=1)])
        if len(rows) < 10 * rows.shape[1]:
            raise TamError(problem("planning-nobody-complete"))
        found.append((np.asarray(rows.mean(axis=0)), np.asarray(np.cov(rows, rowvar=False))))
    return found
