"""Does a paper come out? The stated model on the printed moments, and a verdict on every printed value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tam.errors import TamError, Unavailable, Where, problem
from tam.published.dialects import dialects
from tam.published.matrix_check import MatrixCheck, check_matrix
from tam.published.not_printed import not_printed
from tam.published.publication import Publication
from tam.published.reachable import nearby
from tam.published.regression_dialect import RegressionDialect
from tam.published.repairs import Repair, estimate_repairs, matrix_repairs
from tam.published.reproduction import ReproducedValue, Reproduction
from tam.published.significance import decides_otherwise
from tam.published.tried import Tried, best_dialect, final_reach
from tam.published.verdicts import CAME_OUT, VERDICTS, verdict
from tam.published.wanted import Family, Wanted, wanted_values

FAMILIES: tuple[Family, ...] = ("estimate", "error", "fit")
FEW_ROUNDS = 3
"""Of the search in dialects that are not the chosen one."""
NOT_PRINTED = "a correlation that it needs is not printed, or the moments do not determine it"
UNBOUNDED = "the printed digits set no bound on it"


def reproduce(publication: Publication) -> Reproduction:
    """Fit the stated model to the printed moments in every dialect, and judge every printed value.

    Raises TamError where there is no matrix, no model or nothing printed to be held against them.
    """
    if not publication.reproducible:
        raise TamError(problem("reproduce-nothing", Where(publication.file or None), key=publication.key))
    # a number that does not exist is NaN and becomes not computable; numpy need not say so
    with np.errstate(all="ignore"):
        return _reproduced(publication)


def _reproduced(publication: Publication) -> Reproduction:
    wanted = wanted_values(publication)
    reasons = {at: reason for at, one in enumerate(wanted) if (reason := not_printed(publication, one))}
    open_ = tuple(at for at in range(len(wanted)) if at not in reasons)
    tried = [
        Tried(one, nearby(one.box, one.evaluate))
        for one in dialects(publication, [wanted[at] for at in open_])
    ]
    matrix = check_matrix(publication)
    chosen: dict[Family, Tried | None] = {"estimate": best_dialect(publication, tried, "estimate")}
    chosen |= {
        family: best_dialect(publication, tried, family, chosen["estimate"]) for family in FAMILIES[1:]
    }
    final = {family: final_reach(one, family) for family, one in chosen.items() if one is not None}
    repairs = _repairs(publication, final.get("estimate"), tried, matrix)
    elsewhere = _elsewhere(final, tried)
    values = []
    place = {at: k for k, at in enumerate(open_)}
    for at, one in enumerate(wanted):
        own = final.get(one.family)
        if at in reasons or own is None or not np.isfinite(own.reach.value[place[at]]):
            reason = reasons.get(at) or _reason(publication, own, tried, one)
            values.append(_not_computable(one, reason))
            continue
        values.append(_judged(one, place[at], own, final, elsewhere, repairs))
    return Reproduction(
        key=publication.key,
        title=publication.title,
        n=publication.n,
        model=publication.model or "",
        matrix=matrix,
        dialect=_name(final.get("estimate") or final.get("fit")),
        dialects={family: one.dialect.name for family, one in final.items()},
        dialects_tried=tuple(
            counts for one in tried for family in FAMILIES if (counts := one.counts(family)).of
        ),
        values=tuple(values),
        repairs=tuple(repairs),
        summary={name: sum(one.verdict == name for one in values) for name in VERDICTS},
    )


def _name(one: Tried | None) -> str | None:
    return None if one is None else one.dialect.name


def _repairs(
    publication: Publication, final: Tried | None, tried: Sequence[Tried], matrix: MatrixCheck
) -> list[Repair]:
    """What one slip would explain; only looked for where something does not come out."""
    if final is None:
        return []
    wanted = final.dialect.wanted
    counted = [
        at for at, one in enumerate(wanted) if one.family == "estimate" and np.isfinite(final.reach.value[at])
    ]
    impossible = matrix.definite_within_rounding is False
    if all(final.reaches(at) for at in counted) and not impossible:
        return []
    plain = next((one.dialect for one in tried if one.counts("estimate").of), final.dialect)
    searched = [final.dialect, *([plain] if plain is not final.dialect else [])]
    found = matrix_repairs(publication, searched, counted, impossible=impossible)
    reach = final.reach
    return found + estimate_repairs(wanted, counted, reach.value, reach.low, reach.high, final.dialect.name)


def _reason(publication: Publication, own: Tried | None, tried: Sequence[Tried], one: Wanted) -> str:
    """Why no dialect gives a number: the chosen one's reason, else the first of another."""
    candidates = [each.dialect for each in ([own] if own is not None else []) + list(tried)]
    plain = RegressionDialect(publication, (one,))
    found = (each.reason(one) for each in (*candidates, plain))
    return next((reason for reason in found if reason), NOT_PRINTED)


def _not_computable(one: Wanted, reason: str) -> ReproducedValue:
    return ReproducedValue(
        one.what, one.label, one.lhs, one.op, one.rhs, one.printed.text,
        Unavailable(reason), None, None, "not_computable", None, (), one.place, one.line,
    )  # fmt: skip


def _elsewhere(final: Mapping[Family, Tried], tried: Sequence[Tried]) -> dict[int, tuple[str, ...]]:
    """For every value that does not come out in its dialect: the others in which it does. What is a near miss
    there is searched."""
    open_ = [
        at
        for family, own in final.items()
        for at, one in enumerate(own.dialect.wanted)
        if one.family == family and np.isfinite(own.reach.value[at]) and not own.reaches(at)
    ]
    chosen = {own.dialect.name for own in final.values()}
    found: dict[int, tuple[str, ...]] = {}
    for each in tried:
        if each.dialect.name in chosen and len(final) == 1:
            continue
        near = [at for at in open_ if each.uncertain(at)]
        searched = each.searched(near, rounds=FEW_ROUNDS)
        for at in open_:
            if searched.reaches(at):
                found[at] = (*found.get(at, ()), each.dialect.name)
    return found


def _judged(
    one: Wanted,
    at: int,
    own: Tried,
    final: Mapping[Family, Tried],
    elsewhere: Mapping[int, tuple[str, ...]],
    repairs: Sequence[Repair],
) -> ReproducedValue:
    value, low, high = (float(part[at]) for part in (own.reach.value, own.reach.low, own.reach.high))
    errors = final.get("error")
    otherwise = errors is not None and decides_otherwise(
        own.dialect.wanted, at, own.reach.value, errors.reach.value
    )
    found = verdict(one.printed, value, low, high, decides_otherwise=otherwise)
    reached: tuple[str, ...] = ()
    if found not in CAME_OUT:
        mended = tuple(f"repair {k + 1}" for k, each in enumerate(repairs) if at in each.reached)
        reached = elsewhere.get(at, ()) + mended
        found = found if reached else "unreachable"
    return ReproducedValue(
        one.what, one.label, one.lhs, one.op, one.rhs, one.printed.text,
        value, _bounded(low), _bounded(high), found, own.dialect.name, reached, one.place, one.line,
    )  # fmt: skip


def _bounded(end: float) -> float | Unavailable:
    return end if np.isfinite(end) else Unavailable(UNBOUNDED)
