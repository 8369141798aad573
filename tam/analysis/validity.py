"""Do the constructs measure different things, and each its own: discriminant validity with intervals.

What is computed from the answers alone (cross-loadings, HTMT) and what from factor models (robust tests,
expected cross-loadings, shared variances, merged pairs, second-order constructs) stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tam.analysis.confirmatory import ModelFit, model_fit
from tam.analysis.confirmatory_models import FactorModels, factor_models, finite, why_not_identified
from tam.analysis.scale_reliability import complete_answers, constant_reason
from tam.analysis.validity_distinct import BaseModel, PairTest, base_model, pair_tests
from tam.analysis.validity_second_order import SecondOrder, second_order_test
from tam.errors import Problem, Unavailable, problem
from tam.record import to_record
from tam.stats import validity as formulas
from tam.stats.descriptives import at_least, constant_columns, correlation_matrix, covariance_matrix
from tam.stats.dimensionality import SINGULAR, is_singular
from tam.stats.validity_intervals import RatioInterval, ratio_intervals

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit

Value = float | Unavailable
Array = NDArray[np.float64]
Verdict = Literal["below_85", "below_90", "not_below"]

#: Conventions of Henseler, Ringle & Sarstedt (2015); the upper end of the interval is held against them.
STRICT, LENIENT = 0.85, 0.90
#: Expected cross-loadings are listed where chi-square would fall by this much, .001 of one degree of freedom.
NOTABLE_INDEX = 10.828


@dataclass(frozen=True, slots=True)
class ItemCorrelations:
    """``correlations``: of an item with the sum of each construct's items, itself left out of its own.

    ``own_is_largest``: no other construct's absolute correlation exceeds that with the rest of its own.
    """

    construct: str
    correlations: Mapping[str, Value]
    own_is_largest: bool | Unavailable


@dataclass(frozen=True, slots=True)
class ExpectedLoading:
    """What a loading of an item on another construct would bring: ``mi`` chi-square on one degree of freedom
    (``p``), ``epc`` its likely value, ``std`` the same standardised."""

    item: str
    construct: str
    mi: float
    p: float
    epc: float
    std: float


@dataclass(frozen=True, slots=True)
class CrossLoadings:
    """``expected``: loadings that would lower chi-square by 10.83 or more (p < .001), largest first."""

    items: Mapping[str, ItemCorrelations]
    expected: tuple[ExpectedLoading, ...] | Unavailable


@dataclass(frozen=True, slots=True)
class PairRatio:
    """HTMT of two constructs: value, delta-method interval and bootstrap interval, and what the latter's
    upper end says: ``below_85``, ``below_90`` (but not .85) or ``not_below`` .90."""

    a: str
    b: str
    est: Value
    se: Value
    delta_ci_low: Value
    delta_ci_high: Value
    ci_low: Value
    ci_high: Value
    verdict: Verdict | Unavailable


@dataclass(frozen=True, slots=True)
class Ratios:
    """``used`` of ``requested`` bootstrap draws gave every pair a value."""

    interval: str
    requested: int
    used: int
    pairs: tuple[PairRatio, ...]


@dataclass(frozen=True, slots=True)
class Validity:
    """The section ``measurement.validity``; ``n`` answered every item of every construct.

    ``robust_tests``: the joint factor model by ML, MLM and MLR. ``estimator``: of the pairs and the
    second-order models, MLM or MLR, whose plain chi-squares are those of ML.
    """

    n: int
    ci: float
    seed: int
    estimator: str
    robust_tests: Mapping[str, ModelFit | Unavailable]
    cross_loadings: CrossLoadings | Unavailable
    htmt: Ratios | Unavailable
    htmt2: Ratios | Unavailable
    msv: Mapping[str, Value]
    asv: Mapping[str, Value]
    distinct: tuple[PairTest, ...]
    second_order: Mapping[str, SecondOrder | Unavailable]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        return to_record(self)


def validity(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    second_order: Mapping[str, Sequence[str]] | None = None,
    *,
    ci: float = 0.95,
    seed: int = 1,
    draws: int = 1000,
    estimator: str = "ML",
) -> Validity:
    """Everything about the distinctness of a study's first-order constructs, listwise over all their items.

    values: answers with NaN where missing, reverse-keyed items already reversed. second_order: the parts of
    each second-order construct, names of ``constructs``. draws: bootstrap samples of the ratios. estimator:
    of the study; MLR keeps MLR for the scaled tests, every other takes MLM.
    """
    robust = "MLR" if estimator == "MLR" else "MLM"
    items = [item for block in constructs.values() for item in block]
    answers = complete_answers(values, items)
    wholes = dict(second_order or {})
    reason = _why_nothing(answers, items)
    if reason is not None:
        return _nothing(len(answers), constructs, wholes, Unavailable(reason), (ci, seed, robust))
    blocks = _blocks(constructs)
    models = factor_models(values[items].dropna(), constructs, wholes, ci)
    fits = _fits(models, constructs, answers)
    base = base_model(fits[robust])
    htmt, htmt2 = (
        _ratios(found, draws) for found in ratio_intervals(answers, blocks, ci=ci, seed=seed, draws=draws)
    )
    correlations = _latent_correlations(models, constructs, base)
    msv, asv = formulas.shared_variances(correlations)
    pairs = pair_tests(models, constructs, base)
    hierarchy = {name: _hierarchy(models, constructs, name, parts, base) for name, parts in wholes.items()}
    return Validity(
        n=len(answers),
        ci=ci,
        seed=seed,
        estimator=robust,
        robust_tests={
            name: fit if isinstance(fit, Unavailable) else model_fit(fit) for name, fit in fits.items()
        },
        cross_loadings=CrossLoadings(
            _item_correlations(answers, constructs, blocks), _expected(models, constructs, fits["ML"])
        ),
        htmt=htmt,
        htmt2=htmt2,
        msv=msv,
        asv=asv,
        distinct=pairs,
        second_order=hierarchy,
        problems=_problems(pairs, hierarchy),
    )


def _why_nothing(answers: Array, items: Sequence[str]) -> str | None:
    if len(answers) < 3:
        return f"too few respondents answered every item: {at_least(3, len(answers))}"
    constant = [item for item, is_constant in zip(items, constant_columns(answers)) if is_constant]
    return constant_reason(constant) if constant else None


def _blocks(constructs: Mapping[str, Sequence[str]]) -> dict[str, range]:
    """The columns of each construct's items."""
    found, start = {}, 0
    for name, items in constructs.items():
        found[name] = range(start, start + len(items))
        start += len(items)
    return found


