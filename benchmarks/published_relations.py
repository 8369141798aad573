"""What must hold between the printed numbers of a synthetic paper, independent of the auditor.

A relation recomputes one printed number from others in plain floating point at every corner of their rounding
intervals; it is broken where no alternative of it reaches the printed interval. Only what is broken so counts
as an error larger than rounding.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, ncx2, norm
from scipy.stats import t as student

from benchmarks.published_papers import CUTS, Content, Paper

Leaf = tuple[str | int, ...]
Range = tuple[float, float]
Function = Callable[..., Sequence[float]]
"""From the inputs to the value in each of its alternatives (t or normal, n or n - 1)."""


@dataclass(frozen=True, slots=True)
class Relation:
    """``rule`` of the auditor that states it; the number at ``leaf`` follows from those at ``inputs``.

    ``one_way``: the rule claims to see an error of the number at ``leaf`` only. ``exact``: that is a count.
    ``between``: what lies between two alternatives is one as well (t of any degrees of freedom).
    """

    rule: str
    leaf: Leaf
    inputs: tuple[Leaf, ...]
    function: Function
    exact: bool = False
    one_way: bool = False
    between: bool = False

    def touches(self, leaf: Leaf) -> bool:
        return leaf == self.leaf or (leaf in self.inputs and not self.one_way)

    def broken(self, content: Content) -> bool:
        """Can rounding not explain the printed number?"""
        low, high = limits(at(content, self.leaf), self.exact)
        spans = [_corners(*limits(at(content, one), _counted(one))) for one in self.inputs]
        corners = [self.function(*values) for values in itertools.product(*spans)]
        ranges = [(min(values), max(values)) for values in zip(*corners, strict=True)]
        if self.between:
            ranges = [(min(one for one, _ in ranges), max(one for _, one in ranges))]
        return all(high < first - SLACK or low > last + SLACK for first, last in ranges)


def _corners(low: float, high: float) -> set[float]:
    """The ends of an interval, and zero within, where a size is smallest."""
    return {low, high, 0.0} if low < 0 < high else {low, high}


SLACK = 1e-12
"""Binary rounding of ends that are decimal numbers."""
COUNTS = {"df", "baseline_df", "n", "groups", "collected", "excluded", "observed", "parameters"}


def _counted(leaf: Leaf) -> bool:
    return any(part in COUNTS for part in leaf)


def at(content: Any, leaf: Leaf) -> str:
    """The text at a leaf; a matrix cell is (``matrix``, row, column) within the row's text."""
    if leaf[0] == "matrix":
        return str(content["matrix"][leaf[1]].split()[leaf[2]])
    for part in leaf:
        content = content[part]
    return str(content)


def limits(text: str, exact: bool = False) -> Range:
    """Half a unit of the last printed place on either side; ``<0.001`` from 0."""
    plain = text.rstrip("*").rstrip("%")
    if plain.startswith("<"):
        return 0.0, float(plain[1:])
    decimals = len(plain.partition(".")[2])
    scale = 0.01 if text.endswith("%") else 1.0
    half = 0.0 if exact else 0.5 * 10.0**-decimals
    return (float(plain) - half) * scale, (float(plain) + half) * scale


def relations(paper: Paper) -> tuple[Relation, ...]:
    return tuple(
        itertools.chain(
            _measurement(paper.content) if paper.kind == "latent" else (),
            _alphas(paper.content) if paper.kind == "items" else (),
            _fit(paper.content),
            _estimates(paper.content),
            _effects(paper.content),
            _people(paper.content),
            _regressions(paper.content) if paper.kind == "regression" else (),
        )
    )


# ---- measurement


def _measurement(content: Content) -> Iterator[Relation]:
    for i, one in enumerate(content.get("constructs", [])):
        here: Leaf = ("constructs", i)
        loadings = tuple((*here, "loadings", k) for k in range(len(one["loadings"])))
        yield Relation("ave_from_loadings", (*here, "ave"), loadings, _ave)
        yield Relation("cr_from_loadings", (*here, "composite_reliability"), loadings, _cr)
        yield Relation(
            "sqrt_ave_of_ave", (*here, "sqrt_ave"), ((*here, "ave"),), lambda v: [math.sqrt(max(0, v))]
        )
        yield Relation("printed_twice", (*here, "sqrt_ave"), (("matrix", i, i),), lambda v: [v])


def _ave(*loadings: float) -> list[float]:
    return [sum(one**2 for one in loadings) / len(loadings)]


def _cr(*loadings: float) -> list[float]:
    total = sum(loadings) ** 2
    return [total / (total + sum(1 - one**2 for one in loadings))]


