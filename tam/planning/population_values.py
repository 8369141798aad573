"""A model with its population values: from lavaan syntax, from a shipped model, or from paths alone.

A number in front of a variable (``0.5*PEOU``, also ``start(0.5)*PEOU``) is its value in the population. The
same model with its values taken off, so that everything is free, is the one a study will fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tam.engine.statements import Formula, Modifier, Syntax, Term, print_model
from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError, problem
from tam.spec.model import Model, parse_moderation, parse_path
from tam.stats.indirect import find_cycle

#: Indicators of a construct that only the paths name.
ITEMS = 4
#: Reliability of a scale whose loadings nobody gives.
RELIABILITY = 0.8
MOST_ITEMS = 50
MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class NamedNumbers:
    """One number for all, and others for some by name: ``.8,PU=.9``."""

    default: float | None = None
    named: Mapping[str, float] | None = None

    def of(self, name: str) -> float | None:
        return (self.named or {}).get(name, self.default)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A value for one parameter: ``left operator right``, one value or one per group."""

    left: str
    operator: str
    right: str
    values: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


def read_named_numbers(text: str | None, option: str, low: float, high: float) -> NamedNumbers:
    """``.8`` or ``.8,PU=.9``; raises TamError for what is no number or lies outside ``low`` to ``high``."""
    default, named = None, dict[str, float]()
    for part in _parts([text] if text else []):
        name, equals, number = part.rpartition("=")
        value = _number(number)
        if value is None or not low <= value <= high or (equals and not name.strip()):
            raise TamError(problem("planning-number", option=option, text=part, low=low, high=high))
        if equals:
            named[name.strip()] = value
        else:
            default = value
    return NamedNumbers(default, named)


def read_assignments(texts: Iterable[str]) -> tuple[Assignment, ...]:
    """``PU~PEOU=.5``, ``PEOU->PU=.5``, ``PI~ATT:CRED=.2``, ``ATT->PI by CRED=.2``, ``A~~B=.3``, several with
    commas, ``/`` between the values of groups; raises TamError with everything that cannot be read."""
    found: list[Assignment] = []
    problems: list[Problem] = []
    for part in _parts(texts):
        named, _, numbers = part.rpartition("=")
        values = tuple(_number(one) for one in numbers.split("/"))
        terms = _terms_of(named.strip())
        if terms is None or any(value is None for value in values):
            problems.append(problem("planning-path-unreadable", text=part))
        else:
            found.append(Assignment(*terms, tuple(value for value in values if value is not None)))
    if len(found) > MOST_VALUES:
        problems.append(problem("planning-path-unreadable", text=f"{len(found)} values"))
    if problems:
        raise TamError(problems)
    return tuple(found)


