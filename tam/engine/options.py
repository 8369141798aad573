"""What can be asked of ``fit_model``, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked of ``fit_model``.

    ``information``: "expected", "observed", or None for the estimator's own.
    """

    estimator: str
    missing: str
    meanstructure: bool
    std_lv: bool
    fixed_x: bool
    ci: float
    se: str = "standard"
    group: str | None = None
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    information: str | None = None
