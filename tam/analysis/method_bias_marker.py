"""The CFA marker technique: a marker factor whose meaning is held fixed, and what it does to the others.

Williams, Hartman & Cavazotte (2010), Organizational Research Methods 13, 477-514.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from tam.analysis.method_bias_models import (
    Difference,
    MethodFit,
    Setting,
    attempt,
    difference,
    estimated,
    free_name,
    measurement_syntax,
    told,
    trusted,
    uncorrelated,
    without_error,
)
from tam.errors import Unavailable
from tam.spec.model import Model
from tam.stats.scaled_tests import DifferenceTest

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine import Fit

Value = float | Unavailable


@dataclass(frozen=True, slots=True)
class MarkerFactor:
    """The marker's measurement as it is held fixed: loadings and error variances by item, variance 1."""

    name: str
    loadings: Mapping[str, float]
    errors: Mapping[str, float]

    def syntax(self, more: str = "") -> str:
        """In lavaan syntax; ``more``: terms of the items it also moves."""
        terms = [f"{value!r}*{item}" for item, value in self.loadings.items()]
        lines = [f"{self.name} =~ {' + '.join([*terms, *([more] if more else [])])}"]
        lines += [f"{item} ~~ {value!r}*{item}" for item, value in self.errors.items()]
        return "\n".join([*lines, f"{self.name} ~~ 1*{self.name}"]) + "\n"


@dataclass(frozen=True, slots=True)
class CfaMarker:
    """The sequence of models; ``method_variance``, ``equal_effects``, ``biased_correlations`` hold at 1 - ci.

    baseline: the marker apart from all items; method_c: it moves every item by the same amount; method_u:
    each by its own; method_r: the ``retained`` one of the two with the correlations of the constructs held
    at those of the baseline. ``method_share``: mean squared standardised loading of the items on the marker
    in the retained one.
    """

    n: int
    retained: str | Unavailable
    cfa: MethodFit | Unavailable
    baseline: MethodFit | Unavailable
    method_c: MethodFit | Unavailable
    method_u: MethodFit | Unavailable
    method_r: MethodFit | Unavailable
    baseline_c: Difference
    c_u: Difference
    retained_r: Difference
    method_variance: bool | Unavailable
    equal_effects: bool | Unavailable
    biased_correlations: bool | Unavailable
    method_share: Value
    loadings: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What every model of the sequence is made of."""

    constructs: Mapping[str, Sequence[str]]
    marker: MarkerFactor
    rows: pd.DataFrame
    setting: Setting

    @property
    def items(self) -> list[str]:
        return [item for items in self.constructs.values() for item in items]

    def fit(self, terms: str = "", more: str = "") -> Fit | Unavailable:
        apart = uncorrelated(self.marker.name, self.constructs)
        text = measurement_syntax(self.constructs) + self.marker.syntax(terms) + apart + more
        return attempt(text, self.rows, self.setting, std_lv=True)


def marker_factor(
    constructs: Mapping[str, Sequence[str]],
    marker: str,
    items: Sequence[str],
    rows: pd.DataFrame,
    setting: Setting,
) -> tuple[Fit | Unavailable, MarkerFactor | Unavailable]:
    """The factor analysis of the constructs with the marker, all correlated; the marker's part of it."""
    taken = {*constructs, *rows.columns}
    name = marker if marker not in taken else free_name("MARKER", taken)
    fit = attempt(measurement_syntax({**constructs, name: items}), rows, setting, std_lv=True)
    usable = trusted(fit)
    if isinstance(usable, Unavailable):
        return fit, usable
    est = estimated(usable)
    loadings = {item: est[name, "=~", item] for item in items}
    if len(items) == 1:
        # Without error the loading is the item's standard deviation, however the factor was scaled.
        loadings = {items[0]: abs(loadings[items[0]]) * est[name, "~~", name] ** 0.5}
    return fit, MarkerFactor(name, loadings, {item: est[item, "~~", item] for item in items})


