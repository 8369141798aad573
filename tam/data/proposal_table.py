"""From an export to a proposal that was tried on the export: what cannot be coded is told, not proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from tam.data.coding import code_responses
from tam.data.proposal import Because, Proposal, tidy
from tam.data.proposal_columns import describe
from tam.data.proposal_draft import About, draft, without
from tam.data.proposal_reversal import against_the_rest
from tam.data.proposal_splitting import breaks
from tam.data.table import Table
from tam.errors import Problem, TamError
from tam.spec.instrument import ColumnRule, Item
from tam.spec.text import Text

_MOST_TRIALS = 5
_POSITIONS = ("wenjuanxing-sequence", "answers-are-positions")
"""Problems of exports that hold numbers of options whose order nobody has told."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A proposal and the problems that remain when the export is coded by it."""

    proposal: Proposal
    problems: tuple[Problem, ...]


def propose_from_table(table: Table, name: str) -> Tried:
    """A proposal for an export. ``name`` becomes the instrument's id."""
    described = describe(table)
    about = About(
        id=name,
        title=Text(*((None, name) if not name.isascii() else (name, None))),
        missing=described.missing,
        left_out=described.left_out,
    )
    tried, raw = _tried(table, draft(described.asked, about))
    found = _breaks(tried.proposal, raw) if raw is not None else frozenset()
    if found:
        tried, raw = _tried(table, draft(described.asked, replace(about, breaks=found)))
    return tried if raw is None else replace(tried, proposal=_turned(tried.proposal, raw))


def _breaks(proposal: Proposal, raw: pd.DataFrame) -> frozenset[int]:
    """Columns at which the answers of constructs that no name tells apart fall into pieces."""
    members = proposal.instrument.first_order()
    found = set()
    for construct in proposal.unnamed:
        items = list(members[construct])
        found |= {proposal.places[items[start]] for start in breaks(raw[items])}
    return frozenset(found)


def _tried(table: Table, proposal: Proposal) -> tuple[Tried, pd.DataFrame | None]:
    """Code the export by the proposal, without the variables and checks that cannot be coded.

    The answers are those given, nothing turned round; None where the items cannot be coded.
    """
    problems: tuple[Problem, ...] = ()
    order: tuple[Problem, ...] = ()
    for _ in range(_MOST_TRIALS):
        plain = replace(proposal.instrument, items=_unturned(proposal))
        if order:
            # the direction changes no correlation of items that share a scale
            plain = replace(plain, sequence_order=dict.fromkeys(plain.scales, "ascending"))
        try:
            found = code_responses(table, plain, _rules(proposal.columns))
        except TamError as fault:
            problems = fault.problems
            unordered = tuple(one for one in problems if one.code in _POSITIONS)
            wrong = {} if unordered else _optional(proposal, problems)
            if unordered and not order:
                order = unordered
                continue
            if not wrong:
                return Tried(_undeclared(proposal, order), (*order, *problems)), None
            proposal = without(proposal, wrong, wrong)
            continue
        return Tried(_undeclared(proposal, order), order), found.raw
    return Tried(_undeclared(proposal, order), (*order, *problems)), None


def _undeclared(proposal: Proposal, order: tuple[Problem, ...]) -> Proposal:
    """Told about the order of options: every scale with options needs it declared."""
    scales = proposal.instrument.scales
    names = tuple(name for name, scale in scales.items() if scale.type != "numeric") if order else ()
    return replace(proposal, undeclared=names)


def _unturned(proposal: Proposal) -> dict[str, Item]:
    return {name: replace(item, reverse=False) for name, item in proposal.instrument.items.items()}


def _rules(columns: Mapping[str, str | int]) -> dict[str, ColumnRule]:
    return {
        name: ColumnRule(exact=column) if isinstance(column, str) else ColumnRule(position=column)
        for name, column in columns.items()
    }


def _optional(proposal: Proposal, problems: tuple[Problem, ...]) -> dict[str, Because]:
    """Variables and checks that problems are about, with what the first of them says."""
    instrument = proposal.instrument
    optional = {*instrument.variables, *instrument.attention_checks}
    found: dict[str, Because] = {}
    for one in problems:
        owner = str(one.where.item or "").partition(":")[0]
        if owner in optional:
            found.setdefault(owner, Because("not_coded", {"why": tidy(one.what, 200)}))
    return found


def _turned(proposal: Proposal, raw: pd.DataFrame) -> Proposal:
    """Reverse marks by the answers, each with its number; names decide where the answers are too few."""
    instrument = proposal.instrument
    items, reasons = dict(instrument.items), dict(proposal.reasons)
    for construct, members in instrument.first_order().items():
        named = [one for one in members if items[one].reverse]
        correlations, against, n = against_the_rest(raw[list(members)], named)
        for one in members:
            if one not in correlations:
                continue
            values = {"r": f"{correlations[one]:.2f}", "n": n}
            key = _verdict(one in named, one in against)
            if key is not None:
                items[one] = replace(items[one], reverse=one in against)
                reasons["item", one] = (Because(key, values),)
        if len(against) * 2 == len(correlations) and against:
            reasons["construct", construct] = (*reasons["construct", construct], Because("half_reversed"))
    return replace(proposal, instrument=replace(instrument, items=items), reasons=reasons)


def _verdict(named: bool, against: bool) -> str | None:
    if named and against:
        return "reverse_both"
    if named:
        return "reverse_only_named"
    return "reverse_answers" if against else None
