"""Papers that nobody wrote: a path model, a sample, and what of it a paper prints."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tam.published.printed import parse_printed
from tam.published.publication import PrintedValue, Publication

MODELS = (
    "C ~ A + B\nD ~ C + A\nE ~ D + C",
    "D ~ A + B + C\nE ~ A + B + D\nF ~ D + E",
    "C ~ A\nD ~ A + B\nE ~ C + D",
    "F ~ A + B + C + D + E\nG ~ F + A",
)


@dataclass(frozen=True)
class Paper:
    """``truth``: every printed value at full precision, by (outcome, predictor), R2 with an empty predictor;
    ``correlations`` at full precision."""

    publication: Publication
    truth: dict[tuple[str, str], float]
    correlations: NDArray[np.float64]

    def with_cell(self, row: int, column: int, text: str) -> Publication:
        """The publication with another number in one cell of the matrix."""
        rows = [list(one) for one in self.publication.matrix]
        rows[max(row, column)][min(row, column)] = parse_printed(text)
        return replace(self.publication, matrix=tuple(map(tuple, rows)))


def equations(model: str) -> dict[str, list[str]]:
    pairs = (line.split("~") for line in model.splitlines())
    return {outcome.strip(): [one.strip() for one in own.split("+")] for outcome, own in pairs}


def regressions(model: str, names: list[str], matrix: NDArray[np.float64]) -> dict[tuple[str, str], float]:
    """Standardised slopes and R2 of every equation."""
    found = {}
    for outcome, own in equations(model).items():
        x, y = [names.index(one) for one in own], names.index(outcome)
        slopes = np.linalg.solve(matrix[np.ix_(x, x)], matrix[x, y])
        found |= {(outcome, one): float(slope) for one, slope in zip(own, slopes, strict=True)}
        found[outcome, ""] = float(slopes @ matrix[x, y])
    return found


def sample(rng: np.random.Generator, model: str, n: int) -> tuple[list[str], NDArray[np.float64]]:
    """Names and answers (n, p) of a sample drawn from the model with random paths."""
    outcomes = equations(model)
    names = sorted({*outcomes, *(one for own in outcomes.values() for one in own)})
    common = rng.normal(size=n)
    values = {one: 0.6 * common + 0.8 * rng.normal(size=n) for one in names if one not in outcomes}
    while len(values) < len(names):
        for outcome, own in outcomes.items():
            if outcome in values or not set(own) <= set(values):
                continue
            paths = rng.uniform(0.1, 0.35, len(own)) * rng.choice([1, 1, 1, -1], len(own))
            drawn = sum(path * values[one] / values[one].std() for path, one in zip(paths, own, strict=True))
            values[outcome] = drawn + 0.8 * rng.normal(size=n)
    return names, np.column_stack([values[one] for one in names])


def printed_matrix(matrix: NDArray[np.float64], digits: int) -> tuple[tuple[object, ...], ...]:
    return tuple(
        tuple(parse_printed(f"{matrix[i, j]:.{digits}f}") if i != j else None for j in range(i + 1))
        for i in range(len(matrix))
    )


def paper(seed: int, *, cells: int = 2, values: int = 3, n: int = 300, model: str | None = None) -> Paper:
    """A paper with ``cells`` and ``values`` decimals in its matrix and its estimates."""
    rng = np.random.default_rng(seed)
    chosen = model or MODELS[int(rng.integers(len(MODELS)))]
    names, answers = sample(rng, chosen, n)
    correlations = np.corrcoef(answers, rowvar=False)
    truth = regressions(chosen, names, correlations)
    printed = tuple(
        PrintedValue(
            "path" if predictor else "R2",
            outcome,
            "~" if predictor else "R2",
            predictor,
            parse_printed(f"{value:.{values}f}"),
        )
        for (outcome, predictor), value in truth.items()
    )
    publication = Publication(
        key=f"paper-{seed}",
        kind="reproduce",
        title="Nobody's paper",
        n=n,
        n_text=str(n),
        variables=tuple(names),
        matrix=printed_matrix(correlations, cells),  # type: ignore[arg-type]
        model=chosen,
        printed=printed,
        simulated=True,
    )
    return Paper(publication, truth, correlations)
