"""Partial invariance: which parameters have to differ between groups for the rest to be equal.

The search frees one parameter at a time, the one whose equality the score test finds hardest to believe,
and fits the model anew. It stops as soon as the criteria of the verdict are met; when no score test is
significant any more; or when freeing another would leave a construct with fewer than two equal indicators.
A search that looks at the data capitalises on chance: what it freed is listed, with its test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tam.analysis.confirmatory_models import Value
from tam.analysis.invariance_models import GroupModels
from tam.analysis.invariance_steps import Fitted, Step, fitted_step
from tam.errors import Unavailable

if TYPE_CHECKING:
    from tam.engine.release import ReleaseTest

LEAST_EQUAL = 2
"""Indicators of a construct that stay equal in all groups."""
STATISTIC = "score test of one equality, normal theory"
OPERATORS = {"metric": "=~", "scalar": "~1"}


@dataclass(frozen=True, slots=True)
class Release:
    """A parameter let differ: its score test when it was chosen, and the loss of fit that was left then."""

    parameter: str
    construct: str
    item: str
    chisq: float
    df: int
    p: float
    cfi: Value
    rmsea: Value


@dataclass(frozen=True, slots=True)
class PartialSearch:
    """``released`` in the order found; ``carried`` what differs because an earlier step let it (an item
    whose loading differs has an intercept of its own); ``stopped`` "criteria_met", "no_significant_test",
    "two_indicators_left" or "not_estimated"; ``step`` the last model, against the last one accepted."""

    id: str
    statistic: str
    alpha: float
    least_equal: int
    carried: tuple[str, ...]
    released: tuple[Release, ...]
    stopped: str
    step: Step

    @property
    def reached(self) -> bool:
        return self.stopped == "criteria_met"


def partial_search(
    models: GroupModels,
    name: str,
    equal: Sequence[str],
    start: Fitted,
    accepted: Fitted,
    carried: Sequence[str],
) -> tuple[PartialSearch, Fitted]:
    """Let parameters of the step ``name`` ("metric", "scalar") differ, one by one, until it is supported.

    ``start``: the step with nothing more than ``carried`` free; ``accepted``: the model it is judged
    against.
    """
    from tam.engine.release import most_misfitting, release_tests

    op, alpha = OPERATORS[name], 1.0 - models.ci
    free, released, now = list(carried), list[Release](), start
    while True:
        stopped = _settled(now)
        if stopped:
            break
        assert not isinstance(now.fit, Unavailable)
        tests = [one for one in release_tests(now.fit, op) if one.p < alpha]
        worst = most_misfitting(_candidates(models.measurement, tests, free))
        if worst is None:
            stopped = "two_indicators_left" if tests else "no_significant_test"
            break
        free.append(worst.name)
        now = fitted_step(models, f"partial_{name}", equal, free, accepted)
        released.append(_release(models.measurement, worst, now.step))
    search = PartialSearch(
        name, STATISTIC, alpha, LEAST_EQUAL, tuple(carried), tuple(released), stopped, now.step
    )
    return search, now


def _settled(now: Fitted) -> str:
    """Why the search has ended; empty while it goes on."""
    if now.step.supported:
        return "criteria_met"
    return "not_estimated" if isinstance(now.fit, Unavailable) or now.step.change is None else ""


def _candidates(
    measurement: Mapping[str, Sequence[str]], tests: Sequence[ReleaseTest], free: Sequence[str]
) -> list[ReleaseTest]:
    """Tests of parameters that can differ with two equal indicators left to their construct."""
    found = []
    for construct, items in measurement.items():
        let = {item for item in items if f"{construct}=~{item}" in free or f"{item}~1" in free}
        if len(items) - len(let) > LEAST_EQUAL:
            found += [one for one in tests if _item(one) in items and _item(one) not in let]
    return found


def _item(test: ReleaseTest) -> str:
    return test.rhs if test.op == "=~" else test.lhs


def _release(measurement: Mapping[str, Sequence[str]], test: ReleaseTest, after: Step) -> Release:
    item = _item(test)
    construct = next(name for name, items in measurement.items() if item in items)
    change = after.change
    gone = change if isinstance(change, Unavailable) else Unavailable("the model was not estimated")
    return Release(
        test.name,
        construct,
        item,
        test.chisq,
        test.df,
        test.p,
        gone if change is None or isinstance(change, Unavailable) else change.cfi,
        gone if change is None or isinstance(change, Unavailable) else change.rmsea,
    )


def with_intercepts(free: Sequence[str]) -> tuple[str, ...]:
    """The parameters and, for every loading among them, the item's intercept."""
    items = [name.partition("=~")[2] for name in free if "=~" in name]
    return tuple(dict.fromkeys([*free, *(f"{item}~1" for item in items)]))
