"""The whole flow: study -> responses -> screening -> measurement -> structure -> moderation -> comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tam.analysis.analysis import Analysis
from tam.analysis.hypotheses import judge
from tam.analysis.measuring import measured, method_and_missing
from tam.analysis.provenance import provenance_record
from tam.analysis.reading import read_study_data
from tam.analysis.structural import Structure, fit_structure, model_rows
from tam.analysis.study_record import study_record
from tam.errors import Problem
from tam.record import to_record
from tam.spec.instrument import Instrument
from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from tam.analysis.screening import Screening

Progress = Callable[[str], None]
STEPS = (
    *("reading", "screening", "measurement", "structure", "evidence"),
    *("effects", "moderation", "comparison", "multiverse"),
)


def silent(_step: str) -> None:
    """A progress that nobody watches."""


def run(
    study: Study,
    progress: Progress = silent,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    drawn: Callable[[int, int], None] | None = None,
) -> Analysis:
    """Do everything a study asks for. Raises TamError where something must be changed first.

    ``progress`` is called with the name of each step (one of ``STEPS``) before it begins. ``workers`` or
    ``scheduler`` compute the bootstrap, and ``drawn`` is told how many draws are done. Matrix products run
    on one thread: sums depend on how they are split, and the same inputs must give the same bytes everywhere.
    """
    from tam.stats.threads import one_thread

    with one_thread():
        bootstrap: dict[str, Any] = {"workers": workers, "scheduler": scheduler}
        return _run(study, progress, bootstrap | ({"progress": drawn} if drawn else {}))


def _run(study: Study, progress: Progress, bootstrap: Mapping[str, Any]) -> Analysis:
    from tam.analysis.multiverse import multiverse
    from tam.analysis.screening import screen
    from tam.data.stacking import with_sources

    progress("reading")
    instrument, responses = read_study_data(study)
    progress("screening")
    screening = screen(responses, instrument, study.screening)
    values = responses.values.loc[screening.kept]
    variables = responses.variables.loc[screening.kept]
    progress("measurement")
    measurement, problems = measured(study, values)
    problems = [*responses.problems, *screening.problems, *problems]
    progress("structure")
    rows = model_rows(values, variables, study.model, study.options.missing)
    structure = fit_structure(study.model, rows, study.options)
    problems += [*structure.fit.problems, *structure.problems]
    progress("evidence")
    evidence, found = method_and_missing(
        study, responses.missing.loc[screening.kept], values, variables, structure.fit
    )
    problems += found
    progress("effects")
    effects, found = _effects(study, structure, rows, bootstrap)
    problems += found
    progress("moderation")
    moderation, found = _moderation(study, rows, bootstrap)
    problems += found
    progress("comparison")
    comparison, found = _comparison(study, instrument, values, variables, rows)
    problems += found
    progress("multiverse")
    specifications = multiverse(study, responses, instrument, screening)
    problems += specifications.problems if specifications else ()
    sections: dict[str, Any] = {
        "screening": {
            **with_sources(screening.to_dict(), responses.source),
            "multiverse": to_record(specifications) if specifications else None,
        },
        "measurement": {**measurement, **evidence},
        "structure": _structure_section(study, structure, effects, moderation),
    }
    return Analysis(
        study=study_record(study, instrument, responses),
        flow=_flow(screening, study.options.missing, len(values), structure.fit.n),
        screening=sections["screening"],
        measurement=sections["measurement"],
        structure=sections["structure"],
        effects=effects,
        moderation=moderation,
        comparison=comparison,
        problems=[one.to_dict() for one in _distinct(problems)],
        provenance=provenance_record(study, instrument, responses, sections),
        exit_code=max((one.exit_code for one in problems), default=0),
    )


def _effects(
    study: Study, structure: Structure, rows: pd.DataFrame, bootstrap: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Direct, indirect and total effects with bootstrap intervals; None where there is no solution to use."""
    from tam.analysis.effects import effects

    if structure.unusable is not None:
        return None, []
    result = effects(
        study.model,
        structure.fit,
        rows,
        draws=study.options.bootstrap,
        seed=study.seed,
        ci=study.options.ci,
        interval=study.options.interval,
        **bootstrap,
    )
    return to_record(result), list(result.problems)


def _moderation(
    study: Study, rows: pd.DataFrame, bootstrap: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[Problem]]:
    from tam.analysis.moderation import moderation
    from tam.analysis.triangulation import QUICK

    if not study.model.moderations:
        return None, []
    result = moderation(
        study.model,
        rows,
        method=study.options.interaction,
        pairs=study.options.pairs,
        estimator=study.options.estimator,
        missing=study.options.missing,
        ci=study.options.ci,
        draws=study.options.bootstrap,
        seed=study.seed,
        interval=study.options.interval,
        estimators=QUICK,
        **bootstrap,
    )
    return to_record(result), list(result.problems)


def _comparison(
    study: Study, instrument: Instrument, values: pd.DataFrame, variables: pd.DataFrame, rows: pd.DataFrame
) -> tuple[dict[str, Any] | None, list[Problem]]:
    from tam.analysis.comparison import compare_groups, with_invariance
    from tam.analysis.grouped_structure import grouped_structure
    from tam.analysis.grouping import make_splits

    if not study.groups:
        return None, []
    result = compare_groups(
        values,
        variables,
        instrument,
        study.groups,
        second_order=study.model.second_order,
        minimum=study.options.min_group,
        ci=study.options.ci,
    )
    splits = make_splits(variables, instrument, study.groups)
    found, problems = grouped_structure(study.model, rows, splits, study.options, study.seed)
    result = with_invariance(result, found, problems)
    return to_record(result), list(result.problems)


def _structure_section(
    study: Study,
    structure: Structure,
    effects: Mapping[str, Any] | None,
    moderation: Mapping[str, Any] | None,
) -> dict[str, Any]:
    section = dict(structure.fit.to_dict())
    verdicts = judge(study.model.hypotheses, section["estimates"], effects, moderation, structure.unusable)
    section["hypotheses"] = [to_record(one) for one in verdicts]
    section["cross_check"] = structure.cross_check
    return section


def _flow(screening: Screening, missing: str, before: int, analysed: int) -> list[dict[str, Any]]:
    """Who was left after each step: the export, each rule that removed, the answers that could be used.

    The last loss is called ``listwise`` where one missing answer is enough, ``unusable`` where the estimator
    uses what there is.
    """
    steps = [dict(step) for step in screening.flow]
    rule = "listwise" if missing == "listwise" else "unusable"
    steps.append({"step": rule, "rule": rule, "n_removed": before - analysed, "n_left": analysed})
    steps.append({"step": "analysed", "rule": None, "n_removed": 0, "n_left": analysed})
    return steps


def _distinct(problems: list[Problem]) -> list[Problem]:
    """Each problem once, in the order met (a step may repeat what an earlier one said)."""
    seen: set[str] = set()
    kept = []
    for one in problems:
        key = repr(one)
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept
