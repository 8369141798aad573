"""Are two constructs one? Every pair merged into one factor, and its correlation fixed at one, tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from tam.analysis.confirmatory import Loading, standardised
from tam.analysis.confirmatory_models import FactorModels
from tam.errors import TamError, Unavailable
from tam.stats.validity import holm

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Value = float | Unavailable
Verdict = Literal["distinct", "not_distinct"]

ONE_ITEM = "a construct of one item has no error to tell it from another construct"
METHODS = ("satorra.2000.scaled", "satorra.bentler.2001")
NO_TEST = "the chi-square difference cannot be tested"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a restriction costs: chi-square differences, plain and scaled for answers that are not normal.

    ``p_holm`` and ``p_scaled_holm`` are adjusted for the number of pairs (Holm), equal to ``p`` and
    ``p_scaled`` where one test stands alone. ``method`` names the scaled test.
    """

    df: int
    chisq: Value
    p: Value
    p_holm: Value
    chisq_scaled: Value
    p_scaled: Value
    p_scaled_holm: Value
    method: str


@dataclass(frozen=True, slots=True)
class PairTest:
    """Two constructs: their latent correlation, the test of one factor for both, the test of a correlation
    of one (its sign kept). ``verdict`` rests on the merged model, scaled where that exists, Holm adjusted."""

    a: str
    b: str
    correlation: Value
    ci_low: Value
    ci_high: Value
    merged: Difference | Unavailable
    fixed: Difference | Unavailable
    verdict: Verdict | Unavailable


@dataclass(frozen=True)
class BaseModel:
    """The model in which all constructs are free to correlate, and its rows by (lhs, op, rhs)."""

    fit: Fit
    rows: Mapping[tuple[str, str, str], Any]

    def value(self, lhs: str, op: str, rhs: str) -> float:
        """An estimate; a covariance is found by either order of its sides."""
        row = self.rows.get((lhs, op, rhs), self.rows.get((rhs, op, lhs)))
        return 0.0 if row is None else float(row.est)

    def correlation(self, first: str, second: str, sign: float = 1.0) -> Loading | Unavailable:
        """The standardised covariance of two factors with its interval, times ``sign``."""
        row = self.rows.get((first, "~~", second), self.rows.get((second, "~~", first)))
        if row is None:
            return Unavailable("the correlation was not estimated")
        return standardised(row, sign, self.fit.options.ci)


def base_model(fit: Fit | Unavailable) -> BaseModel | Unavailable:
    """The fitted model with its rows at hand."""
    if isinstance(fit, Unavailable):
        return fit
    rows: Iterator[Any] = iter(fit.estimates.itertuples(index=False))
    return BaseModel(fit, {(row.lhs, row.op, row.rhs): row for row in rows})


def pair_tests(
    models: FactorModels,
    constructs: Mapping[str, Sequence[str]],
    base: BaseModel | Unavailable,
    level: float = 0.05,
) -> tuple[PairTest, ...]:
    """Every pair of constructs, against the model ``base`` in which all of them are free to correlate.

    base: fitted by MLM or MLR with factors of variance one. level: of the verdict. One factor for both has as
    many constraints as there are other constructs, and one more; the fixed correlation has one.
    Anderson & Gerbing (1988); Ronkko & Cho (2022). Peers: ``semTools::discriminantValidity(fit, merge =
    TRUE)`` and ``discriminantValidity(fit, cutoff = 1)``.
    """
    if isinstance(base, Unavailable):
        return tuple(
            PairTest(a, b, base, base, base, base, base, base) for a, b in combinations(constructs, 2)
        )
    sides = directions(models, constructs, base)
    tests = [_pair(models, constructs, base, (a, b), sides) for a, b in combinations(constructs, 2)]
    merged = adjusted([one.merged for one in tests])
    fixed = adjusted([one.fixed for one in tests])
    return tuple(
        replace(one, merged=m, fixed=f, verdict=_verdict(m, level)) for one, m, f in zip(tests, merged, fixed)
    )


def _pair(
    models: FactorModels,
    constructs: Mapping[str, Sequence[str]],
    base: BaseModel,
    pair: tuple[str, str],
    sides: Mapping[str, float],
) -> PairTest:
    a, b = pair
    link = base.correlation(models.name(a), models.name(b), sides[a] * sides[b])
    est, low, high = (
        (link, link, link) if isinstance(link, Unavailable) else (link.est, link.ci_low, link.ci_high)
    )
    if min(len(constructs[a]), len(constructs[b])) < 2:
        gone = Unavailable(ONE_ITEM)
        return PairTest(a, b, est, low, high, gone, gone, gone)
    estimator = base.fit.options.estimator
    together = {name: tuple(items) for name, items in constructs.items() if name != b}
    together[a] = (*constructs[a], *constructs[b])
    side = -1.0 if base.value(models.name(a), "~~", models.name(b)) < 0 else 1.0
    x, y = models.name(a), models.name(b)
    starts = halfway_starts(base, x, y, side)
    fixed_line = (f"{x} ~~ {side:g}*{y}",)
    at_one = models.fit(constructs, estimator, fixed_line, starts)
    for key in [key for key in starts if y in key]:
        value = starts.pop(key)
        if key[1] == "=~":
            starts[x, "=~", key[2]] = side * value
    one_factor = models.fit(together, estimator, (), starts)
    return PairTest(
        a,
        b,
        est,
        low,
        high,
        difference(base.fit, one_factor),
        difference(base.fit, at_one),
        Unavailable(NO_TEST),
    )


