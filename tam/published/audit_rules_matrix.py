"""Rules on matrices of correlations: limits, triples, positive definiteness, AVE and HTMT beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from tam.published.audit_check import Check, compared, flaw, interval, placed, point, remark
from tam.published.audit_correlations import Correlations, correlations_of, method_of
from tam.published.audit_rules_measurement import constructs_of
from tam.published.printed import Printed
from tam.published.publication import PrintedConstruct, Publication
from tam.stats.interval_arithmetic import Interval
from tam.stats.printed_reliability import alpha_range, mean_range, standardised_alpha_range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_FOR_TRIPLES, MOST_FOR_REPAIRS, MOST_TRIPLES = 60, 40, 20
PAIRWISE = "pairwise deletion, polychoric or separately estimated correlations can do this; so can a misprint"


def matrix_checks(publication: Publication) -> Iterator[Check]:
    correlations = correlations_of(publication)
    where = placed("correlations", publication.matrix_place)
    yield from _limits(correlations, where)
    yield from _triples(correlations, where)
    yield from _definite(publication, where)
    yield from _printed_twice(publication)
    yield from _fornell_larcker(publication, correlations)
    yield from _copied_column(publication, correlations)
    yield from _htmt(publication, correlations)
    yield from _alphas(publication, correlations)


def _limits(correlations: Correlations, where: str) -> Iterator[Check]:
    for (first, second), cell in correlations.cells.items():
        if cell.low > 1 or cell.high < -1:
            pair = f"{where}: {first}, {second}"
            yield flaw("correlation_limits", pair, cell.text, "no correlation exceeds 1", low=-1.0, high=1.0)


def _triples(correlations: Correlations, where: str) -> Iterator[Check]:
    """Two correlations bound the third of every three variables."""
    from tam.stats.possible_correlations import third_correlation_range

    names = correlations.names
    if not 3 <= len(names) <= MOST_FOR_TRIPLES:
        return
    broken: list[tuple[str, str, str]] = []
    for triple in combinations(names, 3):
        a, b, c = triple
        ranges = (correlations.range(a, b), correlations.range(b, c), correlations.range(a, c))
        xy, yz, xz = ranges
        if xy is None or yz is None or xz is None or any(_beyond_one(one) for one in (xy, yz, xz)):
            continue
        if not xz.meets(third_correlation_range(xy, yz)):
            broken.append(triple)
    if not broken:
        yield Check(
            "correlation_triples", where, f"{len(names)} variables", None, None, None, "consistent", "none"
        )
        return
    suspects = Counter(pair for triple in broken for pair in combinations(triple, 2))
    for triple in broken[:MOST_TRIPLES]:
        first, second = max(combinations(triple, 2), key=lambda pair: suspects[pair])
        (other,) = set(triple) - {first, second}
        yield _triple(correlations, where, first, second, other)


def _beyond_one(reach: Interval) -> bool:
    return reach.low > 1 or reach.high < -1


def _triple(correlations: Correlations, where: str, first: str, second: str, other: str) -> Check:
    from tam.stats.possible_correlations import third_correlation_range

    one, two = correlations.range(first, other), correlations.range(other, second)
    cell = correlations.printed(first, second)
    assert one is not None and two is not None and cell is not None
    texts = [
        found.text for name in (first, second) if (found := correlations.printed(name, other)) is not None
    ]
    note = f"beside {texts[0]} and {texts[1]} with {other}; one of the three cannot be right"
    place = f"{where}: {first}, {second}"
    return compared("correlation_triples", place, cell, [third_correlation_range(one, two)], None, note=note)


def _definite(publication: Publication, where: str) -> Iterator[Check]:
    """Some matrix that rounds to the printed one must have no negative eigenvalue."""
    found = box(publication)
    if found is None:
        return
    from tam.stats.possible_correlations import definiteness, sign_repairs, smallest_eigenvalue

    middle, half = found
    text, smallest = f"{len(middle)} x {len(middle)}", smallest_eigenvalue(middle)
    verdict = definiteness(middle, half)
    if verdict == "possible":
        yield Check("positive_definite", where, text, smallest, None, None, "consistent", "none")
    elif verdict == "unknown":
        note = "no matrix within rounding without a negative eigenvalue was found, nor ruled out"
        yield remark("positive_definite", where, text, note, recomputed=smallest, low=0.0)
    else:
        repairs = sign_repairs(middle) if len(middle) <= MOST_FOR_REPAIRS else ()
        names = publication.variables
        cells = ", ".join(f"{names[i]} with {names[j]}" for i, j in repairs[:3])
        note = f"possible with the other sign of {cells}; {PAIRWISE}" if cells else PAIRWISE
        yield flaw("positive_definite", where, text, note, recomputed=smallest, low=0.0)


def box(publication: Publication) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The printed matrix and half a unit of each cell; None where a cell is lacking.

    Correlations have 1 on the diagonal, whatever is printed there.
    """
    import numpy as np

    p = len(publication.variables)
    if p < 2 or len(publication.matrix) != p:
        return None
    middle, half = np.eye(p), np.zeros((p, p))
    for i, row in enumerate(publication.matrix):
        for j, cell in enumerate(row):
            if i == j and publication.matrix_kind == "correlation":
                continue
            if cell is None:
                return None
            middle[i, j] = middle[j, i] = cell.value
            half[i, j] = half[j, i] = cell.half_unit
    return middle, half


