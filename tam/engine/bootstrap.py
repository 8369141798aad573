"""The bootstrap: the model estimated in many resamples of its data.

    case            respondents are drawn with replacement, within each group
    parametric      samples are drawn from the normal distribution that the model implies
    bollen_stine    as case, from rows moved so that the model holds exactly: what chi-square does by chance

Resamples are never built: their moments are linear in how often each row was drawn, and the models of a
whole chunk of draws are estimated at once (``bootstrap_newton``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_chunk import Part, admissible_solutions, means_follow
from tam.engine.bootstrap_products import product_columns
from tam.engine.bootstrap_setting import Gaps, Normal, Rows, Setting, Task, left_out_samples
from tam.engine.bootstrap_workers import do_all
from tam.engine.structure import Floats, Implied, Structure, implied, with_sample
from tam.engine.workers import Progress, unwatched
from tam.errors import TamError, problem

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit
    from tam.engine.products import Products

__all__ = [
    "Draws",
    "Kind",
    "Progress",
    "Rows",
    "Setting",
    "admissible_solutions",
    "bootstrap_draws",
    "bootstrap_setting",
    "can_resample",
    "map_draws",
    "means_follow",
    "unwatched",
]

Kind = Literal["case", "parametric", "bollen_stine"]

#: Estimator -> whose estimates it gives.
RESAMPLED: Mapping[str, Literal["ML", "GLS", "ULS"]] = {
    "ML": "ML",
    "MLM": "ML",
    "MLR": "ML",
    "GLS": "GLS",
    "ULS": "ULS",
}

#: Draws estimated together. Small enough that a chunk's matrices stay in the processor's cache.
CHUNK = 50
#: Numbers of a chunk's counts, 64 MB: with very many rows fewer draws go together.
LARGEST_COUNTS = 8_000_000


@dataclass(frozen=True, slots=True)
class Draws:
    """Estimates of all resamples.

    ``theta`` (R, q) in the order of the free parameters, NaN where a draw failed; ``value`` (R,) F, so that
    n F is its chi-square with complete answers; ``converged`` (R,); ``admissible`` (R,): no negative
    variance, no covariance matrix that is not one (False for failed draws); ``exogenous`` (R, m) per group
    the resampled moments of observed exogenous variables, in the order of ``structure.exogenous_cells``;
    ``jackknife`` the same of the leave-one-out samples, None unless asked for.
    """

    theta: Floats
    value: Floats
    converged: NDArray[np.bool_]
    admissible: NDArray[np.bool_]
    exogenous: tuple[Floats, ...]
    seed: int
    kind: Kind = "case"
    jackknife: Draws | None = None

    @property
    def requested(self) -> int:
        return len(self.converged)

    @property
    def used(self) -> int:
        return int(self.converged.sum())

    @property
    def failed(self) -> int:
        return self.requested - self.used

    @property
    def inadmissible(self) -> int:
        return int((self.converged & ~self.admissible).sum())


def bootstrap_setting(
    fit: Fit,
    data: pd.DataFrame | None = None,
    products: Iterable[Products] = (),
    kind: Kind = "case",
) -> Setting:
    """What the resamples of a fit need: the rows it was made from, or the complete ones of ``data`` (one
    group), and the ``products`` among its columns that every resample must form anew.

    Raises TamError when there are no rows, or when the fit has no usable estimates.
    """
    if not fit.converged:
        raise TamError(problem("bootstrap-not-converged"))
    solution, estimator = fit.solution, estimates_of(fit.options.estimator)
    compiled = solution.compiled
    if fit.sample.incomplete:
        return Setting(compiled, solution.space, fit.theta, _gaps(fit, kind, products), estimator)
    if kind == "parametric":
        normal = tuple(
            Normal(at.mu if compiled.table.meanstructure else np.zeros(len(at.mu)), _root(at.sigma), n)
            for at, n in zip(solution.implied, solution.sizes)
        )
        return Setting(compiled, solution.space, fit.theta, normal, estimator)
    rows = fit.complete_rows
    if data is not None and len(compiled.structures) == 1:
        given = data[list(compiled.structures[0].observed_names)].to_numpy(np.float64)
        rows = (given[~np.isnan(given).any(axis=1)],)
    if not rows:
        raise TamError(problem("bootstrap-needs-rows"))
    columns = product_columns(products, compiled.structures[0].observed_names)
    if kind == "bollen_stine":
        rows, columns = _under_model(fit, rows), ()
    levels = [part.mean(axis=0) for part in rows]
    groups = tuple(Rows(level, part - level, columns) for level, part in zip(levels, rows))
    return Setting(compiled, solution.space, fit.theta, groups, estimator)


def can_resample(fit: Fit) -> bool:
    """Whether the estimator has a bootstrap, and the fit no constraints that a resample does not know."""
    return fit.options.estimator in RESAMPLED and fit.resampled


def estimates_of(estimator: str) -> Literal["ML", "GLS", "ULS"]:
    """Whose estimates an estimator gives; raises TamError for one that has no refit from moments."""
    if estimator not in RESAMPLED:
        raise TamError(problem("bootstrap-not-for-estimator", estimator=estimator))
    return RESAMPLED[estimator]


def _gaps(fit: Fit, kind: Kind, products: Iterable[Products]) -> tuple[Gaps, ...]:
    if kind != "case":
        raise TamError(problem("bootstrap-needs-complete-rows", kind=kind))
    columns = product_columns(products, fit.solution.compiled.structures[0].observed_names)
    return tuple(Gaps(one, columns) for one in fit.sample.incomplete)


def _under_model(fit: Fit, rows: Sequence[Floats]) -> tuple[Floats, ...]:
    from tam.engine.robust_bollen_stine import rows_under_model

    means = fit.solution.compiled.table.meanstructure
    return tuple(
        rows_under_model(part, at.sigma, at.mu if means else None)
        for part, at in zip(rows, fit.solution.implied)
    )


def _root(sigma: Floats) -> Floats:
    return np.asarray(np.linalg.cholesky(sigma))


def bootstrap_draws(
    setting: Setting,
    draws: int,
    seed: int,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    jackknife: bool = False,
    chunk: int = CHUNK,
    kind: Kind = "case",
    progress: Progress = unwatched,
) -> Draws:
    """Estimates in ``draws`` resamples, and in the leave-one-out samples if ``jackknife``.

    ``workers`` processes of this machine, used where the work is worth it; ``scheduler`` the address of a
    Dask cluster instead. Neither changes the answer. ``progress`` is told how many estimates are done, and of
    how many.
    """
    size = max(1, min(chunk, LARGEST_COUNTS // sum(setting.sizes)))
    tasks = _tasks("draws", seed, draws, size)
    left_out = _tasks("left_out", seed, left_out_samples(setting.sizes), size) if jackknife else []
    if jackknife and isinstance(setting.groups[0], Normal):
        raise TamError(problem("bootstrap-bca-needs-rows"))
    parts = do_all(setting, [*tasks, *left_out], workers=workers, scheduler=scheduler, progress=progress)
    groups = len(setting.structures)
    without = _joined(parts[len(tasks) :], groups, seed, kind) if jackknife else None
    return _joined(parts[: len(tasks)], groups, seed, kind, without)


def _tasks(kind: Literal["draws", "left_out"], seed: int, count: int, size: int) -> list[Task]:
    return [Task(kind, seed, first, min(size, count - first)) for first in range(0, count, size)]


def _joined(
    parts: Sequence[Part], groups: int, seed: int, kind: Kind, jackknife: Draws | None = None
) -> Draws:
    if not parts:
        nothing = np.zeros(0)
        none = np.zeros(0, dtype=bool)
        empty = tuple(np.zeros((0, 0)) for _ in range(groups))
        return Draws(np.zeros((0, 0)), nothing, none, none, empty, seed, kind, jackknife)
    return Draws(
        theta=np.concatenate([part.theta for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        converged=np.concatenate([part.converged for part in parts]),
        admissible=np.concatenate([part.admissible for part in parts]),
        exogenous=tuple(np.concatenate([part.exogenous[at] for part in parts]) for at in range(groups)),
        seed=seed,
        kind=kind,
        jackknife=jackknife,
    )


def map_draws(
    structures: Structure | Sequence[Structure],
    draws: Draws,
    function: Callable[..., Floats],
) -> Floats:
    """A function of the implied moments for every usable draw: (used, m).

    ``function`` takes the moments of a stack of draws, those of each group one after the other, and last
    their theta (r, q), and gives (r, m).
    """
    groups = (structures,) if isinstance(structures, Structure) else tuple(structures)
    usable = np.flatnonzero(draws.converged)
    parts = []
    for start in range(0, len(usable), 10 * CHUNK):
        chosen = usable[start : start + 10 * CHUNK]
        at: list[Implied] = [
            implied(with_exogenous(structure, moments[chosen]), draws.theta[chosen])
            for structure, moments in zip(groups, draws.exogenous)
        ]
        parts.append(function(*at, draws.theta[chosen]))
    return np.concatenate(parts)


def with_exogenous(structure: Structure, moments: Floats) -> Structure:
    """The structure with given moments (r, m) of its exogenous observed variables; means play no part."""
    p = len(structure.names) - structure.latents
    if not len(structure.exogenous_cells):
        return structure
    covariance = np.zeros((len(moments), p, p))
    i, j = structure.exogenous_cells.T - structure.latents
    covariance[:, i, j] = covariance[:, j, i] = moments
    return with_sample(structure, covariance)
