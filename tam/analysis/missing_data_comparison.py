"""The structural model under listwise deletion, full information and multiple imputation, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.errors import TamError, Unavailable
from tam.spec.model import Model
from tam.spec.study import Options
from tam.stats.rubin import pool

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine import Fit

METHODS = ("listwise", "fiml", "mi")
NOT_ASKED = "multiple imputation was not asked for: type imputations = 20 under [options]"
NOT_CONVERGED = "the search did not converge"
FEWEST_IMPUTATIONS = 2
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PathEstimate:
    """One path by one method: unstandardised ``est``, ``se``, ``statistic`` (z, or t with ``df``), ``p``.

    ``df`` and ``fmi`` (fraction of missing information) exist for multiple imputation only, else None;
    ``std``, the standardised path, for one fit only: None where several are pooled.
    """

    lhs: str
    rhs: str
    est: float
    se: float | Unavailable
    statistic: float | Unavailable
    df: float | None
    p: float | Unavailable
    ci_low: float | Unavailable
    ci_high: float | Unavailable
    fmi: float | None
    std: float | None = None


@dataclass(frozen=True, slots=True)
class MethodResult:
    """The paths by one method from ``n`` respondents; ``imputations`` asked for, ``failed`` without solution.

    ``failed`` tables gave no solution and are not pooled; ``inadmissible`` ones are pooled and counted.
    """

    estimator: str
    n: int
    converged: bool
    admissible: bool
    imputations: int | None
    failed: int | None
    inadmissible: int | None
    paths: tuple[PathEstimate, ...]


@dataclass(frozen=True, slots=True)
class PathDifference:
    """A path across the methods: the largest difference of two estimates, over the primary method's error.

    ``between`` names the two methods; ``decision_changed``: whether it is significant (two-sided, level
    1 - ci) by one method and not, or with the other sign, by another.
    """

    lhs: str
    rhs: str
    largest_difference: float | Unavailable
    between: tuple[str, str] | None
    significant: Mapping[str, bool]
    decision_changed: bool | Unavailable


@dataclass(frozen=True, slots=True)
class MethodComparison:
    """``primary`` is what the study declared; the others stand beside it.

    ``n_available`` respondents answered an item of the model, ``n_listwise`` all of them. ``level`` of the
    decisions, 1 - ci.
    """

    primary: str
    level: float
    n_available: int
    n_listwise: int
    methods: Mapping[str, MethodResult | Unavailable]
    paths: tuple[PathDifference, ...]


def compare_methods(
    model: Model, rows: pd.DataFrame, *, options: Options, seed: int, primary: Fit | None = None
) -> MethodComparison | Unavailable:
    """Fit the model without its interactions by each method. rows: as for ``missing_data``."""
    items = list(model.model_items())
    available = rows.dropna(how="all", subset=items)
    complete = available[items].dropna()
    if len(complete) == len(available):
        return Unavailable("no answer to the items of the model is missing")
    level = 1.0 - options.ci
    methods: dict[str, MethodResult | Unavailable] = {}
    for method, table in (("listwise", complete), ("fiml", available[items])):
        given = primary if method == options.missing else None
        methods[method] = _fitted(model, table, method, options, given)
    methods["mi"] = _imputed(model, available, options, seed)
    return MethodComparison(
        primary=options.missing,
        level=level,
        n_available=len(available),
        n_listwise=len(complete),
        methods=methods,
        paths=_differences(methods, options.missing, level),
    )


def _fitted(
    model: Model, table: pd.DataFrame, method: str, options: Options, given: Fit | None
) -> MethodResult | Unavailable:
    if method == "fiml" and options.estimator not in ("ML", "MLR"):
        return Unavailable("full information needs the estimator ML or MLR")
    try:
        fit = given if given is not None else _fit(model, table, method, options)
    except TamError as fault:
        return Unavailable(fault.problems[0].what)
    if not fit.converged:
        return Unavailable(NOT_CONVERGED)
    paths = tuple(_path(row) for row in _path_rows(fit))
    return MethodResult(fit.options.estimator, fit.n, True, fit.admissible, None, None, None, paths)


def _fit(model: Model, table: pd.DataFrame, method: str, options: Options) -> Fit:
    from tam.engine import fit_model

    items = [name for names in model.measurement.values() for name in names if name in table.columns]
    return fit_model(
        model.to_lavaan(),
        table,
        estimator=options.estimator,
        missing=method,
        ordered=tuple(items) if options.estimator == "WLSMV" else (),
        meanstructure=options.meanstructure,
        std_lv=options.std_lv,
        ci=options.ci,
    )


def _path_rows(fit: Fit) -> list[dict[str, Any]]:
    table = fit.estimates
    records = table[table["op"] == "~"].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in records]


def _path(row: Mapping[str, Any]) -> PathEstimate:
    absent = Unavailable("it has no standard error")
    se, z, p, low, high = (
        float(row[name]) if _is_number(row[name]) else absent
        for name in ("se", "z", "p", "ci_low", "ci_high")
    )
    std = float(row["std"]) if _is_number(row["std"]) else None
    path = (str(row["lhs"]), str(row["rhs"]), float(row["est"]))
    return PathEstimate(*path, se, z, None, p, low, high, None, std)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.floating)) and bool(np.isfinite(value))


def _imputed(
    model: Model, available: pd.DataFrame, options: Options, seed: int
) -> MethodResult | Unavailable:
    """Impute every column of ``available``, fit each table, pool the paths by Rubin's rules."""
    wanted = options.imputations
    if not wanted:
        return Unavailable(NOT_ASKED)
    if wanted < FEWEST_IMPUTATIONS:
        return Unavailable("multiple imputation needs at least two imputations")
    table = available.loc[:, available.notna().any() & (available.nunique() > 1)]
    items = list(model.model_items())
    if not set(items) <= set(table.columns):
        return Unavailable("an item of the model has no answers that vary")
    if int(table.notna().sum().min()) <= table.shape[1] + 1:
        return Unavailable("imputation needs more answers to every item than there are items")
    from tam.analysis.imputation import imputed_tables

    fits, failed = [], 0
    for one in imputed_tables(table, wanted, seed):
        try:
            fit = _fit(model, one[items], "listwise", options)
        except TamError:
            failed += 1
            continue
        usable = fit.converged and all(_is_number(row["se"]) for row in _path_rows(fit) if row["free"])
        if usable:
            fits.append(fit)
        else:
            failed += 1
    return _pooled(fits, failed, wanted, options)