def halfway_starts(base: BaseModel, x: str, y: str, side: float) -> dict[tuple[str, str, str], float]:
    """The estimates of the base to start from; the factors x and y meet halfway in their other correlations.

    A correlation of one beside different correlations with a third factor is no covariance matrix to start
    from. One factor for two weakly related constructs has an optimum near either; started from the estimates
    of both, errors included, the search was seen to find the lower one, which other starts miss.
    """
    starts = {key: float(row.est) for key, row in base.rows.items() if row.free and key[1] in ("=~", "~~")}
    starts.pop((x, "~~", y), starts.pop((y, "~~", x), None))
    for first, op, second in list(starts):
        if op != "~~" or first == second:
            continue
        for one, other, third in ((x, y, second), (x, y, first), (y, x, second), (y, x, first)):
            if one in (first, second) and third not in (x, y):
                mean = (base.value(one, "~~", third) + side * base.value(other, "~~", third)) / 2
                starts[first, op, second] = mean
    return starts


def directions(
    models: FactorModels, constructs: Mapping[str, Sequence[str]], base: BaseModel
) -> dict[str, float]:
    """-1 for every construct whose standardised loadings sum to less than zero, else 1."""

    def total(name: str) -> float:
        alias = models.name(name)
        return sum(float(base.rows[alias, "=~", models.names[item]].std) for item in constructs[name])

    return {name: -1.0 if total(name) < 0 else 1.0 for name in constructs}


def difference(larger: Fit | Unavailable, less: Fit | Unavailable) -> Difference | Unavailable:
    """Plain and scaled chi-square difference of two nested fits, scaled by Satorra (2000).

    The factor of Satorra & Bentler (2001) is the difference of two large traces; with few constraints it is
    often near zero, and the scaled difference several times the plain one, or below zero. It is taken only
    where the other cannot be had.
    """
    if isinstance(larger, Unavailable):
        return larger
    if isinstance(less, Unavailable):
        return less
    df = int(less.measures["df"]) - int(larger.measures["df"])
    if df < 1:
        return Unavailable("the models do not differ in degrees of freedom")
    plain = _plain(larger, less, df)
    scaled: tuple[Value, Value, str] = (Unavailable(NO_TEST), Unavailable(NO_TEST), "")
    if larger.options.estimator in ("MLM", "MLR"):
        for method in METHODS:
            try:
                test = larger.compare(less, method)
            except TamError:
                continue
            scaled = (test.chisq, test.pvalue, method)
            break
    return Difference(df, plain[0], plain[1], plain[1], scaled[0], scaled[1], scaled[1], scaled[2])


def _plain(larger: Fit, less: Fit, df: int) -> tuple[Value, Value]:
    from scipy.special import chdtrc

    more, fewer = (fit.measures["chisq"] for fit in (larger, less))
    if isinstance(more, Unavailable) or isinstance(fewer, Unavailable):
        return Unavailable(NO_TEST), Unavailable(NO_TEST)
    chisq = float(fewer) - float(more)
    return chisq, float(chdtrc(df, max(chisq, 0.0)))


def adjusted(tests: Sequence[Difference | Unavailable]) -> list[Difference | Unavailable]:
    """The same tests with their probabilities adjusted for how many there are."""
    plain = _holm_of([one if isinstance(one, Unavailable) else one.p for one in tests])
    scaled = _holm_of([one if isinstance(one, Unavailable) else one.p_scaled for one in tests])
    return [
        one if isinstance(one, Unavailable) else replace(one, p_holm=p, p_scaled_holm=s)
        for one, p, s in zip(tests, plain, scaled)
    ]


def _holm_of(values: Sequence[Value]) -> list[Value]:
    given = iter(holm([one for one in values if not isinstance(one, Unavailable)]))
    return [one if isinstance(one, Unavailable) else next(given) for one in values]


def _verdict(merged: Difference | Unavailable, level: float) -> Verdict | Unavailable:
    if isinstance(merged, Unavailable):
        return merged
    p = merged.p_holm if isinstance(merged.p_scaled_holm, Unavailable) else merged.p_scaled_holm
    if isinstance(p, Unavailable):
        return p
    return "distinct" if p < level else "not_distinct"