def _alphas(content: Content) -> Iterator[Relation]:
    """Cronbach's alpha from the covariances of the items."""
    names = content["variables"]
    for i, one in enumerate(content["constructs"]):
        at_ = sorted(names.index(name) for name in one["items"])
        variances: tuple[Leaf, ...] = tuple(("matrix", k, k) for k in at_)
        shared: tuple[Leaf, ...] = tuple(("matrix", b, a) for a, b in itertools.combinations(at_, 2))
        yield Relation("alpha_from_matrix", ("constructs", i, "alpha"), (*variances, *shared), _alpha)


def _alpha(*values: float) -> list[float]:
    """Of three items: three variances, three covariances."""
    total = sum(values[:3]) + 2 * sum(values[3:])
    return [1.5 * (1 - sum(values[:3]) / total)]


# ---- fit


def _fit(content: Content) -> Iterator[Relation]:
    for i, line in enumerate(content.get("fits", [])):
        here: Leaf = ("fits", i)
        chisq, df, n = (*here, "chisq"), (*here, "df"), (*here, "n")
        sizes = ((*here, "observed"), (*here, "parameters"))
        yield Relation("df_recount", df, sizes, lambda p, q: [p * (p + 1) / 2 - q], exact=True)
        yield Relation("normed_chisq", (*here, "chisq_df"), (chisq, df), lambda c, d: [c / d])
        yield Relation("chisq_p", (*here, "pvalue"), (chisq, df), lambda c, d: [float(chi2.sf(c, d))])
        yield Relation("rmsea_recomputed", (*here, "rmsea"), (chisq, df, n), _rmsea)
        for end in (0, 1):
            yield Relation("rmsea_interval", (*here, "rmsea_ci", end), (chisq, df, n), _rmsea_end(end))
        close = (*here, "rmsea_pvalue")
        yield Relation("rmsea_pvalue_recomputed", close, (chisq, df, n), _close_fit, between=True)
        adjusted = ((*here, "gfi"), df, sizes[0])
        yield Relation("adjusted_index", (*here, "agfi"), adjusted, _agfi)
        if "baseline_df" not in line:
            for name in ("cfi", "tli", "ifi"):
                inputs = (chisq, df, (*here, "nfi"), sizes[0])
                yield Relation("comparative_index", (*here, name), inputs, _index_of_nfi(name))
            continue
        base = ((*here, "baseline_chisq"), (*here, "baseline_df"))
        yield Relation("baseline_df", base[1], (sizes[0],), lambda p: [p * (p - 1) / 2], exact=True)
        for name in ("cfi", "tli", "nfi", "ifi"):
            yield Relation("comparative_index", (*here, name), (chisq, df, *base), _index(name))


def _rmsea(chisq: float, df: float, n: float) -> list[float]:
    return [math.sqrt(max(0.0, chisq / df - 1) / size) for size in (n, n - 1)]


def _rmsea_end(end: int) -> Function:
    """90 and 95 % limits: noncentralities at which chi-square is a percentile (90 %: 95th and 5th)."""

    def value(chisq: float, df: float, n: float) -> list[float]:
        found = [_noncentrality(chisq, df, level) for level in ((0.95, 0.975), (0.05, 0.025))[end]]
        return [math.sqrt(one / (df * size)) for one in found for size in (n, n - 1)]

    return value


def _noncentrality(chisq: float, df: float, level: float) -> float:
    if chi2.cdf(chisq, df) < level:
        return 0.0
    top = chisq + 20 * math.sqrt(2 * df) + 50
    return float(brentq(lambda nc: float(ncx2.cdf(chisq, df, nc)) - level, 1e-12, top, xtol=1e-10))


def _index(name: str) -> Function:
    def value(chisq: float, df: float, base: float, base_df: float) -> list[float]:
        if name == "nfi":
            return [1 - chisq / base]
        if name == "ifi":
            return [(base - chisq) / (base - df)]
        if name == "tli":
            return [(base / base_df - chisq / df) / (base / base_df - 1)]
        own, worst = max(chisq - df, 0.0), max(base - base_df, chisq - df, 0.0)
        return [1 - own / worst if worst > 0 else 1.0]

    return value


def _index_of_nfi(name: str) -> Function:
    """The baseline that NFI implies: chi-square / (1 - NFI), with the df of p variables."""
    known = _index(name)

    def value(chisq: float, df: float, nfi: float, p: float) -> list[float]:
        return list(known(chisq, df, chisq / (1 - nfi), p * (p - 1) / 2)) if nfi < 1 else [1.0]

    return value


def _close_fit(chisq: float, df: float, n: float) -> list[float]:
    return [float(ncx2.sf(chisq, df, 0.05**2 * df * size)) for size in (n, n - 1)]


def _agfi(gfi: float, df: float, p: float) -> list[float]:
    return [1 - p * (p + 1) / 2 / df * (1 - gfi)]


