"""Observed-score moderation and moderated mediation, models 1, 7, 14, 58 and 59 in the numbering of the
PROCESS macro: least squares with errors robust to unequal variances (HC3), percentile bootstrap.

Sources: Hayes (2022), Introduction to mediation, moderation, and conditional process analysis; Hayes (2015),
An index and test of linear moderated mediation; MacKinnon and White (1985) for HC3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from tam.analysis.process_results import (
    Coefficient,
    ConditionalDirect,
    ConditionalIndirect,
    Contrast,
    Index,
    Number,
    ObservedRegion,
    ProcessModel,
    Regression,
)
from tam.errors import TamError, Unavailable, problem
from tam.stats.conditional_effects import conditional_product, index_of_moderated_mediation
from tam.stats.interaction import f_squared, simple_slope
from tam.stats.johnson_neyman import johnson_neyman, region_within, share_within
from tam.stats.resampling import bootstrap_interval, draw_counts

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Stage = Literal["first", "second", "direct"]

#: Model number -> which paths the moderator moves: X -> M (first), M -> Y (second), X -> Y (direct).
MODELS: Mapping[int, tuple[Stage, ...]] = {
    1: ("direct",),
    7: ("first",),
    14: ("second",),
    58: ("first", "second"),
    59: ("first", "second", "direct"),
}
#: The macro's probes of the moderator.
PERCENTILES = (16.0, 50.0, 84.0)
NO_ERRORS = "the covariance matrix of the estimates could not be had"
NO_DRAWS = "there are no usable draws or standard errors for it"
#: Resamples solved together, and numbers that their counts may take (64 MB).
CHUNK = 500
MOST_NUMBERS = 8_000_000


@dataclass(frozen=True, slots=True)
class _Equation:
    """One regression as columns (n, k) of the table, the constant first."""

    outcome: str
    terms: tuple[str, ...]
    answer: Floats
    design: Floats
    products: tuple[str, ...]

    def place(self, term: str) -> int:
        """The column of a term that is not the constant."""
        return 1 + self.terms[1:].index(term)


@dataclass(frozen=True, slots=True)
class _Setting:
    number: int
    predictor: str
    outcome: str
    moderator: str
    mediator: str | None
    equations: tuple[_Equation, ...]
    probes: tuple[float, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        return MODELS[self.number]


def process_model(
    number: int,
    data: pd.DataFrame,
    *,
    predictor: str,
    outcome: str,
    moderator: str,
    mediator: str | None = None,
    covariates: Sequence[str] = (),
    draws: int = 5000,
    seed: int = 1,
    level: float = 0.95,
    centre: bool = True,
) -> ProcessModel:
    """A PROCESS model of observed scores: 1 (moderation), 7 (first stage), 14 (second stage), 58 (both), 59
    (both and the direct effect).

    ``data``: numeric columns (mean scores of constructs, or observed variables); rows with a missing value
    in any column of the model are left out. ``covariates`` enter every equation. ``centre``: what is
    multiplied is centred first, as the macro's ``center = 1``; the coefficients of products, conditional
    effects and the index do not depend on it. ``draws`` resamples of the rows, percentile intervals at
    ``level``; probes stay at the sample's 16th, 50th and 84th percentile of the moderator. Raises
    TamError where the model cannot be computed.
    """
    _refuse(number, data, [predictor, outcome, moderator, *covariates], mediator)
    names = [one for one in (predictor, outcome, moderator, mediator, *covariates) if one is not None]
    table = data[list(dict.fromkeys(names))].dropna().astype(np.float64)
    if table.empty:
        raise TamError(problem("process-singular", outcome=outcome))
    setting = _setting(number, table, predictor, outcome, moderator, mediator, covariates, centre)
    _refuse_singular(setting)
    fits = [_least_squares(one) for one in setting.equations]
    shift = float(table[moderator].mean()) if centre else 0.0
    regressions = tuple(
        _regression(one, fit, level) for one, fit in zip(setting.equations, fits, strict=True)
    )
    direct, region = _direct(setting, fits[-1], shift, level, table[moderator].to_numpy())
    drawn = _resampled(setting, draws, seed) if mediator is not None else []
    sample = [fit.params for fit in fits]
    indirect, contrasts, index = _indirect(setting, sample, drawn, shift, level)
    return ProcessModel(
        number,
        predictor,
        outcome,
        moderator,
        mediator,
        regressions,
        direct,
        indirect,
        contrasts,
        index,
        region,
        len(table),
        len(drawn[0]) if drawn else 0,
        seed,
        level,
    )


def _refuse(number: int, data: pd.DataFrame, names: Sequence[str], mediator: str | None) -> None:
    found = []
    if number not in MODELS:
        found.append(problem("process-model-unknown", number=number, offered=list(MODELS)))
    elif (number == 1) != (mediator is None):
        found.append(problem("process-mediator", number=number))
    named = [*names, *([mediator] if mediator else [])]
    products = {f"{one}:{names[2]}" for one in (names[0], mediator) if one is not None}
    twice = sorted({one for one in named if named.count(one) > 1 or one in products})
    if twice:
        found.append(problem("process-role-twice", columns=twice))
    absent = [one for one in (*names, mediator) if one is not None and one not in data.columns]
    if absent:
        found.append(problem("process-columns-absent", columns=absent))
    if found:
        raise TamError(found)


def _setting(
    number: int,
    table: pd.DataFrame,
    predictor: str,
    outcome: str,
    moderator: str,
    mediator: str | None,
    covariates: Sequence[str],
    centre: bool,
) -> _Setting:
    stages = MODELS[number]
    focal = [predictor, moderator] + ([mediator] if mediator else [])
    columns = {name: table[name].to_numpy() - (table[name].mean() if centre else 0.0) for name in focal}
    columns |= {name: table[name].to_numpy() for name in covariates}
    probes = tuple(float(np.percentile(columns[moderator], share)) for share in PERCENTILES)
    equations = []
    if mediator is not None:
        names = [predictor] + ([moderator] if "first" in stages else [])
        products = [(predictor, moderator)] if "first" in stages else []
        # the mediator as an outcome is not centred: only its constant would change
        answer = table[mediator].to_numpy()
        equations.append(_equation(mediator, answer, columns, [*names, *covariates], products))
    names = [predictor] + ([mediator] if mediator else [])
    products = [(predictor, moderator)] if "direct" in stages else []
    if mediator is not None and "second" in stages:
        products = [*products, (mediator, moderator)]
    names += [moderator] if products else []
    equations.append(_equation(outcome, table[outcome].to_numpy(), columns, [*names, *covariates], products))
    return _Setting(number, predictor, outcome, moderator, mediator, tuple(equations), probes)


def _equation(
    outcome: str,
    answer: Floats,
    columns: Mapping[str, Floats],
    names: Sequence[str],
    products: Sequence[tuple[str, str]],
) -> _Equation:
    parts = [np.ones(len(answer)), *(columns[name] for name in names)]
    parts += [columns[a] * columns[b] for a, b in products]
    products_named = tuple(f"{a}:{b}" for a, b in products)
    return _Equation(outcome, ("1", *names, *products_named), answer, np.column_stack(parts), products_named)


def _refuse_singular(setting: _Setting) -> None:
    found = [
        problem("process-singular", outcome=one.outcome)
        for one in setting.equations
        if len(one.answer) <= one.design.shape[1]
        or np.ptp(one.answer) == 0
        or np.linalg.matrix_rank(one.design) < one.design.shape[1]
    ]
    if found:
        raise TamError(found)


def _least_squares(one: _Equation) -> Any:
    from statsmodels.regression.linear_model import OLS

    return OLS(one.answer, one.design).fit(cov_type="HC3", use_t=True)


def _regression(one: _Equation, fit: Any, level: float) -> Regression:
    with np.errstate(all="ignore"):
        low, high = fit.conf_int(1 - level).T
        columns = (fit.bse, fit.tvalues, fit.pvalues, low, high)
    terms = tuple(
        Coefficient(term, float(est), *_or_reason(values, NO_ERRORS))
        for term, est, *values in zip(one.terms, fit.params, *columns, strict=True)
    )
    r2 = float(fit.rsquared)
    added = {term: _added(one, term, r2) for term in one.products}
    left = "a variance is not positive"
    sizes = {term: f_squared(value, r2) if r2 < 1 else Unavailable(left) for term, value in added.items()}
    return Regression(one.outcome, terms, r2, added, sizes, len(one.answer), int(fit.df_resid))


def _or_reason(values: Sequence[float], reason: str) -> Iterator[Number]:
    """Each as it is, or the reason where it is no number."""
    return (float(one) if np.isfinite(one) else Unavailable(reason) for one in values)


def _added(one: _Equation, term: str, r2: float) -> float:
    """R2 with the term minus R2 without it."""
    without = np.delete(one.design, one.place(term), axis=1)
    residual = one.answer - without @ np.linalg.lstsq(without, one.answer, rcond=None)[0]
    total = one.answer - one.answer.mean()
    return r2 - (1 - float(residual @ residual) / float(total @ total))


def _direct(
    setting: _Setting, fit: Any, shift: float, level: float, values: Floats
) -> tuple[tuple[ConditionalDirect, ...], ObservedRegion | None]:
    """The direct effect at the probes, and its region, where the moderator moves it."""
    if "direct" not in setting.stages:
        return (), None
    equation = setting.equations[-1]
    product = f"{setting.predictor}:{setting.moderator}"
    places = [equation.place(setting.predictor), equation.place(product)]
    (focal, change), covariance = fit.params[places], fit.cov_params()[np.ix_(places, places)]
    df = fit.df_resid
    critical = float(student.ppf((1 + level) / 2, df))
    effects = []
    for share, at in zip(PERCENTILES, setting.probes, strict=True):
        est, se = simple_slope(focal, change, covariance, at)
        reach, t = critical * se, est / se if se > 0 else np.nan
        numbers = _or_reason((se, t, 2 * student.sf(abs(t), df), est - reach, est + reach), NO_ERRORS)
        effects.append(ConditionalDirect(f"p{share:g}", float(at + shift), float(est), *numbers))
    if not (np.isfinite(covariance).all() and (np.diag(covariance) > 0).all()):
        return tuple(effects), None
    region = johnson_neyman(float(focal), float(change), covariance, critical)
    centred = values - shift
    seen = region_within(region, float(centred.min()), float(centred.max()))
    bounds = tuple(one + shift for one in region.bounds)
    share = share_within(region, centred)
    return tuple(effects), ObservedRegion(region.regime, seen.regime, bounds, critical, share, len(values))


def _resampled(setting: _Setting, draws: int, seed: int) -> list[Floats]:
    """Coefficients (r, k) of every equation in resamples of the rows.

    The normal equations of a resample are sums over rows of products of columns, weighted by how often each
    row was drawn, so all resamples of a chunk are one matrix product. Resamples in which an equation cannot
    be solved are left out.
    """
    n = len(setting.equations[0].answer)
    rng = np.random.default_rng(seed)
    parts: list[list[Floats]] = [[] for _ in setting.equations]
    chunk = max(1, min(CHUNK, MOST_NUMBERS // n))
    for start in range(0, draws, chunk):
        counts = draw_counts(n, min(chunk, draws - start), rng)
        for found, one in zip(parts, setting.equations, strict=True):
            found.append(_weighted_coefficients(one, counts))
    joined = [np.concatenate(found) if found else np.empty((0, 0)) for found in parts]
    usable = np.all([np.isfinite(one).all(axis=1) for one in joined], axis=0)
    return [one[usable] for one in joined]


def _weighted_coefficients(one: _Equation, counts: Floats) -> Floats:
    """Least squares in resamples known by their counts (r, n): (r, k), NaN where singular."""
    k = one.design.shape[1]
    crossed = (one.design[:, :, None] * one.design[:, None, :]).reshape(len(one.design), k * k)
    left = (counts @ crossed).reshape(-1, k, k)
    right = counts @ (one.design * one.answer[:, None])
    # a resample may hold one value of a rare predictor only; its rank tells, as in the sample
    solvable = np.linalg.matrix_rank(left, hermitian=True) == k
    found = np.full(right.shape, np.nan)
    found[solvable] = np.linalg.solve(left[solvable], right[solvable][..., None])[..., 0]
    return found


def _indirect(
    setting: _Setting, sample: Sequence[Floats], drawn: Sequence[Floats], shift: float, level: float
) -> tuple[tuple[ConditionalIndirect, ...], tuple[Contrast, ...], Index | None]:
    """Conditional indirect effects at the probes, their differences, and the index."""
    if setting.mediator is None:
        return (), (), None
    estimates = _route_values(setting, [one[None] for one in sample])[0]
    values = _route_values(setting, drawn) if len(drawn[0]) else np.empty((0, len(estimates)))
    spread = low = high = np.full(len(estimates), np.nan)
    if len(values) > 1:
        low, high = bootstrap_interval(values, estimates, level)
        spread = values.std(axis=0, ddof=1)
    told = [tuple(_or_reason(one, NO_DRAWS)) for one in zip(spread, low, high, strict=True)]
    numbers = list(zip(map(float, estimates), told, strict=True))
    names = [f"p{share:g}" for share in PERCENTILES]
    effects = tuple(
        ConditionalIndirect(name, float(at + shift), est, *values)
        for name, at, (est, values) in zip(names, setting.probes, numbers, strict=False)
    )
    contrasts = tuple(
        Contrast(first, second, est, *values)
        for (second, first), (est, values) in zip(combinations(names, 2), numbers[3:6], strict=True)
    )
    if len(numbers) <= 6:
        return effects, contrasts, None
    est, values_of_index = numbers[6]
    return effects, contrasts, Index(est, *values_of_index)


def _route_values(setting: _Setting, coefficients: Sequence[Floats]) -> Floats:
    """Per row of coefficients (r, k) of both equations: the indirect effects at the three probes, their three
    differences, and the index where there is one: (r, 6 or 7)."""
    first, last = setting.equations
    effects = [
        coefficients[0][:, first.place(setting.predictor)],
        coefficients[1][:, last.place(str(setting.mediator))],
    ]
    changes: list[Any] = [0.0, 0.0]
    if "first" in setting.stages:
        changes[0] = coefficients[0][:, first.place(f"{setting.predictor}:{setting.moderator}")]
    if "second" in setting.stages:
        changes[1] = coefficients[1][:, last.place(f"{setting.mediator}:{setting.moderator}")]
    at = [conditional_product(effects, changes, one) for one in setting.probes]
    columns = [*at, *(b - a for a, b in combinations(at, 2))]
    if ("first" in setting.stages) != ("second" in setting.stages):
        columns.append(index_of_moderated_mediation(effects, changes))
    return np.column_stack(columns)
