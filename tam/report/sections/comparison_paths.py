"""Paths over one grouping: the values of each group, the tests that they are the same, all pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.report.charts.captions import group_sizes
from tam.report.charts.group_paths import group_paths_chart
from tam.report.charts.parts import MOST_ROWS, in_parts, part_key, part_title
from tam.report.context import Context
from tam.report.diagram.panels import MOST_NODES, MOST_PANELS, group_panels
from tam.report.document import Absent, Block, Cell, Figure, Group, Paragraph, Rich, Run, Table, rich
from tam.report.grouped_model import differing_paths
from tam.report.rows import interval_column, names_column, number_column, one_group, row
from tam.report.sections.comparison_names import (
    group_labels,
    grouping_head,
    grouping_name,
    pair_name,
    path_name,
)
from tam.report.sections.comparison_pairs import is_significant, shortened


def path_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> list[Block]:
    """The sentence, the pictures and the tables on paths; why not, where they cannot be compared."""
    paths = grouping["invariance"].get("paths")
    if not paths:
        reason = context.reason("comparison", "groupings", str(index), "invariance", "paths")
        return [Absent(context.say("absent.group_paths", reason=reason))]
    blocks: list[Block] = [Paragraph(_sentence(context, paths))]
    blocks += _forests(context, grouping, paths, index)
    blocks += _panels(context, grouping, index)
    blocks.append(_tests_table(context, grouping, paths, index))
    blocks.append(_pairs_table(context, grouping, paths, index))
    scores = grouping["invariance"].get("scores")
    if scores:
        blocks.append(_dummies_table(context, grouping, scores, index))
    return blocks


def _sentence(context: Context, paths: Mapping[str, Any]) -> Rich:
    numbers, test = context.numbers, paths.get("all_equal")
    differing = [path_name(context, one) for one in differing_paths(context, paths)]
    told = {"n": numbers.count(len(paths["paths"])), "paths": context.words.listed(differing)}
    runs = context.say("text.paths_head")
    if test:
        told |= {
            "chisq": numbers.plain(test["chisq"]),
            "df": numbers.degrees(test["df"]),
            "p": numbers.p_equals(test["p"]),
        }
        key = "text.paths_not_all_equal" if test["p"] < context.alpha else "text.paths_all_equal"
        runs += context.say(key, **told)
    return runs + context.say("text.paths_differ" if differing else "text.paths_alike", **told)


def _forests(
    context: Context, grouping: Mapping[str, Any], paths: Mapping[str, Any], index: int
) -> list[Figure]:
    """Every path in every group, in parts where there are many."""
    every = paths["paths"]
    parts = in_parts([len(one["groups"]) + 1 for one in every], MOST_ROWS)
    return [
        _forest(
            context,
            grouping,
            every[part],
            part_key(f"group-paths-{index + 1}", nth, len(parts)),
            (nth, len(parts)),
        )
        for nth, part in enumerate(parts)
    ]


def _forest(
    context: Context,
    grouping: Mapping[str, Any],
    paths: Sequence[Mapping[str, Any]],
    key: str,
    part: tuple[int, int],
) -> Figure:
    labels, numbers, said = group_labels(context, grouping), context.numbers, grouping_name(context, grouping)
    columns = (
        names_column(context, "group"),
        *(number_column(context, key) for key in ("b", "se", "p")),
        interval_column(context),
        number_column(context, "beta"),
    )
    groups = tuple(
        Group(
            tuple(
                row(
                    labels.get(group, group),
                    numbers.plain(value.get("est")),
                    numbers.plain(value.get("se")),
                    numbers.p(value.get("p")),
                    numbers.interval(value.get("ci_low"), value.get("ci_high")),
                    numbers.plain(value.get("std")),
                )
                for group, value in one["groups"].items()
            ),
            _tested_path(context, one),
        )
        for one in paths
    )
    title = context.say("tables.group_paths", by=grouping_head(context, grouping))
    told = {"by": said, "n": numbers.count(len(paths))}
    sizes = group_sizes(context, grouping["invariance"].get("groups") or (), labels)
    return Figure(
        key,
        part_title(context, context.say("figures.group_paths", by=said), *part),
        context.word("descriptions.group_paths", **told),
        group_paths_chart(context, paths, labels, key, said),
        Table(f"{key}-data", title, columns, groups),
        (context.say("notes.group_paths", level=context.level), *sizes),
    )


def _tested_path(context: Context, path: Mapping[str, Any]) -> Rich:
    """The path, and whether it is the same in all groups: ``Attitude → Purchase intention (p = .511)``."""
    name, p = rich(path_name(context, path)), (path.get("overall") or {}).get("p_holm")
    if p is None:
        return name
    return (*name, Run(" ("), Run("p", italic=True), Run(" "), Run(context.numbers.p_equals(p)), Run(")"))


def _panels(context: Context, grouping: Mapping[str, Any], index: int) -> Iterator[Block]:
    """The path diagram of each group, where they are few enough to be looked at."""
    diagram = grouping["invariance"].get("diagram") or {}
    if not diagram.get("edges"):
        return
    numbers, said = context.numbers, grouping_name(context, grouping)
    nodes = {str(edge[end]) for edge in diagram["edges"] for end in ("predictor", "outcome")}
    if len(diagram["groups"]) > MOST_PANELS or len(nodes) > MOST_NODES:
        told = {"n": numbers.count(len(nodes)), "groups": numbers.count(len(diagram["groups"]))}
        yield Paragraph(context.say("text.no_group_diagram", **told), "small")
        return
    labels, key = group_labels(context, grouping), f"group-diagram-{index + 1}"
    columns = (
        names_column(context, "path"),
        *(number_column(context, "beta_of", group=labels.get(group, group)) for group in diagram["groups"]),
    )
    rows = [
        row(
            path_name(context, edge),
            *(numbers.plain((edge["groups"].get(group) or {}).get("std")) for group in diagram["groups"]),
        )
        for edge in diagram["edges"]
    ]
    r2 = [
        row(
            context.named(name),
            *(numbers.bounded((diagram["r2"].get(group) or {}).get(name)) for group in diagram["groups"]),
        )
        for name in dict.fromkeys(str(edge["outcome"]) for edge in diagram["edges"])
    ]
    groups = (Group(tuple(rows)), Group(tuple(r2), context.say("columns.r2")))
    title = context.say("tables.group_diagram", by=grouping_head(context, grouping))
    differs = any(edge.get("differs") for edge in diagram["edges"])
    yield Figure(
        key,
        context.say("figures.group_diagram", by=said),
        context.word("descriptions.group_diagram", by=said),
        group_panels(context, grouping["invariance"], labels, key, said),
        Table(f"{key}-data", title, columns, groups),
        (context.say("notes.group_diagram_differs" if differs else "notes.group_diagram"),),
    )


def _tests_table(
    context: Context, grouping: Mapping[str, Any], paths: Mapping[str, Any], index: int
) -> Table:
    numbers, shuffled = context.numbers, _shuffled(paths)
    scores = {
        (one["predictor"], one["outcome"]): one
        for one in (grouping["invariance"].get("scores") or {}).get("paths") or ()
    }
    columns = (
        names_column(context, "path"),
        *(number_column(context, key) for key in ("wald", "p", "p_holm")),
        *((number_column(context, "p_permutation"),) if shuffled else ()),
        *((number_column(context, "scores_test"), number_column(context, "scores_p")) if scores else ()),
    )
    rows = []
    for one in paths["paths"]:
        test, other = one.get("overall") or {}, scores.get((one["predictor"], one["outcome"])) or {}
        permutation = one.get("permutation") or {}
        rows.append(
            row(
                path_name(context, one),
                _tested(context, test),
                numbers.p(test.get("p")),
                numbers.p(test.get("p_holm")),
                *((numbers.p(permutation.get("p")),) if shuffled else ()),
                *((_tested(context, other), numbers.p(other.get("p"))) if scores else ()),
            )
        )
    title = context.say("tables.path_tests", by=grouping_head(context, grouping))
    notes = tuple(_test_notes(context, grouping, index))
    return Table(f"path-tests-{index + 1}", title, columns, one_group(rows), notes)


def _tested(context: Context, test: Mapping[str, Any]) -> str:
    return context.numbers.with_degrees(test.get("chisq"), test.get("df"))


def _shuffled(paths: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The permutation test of the first path that has one."""
    return next((one["permutation"] for one in paths["paths"] if one.get("permutation")), None)


