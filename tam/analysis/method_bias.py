"""Common method bias, followed to the paths: what each way of allowing for a method does to every one.

None of these methods can prove that there is no bias: each looks for one trace of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.analysis.method_bias_marker import (
    CfaMarker,
    cfa_marker,
    marker_factor,
    method_loadings,
    structural_with_marker,
)
from tam.analysis.method_bias_models import (
    Difference,
    MethodFit,
    Setting,
    Value,
    attempt,
    difference,
    equal_method_factor,
    estimated,
    free_method_factor,
    free_name,
    measurement_syntax,
    single_factor_syntax,
    told,
    trusted,
    uncorrelated,
    without_error,
)
from tam.analysis.method_bias_paths import MethodPaths, PathChange, Paths, fitted_paths, path_changes
from tam.analysis.method_bias_scores import (
    FullCollinearity,
    LindellWhitney,
    adjusted_paths,
    full_collinearity,
    lindell_whitney,
    path_scores,
)
from tam.analysis.scale_reliability import constant_reason
from tam.errors import Problem, TamError, Unavailable, problem
from tam.record import to_record
from tam.spec.model import Model
from tam.spec.study_marker import marker_problems
from tam.stats.descriptives import at_least, constant_columns, correlation_matrix, covariance_matrix
from tam.stats.method_bias import SingleFactorShare, harman_single_factor

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine import Fit

NO_MARKER = 'no marker is named: write marker = "X" under [options], X a scale unrelated to the model'
ORDERED_MARKER = "the CFA marker technique fixes error variances, which ordered answers do not have"
NEGATIVE_METHOD = (
    "the variance of the method factor is negative: the items share nothing more in equal amounts"
)


@dataclass(frozen=True, slots=True)
class Harman:
    """Harman's test on ``n`` complete respondents; ``evidence`` is weak whatever it shows."""

    n: int
    k: int
    component_share: float
    factor_share: Value
    components_above_one: int
    evidence: str = "weak"


@dataclass(frozen=True, slots=True)
class SingleFactor:
    """All items on one factor against the measurement model of the constructs."""

    single: MethodFit | Unavailable
    measurement: MethodFit | Unavailable
    difference: Difference
    delta_cfi: Value
    delta_rmsea: Value


@dataclass(frozen=True, slots=True)
class LatentMethodFactor:
    """The structural model with a method factor; ``difference``: of the structural model from it.

    ``method_share``: mean of the squared standardised ``loadings``, the share of the items' variance.
    """

    name: str
    fit: MethodFit | Unavailable
    difference: Difference
    method_share: Value
    loadings: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LatentMethodFactors:
    """``equal`` loadings (the default variant), and ``free`` ones where that model has a solution."""

    equal: LatentMethodFactor
    free: LatentMethodFactor


@dataclass(frozen=True, slots=True)
class Marker:
    """The marker that was named, its items, and what the two marker techniques make of it."""

    name: str
    items: tuple[str, ...]
    lindell_whitney: LindellWhitney | Unavailable
    cfa_marker: CfaMarker | Unavailable


@dataclass(frozen=True, slots=True)
class MethodBias:
    """The section ``measurement.method_bias`` of results.json; ``n`` of the structural model."""

    n: int
    estimator: str
    missing: str
    ci: float
    harman: Harman | Unavailable
    single_factor: SingleFactor
    latent_method_factor: LatentMethodFactors
    marker: Marker | Unavailable
    full_collinearity_vif: FullCollinearity | Unavailable
    paths: tuple[PathChange, ...]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        return to_record(self)


@dataclass(frozen=True, slots=True)
class _Study:
    """What all parts read: the model, its first-order constructs, its rows and how fits are made."""

    model: Model
    constructs: Mapping[str, tuple[str, ...]]
    rows: pd.DataFrame
    setting: Setting

    @property
    def items(self) -> list[str]:
        return [item for items in self.constructs.values() for item in items]


