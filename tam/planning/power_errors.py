"""Standard errors of many samples at once, from the expected information or as a sandwich (MLR)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tam.engine.bootstrap_chunk import Batch
from tam.engine.bootstrap_constant import moments_about_zero
from tam.engine.bootstrap_derivatives import Samples, log_determinants
from tam.engine.bootstrap_front import GroupModel, evaluate, slopes_and_curvatures
from tam.engine.bootstrap_newton import for_samples, group_model
from tam.engine.bootstrap_setting import Setting
from tam.engine.robust_casewise import score_products
from tam.engine.structure import Floats, Integers, Structure, implied, with_sample


@dataclass(frozen=True, slots=True)
class Drawn:
    """r samples: ``means`` (r, p), ``covariances`` (r, p, p) with divisor n and cases ``sizes`` (r,) of every
    group; ``rows`` of every sample and group (n, p), deviations from their means, where they were drawn."""

    means: list[Floats]
    covariances: list[Floats]
    sizes: list[Floats]
    rows: tuple[tuple[Floats, ...], ...] = ()

    def keep(self, which: Integers) -> Drawn:
        return Drawn(
            [one[which] for one in self.means],
            [one[which] for one in self.covariances],
            [one[which] for one in self.sizes],
            tuple(self.rows[k] for k in which.tolist()) if self.rows else (),
        )


def covariances_of_estimates(
    setting: Setting, batch: Batch | None, theta: Floats, drawn: Drawn, *, robust: bool
) -> Floats:
    """Covariance matrices of theta (r, q, q), NaN where there is none.

    Without ``robust`` the inverse of n/2 times the expected second derivatives of F; with it A^-1 B A^-1, A
    the observed information and B the summed products of casewise scores (Yuan and Bentler 2000). Peers:
    ``lavaan::vcov`` under ML and MLR. Intercepts that merely reproduce the means have no part in it.
    """
    follow = batch is not None and batch.follow
    structures = [replace(one, meanstructure=one.meanstructure and not follow) for one in setting.structures]
    directions = setting.space.basis if batch is None else batch.directions
    models = [group_model(one, directions) for one in structures] if batch is None else batch.models
    own, samples = _prepared(models, structures, drawn)
    _, states = evaluate(own, samples, theta)
    _, curvature = slopes_and_curvatures(own, samples, states, directions, observed=robust)
    total = np.sum(drawn.sizes, axis=0)
    inverse = _inverses(curvature * (total / 2.0)[:, None, None])
    if robust:
        meat = np.stack([_meat(structures, theta[k], drawn, k, directions) for k in range(len(theta))])
        inverse = inverse @ meat @ inverse
    return np.asarray(directions @ inverse @ directions.T)


def _prepared(
    models: Sequence[GroupModel], structures: Sequence[Structure], drawn: Drawn
) -> tuple[list[GroupModel], list[Samples]]:
    total = np.sum(drawn.sizes, axis=0)
    own, samples = [], []
    for model, structure, mean, covariance, size in zip(
        models, structures, drawn.means, drawn.covariances, drawn.sizes, strict=True
    ):
        own.append(for_samples(model, with_sample(structure, covariance, mean)))
        moments = moments_about_zero(covariance, mean) if structure.meanstructure else covariance
        samples.append(Samples(moments, np.zeros(len(mean)), size / total))
    return own, samples


def _inverses(matrices: Floats) -> Floats:
    """Inverses (r, z, z); NaN where a matrix is not positive definite."""
    sound, _ = log_determinants(matrices)
    found = np.full_like(matrices, np.nan)
    if sound.any():
        found[sound] = np.linalg.inv(matrices[sound])
    return found


def _meat(structures: Sequence[Structure], theta: Floats, drawn: Drawn, k: int, directions: Floats) -> Floats:
    """Sum of the products of casewise scores of sample k along the directions (z, z)."""
    q = len(theta)
    total = np.zeros((q, q))
    for at, structure in enumerate(structures):
        covariance, mean = drawn.covariances[at][k], drawn.means[at][k]
        filled = with_sample(structure, covariance, mean)
        model = implied(filled, theta)
        rows = drawn.rows[k][at]
        if structure.meanstructure:
            rows = rows + (mean - model.mu)
        total += score_products(filled, model, np.asarray(np.linalg.inv(model.sigma)), rows)
    return np.asarray(directions.T @ total @ directions)