def _pooled(fits: Sequence[Fit], failed: int, wanted: int, options: Options) -> MethodResult | Unavailable:
    if len(fits) < FEWEST_IMPUTATIONS:
        return Unavailable("fewer than two imputed tables gave a solution")
    tables = [_path_rows(fit) for fit in fits]
    free = [at for at, row in enumerate(tables[0]) if row["free"]]
    estimates = np.array([[table[at]["est"] for at in free] for table in tables], dtype=np.float64)
    variances = np.array([[table[at]["se"] for at in free] for table in tables], dtype=np.float64) ** 2
    found = pool(estimates, variances, fits[0].n - len(fits[0].theta), options.ci)
    names = [(str(tables[0][at]["lhs"]), str(tables[0][at]["rhs"])) for at in free]
    columns = (found.est, found.se, found.t, found.df, found.p, found.ci_low, found.ci_high, found.fmi)
    if not np.isfinite(columns).all():
        return Unavailable("the imputed tables differ too much to be pooled")
    paths = tuple(
        PathEstimate(lhs, rhs, *(float(column[i]) for column in columns))
        for i, (lhs, rhs) in enumerate(names)
    )
    inadmissible = sum(not fit.admissible for fit in fits)
    return MethodResult(
        fits[0].options.estimator, fits[0].n, True, inadmissible == 0, wanted, failed, inadmissible, paths
    )


def _differences(
    methods: Mapping[str, MethodResult | Unavailable], primary: str, level: float
) -> tuple[PathDifference, ...]:
    found = {
        name: {(one.lhs, one.rhs): one for one in result.paths}
        for name, result in methods.items()
        if isinstance(result, MethodResult)
    }
    keys = list(dict.fromkeys(key for table in found.values() for key in table))
    return tuple(
        _difference(key, {m: t[key] for m, t in found.items() if key in t}, primary, level) for key in keys
    )


def _difference(
    key: Key, by_method: Mapping[str, PathEstimate], primary: str, level: float
) -> PathDifference:
    """The widest gap between two methods, in standard errors of the primary one (of the first otherwise)."""
    significant = {
        name: float(e.p) < level for name, e in by_method.items() if not isinstance(e.p, Unavailable)
    }
    alone = Unavailable("only one method gave a solution")
    if len(by_method) < 2:
        return PathDifference(*key, alone, None, significant, alone)
    pairs = {(a, b): abs(by_method[a].est - by_method[b].est) for a, b in combinations(by_method, 2)}
    between = max(pairs, key=lambda pair: pairs[pair])
    unit = by_method[primary if primary in by_method else next(iter(by_method))].se
    if isinstance(unit, Unavailable):
        return PathDifference(*key, Unavailable("it has no standard error"), between, significant, alone)
    decisions = {(s, by_method[m].est > 0 if s else None) for m, s in significant.items()}
    return PathDifference(*key, pairs[between] / unit, between, significant, len(decisions) > 1)