# ---- estimates


def _estimates(content: Content) -> Iterator[Relation]:
    n = int(content["n"])
    rows: list[tuple[Leaf, Any, int]] = [
        (("paths", i), one, 1) for i, one in enumerate(content.get("paths", [])) if "b" in one
    ]
    printed = content.get("printed", [])
    for i, one in enumerate(printed):
        if one.get("op", "~") == "~":
            rows.append(
                (
                    ("printed", i),
                    one,
                    sum(1 for other in printed if other.get("rhs") and other["lhs"] == one["lhs"]),
                )
            )
    for here, one, predictors in rows:
        statistic = (*here, "z" if "z" in one else "t")
        estimates = tuple((*here, key) for key in ("b", "beta", "value") if key in one)
        if "se" not in one:  # a fixed parameter
            continue
        signed = at(content, statistic).startswith("-")
        yield Relation("t_ratio", statistic, (*estimates, (*here, "se")), _ratio(signed))
        probability = _two_sided(n, predictors)
        if "p" in one:
            yield Relation("p_from_t", (*here, "p"), (statistic,), probability, between=True)
        if "stars" in one and "star_cuts" in content:
            yield Relation("stars_from_p", (*here, "stars"), (statistic,), probability)
        for end in (0, 1) if "ci" in one else ():
            limit = (*here, "ci", end)
            yield Relation("estimate_interval", limit, estimates, _beyond(end), one_way=True, between=True)


def _ratio(signed: bool) -> Function:
    """Signs count only where t is printed with one, since many tables print its size."""

    def value(*values: float) -> list[float]:
        *estimates, error = values
        found = [one / error if error > 0 else math.inf for one in estimates]
        return found if signed else [abs(one) for one in found]

    return value


def _two_sided(n: int, predictors: int) -> Function:
    def value(statistic: float) -> list[float]:
        size = abs(statistic)
        degrees = (n - 1, n - predictors - 1)
        return [2 * float(norm.sf(size)), *(2 * float(student.sf(size, one)) for one in degrees)]

    return value


def _beyond(end: int) -> Function:
    """A lower limit lies below the estimate, an upper one above: everything else is possible."""

    def value(*estimates: float) -> list[float]:
        return [one for estimate in estimates for one in (estimate, math.copysign(1e9, end - 0.5))]

    return value


def stars_broken(relation: Relation, content: Content) -> bool:
    """Stars say between which cuts p lies; broken where p lies wholly elsewhere in every alternative."""
    stars = at(content, relation.leaf)
    low = max((cut for cut in CUTS.values() if cut < CUTS.get(stars, 1.1)), default=0.0)
    high = CUTS.get(stars, 1.0)
    spans = [limits(at(content, one)) for one in relation.inputs]
    corners = [value for values in itertools.product(*spans) for value in relation.function(*values)]
    if spans[0][0] < 0 < spans[0][1]:
        corners.append(1.0)
    return max(corners) < low - SLACK or min(corners) > high + SLACK


# ---- effects, people, regressions


def _effects(content: Content) -> Iterator[Relation]:
    made: tuple[tuple[str, str, Function], ...] = (
        ("products", "indirect_product", lambda a, b: [a * b]),
        ("sums", "sum_of_parts", lambda a, b: [a + b]),
    )
    for part, rule, function in made:
        for i, _ in enumerate(content.get(part, [])):
            here: Leaf = (part, i)
            both = ((*here, "of", 0), (*here, "of", 1))
            yield Relation(rule, (*here, "printed"), both, function)
            if part == "products":
                four = (*both, (*here, "se_of", 0), (*here, "se_of", 1))
                yield Relation("sobel", (*here, "se"), four, _sobel, between=True)
                signed = at(content, (*here, "z")).startswith("-")
                yield Relation("sobel", (*here, "z"), four, _sobel_z(signed), between=True)
    for i, _ in enumerate(content.get("diffs", [])):
        leaves = (("diffs", i, "a"), ("diffs", i, "b"))
        yield Relation("difference_of_values", ("diffs", i, "printed"), leaves, lambda a, b: [a - b])
    for i, _ in enumerate(content.get("squares", [])):
        yield Relation("square_of_value", ("squares", i, "r2"), (("squares", i, "r"),), lambda r: [r * r])


def _sobel(a: float, b: float, error_a: float, error_b: float) -> list[float]:
    """Sobel's error, Aroian's and Goodman's."""
    first, second = a * a * error_b**2 + b * b * error_a**2, error_a**2 * error_b**2
    return [math.sqrt(max(0.0, one)) for one in (first, first + second, first - second)]


