"""For whom: scores and strengths of the drivers by segment, as far as segments can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.report.charts.market_rows import Marked, Rows, rows_chart
from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Bullets,
    Cell,
    Figure,
    Group,
    Paragraph,
    Rich,
    Section,
    Subheading,
    Table,
    rich,
)
from tam.report.grouped_model import differing_paths, poor_start
from tam.report.market.plain import clear, column, ends_told, listed, named, outcome_of, within
from tam.report.rows import row
from tam.report.sections.comparison_names import counted, group_labels, grouping_head

WAVE = "wave"


def segments_section(context: Context) -> Section:
    title, groupings = context.say("market.sections.segments"), _ordered(context)
    if not groupings:
        asked = [one for one in context.rows("study", "groups") if one.get("by") != WAVE]
        why = context.reason("comparison") if asked else context.say("market.absent.no_groups")
        return Section("segments", title, (Absent(why),))
    blocks: list[Block] = []
    for index, grouping in groupings:
        blocks.append(Subheading(f"segment-{index + 1}", rich(grouping_head(context, grouping))))
        blocks.extend(grouping_blocks(context, grouping, index))
    return Section("segments", title, tuple(blocks))


def _ordered(context: Context) -> list[tuple[int, Mapping[str, Any]]]:
    """The groupings without the waves, tiers of opinion leaders first."""
    found = [
        (index, one)
        for index, one in enumerate(context.rows("comparison", "groupings"))
        if one.get("by") != WAVE
    ]
    return sorted(found, key=lambda pair: not _is_tier(pair[1]))


def _is_tier(grouping: Mapping[str, Any]) -> bool:
    return grouping.get("source") == "followers" or str(grouping.get("by")) == "kol_tier"


def grouping_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> Iterator[Block]:
    """Who is compared, whether that may be done, scores, strengths."""
    yield Paragraph(_who(context, grouping))
    compared = grouping.get("constructs") or ()
    if not compared:
        yield Absent(context.say("market.absent.few_groups"))
        return
    yield Paragraph(_alike(context, grouping, index))
    differing = list(_differences(context, grouping))
    if differing:
        yield Bullets(tuple(differing))
    else:
        yield Paragraph(context.say("market.text.segments_alike"))
    yield means_figure(context, grouping, index)
    yield from _strength_blocks(context, grouping, index)


def _who(context: Context, grouping: Mapping[str, Any]) -> Rich:
    labels = group_labels(context, grouping)
    text = context.say(
        "market.text.segment_sizes", groups=counted(context, labels, grouping.get("groups") or ())
    )
    if grouping.get("too_small"):
        small = counted(context, labels, grouping["too_small"])
        text = (*text, *context.say("market.text.segments_small", groups=small))
    if grouping.get("n_unclassified"):
        n = context.numbers.count(grouping["n_unclassified"])
        text = (*text, *context.say("market.text.segments_none", n=n))
    return text


def _alike(context: Context, grouping: Mapping[str, Any], index: int) -> Rich:
    """Whether the questions work alike in the segments, in one sentence."""
    found = grouping.get("invariance") or {}
    level = found.get("level") or {}
    if not found.get("steps") or level.get("id") in (None, "none"):
        place = ("comparison", "groupings", str(index), "invariance")
        return context.say("market.alike.unknown", reason=context.reason(*place))
    if poor_start(found) is not None:
        return context.say("market.alike.poor")
    if not level.get("means"):
        return context.say("market.alike.no")
    return context.say("market.alike.partly" if level.get("free") else "market.alike.yes")


def _differences(context: Context, grouping: Mapping[str, Any]) -> Iterator[Rich]:
    """The pairs of segments whose scores differ, of the constructs whose test over all segments says so."""
    labels = group_labels(context, grouping)
    for one in grouping.get("constructs") or ():
        welch = one.get("welch") or {}
        overall = welch.get("p_holm", welch.get("p"))
        if overall is None or overall >= context.alpha:
            continue
        for pair in one.get("pairs") or ():
            if pair.get("p") is None or pair["p"] >= context.alpha:
                continue
            yield _difference(context, str(one["construct"]), pair, one["means"], labels)


def _difference(
    context: Context,
    construct: str,
    pair: Mapping[str, Any],
    means: Mapping[str, Any],
    labels: Mapping[str, str],
) -> Rich:
    more, less = (pair["a"], pair["b"]) if pair["diff"] > 0 else (pair["b"], pair["a"])
    told = {"driver": named(context, construct)}
    for place, group in (("more", str(more)), ("less", str(less))):
        told[place] = labels.get(group, group)
        told[f"{place}_mean"] = context.numbers.plain(means[group].get("mean"))
    return context.say("market.text.difference", **told)


def means_figure(context: Context, grouping: Mapping[str, Any], index: int) -> Figure:
    by, labels = grouping_head(context, grouping), group_labels(context, grouping)
    key, title = f"market-means-{index + 1}", context.say("market.figures.means", by=by)
    compared = _outcome_first(context, grouping["constructs"])
    described = context.word("market.descriptions.means", by=by)
    groups = tuple(
        (
            named(context, str(one["construct"])),
            tuple(
                _mean_mark(context, labels.get(group, group), mean) for group, mean in one["means"].items()
            ),
        )
        for one in compared
    )
    rows = Rows(groups, context.word("market.axes.mean", ends=_ends(context, compared)))
    chart = rows_chart(context, rows, key, context.word("market.figures.means", by=by), described)
    data = Table(f"{key}-data", title, _mean_columns(context), tuple(_mean_groups(context, compared, labels)))
    notes = (context.say("market.notes.means", level=context.level),)
    return Figure(key, title, described, chart, data, notes)


def _ends(context: Context, compared: Sequence[Mapping[str, Any]]) -> str:
    told = {ends_told(context, str(one["construct"])) for one in compared}
    return next(iter(told)) if len(told) == 1 else ""


def _outcome_first(context: Context, compared: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    end = outcome_of(context)
    return sorted(compared, key=lambda one: one["construct"] != end)


def _mean_mark(context: Context, label: str, mean: Mapping[str, Any]) -> Marked:
    shown = context.numbers.plain(mean.get("mean"))
    return Marked(label, mean.get("mean"), mean.get("ci_low"), mean.get("ci_high"), shown)


def _mean_columns(context: Context) -> tuple[Any, ...]:
    return (
        column(context, "segment", "name"),
        column(context, "mean"),
        column(context, "interval", level=context.level),
        column(context, "top_two"),
        column(context, "n"),
    )


def _mean_groups(
    context: Context, compared: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> Iterator[Group]:
    for one in compared:
        cells = tuple(
            _mean_row(context, labels.get(group, group), mean) for group, mean in one["means"].items()
        )
        yield Group(cells, rich(named(context, str(one["construct"]))))


def _mean_row(context: Context, label: str, mean: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers, top = context.numbers, mean.get("top_two") or {}
    return row(
        label,
        numbers.plain(mean.get("mean")),
        numbers.interval(mean.get("ci_low"), mean.get("ci_high")),
        numbers.percent(top.get("share")),
        numbers.count(mean.get("n")),
    )


def _strength_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> Iterator[Block]:
    """How strongly each driver goes with the outcome in each segment."""
    paths = (grouping.get("invariance") or {}).get("paths")
    own = _outcome_paths(context, paths)
    if not paths or not own:
        place = ("comparison", "groupings", str(index), "invariance")
        why = context.reason(*place, "paths") if grouping.get("invariance") else context.reason(*place)
        yield Absent(context.say("market.absent.strengths", reason=why))
        return
    yield Paragraph(strengths_told(context, grouping))
    yield _strengths_figure(context, grouping, own, index)


def _outcome_paths(context: Context, paths: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    end = outcome_of(context)
    return [one for one in (paths or {}).get("paths") or () if one.get("outcome") == end]


def strengths_told(context: Context, grouping: Mapping[str, Any]) -> Rich:
    """Whether drivers go with the outcome more closely in one segment than in another."""
    paths = (grouping.get("invariance") or {}).get("paths") or {}
    differing = [
        str(one["predictor"]) for one in _outcome_paths(context, {"paths": differing_paths(context, paths)})
    ]
    key = "differ" if differing else "alike"
    return context.say(f"market.text.strengths_{key}", drivers=listed(context, differing))


def tier_told(context: Context) -> Rich:
    """One sentence on the tiers of opinion leaders; none where there are no tiers to compare."""
    for _, grouping in _ordered(context):
        if _is_tier(grouping) and _outcome_paths(context, (grouping.get("invariance") or {}).get("paths")):
            paths = grouping["invariance"]["paths"]
            differ = _outcome_paths(context, {"paths": differing_paths(context, paths)})
            return context.say(f"market.cards.tiers_{'differ' if differ else 'alike'}")
    return ()


def _strengths_figure(
    context: Context, grouping: Mapping[str, Any], own: Sequence[Mapping[str, Any]], index: int
) -> Figure:
    by, labels = grouping_head(context, grouping), group_labels(context, grouping)
    end = within(context, str(outcome_of(context)))
    told = {"by": by, "outcome": end}
    key, title = f"market-strengths-{index + 1}", context.say("market.figures.strengths", **told)
    groups = tuple(
        (
            named(context, str(one["predictor"])),
            tuple(
                _path_mark(context, labels.get(group, group), path) for group, path in one["groups"].items()
            ),
        )
        for one in own
    )
    described = context.word("market.descriptions.strengths", **told)
    rows = Rows(groups, context.word("market.axes.points", **told), zero=True)
    chart = rows_chart(context, rows, key, context.word("market.figures.strengths", **told), described)
    columns = (
        column(context, "segment", "name"),
        column(context, "per_point"),
        column(context, "interval", level=context.level),
    )
    data = Table(f"{key}-data", title, columns, tuple(_path_groups(context, own, labels)))
    n = context.numbers.count(grouping["invariance"]["paths"]["fit"].get("n"))
    note = context.say("market.notes.strengths", n=n, level=context.level)
    return Figure(key, title, described, chart, data, (note,))


def _path_mark(context: Context, label: str, path: Mapping[str, Any]) -> Marked:
    low, high, shown = path.get("ci_low"), path.get("ci_high"), context.numbers.plain(path.get("est"))
    return Marked(label, path.get("est"), low, high, shown, hollow=not clear(low, high))


def _path_groups(
    context: Context, own: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> Iterator[Group]:
    numbers = context.numbers
    for one in own:
        cells = tuple(
            row(
                labels.get(group, group),
                numbers.plain(path.get("est")),
                numbers.interval(path.get("ci_low"), path.get("ci_high")),
            )
            for group, path in one["groups"].items()
        )
        yield Group(cells, rich(named(context, str(one["predictor"]))))
