"""How the answers are distributed: each item by itself, all together, and who stands far from the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.measurement import scale_codes
from tam.errors import Problem, Unavailable, problem
from tam.record import to_record
from tam.stats.descriptives import (
    CONSTANT,
    constant_columns,
    correlation_matrix,
    covariance_matrix,
    excess_kurtosis,
    skewness,
)
from tam.stats.descriptives_answers import (
    end_shares,
    kurtosis_error,
    most_common,
    relative_entropy,
    skewness_error,
)
from tam.stats.dimensionality import is_singular
from tam.stats.mardia import Mardia, mardia, with_divisor_n_minus_1
from tam.stats.multivariate_normality import HenzeZirkler, henze_zirkler
from tam.stats.outliers import bonferroni, distance_p_values, squared_distances
from tam.stats.reliability import cronbach_alpha

if TYPE_CHECKING:
    import pandas as pd

    from tam.spec.instrument import Scale

Value = float | Unavailable
Floats = NDArray[np.float64]

#: Type of skewness and kurtosis, as SPSS, SAS and Excel print them (G1 and G2).
SHAPE_TYPE = 2
#: Kline's limits of skewness and kurtosis, for a note only.
FAR_SKEW, FAR_KURTOSIS = 3.0, 10.0
#: p below which a respondent counts as far from the rest, before and after Bonferroni's correction.
FAR_P, BONFERRONI_P = 0.001, 0.05
#: Respondents that are listed, the farthest first.
LISTED = 10
SINGULAR = (
    "the correlation matrix is singular: an item is a combination of others, or there are too few answers"
)


@dataclass(frozen=True, slots=True)
class ItemDistribution:
    """One item of ``n`` answers. ``skew`` and excess ``kurtosis`` of type 2 with their standard errors.

    ``floor`` and ``ceiling``: shares at the lowest and highest answer of the scale; ``most_common`` answer
    and its ``most_common_share``; ``entropy`` over its maximum, 0 (all the same) to 1 (all equally often).
    """

    n: int
    skew: Value
    skew_se: Value
    kurtosis: Value
    kurtosis_se: Value
    floor: Value
    ceiling: Value
    most_common: Value
    most_common_share: Value
    entropy: Value


@dataclass(frozen=True, slots=True)
class FarRespondent:
    """One respondent: spreadsheet ``row``, squared Mahalanobis distance ``d2``, p alone and of all tests.

    ``alpha_change``: the construct whose alpha changes most if this respondent is left out, and by how much.
    """

    row: int
    d2: float
    p: float
    p_bonferroni: float
    alpha_construct: str | None
    alpha_change: Value


@dataclass(frozen=True, slots=True)
class Outliers:
    """Squared distances of ``n`` complete respondents on ``k`` items: ``n_far`` with p < ``level``.

    ``n_far_bonferroni`` with p < ``level_bonferroni`` after Bonferroni's correction; the farthest are listed.
    """

    n: int
    k: int
    level: float
    n_far: int
    n_far_expected: float
    level_bonferroni: float
    n_far_bonferroni: int
    farthest: tuple[FarRespondent, ...]


@dataclass(frozen=True, slots=True)
class Distributions:
    """The section ``measurement.distributions``. ``mardia`` has divisor n, ``mardia_n_minus_1`` n - 1.

    Of ``n`` respondents ``n_complete`` answered everything; what concerns all items together is theirs.
    ``left_out``: items that cannot enter there, with the reason.
    """

    n: int
    n_complete: int
    shape_type: int
    items: Mapping[str, ItemDistribution]
    left_out: Mapping[str, str]
    mardia: Mardia | Unavailable
    mardia_n_minus_1: Mardia | Unavailable
    henze_zirkler: HenzeZirkler | Unavailable
    outliers: Outliers | Unavailable
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        return to_record(self)


def distributions(
    values: pd.DataFrame,
    scales: Mapping[str, Scale] | None = None,
    *,
    constructs: Mapping[str, Sequence[str]] | None = None,
) -> Distributions:
    """Describe the answers of those who were kept.

    values: (n, items) codes with reverse-keyed items reversed, NaN where missing; the index is the
    spreadsheet row. scales: response scale of each item. constructs: their items, to say what each far
    respondent does to alpha.
    """
    scales = scales or {}
    items = {
        str(name): _item(values[name].to_numpy(dtype=np.float64), scales.get(str(name)))
        for name in values.columns
    }
    left_out = _left_out(values)
    kept = [name for name in values.columns if name not in left_out]
    complete = values[kept].dropna()
    rows = complete.to_numpy(dtype=np.float64)
    reason = _not_together(rows)
    absent = None if reason is None else Unavailable(reason)
    found = absent or mardia(rows)
    return Distributions(
        n=len(values),
        n_complete=len(complete),
        shape_type=SHAPE_TYPE,
        items=items,
        left_out=left_out,
        mardia=found,
        mardia_n_minus_1=with_divisor_n_minus_1(found) if isinstance(found, Mardia) else found,
        henze_zirkler=absent or henze_zirkler(rows),
        outliers=absent or _outliers(complete, constructs or {}),
        problems=tuple(_notes(items)),
    )


def _item(answers: Floats, scale: Scale | None) -> ItemDistribution:
    given = answers[~np.isnan(answers)]
    n = len(given)
    ends = end_shares(given, *_ends(scale))
    common = most_common(given)
    value, share = (common, common) if isinstance(common, Unavailable) else common
    return ItemDistribution(
        n=n,
        skew=skewness(given),
        skew_se=skewness_error(n),
        kurtosis=excess_kurtosis(given),
        kurtosis_se=kurtosis_error(n),
        floor=ends[0],
        ceiling=ends[1],
        most_common=value,
        most_common_share=share,
        entropy=relative_entropy(given, scale_codes(scale)),
    )


def _ends(scale: Scale | None) -> tuple[float | None, float | None]:
    """Lowest and highest answer of a scale that has them."""
    if scale is None:
        return None, None
    codes = scale_codes(scale)
    if codes and scale.type == "ordinal":
        return min(codes), max(codes)
    return scale.min, scale.max


def _left_out(values: pd.DataFrame) -> dict[str, str]:
    """Items without answers, and items whose answers are all the same."""
    found: dict[str, str] = {}
    for name in values.columns:
        given = values[name].dropna()
        if given.empty:
            found[str(name)] = "there is no answer"
        elif given.min() == given.max():
            found[str(name)] = CONSTANT
    return found


def _not_together(rows: Floats) -> str | None:
    """Why complete rows (n, k) have no joint distribution to judge; None where they have."""
    n, k = rows.shape
    if k < 2:
        return "fewer than two items vary"
    if n <= k:
        return "there are no more complete respondents than items"
    if constant_columns(rows).any():
        return "every complete respondent gave the same answer to an item"
    return SINGULAR if is_singular(correlation_matrix(covariance_matrix(rows))) else None


def _outliers(complete: pd.DataFrame, constructs: Mapping[str, Sequence[str]]) -> Outliers:
    rows = complete.to_numpy(dtype=np.float64)
    n, k = rows.shape
    distances = squared_distances(rows, rows.mean(axis=0), covariance_matrix(rows))
    p = distance_p_values(distances, k)
    corrected = bonferroni(p, n)
    order = np.argsort(-distances, kind="stable")[:LISTED]
    scales = {
        name: complete[list(items)].to_numpy(dtype=np.float64)
        for name, items in constructs.items()
        if len(items) > 1 and set(items) <= set(complete.columns)
    }
    farthest = tuple(
        FarRespondent(
            int(complete.index[int(at)]),
            float(distances[at]),
            float(p[at]),
            float(corrected[at]),
            *_alpha_change(scales, int(at)),
        )
        for at in order
    )
    return Outliers(
        n=n,
        k=k,
        level=FAR_P,
        n_far=int((p < FAR_P).sum()),
        n_far_expected=n * FAR_P,
        level_bonferroni=BONFERRONI_P,
        n_far_bonferroni=int((corrected < BONFERRONI_P).sum()),
        farthest=farthest,
    )


def _alpha_change(scales: Mapping[str, Floats], at: int) -> tuple[str | None, Value]:
    """The construct whose alpha changes most without row ``at``, and the change (without less with)."""
    changes: dict[str, float] = {}
    for name, rows in scales.items():
        whole, without = (
            cronbach_alpha(covariance_matrix(part)) for part in (rows, np.delete(rows, at, axis=0))
        )
        if not isinstance(whole, Unavailable) and not isinstance(without, Unavailable):
            changes[name] = without - whole
    if not changes:
        return None, Unavailable("no scale has an alpha to change")
    most = max(changes, key=lambda name: abs(changes[name]))
    return most, changes[most]


def _notes(items: Mapping[str, ItemDistribution]) -> list[Problem]:
    far = [
        name
        for name, one in items.items()
        if _beyond(one.skew, FAR_SKEW) or _beyond(one.kurtosis, FAR_KURTOSIS)
    ]
    if not far:
        return []
    return [problem("answers-far-from-normal", items=far, skew=FAR_SKEW, kurtosis=FAR_KURTOSIS)]


def _beyond(value: Value, limit: float) -> bool:
    return not isinstance(value, Unavailable) and abs(value) > limit