def _test_notes(context: Context, grouping: Mapping[str, Any], index: int) -> Iterator[Rich]:
    numbers, found = context.numbers, grouping["invariance"]
    paths, labels = found["paths"], group_labels(context, grouping)
    place = ("comparison", "groupings", str(index), "invariance")
    yield context.say("notes.path_tests")
    shuffled = _shuffled(paths)
    if shuffled:
        told = {"n": numbers.count(shuffled["requested"]), "seed": numbers.name(shuffled["seed"])}
        yield context.say("notes.permutation", **told)
    else:
        reason = context.reason(*place, "paths", "paths", "0", "permutation")
        yield context.say("notes.no_permutation", reason=reason)
    yield from _second_order(context, paths)
    scores = found.get("scores")
    if not scores:
        yield context.say("notes.no_score_paths", reason=context.reason(*place, "scores"))
        return
    yield context.say("notes.score_paths", reference=labels.get(scores["reference"], scores["reference"]))
    other = [one for one in scores["paths"] if one.get("agreement") == "different_conclusion"]
    names = context.words.listed(path_name(context, one) for one in other)
    yield context.say("notes.scores_disagree" if other else "notes.scores_agree", paths=names)


def _second_order(context: Context, paths: Mapping[str, Any]) -> Iterator[Rich]:
    """Whether the loadings of second-order constructs, held equal here, are."""
    step, numbers = paths.get("second_order"), context.numbers
    if not step:
        return
    change, test = step.get("change") or {}, step.get("difference") or {}
    told = {
        "cfi": numbers.bounded(change.get("cfi"), 3),
        "rmsea": numbers.bounded(change.get("rmsea"), 3),
        "chisq": numbers.plain(test.get("chisq")),
        "df": numbers.degrees(test.get("df")),
        "p": numbers.p_equals(test["p"]) if test.get("p") is not None else numbers.p(None),
    }
    yield context.say(f"notes.second_order_{step.get('verdict')}", **told)


