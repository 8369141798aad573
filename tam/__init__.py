"""TAM purchase-intention surveys: validated answers, checked scales, structural equation model, report.

The public names are imported when first used: ``import tam`` loads neither numpy nor pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tam.display import draw_with

if TYPE_CHECKING:
    from tam import report
    from tam.analysis.analysis import Analysis, read_results
    from tam.analysis.check import check
    from tam.analysis.lavaan_fit import fit
    from tam.analysis.reliability import reliability_result as reliability
    from tam.analysis.run import run
    from tam.data import code_responses, read_numeric, read_table
    from tam.engine import Moments
    from tam.errors import Problem, TamError, Unavailable
    from tam.spec.instrument_file import load_instrument
    from tam.spec.model_file import load_model
    from tam.spec.study_file import load_study

draw_with("tam.report.notebook")

__all__ = [
    "Analysis",
    "Moments",
    "Problem",
    "TamError",
    "Unavailable",
    "check",
    "code_responses",
    "fit",
    "load_instrument",
    "load_model",
    "load_study",
    "read_numeric",
    "read_results",
    "read_table",
    "reliability",
    "report",
    "run",
]

_HOMES = {
    "Analysis": "tam.analysis.analysis",
    "Moments": "tam.engine",
    "Problem": "tam.errors",
    "TamError": "tam.errors",
    "Unavailable": "tam.errors",
    "check": "tam.analysis.check",
    "code_responses": "tam.data",
    "fit": "tam.analysis.lavaan_fit",
    "load_instrument": "tam.spec.instrument_file",
    "load_model": "tam.spec.model_file",
    "load_study": "tam.spec.study_file",
    "read_numeric": "tam.data",
    "read_results": "tam.analysis.analysis",
    "read_table": "tam.data",
    "reliability": "tam.analysis.reliability:reliability_result",
    "run": "tam.analysis.run",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "report":
        # A package that can be called: tam.report(analysis, "report.html").
        return import_module("tam.report")
    if name == "__version__":
        from importlib.metadata import version

        return version("tam-survey")
    if name not in _HOMES:
        raise AttributeError(f"module 'tam' has no attribute {name!r}")
    module, _, original = _HOMES[name].partition(":")
    return getattr(import_module(module), original or name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
