"""The model as matrices: which cell holds which parameter, what moments theta implies, and their derivatives.

All variables stand in one list v of length K: first the latents, then the observed, each in the table's
order. Three arrays hold the model:

    paths        A  (K, K)   A[outcome, predictor]; loadings and regressions alike
    covariances  S  (K, K)   (residual) variances and covariances
    intercepts   a  (K,)

so that, with C = (I - A)^-1 and M the rows of C that belong to observed variables,

    Cov(v) = G = C S C'     Sigma = M S M'     E(v) = C a     mu = M a

This holds the LISREL matrices as blocks (Lambda and Beta in A, Psi and Theta in S, nu and alpha in a) and
needs no dummy latents where observed variables predict or are predicted. Only the *core*, the variables
with an arrow going out, needs an inverse.

Every free cell changes Sigma by a matrix of rank two, weight * (left right' + right left'):

    path A[i, j]           left = M[:, i]   right = G[observed, j]   weight 1
    covariance S[i, j]     left = M[:, i]   right = M[:, j]          weight 1, on the diagonal 1/2

and mu by M[:, i] * E(v)[j] (path) or M[:, i] (intercept). ``theta`` holds each free parameter once, in the
order of ``Structure.free``; cells that share a label point to the same place. Linear constraints are
``Affine``: theta = offset + basis @ z.

Everything here accepts a stack: theta of shape (..., q) gives matrices of shape (..., K, K). Observed
exogenous variables (``fixed.x``) have their sample moments in S and a: ``with_sample`` puts them there, for
one sample or a stack.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tam.engine.parameter_table import ParameterTable, Row

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


#: Thresholds and scalings of ordered variables stand outside the matrices (``ordinal_structure``).
ORDINAL = ("|", "~*~")


@dataclass(frozen=True, slots=True)
class Cells:
    """Free cells of one matrix: ``row``, ``column``, index into theta, ``weight`` (all (c,))."""

    row: Integers
    column: Integers
    parameter: Integers
    weight: Floats

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class Structure:
    """A compiled model of one group; all groups share ``free`` and theta.

    ``names`` (K) latents then observed; ``latents`` their number; ``base_*`` the fixed cells (free ones 0);
    ``exogenous`` positions in v of ``fixed.x`` variables, ``exogenous_cells`` (m, 2) and
    ``exogenous_means`` those of their moments that come from the sample; ``core`` positions with an
    outgoing arrow; ``gather`` (c, q) sums the cells (paths, then covariances) into parameters, None where
    that is the identity.
    """

    names: tuple[str, ...]
    latents: int
    free: tuple[str, ...]
    meanstructure: bool
    paths: Cells
    covariances: Cells
    intercepts: Cells
    base_paths: Floats
    base_covariances: Floats
    base_intercepts: Floats
    exogenous: Integers
    exogenous_cells: Integers
    exogenous_means: Integers
    core: Integers
    gather: Floats | None

    @property
    def observed(self) -> slice:
        """The observed variables' places in v."""
        return slice(self.latents, len(self.names))

    @property
    def observed_names(self) -> tuple[str, ...]:
        return self.names[self.latents :]

    @property
    def latent_names(self) -> tuple[str, ...]:
        return self.names[: self.latents]

    def summed(self, by_cell: Floats) -> Floats:
        """Values per cell (c, ...) summed into values per parameter (q, ...)."""
        return by_cell if self.gather is None else self.gather.T @ by_cell


@dataclass(frozen=True, slots=True)
class Affine:
    """theta (q,) = offset (q,) + basis (q, r) @ z (r,): the points that obey the linear constraints."""

    offset: Floats
    basis: Floats

    @property
    def is_identity(self) -> bool:
        return len(self.basis) == len(self.basis.T)


@dataclass(frozen=True, slots=True)
class Matrices:
    """A, S (..., K, K) and a (..., K) at a theta."""

    paths: Floats
    covariances: Floats
    intercepts: Floats


