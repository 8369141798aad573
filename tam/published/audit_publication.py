"""What was read from copied tables, as a publication: names joined, the diagonal of the matrix understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tam.published.audit_check import interval
from tam.published.audit_columns import folded
from tam.published.audit_reading import Reading
from tam.published.audit_rows import Measured
from tam.published.audit_triangles import Matrix
from tam.published.publication import Diagonal, PrintedConstruct, PrintedValue, Publication

_ROOT = re.compile(r"square root|sqrt|√|平方根|fornell", re.IGNORECASE)
_SHORT = re.compile(r"([^()]{1,80}?) ?[(]([^()]{1,20})[)]")


def publication_of(reading: Reading, key: str) -> Publication:
    """The publication that the tables make up."""
    n = reading.counts[0] if len(set(reading.counts)) == 1 else None
    matrix, htmt = reading.matrix, _same_names(reading.htmt, reading.matrix)
    called = _names(reading, matrix.names if matrix is not None else ())
    constructs = tuple(_construct(one, called) for one in reading.constructs.values())
    variables = matrix.names if matrix is not None else htmt.names if htmt is not None else ()
    beside = matrix.beside if matrix is not None else {}
    starred = any(one.stars for one in reading.paths)
    paths = tuple(
        replace(
            one,
            stars=one.stars if starred else None,
            lhs=called.get(folded(one.lhs), one.lhs) if one.lhs else None,
            rhs=called.get(folded(one.rhs), one.rhs) if one.rhs else None,
        )
        for one in reading.paths
    )
    indirect = tuple(
        replace(one, via=tuple(called.get(folded(name), name) for name in one.via))
        for one in reading.indirect
    )
    return Publication(
        key=re.sub(r"[^\w-]", "-", key)[:80] or "tables",
        kind="audit",
        title="",
        n=n,
        variables=variables,
        matrix=matrix.rows if matrix is not None else (),
        diagonal=_diagonal(matrix, constructs, reading.words),
        htmt=htmt.rows if htmt is not None else (),
        means=beside.get("mean", {}),
        sds=beside.get("sd", {}),
        alpha=beside.get("alpha", {}),
        composite_reliability=beside.get("composite_reliability", {}),
        ave=beside.get("ave", {}),
        printed=tuple(
            PrintedValue("R2", called.get(folded(name), name), "R2", "", value)
            for name, value in reading.explained.items()
        ),
        printed_indirect=indirect,
        star_cuts=reading.cuts,
        constructs=constructs,
        paths=paths,
        fits=tuple(reading.fits),
        descriptives=tuple(replace(one, n=one.n or n) for one in reading.descriptives),
    )


def _names(reading: Reading, variables: Sequence[str]) -> dict[str, str]:
    """Spellings of a construct's name -> one of them: ``Perceived usefulness (PU)`` is ``PU`` in matrices."""
    found = {folded(name): name for name in variables}
    for name in reading.constructs:
        match = _SHORT.fullmatch(name) if len(name) <= 120 else None
        spellings = [name, *(match.groups() if match else ())]
        own = next((found[folded(one)] for one in spellings if folded(one) in found), name)
        for one in spellings:
            found.setdefault(folded(one), own)
    return found


def _construct(one: Measured, called: Mapping[str, str]) -> PrintedConstruct:
    values: dict[str, Any] = one.values
    return PrintedConstruct(
        called.get(folded(one.name), one.name),
        tuple(one.loadings),
        tuple(one.items),
        **values,
        n_items=one.n_items,
        line=one.line,
    )


def _same_names(htmt: Matrix | None, matrix: Matrix | None) -> Matrix | None:
    """HTMT stands over the variables of the correlations, where there are any."""
    if htmt is None or matrix is None or htmt.names == matrix.names:
        return htmt
    return None


def _diagonal(matrix: Matrix | None, constructs: Sequence[PrintedConstruct], words: str) -> Diagonal:
    """What the diagonal holds: ones, or roots of AVE if the paper says so or most of them are."""
    if matrix is None:
        return "none"
    cells = {name: row[-1] for name, row in zip(matrix.names, matrix.rows) if row[-1] is not None}
    if not cells:
        return "none"
    if all(cell.value == 1 for cell in cells.values()):
        return "one"
    if _ROOT.search(words) and re.search("ave|average variance|平均", words, re.IGNORECASE):
        return "sqrt_ave"
    aves = {folded(one.name): one.ave for one in constructs if one.ave is not None}
    aves |= {folded(name): value for name, value in matrix.beside.get("ave", {}).items()}
    known = [(cell, aves[folded(name)]) for name, cell in cells.items() if folded(name) in aves]
    fits = sum(1 for cell, ave in known if interval(cell).meets(interval(ave).root()))
    return "sqrt_ave" if known and 2 * fits > len(known) else "other"
