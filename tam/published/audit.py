"""Audit: are the printed numbers of a paper consistent with each other?

Each rule recomputes a value from other printed values as an interval that holds everything rounding allows,
and objects only where the printed value lies outside. Nothing is said about people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tam.published.audit_check import Check
from tam.published.audit_rules_df import count_checks
from tam.published.audit_rules_effects import effect_checks
from tam.published.audit_rules_fit import fit_checks
from tam.published.audit_rules_indices import index_checks
from tam.published.audit_rules_matrix import matrix_checks
from tam.published.audit_rules_measurement import measurement_checks
from tam.published.audit_rules_paths import path_checks
from tam.published.audit_rules_repeated import repeated_checks
from tam.published.audit_rules_sample import sample_checks
from tam.published.audit_rules_structure import structure_checks
from tam.published.publication import Publication

FAMILIES: tuple[Callable[[Publication], Iterator[Check]], ...] = (
    measurement_checks,
    matrix_checks,
    fit_checks,
    index_checks,
    count_checks,
    path_checks,
    structure_checks,
    effect_checks,
    sample_checks,
    repeated_checks,
)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many checks came out how."""

    consistent: int
    inconsistent: int
    undecidable: int


@dataclass(frozen=True, slots=True)
class Audit:
    """Every check of one publication, in the order of the rules."""

    key: str
    checks: tuple[Check, ...]
    summary: Summary

    @property
    def objections(self) -> tuple[Check, ...]:
        return tuple(one for one in self.checks if one.verdict == "inconsistent")


def audit(publication: Publication) -> Audit:
    """Apply every rule that finds what it needs among the printed values."""
    checks = tuple(check for family in FAMILIES for check in family(publication))
    counts = {name: sum(1 for one in checks if one.verdict == name) for name in Summary.__slots__}
    return Audit(publication.key, checks, Summary(**counts))
