"""Model: which construct is held to move which. Nouns, checks, and the way to and from lavaan syntax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tam.errors import Problem, Where, problem
from tam.spec.text import Text, closest, listed


@dataclass(frozen=True, slots=True)
class Path:
    outcome: str
    predictor: str

    def __str__(self) -> str:
        return f"{self.predictor} -> {self.outcome}"


@dataclass(frozen=True, slots=True)
class Moderation:
    """The effect of ``predictor`` on ``outcome`` depends on ``moderator``."""

    predictor: str
    outcome: str
    moderator: str

    def __str__(self) -> str:
        return f"{self.predictor} -> {self.outcome} by {self.moderator}"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """``path`` is ``A -> B``, ``A -> B -> C`` (indirect) or ``A -> B by M``; ``sign`` + or -, None two-sided.

    ``declared`` is False for the hypotheses that stand in where a study declares none: one per path.
    """

    id: str
    path: str
    sign: str | None = None
    statement: Text = field(default_factory=Text)
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    title: Text
    measurement: Mapping[str, tuple[str, ...]]
    second_order: Mapping[str, tuple[str, ...]]
    paths: tuple[Path, ...]
    moderations: tuple[Moderation, ...] = ()
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    residual_covariances: tuple[tuple[str, str], ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    grid: tuple[tuple[str | None, ...], ...] = ()

    @property
    def constructs(self) -> tuple[str, ...]:
        return (*self.measurement, *self.second_order)

    @property
    def observed(self) -> tuple[str, ...]:
        """Names in the paths and controls that are no constructs: columns of the data."""
        named = [n for path in self.paths for n in (path.predictor, path.outcome)]
        named += [n for names in self.controls.values() for n in names]
        named += [n for m in self.moderations for n in (m.predictor, m.moderator, m.outcome)]
        return tuple(n for n in dict.fromkeys(named) if n not in self.constructs)

    def predictors(self, outcome: str) -> tuple[str, ...]:
        """Everything the outcome is regressed on, the moderators' main effects included."""
        named = [p.predictor for p in self.paths if p.outcome == outcome]
        for m in self.moderations:
            if m.outcome == outcome:
                named += [m.predictor, m.moderator]
        return tuple(dict.fromkeys([*named, *self.controls.get(outcome, ())]))

    @property
    def outcomes(self) -> tuple[str, ...]:
        named = [*(p.outcome for p in self.paths), *(m.outcome for m in self.moderations), *self.controls]
        return tuple(dict.fromkeys(named))

    def used_constructs(self) -> tuple[str, ...]:
        """Constructs that the paths name, and the parts of the second-order ones among them."""
        named = {n for outcome in self.outcomes for n in (outcome, *self.predictors(outcome))}
        parts = {part for name in named for part in self.second_order.get(name, ())}
        return tuple(n for n in self.constructs if n in named | parts)

    def measurement_lavaan(self) -> str:
        used = self.used_constructs()
        both = {**self.measurement, **self.second_order}
        return "\n".join(f"{name} =~ {' + '.join(both[name])}" for name in used)

    def to_lavaan(self) -> str:
        """The model without its interactions, in lavaan syntax."""
        lines = [self.measurement_lavaan()]
        lines += [f"{outcome} ~ {' + '.join(self.predictors(outcome))}" for outcome in self.outcomes]
        lines += [f"{a} ~~ {b}" for a, b in self.residual_covariances]
        return "\n".join(line for line in lines if line) + "\n"

    def model_items(self) -> tuple[str, ...]:
        """Items and observed columns that the structural model reads."""
        used = self.used_constructs()
        items = [item for name in used for item in self.measurement.get(name, ())]
        return (*items, *self.observed)

    def with_default_hypotheses(self) -> Model:
        """Where none is declared, one two-sided hypothesis per path and moderation stands in, marked so."""
        if self.hypotheses:
            return self
        paths = [str(path) for path in self.paths] + [str(m) for m in self.moderations]
        made = tuple(Hypothesis(f"P{i}", path, declared=False) for i, path in enumerate(paths, 1))
        return replace(self, hypotheses=made)