def _fits(
    models: FactorModels, constructs: Mapping[str, Sequence[str]], answers: Array
) -> dict[str, Fit | Unavailable]:
    """The joint factor model by ML, MLM and MLR, or why it cannot be had."""
    reason = why_not_identified(constructs)
    n, p = answers.shape
    if n <= p:
        reason = f"{n} complete respondents are too few for a factor model of {p} items"
    elif is_singular(correlation_matrix(covariance_matrix(answers))):
        reason = SINGULAR
    if reason is not None:
        return dict.fromkeys(("ML", "MLM", "MLR"), Unavailable(reason))
    return {estimator: models.fit(constructs, estimator) for estimator in ("ML", "MLM", "MLR")}


def _item_correlations(
    answers: Array, constructs: Mapping[str, Sequence[str]], blocks: Mapping[str, range]
) -> dict[str, ItemCorrelations]:
    table = formulas.cross_loadings(answers, blocks)
    found: dict[str, ItemCorrelations] = {}
    for place, (construct, items) in enumerate(constructs.items()):
        for item, row in zip(items, table[list(blocks[construct])]):
            reason = "the scale has one item; there is no rest to correlate it with"
            own = finite(float(row[place]), reason)
            others = np.abs(np.delete(row, place))
            found[item] = ItemCorrelations(
                construct,
                {name: finite(float(value), reason) for name, value in zip(constructs, row)},
                own if isinstance(own, Unavailable) else bool(not (others > abs(own)).any()),
            )
    return found