def _parts(texts: Iterable[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.replace(";", ",").split(",") if part.strip()]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _terms_of(text: str) -> tuple[str, str, str] | None:
    """Left side, operator and right side of what a value is given to; None where it is no such thing."""
    if "->" in text:
        moderation = parse_moderation(text)
        paths = None if moderation else parse_path(text)
        if moderation:
            text = f"{moderation.outcome} ~ {moderation.predictor}:{moderation.moderator}"
        elif paths and len(paths) == 1:
            text = f"{paths[0].outcome} ~ {paths[0].predictor}"
    try:
        formulas = parse_model(text).formulas
    except TamError:
        return None
    if len(formulas) != 1 or len(formulas[0].left) != 1 or len(formulas[0].terms) != 1:
        return None
    only, term = formulas[0], formulas[0].terms[0]
    if term.modifiers or only.operator not in ("~", "~~", "=~"):
        return None
    return only.left[0], only.operator, term.name


def model_of_paths(assignments: Sequence[Assignment], items: NamedNumbers) -> Syntax:
    """Every name among the paths a construct with items of its own: PU =~ pu1 + pu2 + ..."""
    named = [name for one in assignments for name in (*one.right.split(":"), one.left)]
    constructs = tuple(dict.fromkeys(name for name in named if name != "1"))
    return Syntax(tuple(_measured(name, items) for name in constructs), ())


def _measured(name: str, items: NamedNumbers) -> Formula:
    count = items.of(name)
    return Formula(
        (name,),
        "=~",
        tuple(Term(f"{name.lower()}{i}") for i in range(1, int(ITEMS if count is None else count) + 1)),
    )


def model_of_instrument(model: Model, items: NamedNumbers) -> Syntax:
    """A shipped model with its interactions, without values; ``items`` puts other scales in the place of its
    own."""
    text = model.to_lavaan()
    for one in model.moderations:
        text += f"{one.outcome} ~ {one.predictor}:{one.moderator}\n"
    syntax = parse_model(text)
    second = set(model.second_order)
    formulas = tuple(
        _measured(one.left[0], items)
        if one.operator == "=~" and one.left[0] not in second and items.of(one.left[0]) is not None
        else one
        for one in syntax.formulas
    )
    return replace(syntax, formulas=formulas)


def with_values(syntax: Syntax, assignments: Sequence[Assignment], *, closed: bool = True) -> Syntax:
    """The syntax with the values put in. A path that the model does not have is a mistake where the model is
    ``closed``; a covariance may always be added."""
    formulas = list(syntax.formulas)
    problems = []
    for one in assignments:
        at = _place(formulas, one)
        if at is not None:
            formulas[at] = _valued(formulas[at], one)
        elif closed and one.operator != "~~":
            problems.append(problem("planning-path-unknown", path=str(one), known=_known(syntax)))
        else:
            modifier = Modifier("fixed", one.values)
            formulas.append(Formula((one.left,), one.operator, (Term(one.right, (modifier,)),)))
    if problems:
        raise TamError(problems)
    return replace(syntax, formulas=tuple(formulas))


def _place(formulas: Sequence[Formula], one: Assignment) -> int | None:
    turned = ":".join(reversed(one.right.split(":")))
    for at, formula in enumerate(formulas):
        names = {term.name for term in formula.terms}
        if formula.operator != one.operator:
            continue
        if one.left in formula.left and names & {one.right, turned}:
            return at
        if one.operator == "~~" and one.right in formula.left and one.left in names:
            return at
    return None


def _valued(formula: Formula, one: Assignment) -> Formula:
    """The formula with the assignment's value; several left sides are not taken apart, they get it all."""
    sought = {one.right, ":".join(reversed(one.right.split(":")))}
    sought |= {one.left} if one.operator == "~~" else set()
    terms = tuple(
        replace(term, modifiers=(*_without_values(term.modifiers), Modifier("fixed", one.values)))
        if term.name in sought
        else term
        for term in formula.terms
    )
    return replace(formula, terms=terms)


def _known(syntax: Syntax) -> list[str]:
    return [
        f"{left} ~ {term.name}"
        for formula in syntax.formulas
        if formula.operator == "~"
        for left in formula.left
        for term in formula.terms
    ]


def _without_values(modifiers: Sequence[Modifier]) -> tuple[Modifier, ...]:
    return tuple(one for one in modifiers if one.kind not in ("fixed", "start"))


def fitted_model(syntax: Syntax) -> str:
    """The model a study fits: labels and definitions stay, values are taken off, intercepts are left out."""
    formulas = []
    for formula in syntax.formulas:
        terms = tuple(
            replace(term, modifiers=_without_values(term.modifiers))
            for term in formula.terms
            if not (formula.operator == "~" and term.name == "1")
        )
        if terms:
            formulas.append(replace(formula, terms=terms))
    return print_model(replace(syntax, formulas=tuple(formulas)))


def with_reliability(syntax: Syntax, reliability: NamedNumbers, measured: NamedNumbers) -> Syntax:
    """The syntax with a value for every loading that has none: all loadings of a scale alike, such that its
    composite reliability is the one asked for (``loading_for``). The only indicator of a construct is the
    construct itself, unless a reliability was given for that construct by name. ``measured`` is not read for
    anything but the names in it."""
    counts: dict[str, int] = {}
    for formula in syntax.formulas:
        if formula.operator == "=~":
            for left in formula.left:
                counts[left] = counts.get(left, 0) + len(formula.terms)
    unknown = sorted({*(reliability.named or {}), *(measured.named or {})} - counts.keys())
    if unknown:
        raise TamError(
            [problem("planning-construct-unknown", name=one, known=list(counts)) for one in unknown]
        )
    formulas: list[Formula] = []
    for formula in syntax.formulas:
        if formula.operator != "=~":
            formulas.append(formula)
            continue
        for left in formula.left:
            value = reliability.of(left)
            value = RELIABILITY if value is None else value
            if counts[left] == 1 and left not in (reliability.named or {}):
                value = 1.0
            loading = Modifier("fixed", (loading_for(value, counts[left]),))
            terms = tuple(
                term if _has_value(term) else replace(term, modifiers=(*term.modifiers, loading))
                for term in formula.terms
            )
            formulas.append(replace(formula, left=(left,), terms=terms))
    return replace(syntax, formulas=tuple(formulas))


def _has_value(term: Term) -> bool:
    return any(one.kind in ("fixed", "start") for one in term.modifiers)


def loading_for(reliability: float, items: int) -> float:
    """The standardised loading with which a scale of so many items alike has this composite reliability.

    ``rho = k l^2 / (k l^2 + 1 - l^2)``, so ``l^2 = rho / (k - (k - 1) rho)``; in (0, 1].
    """
    return math.sqrt(reliability / (items - (items - 1) * reliability))


def as_fixed(syntax: Syntax) -> Syntax:
    """Starting values as values of the population."""
    formulas = tuple(
        replace(
            formula,
            terms=tuple(
                replace(
                    term,
                    modifiers=tuple(
                        replace(one, kind="fixed") if one.kind == "start" else one for one in term.modifiers
                    ),
                )
                for term in formula.terms
            ),
        )
        for formula in syntax.formulas
    )
    return replace(syntax, formulas=formulas)


def raise_for_values(syntax: Syntax) -> None:
    """Raise TamError where a path has no value, where paths run in a circle, where more than two variables
    are multiplied, or where the model has thresholds."""
    missing = [
        f"{left} ~ {term.name}"
        for formula in syntax.formulas
        if formula.operator == "~"
        for left in formula.left
        for term in formula.terms
        if not _has_value(term)
    ]
    problems = [problem("planning-value-missing", paths=missing)] if missing else []
    edges = []
    for formula in syntax.formulas:
        if formula.operator == "|":
            problems.append(problem("planning-thresholds-in-model", variable=formula.left[0]))
        for left in formula.left if formula.operator == "~" else ():
            for term in formula.terms:
                factors = term.name.split(":")
                if len(factors) > 2:
                    problems.append(problem("interaction-three-way", name=term.name))
                edges += [(factor, left) for factor in factors if factor != "1"]
        for left in formula.left if formula.operator == "=~" else ():
            edges += [(left, term.name) for term in formula.terms]
    circle = find_cycle(edges)
    if circle is not None:
        problems.append(problem("planning-circle", circle=" -> ".join(circle)))
    if problems:
        raise TamError(problems)
