"""The bootstrap of the model test: how often chance alone gives a chi-square as large (Bollen and Stine)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tam.engine.bootstrap import Progress, bootstrap_draws, bootstrap_setting, unwatched
from tam.engine.robust_bollen_stine import bollen_stine_pvalue
from tam.engine.structure import Floats

if TYPE_CHECKING:
    from tam.engine.fit import Fit


@dataclass(frozen=True, slots=True)
class BollenStine:
    """``pvalue`` the share of draws whose chi-square reaches the sample's; ``chisq`` (used,) those of the
    draws; ``requested``, ``used`` and ``failed`` draws."""

    pvalue: float
    chisq: Floats
    requested: int
    used: int
    failed: int
    seed: int


def bollen_stine(
    fit: Fit,
    draws: int = 1000,
    seed: int = 1,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> BollenStine:
    """Refits of resamples, within groups, of rows moved so that the model holds exactly.

    Raises TamError without complete rows or estimates. Peer: ``lavaan::sem(test = "bollen.stine")``.
    """
    setting = bootstrap_setting(fit, kind="bollen_stine")
    found = bootstrap_draws(
        setting,
        draws,
        seed,
        kind="bollen_stine",
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )
    chisq = fit.n * found.value[found.converged]
    own = fit.n * float(fit.solution.minimum.point.value)
    return BollenStine(
        bollen_stine_pvalue(own, chisq), chisq, found.requested, found.used, found.failed, seed
    )