def _pairs_table(
    context: Context, grouping: Mapping[str, Any], paths: Mapping[str, Any], index: int
) -> Block:
    labels, numbers = group_labels(context, grouping), context.numbers
    shuffled = any((one.get("permutation") or {}).get("pairs") for one in paths["paths"])
    columns = (
        names_column(context, "pair"),
        *(number_column(context, key) for key in ("b_difference", "se", "z", "p", "p_holm")),
        interval_column(context),
        *((number_column(context, "p_permutation_holm"),) if shuffled else ()),
    )
    groups = []
    for one in paths["paths"]:
        drawn = {(pair["a"], pair["b"]): pair for pair in (one.get("permutation") or {}).get("pairs") or ()}
        rows = [
            row(
                pair_name(labels, pair),
                numbers.plain(pair.get("diff")),
                numbers.plain(pair.get("se")),
                numbers.plain(pair.get("z")),
                numbers.p(pair.get("p")),
                numbers.p(pair.get("p_holm")),
                numbers.interval(pair.get("ci_low"), pair.get("ci_high")),
                *((numbers.p((drawn.get((pair["a"], pair["b"])) or {}).get("p_holm")),) if shuffled else ()),
            )
            for pair in one["pairs"]
        ]
        groups.append(Group(tuple(rows), rich(path_name(context, one))))
    n = numbers.count(sum(len(group.rows) for group in groups))
    table = Table(
        f"path-pairs-{index + 1}",
        context.say("tables.path_pairs", by=grouping_head(context, grouping)),
        columns,
        tuple(groups),
        (context.say("notes.path_pairs"),),
        folded=context.say("folded.path_pairs", n=n),
    )
    significant = [
        [is_significant(context, pair.get("p_holm")) for pair in one["pairs"]] for one in paths["paths"]
    ]
    return shortened(context, table, significant, "invariance.paths.paths[].pairs", index)


def against_reference(
    context: Context, labels: Mapping[str, str], reference: str, other: Mapping[str, Any]
) -> tuple[Cell, ...]:
    """One group's difference from the group of reference, on mean scores."""
    numbers = context.numbers
    return row(
        pair_name(labels, {"a": other["group"], "b": reference}),
        numbers.plain(other.get("est")),
        numbers.plain(other.get("se")),
        numbers.plain(other.get("t")),
        numbers.p(other.get("p")),
        numbers.interval(other.get("ci_low"), other.get("ci_high")),
    )


def _dummies_table(
    context: Context, grouping: Mapping[str, Any], scores: Mapping[str, Any], index: int
) -> Block:
    """Every group's slope against the reference's, on mean scores."""
    labels, numbers = group_labels(context, grouping), context.numbers
    columns = (
        names_column(context, "pair"),
        *(number_column(context, key) for key in ("b_difference", "se", "t", "p")),
        interval_column(context),
    )
    groups = []
    for one in scores["paths"]:
        told = {"name": path_name(context, one), "slope": numbers.plain(one.get("slope"))}
        rows = [
            against_reference(context, labels, scores["reference"], other) for other in one["interactions"]
        ]
        groups.append(Group(tuple(rows), context.say("list.reference_slope", **told)))
    table = Table(
        f"dummies-{index + 1}",
        context.say("tables.dummies", by=grouping_head(context, grouping)),
        columns,
        tuple(groups),
        (context.say("notes.dummies", n=numbers.count(scores.get("n"))),),
        folded=context.say("folded.dummies", n=numbers.count(sum(len(group.rows) for group in groups))),
    )
    significant = [
        [is_significant(context, one.get("p")) for one in path["interactions"]] for path in scores["paths"]
    ]
    return shortened(context, table, significant, "invariance.scores.paths[].interactions", index)
