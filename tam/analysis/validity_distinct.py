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


def pair_tests(
    models: FactorModels,
    constructs: Mapping[str, Sequence[str]],
    base: Fit | Unavailable,
    level: float = 0.05,
) -> tuple[PairTest, ...]:
    """Every pair of constructs, against the model ``base`` in which all of them are free to correlate.

    base: fitted by MLM or MLR with factors of variance one. level: of the verdict. One factor for both has as
    many constraints as there are other constructs, and one more; the fixed correlation has one.
    Anderson & Gerbing (1988); Ronkko & Cho (2022). Peers: ``semTools::discriminantValidity(fit, merge =
    TRUE)`` and ``discriminantValidity(fit, cutoff = 1)``.
    """
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
    base: Fit | Unavailable,
    pair: tuple[str, str],
    sides: Mapping[str, float],
) -> PairTest:
    a, b = pair
    if isinstance(base, Unavailable):
        return PairTest(a, b, base, base, base, base, base, base)
    link = correlation_of(base, models.name(a), models.name(b), sides[a] * sides[b])
    est, low, high = (
        (link, link, link) if isinstance(link, Unavailable) else (link.est, link.ci_low, link.ci_high)
    )
    if min(len(constructs[a]), len(constructs[b])) < 2:
        gone = Unavailable(ONE_ITEM)
        return PairTest(a, b, est, low, high, gone, gone, gone)
    together = {name: tuple(items) for name, items in constructs.items() if name != b}
    together[a] = (*constructs[a], *constructs[b])
    one_factor = models.fit(together, base.options.estimator)
    negative = not isinstance(est, Unavailable) and est * sides[a] * sides[b] < 0
    line = f"{models.name(a)} ~~ {'-1' if negative else '1'}*{models.name(b)}"
    at_one = models.fit(constructs, base.options.estimator, (line,))
    merged, fixed = difference(base, one_factor), difference(base, at_one)
    return PairTest(a, b, est, low, high, merged, fixed, Unavailable(NO_TEST))


def directions(
    models: FactorModels, constructs: Mapping[str, Sequence[str]], fit: Fit | Unavailable
) -> dict[str, float]:
    """-1 for every construct whose standardised loadings sum to less than zero in this fit, else 1."""
    total = dict.fromkeys(constructs, 0.0)
    owner = {models.name(name): name for name in constructs}
    if not isinstance(fit, Unavailable):
        for row in _rows(fit):
            if row.op == "=~" and row.lhs in owner:
                total[owner[row.lhs]] += float(row.std)
    return {name: -1.0 if value < 0 else 1.0 for name, value in total.items()}


def _rows(fit: Fit) -> Iterator[Any]:
    """The rows of the estimates."""
    return iter(fit.estimates.itertuples(index=False))


def correlation_of(fit: Fit, first: str, second: str, sign: float = 1.0) -> Loading | Unavailable:
    """The standardised covariance of two factors with its interval, times ``sign``."""
    for row in _rows(fit):
        if row.op == "~~" and {row.lhs, row.rhs} == {first, second}:
            return standardised(row, sign, fit.options.ci)
    return Unavailable("the correlation was not estimated")


def difference(larger: Fit | Unavailable, less: Fit | Unavailable) -> Difference | Unavailable:
    """Plain and scaled chi-square difference of two nested fits.

    Scaled by Satorra & Bentler (2001); where its factor is not positive, by Satorra (2000), which cannot
    fail so.
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
        for method in ("satorra.bentler.2001", "satorra.2000.scaled"):
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
