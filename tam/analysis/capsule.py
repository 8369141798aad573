"""A capsule: moments in the results from which models can be estimated again without respondents' answers.

Maximum likelihood on complete data needs the means and covariances of its variables, product indicators
included; robust standard errors need in addition the sum over respondents of score times score' and two
traces for each model. Nothing else of the answers is kept. Many numbers about few people can betray them, so
parts are taken in the order of their use and only while all numbers together are at most a tenth of the cells
that they summarise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.errors import Problem, TamError, catalogue, problem
from tam.record import to_record
from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit
    from tam.spec.instrument import Instrument
    from tam.spec.model import Model

Floats = NDArray[np.float64]

VERSION = "tam-capsule/1"
LARGEST_SHARE = 0.1
"""Stored numbers per cell of the data. With more of them than cells the answers could simply be solved for;
a tenth is a convention and no proof of safety."""

STRUCTURE, PRODUCTS, ITEMS = "structure", "products", "items"
#: Estimators whose results follow from moments.
FROM_MOMENTS = ("ML", "MLR", "MLM", "ULS", "GLS")

#: Parts of the results that need the answers themselves, and why.
CANNOT: Mapping[str, str] = {
    "screening": "screening looks at the answers of each respondent",
    "measurement.items": "distributions of answers, and items that some respondents left out",
    "measurement.bootstrap": "resampling needs the respondents",
    "measurement.missing_data": "missing answers, FIML and imputation need the respondents",
    "measurement.method_bias": "its models use columns that the capsule does not hold",
    "measurement.parallel_analysis": "its random data are drawn anew only with the answers",
    "structure.cross_check": "the second engine reads the answers",
    "effects.intervals": "bootstrap intervals resample respondents",
    "moderation.lms": "LMS and QML use the likelihood of each respondent",
    "moderation.scores": "regressions of mean scores, regions and ranges over respondents",
    "comparison": "group comparisons score incomplete respondents too",
}


@dataclass(frozen=True, slots=True)
class CapsuleMoments:
    """Means (p) and the lower triangle of the covariance matrix, row by row (p(p+1)/2; divisor n - 1), of
    ``n`` respondents who answered everything; ``by`` and ``group`` name them where they are not all."""

    by: str | None
    group: str | None
    n: int
    variables: tuple[str, ...]
    means: tuple[float, ...]
    covariance: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CapsuleScores:
    """What robust inference of one model needs: the sum over respondents of score times score' of the free
    parameters (lower triangle, row by row), the trace of the saturated and of the baseline model.

    ``model``: ``structure``, or ``moderation.`` and the number of the analysis. ``kind``: MLR or MLM.
    """

    model: str
    kind: str
    parameters: tuple[str, ...]
    products: tuple[float, ...]
    saturated_trace: float
    baseline_trace: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part that would have brought more numbers than there was room for."""

    part: str
    numbers: int
    room: int


@dataclass(frozen=True, slots=True)
class Capsule:
    """The section ``capsule`` of the results. ``numbers`` of at most ``largest`` are stored; they summarise
    ``cells`` answers. ``disclosure`` says in words what they may betray, ``cannot`` what cannot be recomputed
    from them."""

    version: str
    n: int
    cells: int
    numbers: int
    largest: int
    disclosure: Mapping[str, str]
    moments: tuple[CapsuleMoments, ...]
    scores: tuple[CapsuleScores, ...]
    left_out: tuple[LeftOut, ...]
    cannot: Mapping[str, str]


