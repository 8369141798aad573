"""The map itself: every driver and every item with its importance, its performance and its quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tam.errors import Unavailable
from tam.stats.importance import Quadrant, beyond, quadrant_of

if TYPE_CHECKING:
    from tam.analysis.comparison import GroupMean

Value = float | Unavailable

NO_ENDS = Unavailable("the scale has no lowest and highest answer")
UNCERTAIN = Unavailable("the interval of its total effect holds zero or is missing")
NEGATIVE = Unavailable("higher ratings go with a lower outcome")
ALONE = Unavailable("a map needs two drivers that can be placed")


@dataclass(frozen=True, slots=True)
class Importance:
    """Points of the outcome per point of a driver, both from 0 to 100, and its items' shares in it."""

    value: float
    ci_low: Value
    ci_high: Value
    shares: tuple[float, ...] | Unavailable


@dataclass(frozen=True, slots=True)
class Driver:
    """What is known of a driver before it is placed; ``std`` is its standardised total effect, ``leads`` the
    share of draws in which no driver has a larger one in size."""

    std: Value
    std_ci_low: Value
    std_ci_high: Value
    leads: Value
    importance: Importance | Unavailable
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacedConstruct:
    """A driver on the map: importance in points of the outcome per point, standardised, and performance.

    ``leads``: the share of bootstrap draws in which its ``std`` is the largest in size. ``quadrant`` by
    ``std`` and performance against the middle of all drivers; ``settled``: whether both intervals lie wholly
    on that side.
    """

    construct: str
    importance: Value
    ci_low: Value
    ci_high: Value
    std: Value
    std_ci_low: Value
    std_ci_high: Value
    leads: Value
    performance: Value
    performance_ci_low: Value
    performance_ci_high: Value
    n: int
    quadrant: Quadrant | Unavailable
    settled: bool


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item on the map: ``share`` of its construct's importance, and its own performance.

    ``importance`` and ``std`` are the construct's times the share; ``quadrant`` against the middle of all
    items."""

    item: str
    construct: str
    share: Value
    importance: Value
    std: Value
    performance: Value
    performance_ci_low: Value
    performance_ci_high: Value
    n: int
    quadrant: Quadrant | Unavailable


@dataclass(frozen=True, slots=True)
class Middle:
    """Where the map is cut: the mean of those placed; importance standardised."""

    importance: Value
    performance: Value


@dataclass(frozen=True, slots=True)
class PriorityMap:
    """Importance and performance of the drivers of one outcome, from 0 to 100, and of their items.

    ``performance``, ``performance_ci_low``, ``performance_ci_high`` and ``n`` are the outcome's own."""

    outcome: str
    performance: Value
    performance_ci_low: Value
    performance_ci_high: Value
    n: int
    middle: Middle
    item_middle: Middle
    constructs: tuple[PlacedConstruct, ...]
    items: tuple[PlacedItem, ...]


def map_of(outcome: str, drivers: Mapping[str, Driver], performance: Mapping[str, GroupMean]) -> PriorityMap:
    """The map of the drivers of an outcome; ``performance`` of constructs and items by name."""
    cut = _middle([(one.std, _mean(performance.get(name))) for name, one in drivers.items()])
    loose = [
        (name, item, k, performance.get(item))
        for name, one in drivers.items()
        for k, item in enumerate(one.items)
    ]
    item_cut = _middle([(_part(drivers[name], k), _mean(given)) for name, _, k, given in loose])
    mean, low, high, n = _told(performance.get(outcome))
    return PriorityMap(
        outcome=outcome,
        performance=mean,
        performance_ci_low=low,
        performance_ci_high=high,
        n=n,
        middle=cut,
        item_middle=item_cut,
        constructs=tuple(_construct(name, one, performance.get(name), cut) for name, one in drivers.items()),
        items=tuple(_item(drivers[name], name, item, k, given, item_cut) for name, item, k, given in loose),
    )


def _mean(found: GroupMean | None) -> Value:
    return NO_ENDS if found is None else found.mean


def _told(found: GroupMean | None) -> tuple[Value, Value, Value, int]:
    if found is None:
        return NO_ENDS, NO_ENDS, NO_ENDS, 0
    return found.mean, found.ci_low, found.ci_high, found.n


def _middle(places: Sequence[tuple[Value, Value]]) -> Middle:
    """The mean importance (in size) and the mean performance of all that have both."""
    known = [
        (abs(importance), performance)
        for importance, performance in places
        if not isinstance(importance, Unavailable) and not isinstance(performance, Unavailable)
    ]
    if len(known) < 2:
        return Middle(ALONE, ALONE)
    return Middle(*(sum(column) / len(known) for column in zip(*known)))


def _part(driver: Driver, k: int) -> Value:
    """The standardised effect of a driver that goes with its k-th item."""
    share = _share(driver.importance, k)[0]
    if isinstance(share, Unavailable) or isinstance(driver.std, Unavailable):
        return share if isinstance(share, Unavailable) else driver.std
    return driver.std * share


def _placed(driver: Driver, std: Value, performance: Value, cut: Middle) -> Quadrant | Unavailable:
    low, high = driver.std_ci_low, driver.std_ci_high
    if isinstance(low, Unavailable) or isinstance(high, Unavailable) or low <= 0 <= high:
        return UNCERTAIN
    if isinstance(std, Unavailable):
        return std
    if std < 0:
        return NEGATIVE
    if isinstance(performance, Unavailable):
        return performance
    if isinstance(cut.importance, Unavailable) or isinstance(cut.performance, Unavailable):
        return ALONE
    return quadrant_of(std, performance, (cut.importance, cut.performance))


def _construct(name: str, driver: Driver, found: GroupMean | None, cut: Middle) -> PlacedConstruct:
    mean, low, high, n = _told(found)
    told = driver.importance
    quadrant = _placed(driver, driver.std, mean, cut)
    return PlacedConstruct(
        construct=name,
        importance=told if isinstance(told, Unavailable) else told.value,
        ci_low=told if isinstance(told, Unavailable) else told.ci_low,
        ci_high=told if isinstance(told, Unavailable) else told.ci_high,
        std=driver.std,
        std_ci_low=driver.std_ci_low,
        std_ci_high=driver.std_ci_high,
        leads=driver.leads,
        performance=mean,
        performance_ci_low=low,
        performance_ci_high=high,
        n=n,
        quadrant=quadrant,
        settled=not isinstance(quadrant, Unavailable)
        and _beyond(driver.std_ci_low, driver.std_ci_high, cut.importance)
        and _beyond(low, high, cut.performance),
    )


def _beyond(low: Value, high: Value, limit: Value) -> bool:
    if isinstance(low, Unavailable) or isinstance(high, Unavailable) or isinstance(limit, Unavailable):
        return False
    return beyond(low, high, limit)


def _item(driver: Driver, name: str, item: str, k: int, found: GroupMean | None, cut: Middle) -> PlacedItem:
    mean, low, high, n = _told(found)
    told, std = driver.importance, _part(driver, k)
    share, importance = _share(told, k)
    return PlacedItem(
        item=item,
        construct=name,
        share=share,
        importance=importance,
        std=std,
        performance=mean,
        performance_ci_low=low,
        performance_ci_high=high,
        n=n,
        quadrant=_placed(driver, std, mean, cut),
    )


def _share(told: Importance | Unavailable, k: int) -> tuple[Value, Value]:
    """The k-th item's share, and the importance that goes with it."""
    if isinstance(told, Unavailable):
        return told, told
    if isinstance(told.shares, Unavailable):
        return told.shares, told.shares
    return told.shares[k], told.shares[k] * told.value
