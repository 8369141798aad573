"""The whole flow: study -> responses -> screening -> measurement -> structure -> moderation -> comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tam.analysis.analysis import Analysis
from tam.analysis.capsule import capsule_section
from tam.analysis.evidence import sealed
from tam.analysis.hypotheses import judge
from tam.analysis.measuring import measured, method_and_missing
from tam.analysis.provenance import provenance_record
from tam.analysis.reading import read_study_data
from tam.analysis.structural import Structure, fit_structure, model_rows
from tam.analysis.study_record import study_record
from tam.engine.beside import beside
from tam.errors import Problem
from tam.record import to_record
from tam.spec.instrument import Instrument
from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from tam.analysis.screening import Screening
    from tam.data.responses import Responses

Progress = Callable[[str], None]
STEPS = (
    *("reading", "screening", "structure", "evidence", "effects"),
    *("moderation", "comparison", "measurement"),
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

    ``progress`` is called with the name of each step (one of ``STEPS``) before it begins or is waited for.
    ``workers`` (with more than one the scales are measured in a process of their own) or ``scheduler``
    compute the bootstrap, and ``drawn`` is told how many draws are done. Matrix products run
    on one thread: sums depend on how they are split, and the same inputs must give the same bytes everywhere.
    """
    from tam.stats.threads import one_thread

    with one_thread():
        bootstrap: dict[str, Any] = {"workers": workers, "scheduler": scheduler}
        return _run(study, progress, bootstrap | ({"progress": drawn} if drawn else {}), workers > 1)


def _run(study: Study, progress: Progress, bootstrap: Mapping[str, Any], spread: bool) -> Analysis:
    from tam.analysis.screening import screen
    from tam.data.stacking import with_sources

    progress("reading")
    instrument, responses = read_study_data(study)
    progress("screening")
    screening = screen(responses, instrument, study.screening)
    values = responses.values.loc[screening.kept]
    variables = responses.variables.loc[screening.kept]
    # the measurement of the scales needs nothing of the paths, and takes as long as they
    with beside(
        lambda: _scales(study, responses, instrument, screening), lost="run-process-lost", wanted=spread
    ) as scales:
        progress("structure")
        rows = model_rows(values, variables, study.model, study.options.missing)
        structure = fit_structure(study.model, rows, study.options)
        told = [*structure.fit.problems, *structure.problems]
        progress("evidence")
        evidence, found = method_and_missing(
            study, responses.missing.loc[screening.kept], values, variables, structure.fit
        )
        told += found
        progress("effects")
        effects, found = _effects(study, structure, values, rows, bootstrap)
        told += found
        progress("moderation")
        moderation, found = _moderation(study, rows, bootstrap)
        told += found
        progress("comparison")
        comparison, found = _comparison(study, instrument, values, variables, rows)
        told += found
        progress("measurement")
        measurement, specifications, first, last = scales()
    capsule, found = capsule_section(study, instrument, rows, variables)
    problems = [*responses.problems, *screening.problems, *first, *told, *last, *found]
    sections: dict[str, Any] = {
        "screening": {
            **with_sources(screening.to_dict(), responses.source),
            "multiverse": specifications,
        },
        "measurement": {**measurement, **evidence},
        "structure": _structure_section(study, structure, effects, moderation),
    }
    _count_agreement(study, sections, moderation)
    analysis = Analysis(
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
        capsule=capsule,
    )
    return sealed(analysis)


def _scales(
    study: Study, responses: Responses, instrument: Instrument, screening: Screening
) -> tuple[dict[str, Any], dict[str, Any] | None, list[Problem], list[Problem]]:
    """The measurement, the screening multiverse, and the problems of either."""
    from tam.analysis.multiverse import multiverse

    measurement, problems = measured(study, responses.values.loc[screening.kept])
    found = multiverse(study, responses, instrument, screening)
    if found is None:
        return measurement, None, problems, []
    return measurement, to_record(found), problems, list(found.problems)


def _effects(
    study: Study,
    structure: Structure,
    values: pd.DataFrame,
    rows: pd.DataFrame,
    bootstrap: Mapping[str, Any],
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Direct, indirect and total effects with bootstrap intervals, and the map of what matters most; None
    where there is no solution to use."""
    from tam.analysis.effects import effects_with_draws
    from tam.analysis.priorities import effects_record, priorities

    if structure.unusable is not None:
        return None, []
    model, fit, ci = study.model, structure.fit, study.options.ci
    result, draws = effects_with_draws(
        model,
        fit,
        rows,
        draws=study.options.bootstrap,
        seed=study.seed,
        ci=ci,
        interval=study.options.interval,
        **bootstrap,
    )
    scales = {name: study.instrument.scales[item.scale] for name, item in study.instrument.items.items()}
    return effects_record(result, priorities(model, fit, values, scales, result, draws, ci)), list(
        result.problems
    )


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
    from tam.analysis.comparison import compare_groups, with_models
    from tam.analysis.group_interactions import grouped_interactions
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
    interactions = grouped_interactions(study.model, rows, splits, study.options)
    result = with_models(result, found, interactions, problems)
    return to_record(result), list(result.problems)


def _structure_section(
    study: Study,
    structure: Structure,
    effects: Mapping[str, Any] | None,
    moderation: Mapping[str, Any] | None,
) -> dict[str, Any]:
    from tam.analysis.local_fit import local_fit
    from tam.analysis.sample_moments import sample_moments

    section = dict(structure.fit.to_dict())
    verdicts = judge(study.model.hypotheses, section["estimates"], effects, moderation, structure.unusable)
    section["hypotheses"] = [to_record(one) for one in verdicts]
    section["cross_check"] = structure.cross_check
    evidence = {"local_fit": local_fit(structure.fit), "sample_moments": sample_moments(structure.fit)}
    found = to_record(evidence)
    reasons = found.pop("unavailable")
    section |= found
    section["unavailable"] = {**section["unavailable"], **reasons}
    return section


def _count_agreement(study: Study, sections: Mapping[str, Any], moderation: Mapping[str, Any] | None) -> None:
    """Beside each hypothesis, how many other choices of the results decide as the study does."""
    from tam.analysis.agreement import agreement

    level, missing = 1 - study.options.ci, study.options.missing
    for one in sections["structure"]["hypotheses"]:
        found = agreement(one, {**sections, "moderation": moderation}, missing, level)
        one["agreement"] = to_record({"agreement": found})["agreement"]


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
