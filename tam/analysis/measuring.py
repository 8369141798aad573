"""The section ``measurement`` of the results: every step that asks whether the scales measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tam.errors import Problem
from tam.record import to_record
from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit


class Told(Protocol):
    """A result that says what is wrong with what it found."""

    @property
    def problems(self) -> tuple[Problem, ...]: ...


def measured(study: Study, values: pd.DataFrame) -> tuple[dict[str, Any], list[Problem]]:
    """Items, reliability, distributions, dimensions and validity of the answers (n, items) of those kept."""
    from tam.analysis.dimensionality import dimensionality
    from tam.analysis.distributions import distributions
    from tam.analysis.measurement import measurement
    from tam.analysis.score_correlations import score_correlations
    from tam.analysis.validity import validity

    instrument, options, wholes = study.instrument, study.options, study.model.second_order
    constructs = instrument.first_order()
    scales = {name: instrument.scales[item.scale] for name, item in instrument.items.items()}
    scale_results = measurement(
        values,
        constructs,
        scales=scales,
        reversed_items=[name for name, item in instrument.items.items() if item.reverse],
        ci=options.ci,
        seed=study.seed,
        second_order=wholes,
    )
    parts: dict[str, Told] = {
        "distributions": distributions(values, scales, constructs=constructs),
        "dimensionality": dimensionality(
            values, constructs, seed=study.seed, parallel=scale_results.parallel_analysis
        ),
        "validity": validity(
            values, constructs, wholes, ci=options.ci, seed=study.seed, estimator=options.estimator
        ),
    }
    records, problems = _together(parts)
    scores = to_record({"score_correlations": score_correlations(values, constructs, wholes)})
    section = {**scale_results.to_dict(), **records, "score_correlations": scores["score_correlations"]}
    section["unavailable"] = {**section["unavailable"], **scores["unavailable"]}
    return section, [*scale_results.problems, *problems]


def method_and_missing(
    study: Study, reasons: pd.DataFrame, values: pd.DataFrame, variables: pd.DataFrame, fit: Fit
) -> tuple[dict[str, Any], list[Problem]]:
    """Missing answers and common method variance, with what both do to the paths of ``fit``."""
    from tam.analysis.method_bias import method_bias
    from tam.analysis.missing_data import missing_data, missing_rows

    model, options = study.model, study.options
    rows = missing_rows(values, variables, model)
    parts: dict[str, Told] = {
        "missing_data": missing_data(model, rows, reasons, options=options, seed=study.seed, primary=fit),
        "method_bias": method_bias(
            model,
            values.join(variables),
            study.instrument.first_order(),
            estimator=options.estimator,
            missing=options.missing,
            ci=options.ci,
            marker=options.marker,
            marker_unrelated=options.marker_unrelated,
        ),
    }
    return _together(parts)


def _together(parts: Mapping[str, Told]) -> tuple[dict[str, Any], list[Problem]]:
    problems = [one for part in parts.values() for one in part.problems]
    return {name: to_record(part) for name, part in parts.items()}, problems
