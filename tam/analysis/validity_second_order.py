"""Does a second-order construct hold? It against its parts free to correlate, and against one factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tam.analysis.confirmatory import Loading, standardised
from tam.analysis.confirmatory_models import FactorModels, construct_key, finite
from tam.analysis.validity_distinct import Difference, difference
from tam.errors import Unavailable
from tam.stats.validity import target_coefficient

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Value = float | Unavailable

THREE_PARTS = "with three parts the second-order model fits exactly as well as three correlated factors"
NO_OTHERS = "there is no construct beside the parts of this one"


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """Fit of one of the competing models; ``*_scaled`` and ``*_robust`` corrected for non-normal answers."""

    chisq: Value
    df: Value
    pvalue: Value
    chisq_scaled: Value
    pvalue_scaled: Value
    cfi: Value
    cfi_robust: Value
    tli: Value
    rmsea: Value
    rmsea_ci_low: Value
    rmsea_ci_high: Value
    rmsea_robust: Value
    srmr: Value
    aic: Value
    bic: Value
    admissible: bool


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The competing models on the same items, and what each restriction costs.

    ``second_against_first``: the second-order model against its parts free to correlate;
    ``one_against_first``: one factor against the parts. ``target_coefficient``: chi-square of the parts over
    that of the second-order model, in (0, 1] where both are proper.
    """

    first_order: ModelSummary | Unavailable
    second_order: ModelSummary | Unavailable
    one_factor: ModelSummary | Unavailable
    second_against_first: Difference | Unavailable
    one_against_first: Difference | Unavailable
    target_coefficient: Value


@dataclass(frozen=True, slots=True)
class SecondOrder:
    """``loadings``: standardised, of the parts on the whole, from the joint model if there is one, else from
    the parts alone. ``alone``: only the items of the parts; ``joint``: with all other constructs, where the
    whole stands for its parts in every correlation with them."""

    parts: tuple[str, ...]
    loadings: Mapping[str, Loading | Unavailable]
    alone: Alternatives
    joint: Alternatives | Unavailable


def second_order_test(
    models: FactorModels,
    constructs: Mapping[str, Sequence[str]],
    whole: str,
    parts: Sequence[str],
    base: Fit,
) -> SecondOrder:
    """The construct ``whole`` with these parts, on the items of the parts and among all constructs.

    base: all first-order constructs free to correlate, fitted by MLM or MLR with factors of variance one.
    With three parts and nothing else the second-order model is only another way of writing three correlated
    factors; what it claims, that other constructs relate to the parts through the whole alone, is tested in
    the joint model. Marsh & Hocevar (1985).
    """
    estimator = base.options.estimator
    own = {name: constructs[name] for name in parts}
    above = (f"{models.name(whole)} =~ {' + '.join(models.name(part) for part in parts)}",)
    first = models.fit(own, estimator)
    second = models.fit(own, estimator, above)
    single = {parts[0]: [item for name in parts for item in constructs[name]]}
    one = models.fit(single, estimator)
    alone = _alternatives(first, second, one)
    if len(own) == len(constructs):
        return SecondOrder(
            tuple(parts), _loadings(models, whole, parts, second), alone, Unavailable(NO_OTHERS)
        )
    joined = models.fit(constructs, estimator, above)
    others = {name: items for name, items in constructs.items() if name not in parts}
    merged = models.fit({**others, **single}, estimator)
    joint = _alternatives(base, joined, merged)
    return SecondOrder(tuple(parts), _loadings(models, whole, parts, joined), alone, joint)


def _alternatives(
    first: Fit | Unavailable, second: Fit | Unavailable, one: Fit | Unavailable
) -> Alternatives:
    return Alternatives(
        first_order=_summary(first),
        second_order=_summary(second),
        one_factor=_summary(one),
        second_against_first=_cost(first, second),
        one_against_first=difference(first, one),
        target_coefficient=_target(first, second),
    )


def _cost(first: Fit | Unavailable, second: Fit | Unavailable) -> Difference | Unavailable:
    if isinstance(first, Unavailable) or isinstance(second, Unavailable):
        return difference(first, second)
    if first.measures["df"] == second.measures["df"]:
        return Unavailable(THREE_PARTS)
    return difference(first, second)


def _target(first: Fit | Unavailable, second: Fit | Unavailable) -> Value:
    if isinstance(first, Unavailable):
        return first
    if isinstance(second, Unavailable):
        return second
    small = finite(first.measures["chisq"], "not computed")
    large = finite(second.measures["chisq"], "not computed")
    if isinstance(small, Unavailable) or isinstance(large, Unavailable):
        return Unavailable("not computed")
    # A saturated model leaves a chi-square of rounding, 1e-8: no share of it can be told.
    return target_coefficient(small, large) if large > 1e-8 else Unavailable("a chi-square is zero")


def _summary(fit: Fit | Unavailable) -> ModelSummary | Unavailable:
    if isinstance(fit, Unavailable):
        return fit
    names = [name for name in ModelSummary.__dataclass_fields__ if name != "admissible"]
    found = {name: finite(fit.measures.get(name), "not computed") for name in names}
    return ModelSummary(**found, admissible=bool(fit.admissible))


def _loadings(
    models: FactorModels, whole: str, parts: Sequence[str], fit: Fit | Unavailable
) -> dict[str, Loading | Unavailable]:
    if isinstance(fit, Unavailable):
        return dict.fromkeys(parts, fit)
    rows: dict[str, Any] = {
        str(row.rhs): row
        for row in fit.estimates.itertuples(index=False)
        if row.op == "=~" and row.lhs == models.names[construct_key(whole)]
    }
    sign = -1.0 if sum(float(row.std) for row in rows.values()) < 0 else 1.0
    return {part: standardised(rows[models.name(part)], sign, models.ci) for part in parts}
