"""Somebody's results held against what the analysis gives: digests first, then every value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tam.analysis.embedded import Embedded
from tam.analysis.evidence import SEAL, results_digest
from tam.errors import Problem, TamError, Where, problem
from tam.published.comparing import Comparison, Difference
from tam.published.comparing_results import compare_results, mapping
from tam.published.report_text import differing_places
from tam.published.results_file import ResultsFile
from tam.published.verification import (
    Basis,
    Digest,
    NotRecomputed,
    ReportPlace,
    Software,
    VerdictOfAll,
    Verification,
    What,
    told_difference,
    told_table,
)

if TYPE_CHECKING:
    from tam.spec.study import Study

TOLERANCE = 1e-8
"""Above the rounding of sums in another order, far below a printed digit."""
MOST_PACKAGES = 100
MOST_TOLD = 200
"""Differences that are listed; all are counted."""

#: What is known of an item by its own answers alone.
OF_ONE_ITEM = ("n", "n_missing", "mean", "sd", "counts")
CHANGED: Mapping[What, str] = {
    "data": "verify-data-changed",
    "instrument": "verify-instrument-changed",
    "study": "verify-study-changed",
    "results": "verify-results-changed",
}
#: What a stranger's values of the wrong kind can break while a report is drawn from them.
BROKEN_IN_DRAWING = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError, AssertionError),
    *(OSError, TamError),
)

Draw = Callable[[Mapping[str, Any], Embedded], str | None]
"""Draws the report of results as the page says it was drawn; None where templates of its own drew it."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """The study to run again; ``rebuilt`` where it was written from the results, without its file.
    ``overridden``: settings that the results say otherwise than the study file."""

    study: Study
    rebuilt: bool
    overridden: tuple[str, ...] = ()


def as_the_results_ask(study: Study, results: Mapping[str, Any], file: str, rebuilt: bool) -> Rerun:
    """The study with the settings that stand in the results, which options of ``tam run`` may have changed.

    Raises TamError where they cannot be settings.
    """
    from tam.spec.study import Options
    from tam.spec.study_file import OptionsForm, StudyForm

    said = results["study"]
    stated = {name: one for name, one in mapping(said.get("options")).items() if one is not None}
    try:
        form = OptionsForm.model_validate(stated)
        whole = StudyForm.model_validate({"seed": said.get("seed"), "language": said.get("language")})
    except ValidationError as fault:
        first = fault.errors()[0]
        reason = f"study.options.{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise TamError(problem("not-a-results-file", Where(file), reason=reason)) from None
    names = [name for name in Options.__dataclass_fields__ if name in stated]
    options = replace(study.options, **{name: getattr(form, name) for name in names})
    languages = (whole.language,) if isinstance(whole.language, str) else tuple(whole.language)
    changed = replace(study, options=options, seed=whole.seed, languages=languages)
    pairs = [(f"options.{name}", getattr(study.options, name), getattr(options, name)) for name in names]
    pairs += [("seed", study.seed, whole.seed), ("language", study.languages, languages)]
    told = tuple(f"{name}: {before} -> {after}" for name, before, after in pairs if before != after)
    return Rerun(changed, rebuilt, told)


def verify(
    file: ResultsFile,
    rerun: Rerun | None,
    *,
    tolerance: float = TOLERANCE,
    draw: Draw | None = None,
    progress: Callable[[str], None] = lambda _step: None,
    workers: int = 1,
) -> Verification:
    """Run the analysis again, or recompute what a capsule allows, and compare every value.

    Without ``rerun`` only the results' own digest, the report around them and their capsule can be checked.
    A study that cannot be run with these data is a finding, not an exception.
    """
    results = file.results
    seal = _seal(results)
    problems: list[Problem] = []
    digests, comparison, missing = [seal], None, tuple[NotRecomputed, ...]()
    basis: Basis = "nothing"
    if rerun is not None:
        basis = "data"
        digests, comparison, found = _run_again(file, rerun, seal, progress, workers)
        problems += found
    elif results.get("capsule") is not None:
        from tam.published.capsule import recompute

        basis = "capsule"
        progress("capsule")
        comparison, missing = recompute(results, file.name)
    progress("report")
    places, found = _report_places(file, draw)
    problems += found
    software = tuple(_software(results["provenance"]))
    beyond = comparison.beyond(tolerance) if comparison else ()
    within = len(comparison.differences) - len(beyond) if comparison else 0
    problems += _problems(file, digests, comparison, beyond, places, software, rerun, basis, tolerance)
    return Verification(
        file=file.name,
        kind="results" if file.page is None else "report",
        basis=basis,
        verdict=_verdict(problems, basis, missing),
        tolerance=tolerance,
        digests=tuple(digests),
        software=software,
        overridden=rerun.overridden if rerun else (),
        compared=sum(one.compared for one in comparison.tables) if comparison else 0,
        identical=sum(one.identical for one in comparison.tables) if comparison else 0,
        largest=_largest(comparison),
        tables=tuple(told_table(one, comparison.differences) for one in comparison.tables)
        if comparison
        else (),
        n_differences=len(beyond),
        n_within=within,
        differences=tuple(map(told_difference, comparison.differences[:MOST_TOLD])) if comparison else (),
        items_moved=_items_moved(comparison),
        report=places,
        not_recomputed=missing,
        problems=tuple(problems),
    )


def _seal(results: Mapping[str, Any]) -> Digest:
    """The digest that results carry of themselves."""
    stored = results["provenance"].get(SEAL)
    found = results_digest(results)
    known = stored if isinstance(stored, str) else None
    return Digest("results", known, found, None if known is None else known == found)


def _run_again(
    file: ResultsFile, rerun: Rerun, seal: Digest, progress: Callable[[str], None], workers: int
) -> tuple[list[Digest], Comparison | None, list[Problem]]:
    from tam.analysis.run import run

    study, results = rerun.study, file.results
    try:
        analysis = run(study, progress, workers=workers)
    except TamError as fault:
        digests = [_data_digest(results, _hash_of_files(study)), *_other_digests(results, rerun), seal]
        words = "; ".join(one.what for one in fault.problems[:3])
        return digests, None, [problem("verify-cannot-run", fault.problems[0].where, reason=words)]
    found = json.loads(analysis.to_json())
    digests = [
        _data_digest(results, found["provenance"]["data_sha256"]),
        *_other_digests(results, rerun),
        seal,
    ]
    return digests, compare_results(results, found, rebuilt=rerun.rebuilt, study_file=study.file), []


def _data_digest(results: Mapping[str, Any], found: str | None) -> Digest:
    return _digest("data", results["provenance"].get("data_sha256"), found)


def _hash_of_files(study: Study) -> str | None:
    """The digest of the only data file, where it cannot be read as a table."""
    import hashlib

    try:
        return None if study.files else hashlib.sha256(Path(study.data).read_bytes()).hexdigest()
    except OSError:
        return None


def _other_digests(results: Mapping[str, Any], rerun: Rerun) -> list[Digest]:
    stored, study = results["provenance"], rerun.study
    instrument = None if rerun.rebuilt and study.instrument.inline else study.instrument.digest
    return [
        _digest("instrument", stored.get("instrument_sha256"), instrument),
        _digest("study", stored.get("study_sha256"), None if rerun.rebuilt else study.digest),
    ]


def _digest(what: What, stored: Any, found: str | None) -> Digest:
    known = stored if isinstance(stored, str) else None
    agrees = None if found is None else known == found
    return Digest(what, known, found, agrees)


def _software(provenance: Mapping[str, Any]) -> list[Software]:
    """Versions that are not those of the results."""
    here = {"tam": metadata.version("tam-survey"), "python": python_version()}
    stored: dict[str, Any] = {name: provenance.get(name) for name in here}
    for name, version in list(mapping(provenance.get("packages")).items())[:MOST_PACKAGES]:
        stored[name] = version
        here[name] = _version(name)
    return [
        Software(name, str(version)[:60], here[name])
        for name, version in stored.items()
        if version != here[name]
    ]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, ValueError):
        return "-"


def _report_places(file: ResultsFile, draw: Draw | None) -> tuple[tuple[ReportPlace, ...], list[Problem]]:
    """Where the report around the results says something else than they do."""
    page = file.page
    if page is None or draw is None:
        return (), []
    try:
        _raise_for_strange(page)
        drawn = draw(file.results, page)
    except BROKEN_IN_DRAWING as fault:
        reason = f"{type(fault).__name__}: {fault}"
        return (), [problem("verify-report-not-drawn", Where(file.name), reason=reason)]
    if drawn is None:
        return (), [problem("verify-report-own-templates", Where(file.name))]
    return differing_places(page.page, drawn), []


def _raise_for_strange(page: Embedded) -> None:
    """Raise ValueError where a page states a language or an audience that ours have not: they name files."""
    languages = (page.language, *page.languages)
    if not set(languages) <= {"en", "zh"} or re.fullmatch("[a-z]{1,20}", page.audience) is None:
        raise ValueError("it states a language or an audience that there is not")


def _problems(
    file: ResultsFile,
    digests: Sequence[Digest],
    comparison: Comparison | None,
    beyond: Sequence[Difference],
    places: Sequence[ReportPlace],
    software: Sequence[Software],
    rerun: Rerun | None,
    basis: Basis,
    tolerance: float,
) -> list[Problem]:
    where = Where(file.name)
    found = [
        problem(CHANGED[one.what], where, stored=one.stored or "-", found=one.found or "-")
        for one in digests
        if one.agrees is False
    ]
    if beyond:
        first = beyond[0]
        told = {"n": len(beyond), "place": first.path, "stored": first.stored, "found": first.found}
        places_told = [one.path for one in beyond[:10]]
        found.append(problem("verify-values-differ", where, **told, places=places_told, tolerance=tolerance))
    elif comparison and comparison.differences and digests[-1].agrees is False:
        told = {"n": len(comparison.differences), "places": [one.path for one in comparison.differences[:10]]}
        found.append(problem("verify-values-within", where, **told, tolerance=tolerance))
    found += [
        problem(
            "verify-report-differs",
            Where(file.name, line=one.line),
            section=one.section or "-",
            place=one.place or "-",
            printed=one.printed,
            expected=one.expected,
        )
        for one in places
    ]
    if basis == "nothing":
        found.append(problem("verify-not-recomputed", where))
    if software:
        told_software = [f"{one.name} {one.stored} -> {one.here}" for one in software]
        found.append(problem("verify-other-software", where, software=told_software))
    if rerun is not None and rerun.overridden:
        found.append(problem("verify-settings-overridden", where, settings=list(rerun.overridden)))
    if rerun is not None and rerun.rebuilt:
        found.append(problem("verify-study-rebuilt", where))
    return found


def _verdict(problems: Sequence[Problem], basis: Basis, missing: Sequence[NotRecomputed]) -> VerdictOfAll:
    if any(one.severity == "error" for one in problems):
        return "differs"
    if basis == "nothing":
        return "not_recomputed"
    return "verified_in_part" if missing or basis == "capsule" else "verified"


def _items_moved(comparison: Comparison | None) -> tuple[str, ...]:
    """Items whose own answers are others: their distribution differs, whatever that does to the rest."""
    paths = [one.path.split(".") for one in comparison.differences] if comparison else []
    own = (path for path in paths if path[:2] == ["measurement", "items"] and len(path) > 3)
    return tuple(sorted({path[2] for path in own if path[3] in OF_ONE_ITEM}))


def _largest(comparison: Comparison | None) -> float | None:
    """The largest difference of two numbers; None where there are none to compare."""
    if comparison is None:
        return None
    numbers = [one.size for one in comparison.differences if one.kind == "number"]
    return max(numbers, default=0.0)