def _printed_twice(publication: Publication) -> Iterator[Check]:
    """The same coefficient of the same construct in two tables."""
    elsewhere: Mapping[str, Mapping[str, Printed]] = {
        "alpha": publication.alpha,
        "composite_reliability": publication.composite_reliability,
        "ave": publication.ave,
        "mean": publication.means,
        "sd": publication.sds,
    }
    diagonals = {
        "sqrt_ave": "sqrt_ave",
        "alpha": "alpha",
        "composite_reliability": "composite_reliability",
        "ave": "ave",
    }
    diagonal = diagonals.get(publication.diagonal)
    on_diagonal = {
        name: row[-1]
        for name, row in zip(publication.variables, publication.matrix)
        if row and row[-1] is not None
    }
    for one in publication.constructs:
        for key, values in (*elsewhere.items(), *([(diagonal, on_diagonal)] if diagonal else [])):
            first, second = getattr(one, key), values.get(one.name)
            if first is not None and second is not None:
                where = f"{placed(one.name, one.place)}: {key}"
                yield compared(
                    "printed_twice",
                    where,
                    first,
                    [interval(second)],
                    second.value,
                    note=f"printed as {second.text} elsewhere",
                )
    paths = {(one.lhs, one.rhs): one for one in publication.paths if one.lhs and one.rhs}
    for value in publication.printed:
        path = paths.get((value.lhs, value.rhs)) if value.op == "~" else None
        if path is not None:
            others = [one for one in (path.b, path.beta) if one is not None]
            own = [one for one in (value.printed, value.std) if one is not None]
            if others and not any(interval(a).meets(interval(b)) for a in own for b in others):
                where = placed(f"{value.lhs} ~ {value.rhs}", value.place)
                yield remark(
                    "printed_twice",
                    where,
                    value.printed.text,
                    f"printed as {others[0].text} elsewhere",
                    recomputed=others[0].value,
                )


def _fornell_larcker(publication: Publication, correlations: Correlations) -> Iterator[Check]:
    """A finding, no contradiction: a construct that shares more with another than with its items."""
    for one in constructs_of(publication):
        root = interval(one.sqrt_ave) if one.sqrt_ave else interval(one.ave).root() if one.ave else None
        if root is None or one.name not in correlations.names:
            continue
        for other in correlations.names:
            cell = correlations.printed(one.name, other)
            if cell is not None and abs(interval(cell)).low > root.high:
                where = f"{one.name}, {other}"
                note = "the correlation exceeds the square root of the AVE (Fornell-Larcker criterion)"
                yield remark(
                    "fornell_larcker_criterion",
                    where,
                    cell.text,
                    note,
                    high=float(root.high),
                    severity="advice",
                )


def _copied_column(publication: Publication, correlations: Correlations) -> Iterator[Check]:
    """Three or more AVE that are their constructs' correlations with one variable, and fit nothing else."""
    from tam.stats.printed_reliability import ave_range

    lone = []
    for one in constructs_of(publication):
        if one.ave is None or one.name not in correlations.names:
            continue
        own = interval(one.ave)
        by_root = one.sqrt_ave is not None and not interval(one.sqrt_ave).meets(own.root())
        by_items = bool(one.loadings) and not own.meets(
            ave_range([interval(value) for value in one.loadings])
        )
        if by_root or by_items:
            lone.append((one, one.ave))
    for name in correlations.names:
        same = [
            (one.name, ave.text)
            for one, ave in lone
            if (cell := correlations.printed(one.name, name)) is not None and abs(cell.value) == ave.value
        ]
        if len(same) >= 3:
            texts = ", ".join(text for _, text in same)
            note = f"these AVE are the correlations with {name}; they fit neither loadings nor diagonal"
            yield flaw("copied_column", ", ".join(one for one, _ in same), texts, note)


