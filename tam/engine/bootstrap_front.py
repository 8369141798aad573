"""Many samples under way at once: their theta, F and implied moments, and a step that goes downhill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_derivatives import (
    Plan,
    Samples,
    discrepancy,
    slope,
    slope_and_curvature,
    squared_distance,
)
from tam.engine.structure import Floats, Implied, Structure, implied
from tam.engine.structure import Matrices as ModelMatrices

#: Rounding of F is near 1e-14 p; a step that raises F by no more than this has not gone uphill.
LEVEL = 1e-10

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GroupModel:
    """One group's model as the batch sees it: ``structure`` with the draws' moments of exogenous variables
    in its stacks of fixed cells, and the plan of its derivatives."""

    structure: Structure
    plan: Plan

    @property
    def same_for_all(self) -> bool:
        """Whether no draw has fixed cells of its own."""
        own = self.structure
        return own.base_paths.ndim == 2 and own.base_covariances.ndim == 2 and own.base_intercepts.ndim == 1

    def keep(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> GroupModel:
        own = self.structure
        changed = replace(
            own,
            base_paths=own.base_paths if own.base_paths.ndim == 2 else own.base_paths[which],
            base_covariances=(
                own.base_covariances if own.base_covariances.ndim == 2 else own.base_covariances[which]
            ),
            base_intercepts=(
                own.base_intercepts if own.base_intercepts.ndim == 1 else own.base_intercepts[which]
            ),
        )
        return GroupModel(changed, self.plan)


@dataclass(frozen=True, slots=True)
class GroupState:
    """One group at theta: implied moments, V (r, p, p)."""

    at: Implied
    inverse: Floats


@dataclass(slots=True)
class Front:
    """The draws still under way: their place in the whole stack, theta, F, and the state of every group."""

    draws: NDArray[np.intp]
    theta: Floats
    models: tuple[GroupModel, ...]
    samples: tuple[Samples, ...]
    value: Floats
    states: tuple[GroupState, ...]

    def keep(self, which: Booleans) -> Front:
        if which.all():
            return self
        return Front(
            self.draws[which],
            self.theta[which],
            tuple(one.keep(which) for one in self.models),
            tuple(one.keep(which) for one in self.samples),
            self.value[which],
            tuple(GroupState(_rows(one.at, which), one.inverse[which]) for one in self.states),
        )


def evaluate(
    models: Sequence[GroupModel], samples: Sequence[Samples], theta: Floats
) -> tuple[Floats, tuple[GroupState, ...]]:
    total, states = np.zeros(len(samples[0].covariances)), []
    for model, sample in zip(models, samples):
        at = implied(model.structure, theta)
        if sample.weights is None:
            value, inverse = discrepancy(at.sigma, sample.covariances, sample.log_determinants)
        else:
            value = squared_distance(at.sigma, sample.covariances, sample.weights, variances=sample.variances)
            inverse = sample.weights
        total += sample.shares * value
        states.append(GroupState(at, inverse))
    return total, tuple(states)


def slopes_and_curvatures(
    models: Sequence[GroupModel],
    samples: Sequence[Samples],
    states: Sequence[GroupState],
    directions: Floats,
    *,
    observed: bool,
) -> tuple[Floats, Floats]:
    """Gradient (r, z) and second derivatives (r, z, z) of F, over the groups."""
    r, z = len(states[0].inverse), directions.shape[1]
    slopes, curvatures = np.zeros((r, z)), np.zeros((r, z, z))
    for model, sample, state in zip(models, samples, states):
        one, two = slope_and_curvature(model.plan, state.at, state.inverse, sample, observed=observed)
        share, active = sample.shares, model.plan.active
        if len(models) == 1 and len(active) == z and sample.weights is None:
            return one, two  # the only group has all cases
        slopes[:, active] += share[:, None] * one
        curvatures[:, active[:, None], active] += share[:, None, None] * two
    return slopes, curvatures


def slopes(front: Front, directions: Floats) -> Floats:
    """Gradient of F, (r, z)."""
    slopes = np.zeros((len(front.theta), directions.shape[1]))
    for model, sample, state in zip(front.models, front.samples, front.states):
        one = slope(model.plan, state.at, state.inverse, sample)
        slopes[:, model.plan.active] += sample.shares[:, None] * one
    return slopes


def move(front: Front, step: Floats, halvings: int = 10) -> tuple[Front, Booleans]:
    """Full steps where F falls, halved ones elsewhere; the second answer says which draws got no higher."""
    trial = front.theta + step
    value, states = evaluate(front.models, front.samples, trial)
    waiting = np.flatnonzero(~(value <= front.value + LEVEL))
    length = 1.0
    for _ in range(halvings):
        if not len(waiting):
            break
        length /= 2
        trial[waiting] = front.theta[waiting] + length * step[waiting]
        part_value, part_states = evaluate(
            [one.keep(waiting) for one in front.models],
            [one.keep(waiting) for one in front.samples],
            trial[waiting],
        )
        for state, part, sample in zip(states, part_states, front.samples):
            _put(state, waiting, part, least_squares=sample.weights is not None)
        value[waiting] = part_value
        waiting = waiting[~(part_value <= front.value[waiting] + LEVEL)]
    lower = np.ones(len(trial), dtype=bool)
    lower[waiting] = False
    return Front(front.draws, trial, front.models, front.samples, value, states), lower


def _rows(at: Implied, which: Booleans) -> Implied:
    model = at.matrices
    return Implied(
        at.sigma[which],
        at.mu[which],
        at.effects[which],
        at.total[which],
        at.mean[which],
        ModelMatrices(model.paths[which], model.covariances[which], model.intercepts[which]),
    )


def _put(state: GroupState, which: NDArray[np.intp], part: GroupState, *, least_squares: bool) -> None:
    """Overwrite the moments that the next step reads; they were made by this module and are nobody else's,
    but for the weights of least squares, which stay."""
    at = state.at
    at.sigma[which], at.effects[which], at.total[which] = part.at.sigma, part.at.effects, part.at.total
    if not least_squares:
        state.inverse[which] = part.inverse