def capsule_section(
    study: Study, instrument: Instrument, rows: pd.DataFrame, variables: pd.DataFrame
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The section as plain data where the study asks for it, and what a person must know.

    rows: what the structural model reads, one row per respondent analysed. variables: the other answers of at
    least these respondents.
    """
    if not study.options.capsule:
        return None, []
    found, problems = build_capsule(study, instrument, rows, variables)
    return None if found is None else to_record(found), problems


def build_capsule(
    study: Study,
    instrument: Instrument,
    rows: pd.DataFrame,
    variables: pd.DataFrame,
    share: float = LARGEST_SHARE,
) -> tuple[Capsule | None, list[Problem]]:
    """The capsule of the rows (n, p), or None with the reason. ``share``: stored numbers per cell at most."""
    reason = _impossible(study, rows)
    if reason is not None:
        return None, [problem("capsule-not-possible", reason=reason)]
    cells = rows.shape[0] * rows.shape[1]
    room = _Room(int(share * cells))
    base = _moments(rows)
    if not room.takes(_size(base), ITEMS):
        told = {"numbers": _size(base), "cells": cells, "largest": room.largest}
        return None, [problem("capsule-refused", **told)]
    products = _products(study, rows)
    if products.shape[1]:
        whole = _moments(rows.join(products))
        if room.takes(_size(whole) - _size(base), PRODUCTS):
            base = whole
    scores = tuple(one for one in _scores(study, rows) if room.takes(_score_numbers(one), one.model))
    groups = tuple(_groups(study, instrument, rows, variables, share, room))
    made = Capsule(
        version=VERSION,
        n=len(rows),
        cells=cells,
        numbers=room.taken,
        largest=room.largest,
        disclosure={language: _disclosure(language) for language in ("en", "zh")},
        moments=(base, *groups),
        scores=scores,
        left_out=tuple(room.refused),
        cannot=CANNOT,
    )
    notes = [problem("capsule-disclosure", numbers=room.taken, cells=cells)]
    if room.refused:
        parts = [f"{one.part} ({one.numbers})" for one in room.refused]
        notes.append(problem("capsule-part-left-out", parts=parts, room=room.largest - room.taken))
    return made, notes


class _Room:
    """How many numbers may still be stored, and what found no room."""

    def __init__(self, largest: int) -> None:
        self.largest = largest
        self.taken = 0
        self.refused: list[LeftOut] = []

    def takes(self, numbers: int, part: str) -> bool:
        """Whether the part still fits; if so it is counted."""
        free = self.largest - self.taken
        if numbers > free:
            self.refused.append(LeftOut(part, numbers, max(free, 0)))
            return False
        self.taken += numbers
        return True


def _impossible(study: Study, rows: pd.DataFrame) -> str | None:
    """Why the results do not follow from moments at all."""
    options = study.options
    if options.missing != "listwise":
        return f"missing = {options.missing}"
    if options.estimator not in FROM_MOMENTS:
        return f"estimator = {options.estimator}"
    if len(rows) <= rows.shape[1]:
        return f"n = {len(rows)}"
    return None


def _disclosure(language: str) -> str:
    words = catalogue("zh" if language == "zh" else "en")["capsule-disclosure"]
    return str(words["explain"])


def _moments(rows: pd.DataFrame, by: str | None = None, group: str | None = None) -> CapsuleMoments:
    """Computed as the engine does, so that both find the very same matrix."""
    values = rows.to_numpy(dtype=float)
    means = values.mean(axis=0)
    centred = values - means
    covariance = centred.T @ centred / (len(values) - 1)
    return CapsuleMoments(
        by,
        group,
        len(values),
        tuple(str(name) for name in rows.columns),
        tuple(means.tolist()),
        triangle(covariance),
    )


def triangle(matrix: Floats) -> tuple[float, ...]:
    """The lower triangle of a symmetric matrix (p, p), row by row, diagonal included."""
    return tuple(matrix[np.tril_indices(len(matrix))].tolist())


def _size(moments: CapsuleMoments) -> int:
    return len(moments.means) + len(moments.covariance)


def _score_numbers(scores: CapsuleScores) -> int:
    return len(scores.products) + 2


def _products(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """The product indicators of all moderations (n, m), each once."""
    from tam.engine.products_expand import expand_interactions

    columns: dict[str, Any] = {}
    for text in moderation_texts(study):
        try:
            expansion = expand_interactions(text, rows, study.options.interaction, study.options.pairs)
        except TamError:  # the moderation is told as not estimated
            continue
        for one in expansion.products:
            columns |= {name: one.table[name] for name in one.table.columns if name not in columns}
    return rows[[]].assign(**columns)


def moderation_texts(study: Study) -> tuple[str, ...]:
    """The structural model with each of its moderations alone, in lavaan syntax; none where moderations are
    not estimated from product indicators."""
    from tam.engine.products import PRODUCT_METHODS

    return moderated_models(study.model) if study.options.interaction in PRODUCT_METHODS else ()


def moderated_models(model: Model) -> tuple[str, ...]:
    """The structural model with each of its moderations alone, in lavaan syntax."""
    main = model.to_lavaan()
    return tuple(f"{main}{one.outcome} ~ {one.predictor}:{one.moderator}\n" for one in model.moderations)


def _scores(study: Study, rows: pd.DataFrame) -> Iterator[CapsuleScores]:
    """The scores of the structural model and of each moderation that converged."""
    from tam.engine.fit import fit_model
    from tam.engine.products_fit import fit_interactions

    options = study.options
    if options.estimator in ("ULS", "GLS"):
        return
    kind = "MLM" if options.estimator == "MLM" else "MLR"
    how: dict[str, Any] = {"estimator": kind, "ci": options.ci}
    fit = fit_model(
        study.model.to_lavaan(), rows, meanstructure=options.meanstructure, std_lv=options.std_lv, **how
    )
    yield from _of_fit(STRUCTURE, fit)
    for at, text in enumerate(moderation_texts(study)):
        try:
            found = fit_interactions(text, rows, method=options.interaction, pairs=options.pairs, **how)
        except TamError:  # the moderation is told as not estimated
            continue
        yield from _of_fit(f"moderation.{at}", found.fit)


def _of_fit(name: str, fit: Fit) -> Iterator[CapsuleScores]:
    from tam.engine.robust import model_trace

    robust = fit.robust
    if robust is None:
        return
    whole = robust.parts.trace + model_trace(robust.curvature, robust.parts.meat, fit.solution.space)
    yield CapsuleScores(
        name, robust.kind, fit.free, triangle(robust.parts.meat), whole, robust.parts.baseline_trace
    )


def _groups(
    study: Study,
    instrument: Instrument,
    rows: pd.DataFrame,
    variables: pd.DataFrame,
    share: float,
    room: _Room,
) -> Iterator[CapsuleMoments]:
    """Moments of each group that the study compares and that is large enough by itself."""
    from tam.analysis.grouping import make_splits

    for split in make_splits(variables.loc[rows.index], instrument, study.groups):
        for group in split.labels:
            own = rows[(split.members == group).to_numpy()]
            numbers = rows.shape[1] * (rows.shape[1] + 3) // 2
            part = f"{split.by}: {group}"
            if numbers > share * own.size:
                room.refused.append(LeftOut(part, numbers, int(share * own.size)))
            elif room.takes(numbers, part):
                yield _moments(own, split.by, group)
