"""Latent mean differences between groups, the first of which is the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.analysis.confirmatory_models import Value
from tam.analysis.group_paths import OverallTest, PairDifference, pair_differences
from tam.errors import Unavailable
from tam.stats.group_tests import equality_test, standardised_difference
from tam.stats.validity import holm

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Floats = NDArray[np.float64]
REFERENCE_DEVIATION = "reference_sd"
STANDARDISER = "pooled latent standard deviation of the two groups, weighted by their sizes"


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """Group ``a`` less group ``b`` in units of the construct's first equal item; ``d`` the same in pooled
    latent standard deviations with its delta-method standard error and interval."""

    test: PairDifference
    d: Value
    d_se: Value
    d_ci_low: Value
    d_ci_high: Value


@dataclass(frozen=True, slots=True)
class ConstructMeans:
    """Means of a construct by group less that of the reference, its variances, and the tests. ``unit``: the
    item whose loading is one, or "reference_sd" (ordered answers)."""

    construct: str
    unit: str
    means: Mapping[str, float]
    variances: Mapping[str, float]
    overall: OverallTest | Unavailable
    pairs: tuple[MeanDifference, ...]


@dataclass(frozen=True, slots=True)
class LatentMeans:
    """``free`` the parameters let differ; overall tests are adjusted over the constructs (Holm)."""

    reference: str
    free: tuple[str, ...]
    standardiser: str
    constructs: tuple[ConstructMeans, ...]


def latent_means(fit: Fit, free: tuple[str, ...]) -> LatentMeans:
    """Latent means of a fit with (partly) equal loadings and intercepts.

    Pairs are later group less earlier one, so that the reference stands second. Peer: lavaan's ``F ~1`` rows
    with ``group.equal = c("loadings", "intercepts")``.
    """
    found = [_construct(fit, name) for name in fit.table.variables.latent]
    tested = [one.overall.p for one in found if isinstance(one.overall, OverallTest)]
    adjusted = iter(holm(tested))
    done = tuple(
        replace(one, overall=replace(one.overall, p_holm=next(adjusted)))
        if isinstance(one.overall, OverallTest)
        else one
        for one in found
    )
    return LatentMeans(str(fit.groups[0]), free, STANDARDISER, done)


def _construct(fit: Fit, name: str) -> ConstructMeans:
    labels = tuple(str(group) for group in fit.groups)
    means, mean_places = _parameters(fit, name, "~1", "")
    variances, variance_places = _parameters(fit, name, "~~", name)
    covariance = _covariance(fit, [*mean_places, *variance_places])
    g = len(labels)
    overall: OverallTest | Unavailable = Unavailable("the estimates have no standard errors")
    if covariance is not None:
        try:
            test = equality_test(means, covariance[:g, :g])
            overall = OverallTest(test.chisq, test.df, test.p, test.p)
        except ValueError as error:
            overall = Unavailable(str(error))
    # Groups in reverse, so that each pair is a later group less an earlier one.
    back = slice(None, None, -1)
    reversed_covariance = None if covariance is None else covariance[:g, :g][back, back]
    tests = pair_differences(labels[back], means[back], reversed_covariance, fit.options.ci)
    marker = next(row for row in fit.table.rows if row.lhs == name and row.op == "=~")
    return ConstructMeans(
        construct=name,
        unit=REFERENCE_DEVIATION if fit.options.std_lv else marker.rhs,
        means=dict(zip(labels, means.tolist())),
        variances=dict(zip(labels, variances.tolist())),
        overall=overall,
        pairs=tuple(_standardised(fit, one, labels, variances, covariance) for one in reversed(tests)),
    )


def _parameters(fit: Fit, lhs: str, op: str, rhs: str) -> tuple[Floats, list[int]]:
    """The values (g,) of a row in every group and their places in theta, -1 where they are fixed."""
    at = {row.group: row for row in fit.table.rows if (row.lhs, row.op, row.rhs) == (lhs, op, rhs)}
    rows = [at[group] for group in fit.groups]
    values = [float(fit.theta[row.parameter]) if row.free else float(row.fixed or 0.0) for row in rows]
    return np.array(values), [row.parameter for row in rows]


def _covariance(fit: Fit, places: list[int]) -> Floats | None:
    """The covariance matrix of parameters by their places; zeros for fixed ones."""
    if fit.vcov is None:
        return None
    wide = np.zeros((len(fit.theta) + 1, len(fit.theta) + 1))
    wide[:-1, :-1] = fit.vcov
    return np.asarray(wide[np.ix_(places, places)])


def _standardised(
    fit: Fit,
    test: PairDifference,
    labels: tuple[str, ...],
    variances: Floats,
    covariance: Floats | None,
) -> MeanDifference:
    from scipy.special import ndtri

    g = len(labels)
    i, j = labels.index(test.a), labels.index(test.b)
    sizes = fit.solution.sizes
    try:
        d, slopes = standardised_difference(
            test.diff, (float(variances[i]), float(variances[j])), (sizes[i], sizes[j])
        )
    except ValueError as error:
        gone = Unavailable(str(error))
        return MeanDifference(test, gone, gone, gone, gone)
    if covariance is None:
        gone = Unavailable("the estimates have no standard errors")
        return MeanDifference(test, d, gone, gone, gone)
    whole = np.zeros(2 * g)
    whole[i], whole[j], whole[g + i], whole[g + j] = slopes[0], -slopes[0], slopes[1], slopes[2]
    se = float(np.sqrt(max(float(whole @ covariance @ whole), 0.0)))
    reach = float(ndtri(0.5 + fit.options.ci / 2)) * se
    return MeanDifference(test, d, se, d - reach, d + reach)