def cfa_marker(
    constructs: Mapping[str, Sequence[str]],
    whole: Fit | Unavailable,
    factor: MarkerFactor,
    rows: pd.DataFrame,
    setting: Setting,
) -> CfaMarker:
    """The whole sequence; a model without solution leaves the others as they are."""
    own = _Parts(constructs, factor, rows, setting)
    label = free_name("method_c", rows.columns)
    baseline = own.fit()
    constant = own.fit(equal_terms(own.items, label))
    free = own.fit(" + ".join(own.items))
    steps = difference(baseline, constant), difference(constant, free)
    alpha = 1.0 - setting.ci
    retained, kept, terms = _retained(own.items, label, constant, free, steps[1].deciding, alpha)
    restricted = _restricted(own, baseline, kept, terms)
    bias = difference(restricted, kept)
    loadings, share = method_loadings(trusted(kept), factor.name, own.items)
    return CfaMarker(
        n=len(rows) if isinstance(baseline, Unavailable) else baseline.n,
        retained=retained,
        cfa=told(whole, setting),
        baseline=told(baseline, setting),
        method_c=told(constant, setting),
        method_u=told(free, setting),
        method_r=told(restricted, setting),
        baseline_c=steps[0],
        c_u=steps[1],
        retained_r=bias,
        method_variance=_significant(steps[0], alpha),
        equal_effects=_not(_significant(steps[1], alpha)),
        biased_correlations=_significant(bias, alpha),
        method_share=share,
        loadings=loadings,
    )


def equal_terms(items: Sequence[str], label: str) -> str:
    """Every item with one and the same labelled loading."""
    return " + ".join(f"{label}*{item}" for item in items)


def structural_with_marker(
    model: Model, constructs: Mapping[str, Sequence[str]], marker: MarkerFactor, equal: bool
) -> str:
    """The structural model with the marker moving every item, by the same amount or each by its own."""
    items = [item for block in constructs.values() for item in block]
    label = free_name("method_c", [*items, *marker.loadings])
    terms = equal_terms(items, label) if equal else " + ".join(items)
    apart = uncorrelated(marker.name, model.used_constructs())
    return model.to_lavaan() + without_error(constructs) + marker.syntax(terms) + apart


def method_loadings(
    fit: Fit | Unavailable, name: str, items: Sequence[str]
) -> tuple[dict[str, Value], Value]:
    """Standardised loadings of the items on the method factor, and the mean of their squares."""
    if isinstance(fit, Unavailable):
        return {}, fit
    std = estimated(fit, "std")
    found = {item: std[name, "=~", item] for item in items}
    return dict(found), sum(value**2 for value in found.values()) / len(items)


def _retained(
    items: Sequence[str],
    label: str,
    constant: Fit | Unavailable,
    free: Fit | Unavailable,
    test: DifferenceTest | Unavailable,
    alpha: float,
) -> tuple[str | Unavailable, Fit | Unavailable, str]:
    """The free model where it fits better, else the one with equal loadings."""
    better = not isinstance(test, Unavailable) and test.pvalue < alpha
    if better and not isinstance(trusted(free), Unavailable):
        return "method_u", free, " + ".join(items)
    usable = trusted(constant)
    return (usable if isinstance(usable, Unavailable) else "method_c"), usable, equal_terms(items, label)


def _restricted(
    own: _Parts, baseline: Fit | Unavailable, kept: Fit | Unavailable, terms: str
) -> Fit | Unavailable:
    """The retained model with the constructs' covariances held at those of the baseline."""
    usable = trusted(baseline)
    if isinstance(usable, Unavailable) or isinstance(kept, Unavailable):
        return usable if isinstance(usable, Unavailable) else kept
    est = estimated(usable)
    held = []
    for a, b in combinations(own.constructs, 2):
        value = est[a, "~~", b] if (a, "~~", b) in est else est[b, "~~", a]
        held.append(f"{a} ~~ {value!r}*{b}\n")
    return own.fit(terms, "".join(held))


def _significant(found: Difference, alpha: float) -> bool | Unavailable:
    test = found.deciding
    return test if isinstance(test, Unavailable) else test.pvalue < alpha


def _not(value: bool | Unavailable) -> bool | Unavailable:
    return value if isinstance(value, Unavailable) else not value