def method_bias(
    model: Model,
    rows: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    ci: float = 0.95,
    marker: str | None = None,
    marker_unrelated: str | None = None,
) -> MethodBias:
    """Look for common method variance in the answers, and for what it does to each path.

    model: of the study; its interactions are left out, as in the structural model. rows: answers, one
    column per item and observed variable that the model or the marker needs, NaN where missing,
    reverse-keyed items reversed. constructs: the items of every first-order construct, the marker's among
    them. marker: a construct, or a column of ``rows``, that has no part in the model. marker_unrelated: the
    construct whose correlation with the marker is taken for method variance; unless given, the smallest.

    A method without a solution is ``Unavailable`` with its reason and leaves the others as they are.
    Raises TamError for a marker that is unknown or stands in the model.
    """
    faults = marker_problems(model, constructs, list(rows.columns), marker, marker_unrelated)
    if faults:
        raise TamError(faults)
    own = _study(model, rows, estimator, missing, ci)
    structure = attempt(model.to_lavaan(), own.rows, own.setting)
    before = fitted_paths(trusted(structure), model)
    factors, after = _latent_method_factors(own, structure)
    found: Marker | Unavailable = Unavailable(NO_MARKER)
    if marker is not None:
        items = tuple(constructs.get(marker, (marker,)))
        found, more = _marker(own, rows, marker, items, marker_unrelated)
        after |= more
    changes = path_changes(model, before, after)
    return MethodBias(
        n=len(own.rows) if isinstance(structure, Unavailable) else structure.n,
        estimator=estimator,
        missing=missing,
        ci=ci,
        harman=_harman(own),
        single_factor=_single_factor(own),
        latent_method_factor=factors,
        marker=found,
        full_collinearity_vif=full_collinearity(path_scores(model, own.rows)),
        paths=changes,
        problems=_notes(changes),
    )


def _study(model: Model, rows: pd.DataFrame, estimator: str, missing: str, ci: float) -> _Study:
    used = {n: model.measurement[n] for n in model.used_constructs() if n in model.measurement}
    items = tuple(item for block in used.values() for item in block)
    ordered = items if estimator == "WLSMV" else ()
    table = rows[[*dict.fromkeys(model.model_items())]].astype(float)
    table = table.dropna() if missing == "listwise" else table.dropna(how="all")
    return _Study(model, used, table, Setting(estimator, missing, ci, ordered))


def _harman(own: _Study) -> Harman | Unavailable:
    answers = own.rows[own.items].dropna().to_numpy(dtype=np.float64)
    if len(answers) < 3:
        return Unavailable(at_least(3, len(answers)))
    constant = [item for item, is_constant in zip(own.items, constant_columns(answers)) if is_constant]
    if constant:
        return Unavailable(constant_reason(constant))
    found = harman_single_factor(correlation_matrix(covariance_matrix(answers)))
    if not isinstance(found, SingleFactorShare):
        return found
    return Harman(
        len(answers), found.k, found.component_share, found.factor_share, found.components_above_one
    )


def _single_factor(own: _Study) -> SingleFactor:
    taken = {*own.constructs, *own.rows.columns}
    single_text = single_factor_syntax(own.items, free_name("GENERAL", taken))
    items, setting = own.rows[own.items], own.setting
    single = attempt(single_text, items, setting, std_lv=True)
    several = attempt(measurement_syntax(own.constructs), items, setting, std_lv=True)
    return SingleFactor(
        told(single, setting),
        told(several, setting),
        difference(single, several),
        _gap(single, several, "cfi"),
        _gap(single, several, "rmsea"),
    )


def _gap(single: Fit | Unavailable, several: Fit | Unavailable, measure: str) -> Value:
    """The measure of the single factor less that of the measurement model."""
    for fit in (single, several):
        if isinstance(fit, Unavailable):
            return fit
        if isinstance(fit.measures[measure], Unavailable):
            absent: Unavailable = fit.measures[measure]
            return absent
    assert not isinstance(single, Unavailable) and not isinstance(several, Unavailable)
    return float(single.measures[measure]) - float(several.measures[measure])