def _expected(
    models: FactorModels, constructs: Mapping[str, Sequence[str]], fit: Fit | Unavailable
) -> tuple[ExpectedLoading, ...] | Unavailable:
    from scipy.special import chdtrc

    if isinstance(fit, Unavailable):
        return fit
    item_of = {models.names[item]: item for items in constructs.values() for item in items}
    construct_of = {models.name(name): name for name in constructs}
    rows: Iterator[Any] = iter(fit.modification_indices(NOTABLE_INDEX).itertuples(index=False))
    return tuple(
        ExpectedLoading(
            item=item_of[row.rhs],
            construct=construct_of[row.lhs],
            mi=float(row.mi),
            p=float(chdtrc(1, row.mi)),
            epc=float(row.epc),
            std=float(row.sepc_all),
        )
        for row in rows
        if row.op == "=~" and row.lhs in construct_of and row.rhs in item_of
    )


def _ratios(found: Sequence[RatioInterval], draws: int) -> Ratios | Unavailable:
    if not found:
        return Unavailable("there is no other construct")
    pairs = tuple(
        PairRatio(
            a=one.a,
            b=one.b,
            est=one.est,
            se=one.se,
            delta_ci_low=one.delta_ci_low,
            delta_ci_high=one.delta_ci_high,
            ci_low=one.ci_low,
            ci_high=one.ci_high,
            verdict=ratio_verdict(one.ci_high),
        )
        for one in found
    )
    return Ratios("percentile", draws, min(one.draws for one in found), pairs)


def ratio_verdict(upper: Value) -> Verdict | Unavailable:
    """What the upper end of the interval of a ratio says of the two conventions."""
    if isinstance(upper, Unavailable):
        return upper
    if upper < STRICT:
        return "below_85"
    return "below_90" if upper < LENIENT else "not_below"


def _latent_correlations(
    models: FactorModels, constructs: Mapping[str, Sequence[str]], base: BaseModel | Unavailable
) -> dict[str, dict[str, Value]]:
    def cell(a: str, b: str) -> Value:
        if a == b:
            return 1.0
        if isinstance(base, Unavailable):
            return base
        found = base.correlation(models.name(a), models.name(b))
        return found if isinstance(found, Unavailable) else found.est

    return {a: {b: cell(a, b) for b in constructs} for a in constructs}


def _hierarchy(
    models: FactorModels,
    constructs: Mapping[str, Sequence[str]],
    whole: str,
    parts: Sequence[str],
    base: BaseModel | Unavailable,
) -> SecondOrder | Unavailable:
    absent = [part for part in parts if part not in constructs]
    if absent:
        return Unavailable("a part of this construct is no first-order construct of the model")
    if isinstance(base, Unavailable):
        return base
    return second_order_test(models, constructs, whole, parts, base.fit)


def _problems(
    pairs: Sequence[PairTest], hierarchy: Mapping[str, SecondOrder | Unavailable]
) -> tuple[Problem, ...]:
    found = []
    for pair in pairs:
        if pair.verdict == "not_distinct" and not isinstance(pair.correlation, Unavailable):
            found.append(
                problem("constructs-not-distinct", a=pair.a, b=pair.b, correlation=f"{pair.correlation:.2f}")
            )
    for name, one in hierarchy.items():
        if isinstance(one, Unavailable) or isinstance(one.joint, Unavailable):
            continue
        cost, target = one.joint.second_against_first, one.joint.target_coefficient
        if isinstance(cost, Unavailable) or isinstance(target, Unavailable):
            continue
        p = cost.p if isinstance(cost.p_scaled, Unavailable) else cost.p_scaled
        if not isinstance(p, Unavailable) and p < 0.05:
            found.append(
                problem("second-order-costs-fit", construct=name, parts=one.parts, target=f"{target:.2f}")
            )
    return tuple(found)


def _nothing(
    n: int,
    constructs: Mapping[str, Sequence[str]],
    wholes: Mapping[str, Sequence[str]],
    gone: Unavailable,
    settings: tuple[float, int, str],
) -> Validity:
    ci, seed, robust = settings
    none: dict[str, Value] = dict.fromkeys(constructs, gone)
    return Validity(
        n=n,
        ci=ci,
        seed=seed,
        estimator=robust,
        robust_tests=dict.fromkeys(("ML", "MLM", "MLR"), gone),
        cross_loadings=gone,
        htmt=gone,
        htmt2=gone,
        msv=none,
        asv=none,
        distinct=(),
        second_order=dict.fromkeys(wholes, gone),
        problems=(),
    )
