"""What an observed-score process model gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tam.errors import Unavailable

Number = float | Unavailable
#: How the regressions are estimated.
HC3 = "OLS, HC3"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One term of a regression; ``p`` and the interval from the t distribution."""

    term: str
    est: float
    se: Number
    t: Number
    p: Number
    ci_low: Number
    ci_high: Number


@dataclass(frozen=True, slots=True)
class Regression:
    """One equation: ``terms`` the constant first; ``delta_r2`` and ``f2`` of each product, by its term."""

    outcome: str
    terms: tuple[Coefficient, ...]
    r2: float
    delta_r2: Mapping[str, float]
    f2: Mapping[str, Number]
    n: int
    df: int
    method: str = HC3


@dataclass(frozen=True, slots=True)
class ConditionalDirect:
    """The direct effect at one value of the moderator, both as the data have it."""

    at: str
    moderator: float
    est: float
    se: Number
    t: Number
    p: Number
    ci_low: Number
    ci_high: Number


@dataclass(frozen=True, slots=True)
class ConditionalIndirect:
    """The indirect effect at one value of the moderator with the limits and the standard deviation of its
    resamples."""

    at: str
    moderator: float
    est: float
    boot_se: Number
    ci_low: Number
    ci_high: Number


@dataclass(frozen=True, slots=True)
class Contrast:
    """Difference of two conditional indirect effects, the first minus the second."""

    first: str
    second: str
    est: float
    boot_se: Number
    ci_low: Number
    ci_high: Number


@dataclass(frozen=True, slots=True)
class Index:
    """Index of moderated mediation: change of the indirect effect per unit of the moderator."""

    est: float
    boot_se: Number
    ci_low: Number
    ci_high: Number


@dataclass(frozen=True, slots=True)
class ObservedRegion:
    """Johnson-Neyman region of the direct effect, in the moderator's units; ``regime_observed`` over the
    moderator's range in the data; ``share_in_region`` of the ``n`` respondents."""

    regime: str
    regime_observed: str
    bounds: tuple[float, ...]
    critical: float
    share_in_region: float
    n: int


@dataclass(frozen=True, slots=True)
class ProcessModel:
    """A conditional process model. ``index`` is None where no single number exists: without mediation (model
    1) and where two paths of the route depend on the moderator (58, 59); ``contrasts`` compare the probes
    there and in every model with mediation."""

    number: int
    predictor: str
    outcome: str
    moderator: str
    mediator: str | None
    regressions: tuple[Regression, ...]
    direct: tuple[ConditionalDirect, ...]
    indirect: tuple[ConditionalIndirect, ...]
    contrasts: tuple[Contrast, ...]
    index: Index | None
    johnson_neyman: ObservedRegion | None
    n: int
    draws: int
    seed: int
    level: float
