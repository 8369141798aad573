"""Which effects of a model are tested, and their estimates and tests in many samples at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from tam.engine.relations import defined_jacobian, defined_values
from tam.engine.solution import Compiled
from tam.engine.structure import Floats
from tam.engine.table_rows import Row
from tam.stats.bivariate_normal import bivariate_normal_cdf
from tam.stats.indirect import directed_paths

Booleans = NDArray[np.bool_]
Kind = Literal["direct", "interaction", "indirect", "covariance", "defined"]

#: Indirect routes between two variables; more are not followed.
MOST_ROUTES = 50
#: Points of the quasi-random sample that finds the sign of a product of three estimates or more.
POINTS = 2048


@dataclass(frozen=True, slots=True)
class Target:
    """One effect: ``places`` in theta of the coefficients that are multiplied; none for a defined
    parameter."""

    kind: Kind
    lhs: str
    rhs: str
    via: tuple[str, ...]
    group: str | None
    places: tuple[int, ...]

    @property
    def name(self) -> str:
        """``PU ~ PEOU``, ``PI ~ ATT:CRED``, ``PEOU -> PU -> ATT``, the name of a defined parameter; the group
        in brackets."""
        if self.kind == "defined":
            return self.lhs
        if self.kind == "indirect":
            plain = " -> ".join((self.rhs, *self.via, self.lhs))
        else:
            plain = f"{self.lhs} {'~~' if self.kind == 'covariance' else '~'} {self.rhs}"
        return plain if self.group is None else f"{plain} [{self.group}]"


def list_targets(compiled: Compiled) -> tuple[Target, ...]:
    """The free paths, the interactions among them, the indirect routes along them, and what the text defines;
    the free covariances of latents where there is no path."""
    rows = compiled.table.rows
    paths = [row for row in rows if row.op == "~" and row.free]
    found = [_single(row, "interaction" if ":" in row.rhs else "direct") for row in paths]
    for group in compiled.table.groups:
        found += _indirect([row for row in paths if row.group == group], group)
    latent = set(compiled.table.variables.latent)
    if not found:
        found = [
            _single(row, "covariance")
            for row in rows
            if row.op == "~~" and row.free and row.lhs != row.rhs and {row.lhs, row.rhs} <= latent
        ]
    defined = compiled.relations.written
    return (*found, *(Target("defined", name, "", (), None, ()) for name in defined))


def _single(row: Row, kind: Kind) -> Target:
    return Target(kind, row.lhs, row.rhs, (), row.group, (row.parameter,))


def _indirect(rows: Sequence[Row], group: str | None) -> list[Target]:
    place = {(row.rhs, row.lhs): row.parameter for row in rows if ":" not in row.rhs}
    edges = list(place)
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    found = []
    for source in names:
        for target in names:
            try:
                routes = directed_paths(edges, source, target, MOST_ROUTES)
            except OverflowError:
                continue
            for route in routes:
                places = tuple(place[step] for step in pairwise(route))
                found.append(Target("indirect", target, source, route[1:-1], group, places))
    return found


@dataclass(frozen=True, slots=True)
class Estimates:
    """``value`` (r, t) of every target in every sample and its derivative to theta ``slope`` (r, t, q)."""

    value: Floats
    slope: Floats


def target_estimates(compiled: Compiled, targets: Sequence[Target], theta: Floats) -> Estimates:
    """Estimates and derivatives for theta (r, q)."""
    r, q = theta.shape
    value, slope = np.empty((r, len(targets))), np.zeros((r, len(targets), q))
    defined = _defined(compiled, theta) if any(one.kind == "defined" for one in targets) else {}
    for at, one in enumerate(targets):
        if one.kind == "defined":
            value[:, at], slope[:, at] = defined[one.lhs]
            continue
        parts = theta[:, one.places]
        value[:, at] = parts.prod(axis=1)
        for k, place in enumerate(one.places):
            slope[:, at, place] += np.delete(parts, k, axis=1).prod(axis=1)
    return Estimates(value, slope)


def _defined(compiled: Compiled, theta: Floats) -> Mapping[str, tuple[Floats, Floats]]:
    relations = compiled.relations
    r, q = theta.shape
    values: dict[str, Any] = {label: theta[:, [place]] for label, place in relations.labels.items()}
    slopes = {label: np.eye(q)[None, place] for label, place in relations.labels.items()}
    found = defined_values(relations, values)
    chain = defined_jacobian(relations, values, slopes, q)
    return {
        name: (np.broadcast_to(found[name], (r, 1))[:, 0], np.broadcast_to(chain[name], (r, q)))
        for name in relations.written
    }


def significant(
    targets: Sequence[Target], estimates: Estimates, theta: Floats, vcov: Floats, errors: Floats, alpha: float
) -> Booleans:
    """Which effects differ from zero at level ``alpha``, two-sided, in which sample (r, t).

    A path, a covariance and a defined parameter by z = estimate / standard error. An indirect effect by the
    interval of the distribution of a product of normal estimates (``sign_of_product``): the z value of a
    product is too cautious, its distribution being skewed. MacKinnon, Lockwood and Williams (2004).

    Parameters: ``theta`` (r, q), ``vcov`` (r, q, q), ``errors`` (r, t).
    """
    with np.errstate(all="ignore"):
        found = np.abs(estimates.value / errors) > ndtri(1.0 - alpha / 2.0)
    for at, one in enumerate(targets):
        if len(one.places) > 1:
            places = np.array(one.places)
            own = vcov[:, places[:, None], places]
            found[:, at] = np.abs(sign_of_product(theta[:, places], own)) > 1.0 - alpha
    return np.asarray(found & np.isfinite(errors))


def sign_of_product(means: Floats, covariances: Floats) -> Floats:
    """P(product > 0) - P(product < 0) for normal variables with ``means`` (r, m) and ``covariances``
    (r, m, m).

    The interval of a product at level 1 - a leaves out zero where this is beyond 1 - a in size. Two: from
    the bivariate normal distribution, exactly. More: a fixed quasi-random sample, error about 1e-3.
    Returns (r,), in [-1, 1].
    """
    spread = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    z = means / spread
    if means.shape[1] == 2:
        r = np.clip(covariances[:, 0, 1] / spread.prod(axis=1), -1.0, 1.0)
        both = bivariate_normal_cdf(z[:, 0], z[:, 1], r)
        return np.asarray(4.0 * both - 2.0 * ndtr(z[:, 0]) - 2.0 * ndtr(z[:, 1]) + 1.0)
    inner = covariances / (spread[:, :, None] * spread[:, None, :])
    factor = np.linalg.cholesky(inner)
    points = ndtri(qmc.Sobol(means.shape[1] - 1, scramble=True, seed=1).random(POINTS))
    before = z[:, None, :-1] + points @ factor[:, :-1, :-1].swapaxes(1, 2)
    level = z[:, -1, None] + (points @ factor[:, -1, :-1, None])[:, :, 0]
    last = 2.0 * ndtr(level / factor[:, -1, -1, None]) - 1.0  # the sign of the last one, given the others
    return np.asarray((np.sign(before).prod(axis=2) * last).mean(axis=1))
