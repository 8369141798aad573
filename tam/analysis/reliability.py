"""The scales of any table, without an instrument: what ``tam reliability`` answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tam.analysis.joint_measurement import JointMeasurement, NamedAdequacy, joint_measurement
from tam.analysis.measurement_findings import findings
from tam.analysis.scale_intervals import Bootstrap, Intervals, Resampled, ScaleIntervals, intervals
from tam.analysis.scale_reliability import FromJoint, ScaleReliability, scale_reliability
from tam.analysis.second_order_reliability import SecondOrderReliability, second_order_reliability
from tam.errors import Problem, Unavailable, Where, problem, raise_if_any
from tam.record import to_record
from tam.stats.dimensionality import ParallelAnalysis, Sphericity
from tam.stats.threads import one_thread
from tam.stats.validity import Table, fornell_larcker

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Reliability:
    """Each scale by itself, and all of them together. ``problems`` are the findings."""

    constructs: Mapping[str, ScaleReliability]
    second_order: Mapping[str, SecondOrderReliability]
    htmt: Table
    htmt2: Table
    fornell_larcker: Table
    kmo: NamedAdequacy | Unavailable
    bartlett: Sphericity | Unavailable
    parallel_analysis: ParallelAnalysis | Unavailable
    bootstrap: Resampled | Unavailable
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """The ``result`` of DESIGN 5.4, with the reasons of everything that is null in ``unavailable``."""
        record = to_record(self)
        record.pop("problems")
        return record


def reliability_result(
    data: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    reverse: Mapping[str, tuple[float, float]] | None = None,
    ci: float = 0.95,
    seed: int = 1,
    bootstrap: int = 1000,
    interval: Literal["percentile", "bca"] = "bca",
    second_order: Mapping[str, Sequence[str]] | None = None,
) -> Reliability:
    """Judge scales of a table.

    data: numbers, NaN where missing. scales: the columns of each scale. reverse: lowest and highest possible
    answer of each reverse-keyed column. ci: level of the intervals. seed: of the random data of the parallel
    analysis and of the resampled respondents. bootstrap, interval: how many resamples, and how they are read.
    second_order: the scales of each second-order construct. Everything wrong with the request is raised at
    once as TamError.
    """
    reverse, sets = reverse or {}, second_order or {}
    wrong = request_problems(list(data.columns), scales, reverse)
    raise_if_any([*wrong, *second_order_problems(scales, sets)])
    values = reversed_answers(data[[item for items in scales.values() for item in items]], reverse)
    how = Bootstrap(bootstrap, seed, interval)
    # Sums depend on how they are split over threads, and the same table must give the same digits.
    with one_thread():
        joint = joint_measurement(values, scales, ci, seed)
        drawn = intervals(values, scales, how, ci, sets)
        constructs = scale_results(values, scales, joint, ci, drawn)
        joined = second_order_results(values, scales, sets, drawn)
    table = fornell_larcker({name: c.ave for name, c in constructs.items()}, joint.cfa.latent_correlations)
    found = [
        *range_problems(data, reverse),
        *findings(values, scales, list(reverse), constructs, joint, table),
    ]
    return Reliability(
        constructs=constructs,
        second_order=joined,
        htmt=joint.htmt,
        htmt2=joint.htmt2,
        fornell_larcker=table,
        kmo=joint.kmo,
        bartlett=joint.bartlett,
        parallel_analysis=joint.parallel_analysis,
        bootstrap=drawn.resampled,
        problems=tuple(found),
    )


def scale_results(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    joint: JointMeasurement,
    ci: float,
    drawn: Intervals,
) -> dict[str, ScaleReliability]:
    """Every scale by itself, with the loadings and rho_A of the joint analysis."""
    return {
        name: scale_reliability(
            values,
            items,
            FromJoint(joint.n, name, joint.cfa, joint.rho_a[name], drawn.rho_a[name]),
            drawn.scales.get(name, ScaleIntervals()),
            ci,
        )
        for name, items in constructs.items()
    }


def second_order_results(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    sets: Mapping[str, Sequence[str]],
    drawn: Intervals,
) -> dict[str, SecondOrderReliability]:
    """Each second-order construct, from all items of the scales that it joins."""
    return {
        name: second_order_reliability(
            values, {part: constructs[part] for part in parts}, drawn.second_order[name]
        )
        for name, parts in sets.items()
    }


def reversed_answers(data: pd.DataFrame, reverse: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """The table with each reverse-keyed column x replaced by low + high - x."""
    return data.assign(**{item: low + high - data[item] for item, (low, high) in reverse.items()})


def request_problems(
    columns: Sequence[str], scales: Mapping[str, Sequence[str]], reverse: Mapping[str, tuple[float, float]]
) -> list[Problem]:
    """Scales or reverse keys that the table cannot serve."""
    named = Counter(item for items in scales.values() for item in items)
    found = [problem("scale-without-items", construct=name) for name, items in scales.items() if not items]
    if not scales:
        found.append(problem("no-scales"))
    for item, times in named.items():
        if item not in columns:
            found.append(
                problem("scale-item-not-in-data", Where(column=item), item=item, columns=tuple(columns))
            )
        if times > 1:
            owners = tuple(name for name, items in scales.items() if item in items)
            found.append(problem("item-in-two-scales", Where(item=item), item=item, constructs=owners))
    for item, (low, high) in reverse.items():
        if item not in named:
            found.append(problem("reversed-item-in-no-scale", Where(item=item), item=item))
        if not low < high:
            found.append(
                problem("reverse-range-empty", Where(item=item), item=item, low=f"{low:g}", high=f"{high:g}")
            )
    return found


def second_order_problems(
    scales: Mapping[str, Sequence[str]], sets: Mapping[str, Sequence[str]]
) -> list[Problem]:
    """Second-order constructs of scales that were not given, or given twice."""
    found = []
    for name, parts in sets.items():
        if not set(parts) <= set(scales) or name in scales or len(set(parts)) < len(parts):
            text = f"{name}={','.join(parts)}"
            found.append(problem("scale-second-order-unknown", text=text, scales=tuple(scales)))
    return found


def range_problems(data: pd.DataFrame, reverse: Mapping[str, tuple[float, float]]) -> list[Problem]:
    """Reverse-keyed columns with answers outside the range they were said to have."""
    found = []
    for item, (low, high) in reverse.items():
        outside = data[item][(data[item] < low) | (data[item] > high)]
        if len(outside):
            found.append(
                problem(
                    "answers-outside-reverse-range",
                    Where(column=item),
                    item=item,
                    n=len(outside),
                    example=f"{outside.iloc[0]:g}",
                    low=f"{low:g}",
                    high=f"{high:g}",
                )
            )
    return found