def parse_path(text: str) -> list[Path] | None:
    """``PU ~ PEOU + X`` or ``PEOU -> PU`` as paths; None where it is neither."""
    if "->" in text:
        names = [part.strip() for part in text.split("->")]
        return [Path(b, a) for a, b in pairwise(names)] if len(names) > 1 and all(names) else None
    outcome, tilde, right = text.partition("~")
    predictors = [part.strip() for part in right.split("+")]
    if not tilde or not outcome.strip() or not all(predictors):
        return None
    return [Path(outcome.strip(), predictor) for predictor in predictors]


def parse_moderation(text: str) -> Moderation | None:
    """``ATT -> PI by CRED``; None where it is not of that form."""
    path, by, moderator = text.partition(" by ")
    names = [part.strip() for part in path.split("->")]
    if not by or len(names) != 2 or not all(names) or not moderator.strip():
        return None
    return Moderation(names[0], names[1], moderator.strip())


def find_cycle(paths: Iterable[Path]) -> tuple[str, ...]:
    """The constructs of one directed cycle in their order, or an empty tuple."""
    after: dict[str, list[str]] = {}
    for path in paths:
        after.setdefault(path.predictor, []).append(path.outcome)
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> tuple[str, ...]:
        if name in trail:
            return (*trail[trail.index(name) :], name)
        if name in done:
            return ()
        for following in after.get(name, ()):
            found = walk(following, (*trail, name))
            if found:
                return found
        done.add(name)
        return ()

    return next((found for name in after if (found := walk(name, ()))), ())


def model_problems(model: Model, known: Iterable[str], where: Where) -> list[Problem]:
    """What is wrong with a model, ``known`` being every name it may use (constructs, items, variables)."""
    known = tuple(dict.fromkeys(known))
    found: list[Problem] = []
    named = [n for outcome in model.outcomes for n in (outcome, *model.predictors(outcome))]
    named += [n for pair in model.residual_covariances for n in pair]
    for name in dict.fromkeys(named):
        if name not in known:
            guess = closest(name, known) or listed(known)
            found.append(problem("unknown-construct", where, name=name, suggestion=guess))
    everything = [Path(outcome, name) for outcome in model.outcomes for name in model.predictors(outcome)]
    parts = [Path(part, whole) for whole, names in model.second_order.items() for part in names]
    cycle = find_cycle([*everything, *(p for p in parts if p.outcome in named)])
    if cycle:
        found.append(problem("cyclic-path", where, cycle=" -> ".join(cycle)))
    if not model.paths:
        found.append(problem("no-paths", where))
    found += _hypothesis_problems(model, where)
    placed = [name for row in model.grid for name in row if name]
    for name in placed:
        if name not in model.constructs and name not in model.observed:
            guess = closest(name, known) or listed(known)
            found.append(problem("unknown-construct", where, name=name, suggestion=guess))
    return found


def _hypothesis_problems(model: Model, where: Where) -> list[Problem]:
    """A hypothesis about a path that the model does not hold can never be answered."""
    found = []
    for hypothesis in model.hypotheses:
        moderation = parse_moderation(hypothesis.path)
        steps = None if moderation else parse_path(hypothesis.path)
        if moderation is None and steps is None:
            found.append(problem("bad-path", where, text=hypothesis.path))
        elif moderation is not None and moderation not in model.moderations:
            found.append(problem("hypothesis-without-path", where, id=hypothesis.id, path=hypothesis.path))
        elif steps is not None and any(s.predictor not in model.predictors(s.outcome) for s in steps):
            found.append(problem("hypothesis-without-path", where, id=hypothesis.id, path=hypothesis.path))
    ids = [hypothesis.id for hypothesis in model.hypotheses]
    found += [problem("duplicate-id", where, id=i) for i in sorted({i for i in ids if ids.count(i) > 1})]
    return found
