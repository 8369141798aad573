"""Draws respondents from a population: factors, items, answer categories, gaps, careless respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tam.engine.structure import Floats
from tam.errors import TamError, problem
from tam.planning.careless_answers import FEWEST_POINTS, careless_answers, careless_forms
from tam.planning.population import GroupPopulation, Population
from tam.planning.population_values import NamedNumbers
from tam.planning.skewed import LARGEST_SKEW, copula_factor, skewed_margin

#: Half the width, in standard deviations, of the range that even thresholds divide into equal parts.
REACH = 2.5
#: How far down skewed thresholds lie: most respondents then tick the upper end.
LEAN = 1.0
#: Missing at random: the log odds of a gap rise by this per standard deviation of the scale they depend on.
DEPENDENCE = 1.0
FEWEST, MOST = 2, 15

Mechanism = Literal["mcar", "mar"]


@dataclass(frozen=True, slots=True)
class SurveyDesign:
    """How factors and items become answers.

    ``cuts`` rising thresholds in standard deviations of an item, m of them for m + 1 categories; none: items
    stay continuous. ``missing`` share of the answers that are absent and how they come to be; ``careless``
    share of the respondents. ``skew``: skewness of the factors that nothing predicts.
    """

    cuts: tuple[float, ...] = ()
    missing: float = 0.0
    mechanism: Mechanism = "mcar"
    careless: float = 0.0
    skew: NamedNumbers = field(default_factory=NamedNumbers)

    @property
    def points(self) -> int | None:
        return len(self.cuts) + 1 if self.cuts else None

    @property
    def normal(self) -> bool:
        """Whether answers are complete and normal given linear effects."""
        skews = (self.skew.default or 0.0, *(self.skew.named or {}).values())
        return not (self.cuts or self.missing or self.careless or any(skews))


@dataclass(frozen=True, slots=True)
class Survey:
    """``answers`` (n, items), NaN where absent; ``group`` (n,) the number of each respondent's group;
    ``forms`` (n,) ``attentive`` or the form of carelessness."""

    answers: Floats
    group: NDArray[np.intp]
    forms: NDArray[np.str_]


def read_cuts(points: int | None, thresholds: str) -> tuple[float, ...]:
    """``symmetric``: -2.5 to 2.5 in equal parts; ``skewed``: the same, one standard deviation lower; or the
    thresholds themselves, rising, with commas. Raises TamError."""
    if thresholds in ("symmetric", "skewed"):
        if points is None:
            if thresholds == "skewed":
                raise TamError(problem("planning-needs-points", option="--thresholds"))
            return ()
        even = np.linspace(-REACH, REACH, points + 1)[1:-1]
        return tuple(float(cut) for cut in even - (LEAN if thresholds == "skewed" else 0.0))
    try:
        cuts = tuple(float(part) for part in thresholds.split(","))
    except ValueError:
        cuts = ()
    rising = all(a < b for a, b in pairwise(cuts))
    if not cuts or not rising or not np.isfinite(cuts).all() or len(cuts) >= MOST:
        raise TamError(problem("planning-cuts-unreadable", text=thresholds))
    if points is not None and points != len(cuts) + 1:
        raise TamError(problem("planning-cuts-number", points=points, needed=points - 1, found=len(cuts)))
    return cuts


def raise_for_design(population: Population, design: SurveyDesign) -> None:
    """Raise TamError for what cannot be drawn."""
    found = []
    if design.careless and (design.points or 0) < FEWEST_POINTS:
        found.append(problem("planning-needs-points", option="--careless"))
    for name, value in (design.skew.named or {}).items():
        if name not in _exogenous_names(population):
            known = _exogenous_names(population)
            found.append(problem("planning-skew-name", name=name, known=known))
        elif abs(value) > LARGEST_SKEW:
            found.append(problem("planning-number", option="--skew", text=value, low=-3, high=3))
    if design.mechanism == "mar" and len(population.items) < 2:
        found.append(problem("planning-mar-one-item"))
    if found:
        raise TamError(found)


def _exogenous_names(population: Population) -> list[str]:
    return [population.names[at] for at in _exogenous(population.groups[0], population.latents)]


def _exogenous(group: GroupPopulation, latents: int) -> list[int]:
    """Latents that nothing predicts."""
    outcomes = {one.outcome for one in group.products}
    return [at for at in range(latents) if not group.paths[at].any() and at not in outcomes]


class Sampler:
    """Draws surveys from one population under one design; what does not depend on chance is computed once."""

    def __init__(self, population: Population, design: SurveyDesign) -> None:
        raise_for_design(population, design)
        self.population, self.design = population, design
        self.parts = [_Drawing(population, group, design) for group in population.groups]

    @cached_property
    def scale(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation (items,) in the first group, in which thresholds are counted."""
        k = self.population.latents
        first = self.population.groups[0]
        spread = np.sqrt(np.diag(first.total)[k:])
        level = np.linalg.solve(np.eye(len(first.paths)) - first.paths, first.intercepts)[k:]
        return np.asarray(level), np.asarray(spread)

    def draw(self, n: int, rng: np.random.Generator) -> Survey:
        """n respondents, those of each group together."""
        sizes = self.population.sizes(n)
        answers = np.concatenate([part.items(m, rng) for part, m in zip(self.parts, sizes, strict=True)])
        group = np.repeat(np.arange(len(sizes)), sizes)
        forms = np.full(n, "attentive")
        if self.design.cuts:
            answers = self._cut(answers)
        if self.design.careless:
            forms = careless_forms(n, self.design.careless, rng)
            answers = self._with_careless(answers, forms, rng)
        if self.design.missing:
            answers = np.where(self._gaps(answers, rng), np.nan, answers)
        return Survey(answers, group, forms)

    def _cut(self, items: Floats) -> Floats:
        level, spread = self.scale
        codes = np.searchsorted(np.array(self.design.cuts), (items - level) / spread, side="right") + 1
        return np.asarray(codes, dtype=np.float64)

    def _with_careless(self, answers: Floats, forms: NDArray[np.str_], rng: np.random.Generator) -> Floats:
        table = answers.astype(np.int64)
        done = table.copy()
        attentive = np.flatnonzero(forms == "attentive")
        for form in dict.fromkeys(forms[forms != "attentive"].tolist()):
            rows = np.flatnonzero(forms == form)
            done[rows] = careless_answers(form, table, rows, attentive, self.design.points or 0, rng)
        return done.astype(np.float64)

    def _gaps(self, answers: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Where answers are absent (n, items). Missing at random: more often the higher a respondent's mean
        of the first scale is, whose own items are all answered."""
        chance = rng.random(answers.shape)
        if self.design.mechanism == "mcar":
            return chance < self.design.missing
        first = self.first_scale
        known = answers[:, first].mean(axis=1)
        spread = known.std()
        standing = (known - known.mean()) / (spread if spread > 0 else 1.0)
        start = _start_for(self.design.missing, standing)
        gaps = chance < expit(start + DEPENDENCE * standing)[:, None]
        gaps[:, first] = False
        return np.asarray(gaps)

    @cached_property
    def first_scale(self) -> list[int]:
        """Places of the items on which missing at random depends: those of the first construct, one of them
        if it has all."""
        k, paths = self.population.latents, self.population.groups[0].paths
        own = next((np.flatnonzero(paths[k:, at]) for at in range(k) if paths[k:, at].any()), np.array([0]))
        return [int(at) for at in (own if len(own) < len(self.population.items) else own[:1])]


def _start_for(share: float, standing: Floats) -> float:
    """The log odds at the mean with which this share of the answers is absent."""
    from scipy.optimize import brentq

    return float(brentq(lambda a: float(expit(a + DEPENDENCE * standing).mean()) - share, -40.0, 40.0))


class _Drawing:
    """One group's equations, ready to draw."""

    def __init__(self, population: Population, group: GroupPopulation, design: SurveyDesign) -> None:
        self.group, self.latents = group, population.latents
        moving = np.flatnonzero(np.diag(group.covariances) > 0)
        self.moving = moving
        self.factor = np.linalg.cholesky(group.covariances[np.ix_(moving, moving)])
        self.effects = np.linalg.inv(np.eye(len(group.paths)) - group.paths)
        exogenous = _exogenous(group, population.latents)
        skews = [design.skew.of(population.names[at]) or 0.0 for at in exogenous]
        self.skewed: tuple[list[int], Sequence[float], Floats, Floats] | None = None
        if any(skews):
            block = group.covariances[np.ix_(exogenous, exogenous)]
            spread = np.sqrt(np.diag(block))
            names = [population.names[at] for at in exogenous]
            factor = copula_factor(block / np.outer(spread, spread), skews, names)
            self.skewed = (exogenous, skews, spread, factor)
        self.needed = _needed_for_products(group)

    def items(self, n: int, rng: np.random.Generator) -> Floats:
        """Continuous answers (n, items)."""
        group = self.group
        own = np.zeros((n, len(group.paths)))
        own[:, self.moving] = rng.standard_normal((n, len(self.moving))) @ self.factor.T
        if self.skewed is not None:
            places, skews, spread, factor = self.skewed
            normal = rng.standard_normal((n, len(places))) @ factor.T
            for at, place in enumerate(places):
                own[:, place] = spread[at] * skewed_margin(normal[:, at], skews[at])
        own += group.intercepts
        values: dict[int, Floats] = {}
        for place in group.order if group.products else ():
            if place not in self.needed:
                continue
            for one in group.products:
                if one.outcome == place:
                    centre = group.total[one.left, one.right]
                    own[:, place] += one.effect * (values[one.left] * values[one.right] - centre)
            sources = np.flatnonzero(group.paths[place]).tolist()
            values[place] = own[:, place] + sum(group.paths[place, at] * values[at] for at in sources)
        return np.asarray(own @ self.effects[self.latents :].T)


def _needed_for_products(group: GroupPopulation) -> frozenset[int]:
    """Outcomes of products, their factors, and whatever these depend on."""
    needed: set[int] = set()
    waiting = [place for one in group.products for place in (one.outcome, one.left, one.right)]
    while waiting:
        place = waiting.pop()
        if place not in needed:
            needed.add(place)
            waiting += [int(at) for at in np.flatnonzero(group.paths[place])]
            waiting += [at for one in group.products if one.outcome == place for at in (one.left, one.right)]
    return frozenset(needed)


def rows_by_form(survey: Survey, first: int = 2) -> Mapping[str, list[int]]:
    """Spreadsheet rows (the header is row 1) of the careless, by form."""
    forms = sorted({form for form in survey.forms.tolist() if form != "attentive"})
    return {form: [int(at) + first for at in np.flatnonzero(survey.forms == form)] for form in forms}