def _latent_method_factors(
    own: _Study, structure: Fit | Unavailable
) -> tuple[LatentMethodFactors, dict[str, MethodPaths | Unavailable]]:
    name = free_name("METHOD", {*own.model.constructs, *own.rows.columns})
    model = own.model.to_lavaan() + without_error(own.constructs)
    apart = model + uncorrelated(name, own.model.used_constructs())
    parts, after = [], {}
    for kind, factor in (("equal", equal_method_factor), ("free", free_method_factor)):
        fit = attempt(apart + factor(own.items, name), own.rows, own.setting)
        if kind == "equal" and not isinstance(fit, Unavailable) and _variance(fit, name) <= 0:
            usable: Fit | Unavailable = Unavailable(NEGATIVE_METHOD)
        else:
            usable = trusted(fit)
        loadings, share = method_loadings(usable, name, own.items)
        test = difference(structure, fit)
        parts.append(LatentMethodFactor(name, told(fit, own.setting), test, share, loadings))
        paths = fitted_paths(usable, own.model)
        after[f"latent_method_{kind}"] = paths if isinstance(paths, Unavailable) else MethodPaths(paths)
    return LatentMethodFactors(parts[0], parts[1]), after


def _variance(fit: Fit, name: str) -> float:
    return estimated(fit)[name, "~~", name]


def _marker(
    own: _Study, rows: pd.DataFrame, name: str, items: tuple[str, ...], unrelated: str | None
) -> tuple[Marker, dict[str, MethodPaths | Unavailable]]:
    table = own.rows.join(rows[list(items)].astype(float))
    table = table.dropna() if own.setting.missing == "listwise" else table
    scored = free_name(name, table.columns)
    scores = path_scores(own.model, table, {scored: items})
    partial = lindell_whitney(scores, scored, unrelated)
    after = {"lindell_whitney": adjusted_paths(own.model, scores, partial, scored, 1 - own.setting.ci)}
    if own.setting.estimator == "WLSMV":
        gone = Unavailable(ORDERED_MARKER)
        return Marker(name, items, partial, gone), after | {"cfa_marker_c": gone, "cfa_marker_u": gone}
    found, more = _cfa_marker(own, table, name, items)
    return Marker(name, items, partial, found), after | more


def _cfa_marker(
    own: _Study, table: pd.DataFrame, name: str, items: tuple[str, ...]
) -> tuple[CfaMarker | Unavailable, dict[str, MethodPaths | Unavailable]]:
    """The sequence, and the structural model with the marker in it, on the rows that have both."""
    measured = [*own.items, *items]
    whole, factor = marker_factor(own.constructs, name, items, table[measured], own.setting)
    if isinstance(factor, Unavailable):
        return factor, {"cfa_marker_c": factor, "cfa_marker_u": factor}
    # The same rows for both: fewer than the structural model's where the marker was not answered.
    other: Paths | Unavailable | None = None
    if len(table) != len(own.rows):
        other = fitted_paths(trusted(attempt(own.model.to_lavaan(), table, own.setting)), own.model)
    after: dict[str, MethodPaths | Unavailable] = {}
    for kind, equal in (("cfa_marker_c", True), ("cfa_marker_u", False)):
        text = structural_with_marker(own.model, own.constructs, factor, equal)
        paths = fitted_paths(trusted(attempt(text, table, own.setting)), own.model)
        if isinstance(paths, Unavailable) or isinstance(other, Unavailable):
            after[kind] = paths if isinstance(paths, Unavailable) else Unavailable(str(other))
        else:
            after[kind] = MethodPaths(paths, other)
    return cfa_marker(own.constructs, whole, factor, table[measured], own.setting), after


def _notes(changes: Sequence[PathChange]) -> tuple[Problem, ...]:
    """One note for each path whose conclusion does not stay, with the methods that say so."""
    found = []
    for one in changes:
        methods = [
            name
            for name, after in one.after_by_method.items()
            if not isinstance(after, Unavailable) and after.changed
        ]
        if methods:
            found.append(problem("method-bias-changes-path", path=f"{one.rhs} -> {one.lhs}", methods=methods))
    return tuple(found)
