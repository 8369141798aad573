"""Estimation: model text -> parameter table -> matrices -> solution. Knows nothing of surveys.

``fit_model`` is the door. For work on many samples of one model (bootstrap, simulation) use the compiled
model: ``build_table`` -> ``compile_model`` -> ``solve``; ``tam.engine.structure`` documents the matrices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tam.engine.checking import check_model as check_model
    from tam.engine.fit import Fit as Fit
    from tam.engine.fit import fit_model as fit_model
    from tam.engine.moments import Moments as Moments
    from tam.engine.moments_file import read_moments as read_moments

_HOMES = {
    "Fit": "tam.engine.fit",
    "check_model": "tam.engine.checking",
    "fit_model": "tam.engine.fit",
    "Moments": "tam.engine.moments",
    "read_moments": "tam.engine.moments_file",
}
__all__ = ["Fit", "Moments", "check_model", "fit_model", "read_moments"]


def __getattr__(name: str) -> Any:
    """Imports numpy only when something is asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