def _sobel_z(signed: bool) -> Function:
    """As for t, the sign counts only where one is printed."""

    def value(a: float, b: float, error_a: float, error_b: float) -> list[float]:
        size = a * b if signed else abs(a * b)
        return [size / one if one > 0 else math.inf for one in _sobel(a, b, error_a, error_b)]

    return value


def _people(content: Content) -> Iterator[Relation]:
    for i, one in enumerate(content.get("samples", [])):
        here: Leaf = ("samples", i)
        if "collected" in one:
            gone = tuple((*here, "excluded", k) for k in range(len(one["excluded"])))
            inputs = ((*here, "collected"), *gone)
            yield Relation(
                "excluded_respondents", (*here, "n"), inputs, lambda c, *e: [c - sum(e)], exact=True
            )
        if "groups" in one:
            groups = tuple((*here, "groups", k) for k in range(len(one["groups"])))
            yield Relation("group_sizes_add_up", (*here, "n"), groups, lambda *g: [sum(g)], exact=True)
            for k, _ in enumerate(one.get("shares", [])):
                leaf = (*here, "shares", k)
                yield Relation("group_shares_recomputed", leaf, (groups[k], (*here, "n"), *groups), _shares)


def _shares(group: float, n: float, *groups: float) -> list[float]:
    """Of the sample, or of those whose group is known."""
    return [group / n, group / sum(groups)]


def _regressions(content: Content) -> Iterator[Relation]:
    """R2 = sum of path times correlation; a single path is the correlation; two predictors share a VIF."""
    names = content["variables"]
    rows = list(enumerate(content["printed"]))

    def cell(a: str, b: str) -> Leaf:
        i, j = sorted((names.index(a), names.index(b)))
        return ("matrix", j, i)

    for i, one in rows:
        if one.get("op") != "R2":
            continue
        paths = [(k, other["rhs"]) for k, other in rows if other["lhs"] == one["lhs"] and other.get("rhs")]
        values = tuple(("printed", k, "value") for k, _ in paths)
        correlations = tuple(cell(name, one["lhs"]) for _, name in paths)
        if len(paths) == 1:
            both = (*correlations, *values)
            yield Relation(
                "single_predictor_r2", ("printed", i, "value"), both, lambda *v: [x * x for x in v]
            )
            yield Relation("single_predictor_path", values[0], correlations, lambda r: [r])
        else:
            yield Relation(
                "r2_from_paths", ("printed", i, "value"), (*values, *correlations), _explained, one_way=True
            )
    vif = [i for i, one in enumerate(content.get("paths", [])) if "vif" in one]
    if len(vif) == 2:
        yield Relation("vif_recomputed", ("paths", vif[0], "vif"), (("paths", vif[1], "vif"),), lambda v: [v])


def _explained(*values: float) -> list[float]:
    half = len(values) // 2
    return [sum(b * r for b, r in zip(values[:half], values[half:]))]


def as_damaged(paper: Paper, content: Content) -> Paper:
    return replace(paper, content=content)


def is_broken(relation: Relation, content: Content) -> bool:
    return stars_broken(relation, content) if relation.rule == "stars_from_p" else relation.broken(content)


def broken_rules(paper: Paper, content: Content, leaf: Leaf) -> set[str]:
    """Rules whose relation the number at ``leaf`` breaks by more than rounding."""
    found = set()
    if leaf[0] == "matrix" and paper.kind != "items" and impossible(content):
        found.add("positive_definite")
    if leaf[0] == "descriptives":
        found |= _off_scale(content["descriptives"][leaf[1]])
    found |= {
        one.rule
        for one in relations(as_damaged(paper, content))
        if one.touches(leaf) and is_broken(one, content)
    }
    return found


def impossible(content: Content) -> bool:
    """No correlation matrix prints so: rounding cannot lift the smallest eigenvalue to zero."""
    rows = [row.split() for row in content["matrix"]]
    r, half = np.eye(len(rows)), np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        for j, text in enumerate(row[:i]):
            low, high = limits(text)
            r[i, j] = r[j, i] = (low + high) / 2
            half[i, j] = half[j, i] = (high - low) / 2
    return bool(np.linalg.eigvalsh(r)[0] + np.linalg.norm(half, 2) < 0)


def _off_scale(one: Content) -> set[str]:
    """A mean lies on its scale; a standard deviation is largest where all answers lie at the two ends."""
    low, high, n = float(one["low"]), float(one["high"]), int(one["n"])
    mean, sd = limits(one["mean"]), limits(one["sd"])
    if mean[0] > high or mean[1] < low:
        return {"mean_on_scale"}
    middle = min(max((low + high) / 2, mean[0]), mean[1])
    largest = math.sqrt(max(0.0, (middle - low) * (high - middle)) * n / (n - 1))
    return {"sd_on_scale"} if sd[0] > largest + SLACK else set()
