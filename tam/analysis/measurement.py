"""Do the scales measure? Items, reliability, convergent and discriminant validity of a study's constructs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tam.analysis.confirmatory import Loading, ModelFit
from tam.analysis.joint_measurement import JointMeasurement, NamedAdequacy, joint_measurement
from tam.analysis.measurement_findings import findings
from tam.analysis.reliability import scale_results, second_order_results
from tam.analysis.scale_intervals import Bootstrap, Resampled, intervals
from tam.analysis.scale_reliability import ScaleCoefficients, ScaleReliability, scale_score
from tam.analysis.second_order_reliability import SecondOrderReliability
from tam.errors import Problem, Unavailable
from tam.record import to_record
from tam.stats.descriptives import item_statistics
from tam.stats.dimensionality import ParallelAnalysis, Sphericity
from tam.stats.top_box import BoxShare, bottom_two, top_two
from tam.stats.validity import Table, fornell_larcker

if TYPE_CHECKING:
    import pandas as pd

    from tam.spec.instrument import Scale

Value = float | Unavailable


@dataclass(frozen=True, slots=True)
class MeasuredItem:
    """One item: its distribution (skewness, excess kurtosis of type 2) and how it fits its construct.

    ``counts`` of each answer and their ``shares`` of ``n``; ``top_two``, ``bottom_two``: who gave one of the
    two highest, the two lowest answers of the scale.
    """

    construct: str
    n: int
    n_missing: int
    mean: Value
    sd: Value
    skew: Value
    kurtosis: Value
    min: Value
    max: Value
    counts: Mapping[str, int]
    shares: Mapping[str, float]
    item_rest_r: Value
    item_rest_r_ci_low: Value
    item_rest_r_ci_high: Value
    alpha_if_dropped: Value
    alpha_if_dropped_ci_low: Value
    alpha_if_dropped_ci_high: Value
    omega_if_dropped: Value
    omega_if_dropped_ci_low: Value
    omega_if_dropped_ci_high: Value
    top_two: BoxShare | Unavailable
    bottom_two: BoxShare | Unavailable
    loading: Loading | Unavailable


@dataclass(frozen=True, slots=True)
class MeasuredConstruct(ScaleCoefficients):
    """One construct; ``mean`` and ``sd`` are of the item means of those who answered all of its items.

    ``top_two``, ``bottom_two``: whose item mean lies within the two highest, the two lowest answers.
    """

    mean: Value
    sd: Value
    top_two: BoxShare | Unavailable
    bottom_two: BoxShare | Unavailable


@dataclass(frozen=True, slots=True)
class Measurement:
    """The section ``measurement`` of results.json; ``n_complete`` of ``n`` answered every item."""

    n: int
    n_complete: int
    ci: float
    items: Mapping[str, MeasuredItem]
    constructs: Mapping[str, MeasuredConstruct]
    second_order: Mapping[str, SecondOrderReliability]
    fornell_larcker: Table
    htmt: Table
    htmt2: Table
    latent_correlations: Mapping[str, Mapping[str, Value]]
    kmo: NamedAdequacy | Unavailable
    bartlett: Sphericity | Unavailable
    parallel_analysis: ParallelAnalysis | Unavailable
    cfa: ModelFit | Unavailable
    bootstrap: Resampled | Unavailable
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        return to_record(self)


def measurement(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    scales: Mapping[str, Scale] | None = None,
    reversed_items: Collection[str] = (),
    ci: float = 0.95,
    seed: int = 1,
    estimator: str = "ML",
    replications: int = 500,
    bootstrap: int = 1000,
    interval: Literal["percentile", "bca"] = "bca",
    second_order: Mapping[str, Sequence[str]] | None = None,
) -> Measurement:
    """Judge the first-order constructs of a study.

    values: coded answers, one column per item, NaN where missing, reverse-keyed items already reversed.
    constructs: the items of each first-order construct. scales: response scale of each item, so that answers
    nobody gave are counted as 0. reversed_items: those marked as reverse-keyed. seed: of the parallel
    analysis, with its number of ``replications``, and of the resampled respondents. bootstrap, interval: how
    many resamples of the reliability coefficients, and how they are read. second_order: the constructs that
    each second-order construct joins.
    """
    joint = joint_measurement(values, constructs, ci, seed, replications, estimator)
    sets = second_order or {}
    drawn = intervals(values, constructs, Bootstrap(bootstrap, seed, interval), ci, sets)
    reliabilities = scale_results(values, constructs, joint, ci, drawn)
    table = fornell_larcker({name: r.ave for name, r in reliabilities.items()}, joint.cfa.latent_correlations)
    return Measurement(
        n=len(values),
        n_complete=joint.n,
        ci=ci,
        items=_items(values, constructs, scales or {}, reliabilities, joint, ci),
        constructs={
            name: _construct(values, constructs[name], r, _common_codes(constructs[name], scales or {}), ci)
            for name, r in reliabilities.items()
        },
        second_order=second_order_results(values, constructs, sets, drawn),
        fornell_larcker=table,
        htmt=joint.htmt,
        htmt2=joint.htmt2,
        latent_correlations=joint.cfa.latent_correlations,
        kmo=joint.kmo,
        bartlett=joint.bartlett,
        parallel_analysis=joint.parallel_analysis,
        cfa=joint.cfa.fit,
        bootstrap=drawn.resampled,
        problems=findings(values, constructs, reversed_items, reliabilities, joint, table),
    )


def scale_codes(scale: Scale | None) -> tuple[float, ...]:
    """The answers an item can have: the labelled codes, else the whole numbers of an ordinal scale."""
    if scale is None:
        return ()
    if scale.labels:
        return tuple(float(code) for code in scale.labels if isinstance(code, int))
    if scale.type == "ordinal" and scale.min is not None and scale.max is not None:
        return tuple(float(code) for code in range(int(scale.min), int(scale.max) + 1))
    return ()


def _items(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    scales: Mapping[str, Scale],
    reliabilities: Mapping[str, ScaleReliability],
    joint: JointMeasurement,
    ci: float,
) -> dict[str, MeasuredItem]:
    result = {}
    for construct, items in constructs.items():
        for item in items:
            answers = values[item].to_numpy(dtype=np.float64)
            codes = scale_codes(scales.get(item))
            found = item_statistics(answers, codes)
            role = reliabilities[construct].items[item]
            result[item] = MeasuredItem(
                construct=construct,
                n=found.n,
                n_missing=found.n_missing,
                mean=found.mean,
                sd=found.sd,
                skew=found.skew,
                kurtosis=found.kurtosis,
                min=found.min,
                max=found.max,
                counts=found.counts,
                shares={code: count / found.n for code, count in found.counts.items()} if found.n else {},
                top_two=top_two(answers, codes, ci),
                bottom_two=bottom_two(answers, codes, ci),
                loading=joint.cfa.loadings[item],
                **{f.name: getattr(role, f.name) for f in fields(role) if not f.name.startswith("loading")},
            )
    return result


def _common_codes(items: Sequence[str], scales: Mapping[str, Scale]) -> tuple[float, ...]:
    """The answers of a construct's items where all have the same, else none."""
    found = {scale_codes(scales.get(item)) for item in items}
    return next(iter(found)) if len(found) == 1 else ()


def _construct(
    values: pd.DataFrame, items: Sequence[str], found: ScaleReliability, codes: Sequence[float], ci: float
) -> MeasuredConstruct:
    score = scale_score(values, items)
    means = values[list(items)].dropna().mean(axis=1).to_numpy(dtype=np.float64)
    coefficients = {f.name: getattr(found, f.name) for f in fields(ScaleCoefficients)}
    return MeasuredConstruct(
        **coefficients,
        mean=score.mean,
        sd=score.sd,
        top_two=top_two(means, codes, ci),
        bottom_two=bottom_two(means, codes, ci),
    )
