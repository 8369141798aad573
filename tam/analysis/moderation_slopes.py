"""Simple slopes of a latent interaction, placed on the scale of the items, and the lines to draw of
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from tam.analysis.moderation_scores import mean_score, score_weights
from tam.errors import Unavailable
from tam.stats.interaction import interaction_line, simple_slope

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit
    from tam.engine.fit_record import Estimated
    from tam.engine.structure import Implied

#: Where slopes are read: standard deviations of the moderator from its mean.
PROBES = {"-1 sd": -1.0, "mean": 0.0, "+1 sd": 1.0}

Number = float | Unavailable


@dataclass(frozen=True, slots=True)
class ModeratorRange:
    """``sd`` of the latent moderator in the model's units; ``mean``, ``min`` and ``max`` of the
    respondents' item means."""

    sd: float
    mean: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Slope:
    """The predictor's effect at one value of the moderator.

    ``moderator``: deviation from the mean in the model's units; ``moderator_scale``: the item mean
    expected of a respondent there. ``est`` in the model's units, ``std`` in standard deviations of
    predictor and outcome.
    """

    at: str
    moderator: float
    moderator_scale: float
    est: float
    se: Number
    z: Number
    p: Number
    ci_low: Number
    ci_high: Number
    std: float


@dataclass(frozen=True, slots=True)
class Line:
    """The ends of the line at one value of the moderator, both axes in item means, other predictors at
    their means.

    ``x`` runs over the item means of the predictor that respondents had, never beyond.
    """

    at: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """A variable of the model on the scale of its items.

    A respondent at the deviation d has the expected item mean ``mean + loading * d``; ``low`` and
    ``high`` are the smallest and largest item mean of the respondents; ``sd`` the model's standard
    deviation.
    """

    mean: float
    loading: float
    low: float
    high: float
    sd: float

    def scale(self, deviation: float) -> float:
        return self.mean + self.loading * deviation


@dataclass(frozen=True, slots=True)
class Moderated:
    """The coefficients of one moderated path: of the predictor, the moderator and their product in the
    outcome's equation; ``covariance`` (2, 2) of the first and the last, None without standard errors;
    ``covariance_xz`` of predictor and moderator; the three variables on their scales."""

    focal: float
    moderator: float
    product: float
    covariance: np.ndarray[tuple[int, int], np.dtype[np.float64]] | None
    covariance_xz: float
    predictor_place: Placement
    moderator_place: Placement
    outcome_place: Placement


def moderated_path(fit: Fit, data: pd.DataFrame, predictor: str, moderator: str, outcome: str) -> Moderated:
    """What slopes and lines of ``outcome ~ predictor:moderator`` are made of. ``data``: the rows of the
    fit."""
    place = {name: i for i, name in enumerate(fit.structure.names)}
    at = fit.solution.minimum.point.implied
    x, z, y = place[predictor], place[moderator], place[outcome]
    xz = place[f"{predictor}:{moderator}"]
    paths = at.matrices.paths
    parameters = [
        next(row.parameter for row in fit.table.rows if (row.lhs, row.op, row.rhs) == (outcome, "~", name))
        for name in (predictor, f"{predictor}:{moderator}")
    ]
    covariance = None if fit.vcov is None else fit.vcov[np.ix_(parameters, parameters)]
    return Moderated(
        float(paths[y, x]),
        float(paths[y, z]),
        float(paths[y, xz]),
        covariance,
        float(at.total[x, z]),
        placement(fit, data, predictor),
        placement(fit, data, moderator),
        placement(fit, data, outcome),
    )


def placement(fit: Fit, data: pd.DataFrame, name: str) -> Placement:
    """Where a construct (or column) of the model lies on the scale of its items."""
    return placed(fit.structure.names, fit.solution.minimum.point.implied, indicators_of(fit), data, name)


def placed(
    names: Sequence[str], at: Implied, parts: Mapping[str, list[str]], data: pd.DataFrame, name: str
) -> Placement:
    """The same from the implied moments of the variables ``names``; ``parts`` the indicators of each."""
    weights = score_weights(parts, name)
    place = {one: i for i, one in enumerate(names)}
    loading = sum(weight * float(at.effects[place[item], place[name]]) for item, weight in weights.items())
    scores = mean_score(data, parts, name)
    scores = scores[~np.isnan(scores)]
    variance = float(at.total[place[name], place[name]])
    deviation = float(np.sqrt(variance)) if variance > 0 else float("nan")
    return Placement(float(scores.mean()), loading, float(scores.min()), float(scores.max()), deviation)


def indicators_of(fit: Estimated) -> Mapping[str, list[str]]:
    """The indicators of every latent variable of the model, in order."""
    found: dict[str, list[str]] = {}
    for row in fit.table.rows:
        if row.op == "=~":
            found.setdefault(row.lhs, []).append(row.rhs)
    return found


def simple_slopes(path: Moderated, level: float) -> tuple[Slope, ...]:
    """The predictor's effect one standard deviation below the moderator's mean, at it, and one above."""
    sd = path.moderator_place.sd
    return tuple(slope_at(path, at, share * sd, level) for at, share in PROBES.items())


def slope_at(path: Moderated, at: str, deviation: float, level: float) -> Slope:
    """The predictor's effect where the moderator deviates from its mean by ``deviation`` (model's units)."""
    no_errors = Unavailable("the covariance matrix of the estimates could not be had")
    standard = path.predictor_place.sd / path.outcome_place.sd
    value = path.focal + path.product * deviation
    se = z = p = low = high = no_errors  # type: Number
    if path.covariance is not None:
        value, se = simple_slope(path.focal, path.product, path.covariance, deviation)
        z = value / se
        p = float(2 * norm.sf(abs(z)))
        reach = float(norm.ppf((1 + level) / 2)) * se
        low, high = value - reach, value + reach
    scale = path.moderator_place.scale(deviation)
    return Slope(at, deviation, scale, value, se, z, p, low, high, value * standard)


def slope_lines(path: Moderated) -> tuple[Line, ...]:
    """The lines of the simple slopes over the observed range of the predictor.

    A value of the moderator that no respondent's item mean reaches gets no line.
    """
    x_place, z_place, y_place = path.predictor_place, path.moderator_place, path.outcome_place
    ends = np.array([x_place.low, x_place.high])
    deviations = (ends - x_place.mean) / x_place.loading
    lines = []
    for at, share in PROBES.items():
        where = share * z_place.sd
        if not z_place.low <= z_place.scale(where) <= z_place.high:
            continue
        y = interaction_line(deviations, where, path.focal, path.moderator, path.product, path.covariance_xz)
        scaled = y_place.mean + y_place.loading * y
        lines.append(Line(at, tuple(map(float, ends)), tuple(map(float, scaled))))
    return tuple(lines)
