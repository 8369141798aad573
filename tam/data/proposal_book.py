"""The decisions of one draft as they are made: names, scales, columns and the reasons for each."""

from __future__ import annotations

from dataclasses import dataclass, field

from tam.data.proposal import Asked, Because, Kind, LeftOut, tidy
from tam.data.proposal_scales import Form, same_scale
from tam.data.wording import normalise
from tam.spec.instrument import AttentionCheck, Construct, Item, Scale, Variable
from tam.spec.text import is_identifier

_LONGEST_RULE = 200


@dataclass(slots=True)
class Book:
    """What has been decided so far. Local to one call of ``draft``."""

    used: set[str] = field(default_factory=set)
    scales: dict[str, Scale] = field(default_factory=dict)
    constructs: dict[str, Construct] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    checks: dict[str, AttentionCheck] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    columns: dict[str, str | int] = field(default_factory=dict)
    reasons: dict[tuple[Kind, str], tuple[Because, ...]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    order: list[tuple[str, int]] = field(default_factory=list)
    """Items with their columns."""

    def name(self, wanted: str) -> str:
        """A name that nothing else has: the one wanted, or with a number behind it."""
        base = wanted if is_identifier(wanted) else "X"
        found, number = base, 2
        while found.casefold() in self.used:
            found, number = f"{base}_{number}", number + 1
        self.used.add(found.casefold())
        return found

    def scale(self, form: Form) -> str:
        """The id of a scale: that of an equal one, else a new one."""
        equal = next((one for one, other in self.scales.items() if same_scale(other, form.scale)), None)
        if equal is not None:
            return equal
        number, found = 2, form.scale.id
        while found in self.scales:
            found, number = f"{form.scale.id}_{number}", number + 1
        scale = form.scale
        self.scales[found] = Scale(found, scale.type, scale.min, scale.max, scale.labels)
        self.reasons["scale", found] = form.because
        self.missing |= dict.fromkeys(form.no_answers, "not_applicable")
        return found

    def column(self, name: str, one: Asked) -> None:
        """Where the column bears another name than the item, the study file says which it is."""
        plain, header = normalise(one.header), tidy(one.header)
        if one.unique and plain and normalise(header) == plain and len(plain) <= _LONGEST_RULE:
            if plain != name:
                self.columns[name] = header
        elif one.position is not None:
            self.columns[name] = one.position + 1
