"""Which printed numbers are to come out, one by one, and how each is told from its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tam.published.printed import Printed
from tam.published.publication import PrintedIndirect, PrintedValue, Publication

Statistic = Literal["estimate", "raw", "std", "r2", "se", "t", "z", "p", "ci_low", "ci_high", "fit"]
"""``estimate``: in the scale of the dialect; ``raw`` and ``std``: where the paper prints both."""
Family = Literal["estimate", "error", "fit"]
ERRORS = ("se", "t", "z", "p", "ci_low", "ci_high")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One printed number.

    ``what`` as in the publication, or the name of the statistic beside it (``se``, ``std``) or of the fit
    measure; ``label`` tells it from all others (``PU~PEOU``, ``R2:PU``, ``ses =~ sei std``). ``via``: the
    route of an indirect effect, predictor first. ``unsigned``: a t or z printed without the sign of its
    estimate.
    """

    what: str
    label: str
    lhs: str
    op: str
    rhs: str
    statistic: Statistic
    printed: Printed
    via: tuple[str, ...] = ()
    unsigned: bool = False
    place: str | None = None
    line: int | None = None

    @property
    def family(self) -> Family:
        if self.statistic == "fit":
            return "fit"
        return "error" if self.statistic in ERRORS else "estimate"

    @property
    def coefficient(self) -> tuple[str, str, str, tuple[str, ...]]:
        """What it is a statistic of: the same for an estimate, its standard error and its t."""
        return self.lhs, self.op, self.rhs, self.via


def wanted_values(publication: Publication) -> tuple[Wanted, ...]:
    """Every printed number of a publication that a fitted model can be held against, in its order."""
    found: list[Wanted] = []
    for value in publication.printed:
        found += _of_value(value)
    for effect in publication.printed_indirect:
        found += _of_indirect(effect)
    for name, printed in publication.printed_fit.items():
        exact = printed.exactly() if name == "df" else printed
        found.append(
            Wanted(name, name, "", "fit", "", "fit", exact, place=publication.places.get("printed_fit"))
        )
    return tuple(found)


def _of_value(value: PrintedValue) -> Iterator[Wanted]:
    both = value.std is not None
    where: Any = {"place": value.place, "line": value.line}
    name = f"R2:{value.lhs}" if value.op == "R2" else f"{value.lhs}{value.op}{value.rhs}"
    spaced = f"{value.lhs} {value.op} {value.rhs}".rstrip()
    terms = (value.lhs, value.op, value.rhs)
    if value.op == "R2":
        yield Wanted(value.what, name, *terms, "r2", value.printed, **where)
        return
    what, label = ("est", f"{spaced} est") if both else (value.what, name)
    yield Wanted(what, label, *terms, "raw" if both else "estimate", value.printed, **where)
    for statistic, printed in _beside(value):
        unsigned = statistic in ("t", "z") and printed.value > 0 > value.printed.value
        if statistic == "p":
            printed = printed.within(0.0, 1.0)
        yield Wanted(
            statistic, f"{spaced} {statistic}", *terms, statistic, printed, unsigned=unsigned, **where
        )


def _beside(value: PrintedValue | PrintedIndirect) -> Iterator[tuple[Statistic, Printed]]:
    names: tuple[Statistic, ...] = ("se", "t", "z", "p", "std", "ci_low", "ci_high")
    for name in names:
        printed = getattr(value, name, None)
        if printed is not None:
            yield name, printed


def _of_indirect(effect: PrintedIndirect) -> Iterator[Wanted]:
    name = "->".join(effect.via)
    terms = (effect.via[-1], "->", effect.via[0])
    where: Any = {"via": effect.via, "place": effect.place, "line": effect.line}
    yield Wanted("indirect", name, *terms, "estimate", effect.printed, **where)
    for statistic, printed in _beside(effect):
        unsigned = statistic in ("t", "z") and printed.value > 0 > effect.printed.value
        yield Wanted(statistic, f"{name} {statistic}", *terms, statistic, printed, unsigned=unsigned, **where)
