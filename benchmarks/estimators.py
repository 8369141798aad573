"""One fit with everything a paper prints, beside lavaan's sem, fitMeasures and standardizedSolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from benchmarks.material import TAM, in_categories, tam_table, with_holes
from benchmarks.peer import PeerCase, PeerTimes
from benchmarks.table import markdown
from benchmarks.timing import Timed, timed, told
from tam.engine import fit_model
from tam.errors import TamError


@dataclass(frozen=True, slots=True)
class Case:
    """``ours`` are options of ``fit_model``, ``theirs`` of ``lavaan::sem``; ``target`` is how many times
    faster it shall be."""

    name: str
    title: str
    table: pd.DataFrame
    target: float | None
    ours: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)


def cases() -> list[Case]:
    plain, holes, ordered = tam_table(), with_holes(tam_table()), in_categories(tam_table())
    return [
        Case("ml", "ML", plain, 10),
        Case("mlr", "MLR", plain, None, {"estimator": "MLR"}, {"estimator": "MLR"}),
        Case("mlm", "MLM", plain, None, {"estimator": "MLM"}, {"estimator": "MLM"}),
        Case("fiml", "FIML, 5 % missing", holes, 5, {"missing": "fiml"}, {"missing": "ml"}),
        Case(
            "wlsmv",
            "WLSMV, 5 categories",
            ordered,
            5,
            {"ordered": ("all",)},
            {"ordered": list(ordered.columns)},
        ),
        Case("groups", "two groups, equal loadings", plain, None, *([_GROUPS] * 2)),
    ]


_GROUPS = {"group": "group", "group_equal": ("loadings",)}


def peer_cases() -> list[PeerCase]:
    return [
        PeerCase(
            one.name,
            TAM,
            one.table,
            repeats=8 if one.name == "ml" else 2,
            options={key.replace("_", "."): v for key, v in one.theirs.items()},
        )
        for one in cases()
    ]


def whole_fit(case: Case) -> object:
    """Estimates with standard errors and intervals, standardised solution with its own, all measures."""
    fit = fit_model(TAM, case.table, **case.ours)
    return fit.estimates, fit.measures


def measured(peer: PeerTimes | None) -> str:
    rows = []
    for case in cases():
        ours = _ours(case)
        theirs = peer.times.get(case.name) if peer else None
        rows.append([case.title, *_row(ours, theirs), "" if case.target is None else f"{case.target:.0f} x"])
    header = ["fit, standard errors, measures, standardised", "tam", "(median)", "lavaan", "(median)"]
    return (
        "### One fit: 300 respondents, 20 items, 5 factors\n\n"
        + markdown([*header, "times faster", "by processor time", "target"], rows)
        + "\n\nBest and median of repeated calls; a fit from raw rows to the last printed number."
    )


def _ours(case: Case) -> Timed | None:
    """None where the option is not offered."""
    try:
        return timed(lambda: whole_fit(case))
    except (TamError, TypeError, NotImplementedError):
        return None


def _row(ours: Timed | None, theirs: Timed | None) -> list[str]:
    own = [told(ours.best), told(ours.median)] if ours else ["not offered", ""]
    other = [told(theirs.best), told(theirs.median)] if theirs else ["", ""]
    if ours and theirs:
        return [*own, *other, f"{theirs.best / ours.best:.1f}", f"{theirs.processor / ours.processor:.1f}"]
    return [*own, *other, "", ""]