def _htmt(publication: Publication, correlations: Correlations) -> Iterator[Check]:
    """With unit weights HTMT is the correlation divided by the root of the two (standardised) alphas."""
    if not publication.htmt or method_of(publication) == "latent":
        return
    constructs = {one.name: one for one in constructs_of(publication)}
    names = publication.variables
    for i, row in enumerate(publication.htmt):
        for j, cell in enumerate(row[:i]):
            r = correlations.range(names[i], names[j])
            if cell is not None and r is not None:
                alphas = [constructs[name].alpha for name in (names[i], names[j]) if name in constructs]
                yield from _htmt_cell(cell, abs(r), alphas, f"HTMT: {names[i]}, {names[j]}")


def _htmt_cell(cell: Printed, r: Interval, alphas: list[Printed | None], where: str) -> Iterator[Check]:
    known = [interval(one).cut(0, 1) for one in alphas if one is not None]
    reach = None
    if len(known) == 2 and all(one.low > 0 for one in known):
        reach = r / (known[0] * known[1]).root()
    if reach is not None and interval(cell).meets(reach):
        yield Check(
            "htmt_and_correlation",
            where,
            cell.text,
            reach.middle,
            float(reach.low),
            float(reach.high),
            "consistent",
            "none",
        )
    elif cell.high < r.low:
        note = "below the correlation of the constructs, which measurement error should have made smaller"
        expected = None if reach is None else reach.middle
        yield remark("htmt_and_correlation", where, cell.text, note, recomputed=expected, low=float(r.low))


def _alphas(publication: Publication, correlations: Correlations) -> Iterator[Check]:
    """Alpha from a printed matrix of the items."""
    for one in publication.constructs:
        if one.alpha is None or len(one.items) < 2 or not set(one.items) <= set(publication.variables):
            continue
        yield from _alpha(one, one.alpha, publication, correlations)


def _alpha(
    one: PrintedConstruct, alpha: Printed, publication: Publication, correlations: Correlations
) -> Iterator[Check]:
    k = len(one.items)
    cells = [correlations.printed(a, b) for a, b in combinations(one.items, 2)]
    where = placed(one.name, one.place)
    if publication.matrix_kind == "covariance":
        found = _covariances(one, publication)
        if found is not None:
            reach = alpha_range(*found)
            yield compared("alpha_from_matrix", where, alpha, [reach], reach.middle)
        return
    if any(cell is None for cell in cells):
        return
    present = [cell for cell in cells if cell is not None]
    ranges = [standardised_alpha_range(mean_range([interval(cell) for cell in present]), k)]
    middle = standardised_alpha_range(mean_range([point(cell) for cell in present]), k)
    deviations = [publication.sds.get(name) for name in one.items]
    raw = all(value is not None for value in deviations)
    if raw:
        sds = {name: interval(publication.sds[name]).cut(0) for name in one.items}
        shared = [
            interval(cell) * sds[a] * sds[b] for cell, (a, b) in zip(present, combinations(one.items, 2))
        ]
        ranges.append(alpha_range([sds[name].squared() for name in one.items], shared))
    note = "" if raw else "of standardised items; alpha of the answers as they are may differ"
    yield compared(
        "alpha_from_matrix",
        where,
        alpha,
        ranges,
        middle,
        note=note,
        otherwise="inconsistent" if raw else "undecidable",
    )


def _covariances(
    one: PrintedConstruct, publication: Publication
) -> tuple[list[Interval], list[Interval]] | None:
    at = {name: i for i, name in enumerate(publication.variables)}
    variances = [publication.matrix[at[name]][at[name]] for name in one.items]
    shared = [publication.matrix[max(at[a], at[b])][min(at[a], at[b])] for a, b in combinations(one.items, 2)]
    if any(cell is None for cell in (*variances, *shared)):
        return None
    return (
        [interval(cell) for cell in variances if cell is not None],
        [interval(cell) for cell in shared if cell is not None],
    )