@dataclass(frozen=True, slots=True)
class Implied:
    """Moments at a theta.

    ``sigma`` (..., p, p) and ``mu`` (..., p) of the observed variables, ``effects`` C, ``total`` G = Cov(v)
    (..., K, K), ``mean`` E(v) (..., K).
    """

    sigma: Floats
    mu: Floats
    effects: Floats
    total: Floats
    mean: Floats
    matrices: Matrices


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Rank-two derivatives of Sigma per cell, paths then covariances: ``left``, ``right`` (p, c),
    ``weight`` (c,); ``mu`` (p, q): derivative of mu per parameter, None without mean structure."""

    left: Floats
    right: Floats
    weight: Floats
    mu: Floats | None


def compile_structures(table: ParameterTable) -> tuple[Structure, ...]:
    """The matrices of every group; moments of ``fixed.x`` variables stay 0 until ``with_sample``."""
    return tuple(compile_structure(table, at) for at in range(len(table.groups)))


def compile_structure(table: ParameterTable, group: int = 0) -> Structure:
    """The matrices of one group (counted from 0) of a parameter table."""
    variables = table.variables
    names = (*variables.latent, *variables.observed)
    place = {name: at for at, name in enumerate(names)}
    size = len(names)
    base_paths, base_covariances = np.zeros((size, size)), np.zeros((size, size))
    base_intercepts = np.zeros(size)
    free: dict[str, list[tuple[int, int, int]]] = {"paths": [], "covariances": [], "intercepts": []}
    sample_cells: list[tuple[int, int]] = []
    sample_means: list[tuple[int, int]] = []
    for row in table.rows_of(group):
        if row.op in ORDINAL:
            continue
        matrix, i, j = _cell(row, place)
        if row.free:
            free[matrix].append((i, j, row.parameter))
        elif row.exogenous:
            (sample_cells if matrix == "covariances" else sample_means).append((i, j))
        elif matrix == "paths":
            base_paths[i, j] = row.fixed or 0.0
        elif matrix == "covariances":
            base_covariances[i, j] = base_covariances[j, i] = row.fixed or 0.0
        else:
            base_intercepts[i] = row.fixed or 0.0
    paths, covariances = _cells(free["paths"], False), _cells(free["covariances"], True)
    core = np.union1d(np.flatnonzero(base_paths.any(axis=0)), paths.column)
    means = np.array([i for i, _ in sample_means], dtype=np.intp)
    return Structure(
        names=names,
        latents=len(variables.latent),
        free=table.free,
        meanstructure=table.meanstructure,
        paths=paths,
        covariances=covariances,
        intercepts=_cells(free["intercepts"], False),
        base_paths=base_paths,
        base_covariances=base_covariances,
        base_intercepts=base_intercepts,
        exogenous=np.array(sorted({i for i, _ in sample_cells}), dtype=np.intp),
        exogenous_cells=np.array(sample_cells, dtype=np.intp).reshape(-1, 2),
        exogenous_means=means,
        core=core,
        gather=_gather(np.concatenate([paths.parameter, covariances.parameter]), len(table.free)),
    )


def _cell(row: Row, place: dict[str, int]) -> tuple[str, int, int]:
    if row.op == "=~":
        return "paths", place[row.rhs], place[row.lhs]
    if row.op == "~":
        return "paths", place[row.lhs], place[row.rhs]
    if row.op == "~~":
        return "covariances", place[row.lhs], place[row.rhs]
    return "intercepts", place[row.lhs], 0


def _cells(found: list[tuple[int, int, int]], symmetric: bool) -> Cells:
    table = np.array(found, dtype=np.intp).reshape(-1, 3)
    row, column, parameter = table.T
    weight = np.where((row == column) & symmetric, 0.5, 1.0)
    return Cells(row, column, parameter, weight)


def _gather(parameter: Integers, parameters: int) -> Floats | None:
    if len(parameter) == parameters and (parameter == np.arange(parameters)).all():
        return None
    matrix = np.zeros((len(parameter), parameters))
    matrix[np.arange(len(parameter)), parameter] = 1.0
    return matrix


def with_sample(structure: Structure, covariance: Floats, means: Floats | None = None) -> Structure:
    """The structure with the sample moments of its exogenous observed variables filled in.

    ``covariance`` (..., p, p) with the divisor of the estimator (n for ML), ``means`` (..., p), both in the
    order of ``observed_names``. A stack of samples gives a stack of base matrices.
    """
    if not len(structure.exogenous_cells) and not len(structure.exogenous_means):
        return structure
    stack = covariance.shape[:-2]
    size = len(structure.names)
    base = np.broadcast_to(structure.base_covariances, (*stack, size, size)).copy()
    i, j = structure.exogenous_cells.T
    k = structure.latents
    base[..., i, j] = base[..., j, i] = covariance[..., i - k, j - k]
    intercepts = np.broadcast_to(structure.base_intercepts, (*stack, size)).copy()
    if means is not None:
        intercepts[..., structure.exogenous_means] = means[..., structure.exogenous_means - k]
    return replace(structure, base_covariances=base, base_intercepts=intercepts)


def matrices(structure: Structure, theta: Floats) -> Matrices:
    """A, S and a at theta (..., q)."""
    stack = theta.shape[:-1]
    kind = theta.dtype
    paths = _filled(structure.base_paths, structure.paths, theta, stack, kind)
    covariances = _filled(structure.base_covariances, structure.covariances, theta, stack, kind)
    cells = structure.covariances
    covariances[..., cells.column, cells.row] = theta[..., cells.parameter]
    size = len(structure.names)
    intercepts = np.broadcast_to(structure.base_intercepts, (*stack, size)).astype(kind, copy=True)
    intercepts[..., structure.intercepts.row] = theta[..., structure.intercepts.parameter]
    return Matrices(paths, covariances, intercepts)


def _filled(
    base: Floats, cells: Cells, theta: Floats, stack: tuple[int, ...], kind: np.dtype[np.float64]
) -> Floats:
    filled = np.broadcast_to(base, (*stack, *base.shape[-2:])).astype(kind, copy=True)
    filled[..., cells.row, cells.column] = theta[..., cells.parameter]
    return filled


def effects_of(structure: Structure, paths: Floats) -> Floats:
    """C = (I - A)^-1 (..., K, K), inverting only the core; ``LinAlgError`` where it has no inverse."""
    core = structure.core
    effects = np.zeros_like(paths)
    diagonal = np.arange(paths.shape[-1])
    effects[..., diagonal, diagonal] = 1.0
    if len(core):
        inner = np.linalg.inv(np.eye(len(core)) - paths[..., core[:, None], core])
        columns = paths[..., :, core] @ inner
        columns[..., core, :] = inner
        effects[..., :, core] = columns
    return effects


def implied(structure: Structure, theta: Floats) -> Implied:
    """The moments theta (..., q) implies."""
    model = matrices(structure, theta)
    effects = effects_of(structure, model.paths)
    total = effects @ model.covariances @ np.swapaxes(effects, -1, -2)
    mean = (effects @ model.intercepts[..., None])[..., 0]
    seen = structure.observed
    return Implied(total[..., seen, seen], mean[..., seen], effects, total, mean, model)


def derivatives(structure: Structure, at: Implied) -> Derivatives:
    """The rank-two derivatives of Sigma and those of mu at one theta (no stack)."""
    reach = at.effects[structure.observed]
    shared = at.total[structure.observed]
    path, covariance = structure.paths, structure.covariances
    left = np.concatenate([reach[:, path.row], reach[:, covariance.row]], axis=1)
    right = np.concatenate([shared[:, path.column], reach[:, covariance.column]], axis=1)
    weight = np.concatenate([path.weight, covariance.weight])
    mu = None
    if structure.meanstructure:
        mu = np.zeros((reach.shape[0], len(structure.free)))
        add_columns(mu, path.parameter, reach[:, path.row] * at.mean[path.column])
        add_columns(mu, structure.intercepts.parameter, reach[:, structure.intercepts.row])
    return Derivatives(left, right, weight, mu)


def add_columns(matrix: Floats, at: Integers, columns: Floats) -> None:
    """matrix[:, at] += columns, adding up where a place stands in ``at`` twice; changes ``matrix``."""
    np.add.at(matrix.T, at, columns.T)
