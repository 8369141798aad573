"""Reads a publication from YAML: every problem with its line, all of them at once; nothing is executed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tam.content import content_path
from tam.errors import Problem, TamError, Where, problem, raise_if_any
from tam.published.printed import Printed
from tam.published.publication import Publication
from tam.published.publication_checks import reference_problems
from tam.published.publication_form import ALIASES, FIT_ALIASES, TOP_ALIASES, PublicationForm
from tam.published.publication_matrix import read_triangle
from tam.published.publication_parts import read_parts
from tam.spec.marked_yaml import MarkedYaml, Path_, read_yaml
from tam.spec.text import closest, listed
from tam.spec.validate import Locate, as_problems

LARGEST = 300_000
"""Bytes. The largest publication that ships has some 20,000."""
MOST_VALUES = 20_000
MOST_PROBLEMS = 50


def shipped_publications() -> tuple[str, ...]:
    """Keys of the publications that come with the project."""
    folder = content_path("instruments", "published")
    return tuple(sorted(path.stem for path in folder.glob("*.yaml"))) if folder.is_dir() else ()


def load_publication(name: str | Path, asked: Where | None = None) -> Publication:
    """A shipped publication by key, or one from a YAML file. Raises TamError with every problem found."""
    return parse_publication(
        read_yaml(_locate(str(name), asked or Where()), as_text=True, largest=LARGEST), Path(str(name)).stem
    )


def _locate(name: str, asked: Where) -> Path:
    if name.lower().endswith((".yaml", ".yml")):
        return Path(name)
    shipped = shipped_publications()
    if re.fullmatch(r"[\w-]{1,64}", name) and name in shipped:
        return content_path("instruments", "published", f"{name}.yaml")
    guess = closest(name, shipped) or listed(shipped) or "-"
    raise TamError(problem("unknown-publication", asked, name=name, suggestion=guess))


def parse_publication(source: MarkedYaml, stem: str = "publication") -> Publication:
    """The publication in a YAML document read with ``as_text``. ``stem`` stands in for a missing key."""
    if not isinstance(source.data, dict):
        raise TamError([*source.problems, problem("publication-no-mapping", Where(source.file, line=1))])
    if len(source.lines) > MOST_VALUES:
        too_many = problem("publication-too-long", Where(source.file), most=MOST_VALUES)
        raise TamError([*source.problems, too_many])
    if any(one.code == "yaml-tag" for one in source.problems):
        raise TamError(source.problems)
    source = plain_keys(source)

    def where(path: Path_) -> Where:
        return Where(source.file, line=source.line(path))

    problems = list(source.problems)
    try:
        form = PublicationForm.model_validate(source.data)
    except ValidationError as fault:
        raise TamError(
            _first([*problems, *as_problems(fault, PublicationForm, where)], source.file)
        ) from None
    publication, found = _publication(form, source, stem, where)
    raise_if_any(_first([*problems, *found], source.file))
    return publication


def _first(problems: list[Problem], file: str) -> list[Problem]:
    """The first problems by line, and how many more there are."""
    ordered = sorted(problems, key=lambda one: (one.where.line or 0, one.code))
    if len(ordered) <= MOST_PROBLEMS:
        return ordered
    more = problem("publication-more-problems", Where(file), n=len(ordered) - MOST_PROBLEMS)
    return [*ordered[:MOST_PROBLEMS], more]


def plain_keys(source: MarkedYaml) -> MarkedYaml:
    """Every key in its one spelling (``CR`` is ``composite_reliability``); keys without a value left out."""
    lines: dict[Path_, int] = dict(source.lines)
    problems = list(source.problems)

    def renamed(
        mapping: Mapping[Any, Any], aliases: Mapping[str, str], old: Path_, new: Path_
    ) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in mapping.items():
            folded = key.lower() if aliases is FIT_ALIASES and isinstance(key, str) else key
            name = aliases.get(folded, folded)
            if value is None:
                continue
            line = source.line((*old, key))
            if name in found:
                problems.append(problem("duplicate-key", Where(source.file, line=line), key=key))
            found[name] = value
            if line is not None:
                lines[(*new, name)] = line
        return found

    data = renamed(source.data, TOP_ALIASES, (), ())
    for part, aliases in ALIASES.items():
        if isinstance(data.get(part), dict):
            data[part] = renamed(data[part], aliases, (part,), (part,))
        elif isinstance(data.get(part), list):
            data[part] = [
                renamed(one, aliases, (part, i), (part, i)) if isinstance(one, dict) else one
                for i, one in enumerate(data[part])
            ]
    return MarkedYaml(source.file, data, lines, tuple(problems))


def _publication(
    form: PublicationForm, source: MarkedYaml, stem: str, where: Locate
) -> tuple[Publication, list[Problem]]:
    key = form.key or stem
    problems: list[Problem] = []
    if not re.fullmatch(r"[\w-]{1,80}", key):
        problems.append(problem("publication-key", where(("key",)), key=key))
    parts, found = read_parts(form, source, where)
    matrix, flaws = read_triangle(form.matrix, form.variables, "matrix", where)
    htmt, more_flaws = read_triangle(form.htmt, form.variables, "htmt", where)
    number, no_number = _respondents(form.n, where(("n",)))
    kind = matrix_kind(form, matrix)
    publication = Publication(
        key=key,
        kind=form.kind or _kind(form),
        title=form.title,
        authors=form.authors,
        year=form.year,
        journal=form.journal,
        topic=form.topic,
        url=form.url,
        doi=form.doi,
        where_read=form.where_read,
        licence=form.licence,
        software=form.software,
        n=number,
        n_text=form.n,
        variables=tuple(form.variables),
        labels=form.labels,
        matrix=matrix,
        matrix_kind=kind,
        matrix_note=form.matrix_is,
        diagonal=diagonal_of(form, matrix, kind),
        htmt=htmt,
        means=form.means,
        sds=form.sds,
        alpha=form.alpha,
        composite_reliability=form.composite_reliability,
        ave=form.ave,
        model=form.model,
        model_line=where(("model",)).line,
        printed_text=form.printed_text,
        star_cuts=form.star_cuts,
        df_t=form.df_t,
        places=form.places,
        recorded={
            name: value
            for name, value in (("values", form.verified), ("summary", form.verified_summary))
            if value is not None
        },
        finding=form.finding,
        notes=form.notes,
        simulated=form.simulated,
        file=source.file,
        digest=_digest(source.data),
        **parts,
    )
    problems += [*found, *flaws, *more_flaws, *no_number]
    return publication, [*problems, *reference_problems(publication, where)]


def _kind(form: PublicationForm) -> Any:
    """What a file that does not say so is good for."""
    reproduce = bool(form.matrix and form.model)
    audit = bool(form.constructs or form.paths or form.fits or form.sums or form.products)
    return "both" if reproduce and audit else "reproduce" if reproduce else "audit"


def _respondents(text: str, where: Where) -> tuple[int | None, list[Problem]]:
    """n, or None where the paper's is not known (``not on the page``). ``1,804`` or ``n = 5`` is refused."""
    if not any(char.isdigit() for char in text):
        return None, []
    if re.fullmatch(r"[0-9]{1,10}", text) and 1 <= int(text) <= 10**9:
        return int(text), []
    return None, [problem("publication-n", where, n=text)]


