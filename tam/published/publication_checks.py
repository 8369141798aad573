"""What must fit together in a publication: names that point somewhere, parts that its kind needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError, problem
from tam.published.publication import Publication
from tam.spec.text import closest, is_identifier, listed
from tam.spec.validate import Locate

AUDIT_PARTS = (
    "constructs",
    "paths",
    "fits",
    "products",
    "sums",
    "diffs",
    "squares",
    "descriptives",
    "samples",
    "matrix",
    "printed_fit",
)
PLACED = (*AUDIT_PARTS, "htmt", "means", "sds", "alpha", "composite_reliability", "ave", "printed",
          "printed_indirect", "model", "n", "software")  # fmt: skip
"""Parts whose page or table ``places`` may name."""


def reference_problems(publication: Publication, where: Locate) -> list[Problem]:
    missing = [] if publication.title else [problem("missing-key", where(("title",)), key="title")]
    wrong_names = list(_variables(publication, where))
    if wrong_names:  # every name below would be unknown
        return [*missing, *wrong_names]
    return [
        *missing,
        *_named(publication, where),
        *_places(publication, where),
        *_parts_of_kind(publication, where),
        *_model(publication, where),
    ]


def _variables(publication: Publication, where: Locate) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, name in enumerate(publication.variables):
        if not is_identifier(name):
            yield problem("bad-identifier", where(("variables", i)), name=name)
        if name in seen:
            yield problem("duplicate-id", where(("variables", i)), id=name)
        seen.add(name)


def _named(publication: Publication, where: Locate) -> Iterator[Problem]:
    """Means, SDs and reliabilities belong to variables of the matrix, where there is one."""
    if not publication.variables:
        return
    for part in ("means", "sds", "alpha", "composite_reliability", "ave", "labels"):
        for name in getattr(publication, part):
            if name not in publication.variables:
                yield _unknown(name, publication.variables, where, (part, name))


def _places(publication: Publication, where: Locate) -> Iterator[Problem]:
    for part in publication.places:
        if part not in PLACED:
            guess = closest(part, PLACED) or listed(PLACED, 30)
            yield problem("unknown-key", where(("places", part)), key=f"places.{part}", suggestion=guess)


def _parts_of_kind(publication: Publication, where: Locate) -> Iterator[Problem]:
    if publication.kind in ("reproduce", "both"):
        for part in ("variables", "matrix", "model"):
            if not getattr(publication, part):
                yield problem("publication-lacks", where(("kind",)), part=part)
        if not (publication.printed or publication.printed_fit):
            yield problem("publication-lacks", where(("kind",)), part="printed")
    if publication.kind == "audit" and not any(getattr(publication, part) for part in AUDIT_PARTS):
        yield problem("publication-lacks", where(("kind",)), part=listed(AUDIT_PARTS))


def _model(publication: Publication, where: Locate) -> Iterator[Problem]:
    """The model can be read, and its names and those of the printed values are those of the matrix."""
    if publication.model is None:
        return
    try:
        syntax = parse_model(publication.model)
    except TamError as fault:
        for one in fault.problems:
            place = where(("model",))
            yield replace(one, where=replace(one.where, file=place.file, line=place.line))
        return
    latent = {name for formula in syntax.formulas if formula.operator == "=~" for name in formula.left}
    known = (*publication.variables, *sorted(latent - set(publication.variables)))
    used = {
        name
        for formula in syntax.formulas
        for name in (*formula.left, *(part for term in formula.terms for part in term.name.split(":")))
        if name not in ("0", "1")
    }
    for name in sorted(used - set(known)):
        yield _unknown(name, known, where, ("model",))
    for i, value in enumerate(publication.printed):
        for key in ("lhs", "rhs"):
            name = getattr(value, key)
            if (name or key == "lhs" or value.op not in ("R2", "~1")) and not set(name.split(":")) <= set(
                known
            ):
                yield _unknown(name, known, where, ("printed", i, key))
    for i, effect in enumerate(publication.printed_indirect):
        for name in effect.via:
            if name not in known:
                yield _unknown(name, known, where, ("printed_indirect", i, "path"))


def _unknown(name: str, known: tuple[str, ...], where: Locate, path: tuple[str | int, ...]) -> Problem:
    return problem(
        "publication-unknown-name", where(path), name=name, suggestion=closest(name, known) or listed(known)
    )