def matrix_kind(form: PublicationForm, matrix: Iterable[tuple[Printed | None, ...]]) -> Any:
    """As stated, else a covariance matrix if the words say so or a cell beside the diagonal exceeds 1."""
    if form.matrix_kind is not None:
        return form.matrix_kind
    words = form.matrix_is.casefold()
    beside = [cell for row in matrix for cell in row[:-1] if cell is not None]
    large = any(abs(cell.value) > 1 for cell in beside) and any(
        row[-1] is not None and row[-1].value > 1 for row in matrix
    )
    return "covariance" if large or ("covariance" in words and "correlation" not in words) else "correlation"


_DIAGONALS = ("one", "sqrt_ave", "ave", "alpha", "composite_reliability", "variance", "none", "other")


def diagonal_of(form: PublicationForm, matrix: tuple[tuple[Printed | None, ...], ...], kind: str) -> Any:
    """What stands on the diagonal: as stated by one of our words, else by the paper's words and numbers."""
    if form.diagonal in _DIAGONALS:
        return form.diagonal
    cells = [row[-1] for row in matrix if row and row[-1] is not None]
    if not cells:
        return "none"
    if kind == "covariance":
        return "variance"
    if all(cell.value == 1 for cell in cells):
        return "one"
    words = f"{form.diagonal or ''} {form.matrix_is}".casefold()
    return "sqrt_ave" if re.search(r"sqrt|square root", words) else "other"


def _digest(data: Any) -> str:
    """SHA-256 of the content, whatever its layout and order of keys."""
    kept = {name: value for name, value in data.items() if not str(name).startswith("verified")}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
