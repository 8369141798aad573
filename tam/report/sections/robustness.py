"""Would other defensible choices change a path: screening rules, missing answers, common method variance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.charts.captions import model_method
from tam.report.charts.robustness import robustness_chart
from tam.report.choices import MISSING_METHODS, path_rows
from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Figure, Paragraph, Rich, Section, Table
from tam.report.rows import cell, names_column, number_column, one_group, row
from tam.report.sections.screening import rule_name


def robustness_section(context: Context) -> Section:
    rows = path_rows(context)
    if not any(one["multiverse"] or one["missing"] or one["method"] for one in rows):
        rows = []
    blocks: list[Block] = list(_multiverse(context))
    if rows:
        blocks += [_figure(context, rows), _table(context, rows)]
    blocks += [*_missing(context), *_method(context)]
    return Section("robustness", context.say("sections.robustness"), tuple(blocks))


def _multiverse(context: Context) -> Iterator[Block]:
    found = context.part("screening", "multiverse")
    if not found:
        yield Absent(context.say("absent.multiverse"))
        return
    numbers = context.numbers
    told = {
        "n": numbers.count(found.get("n_specifications")),
        "possible": numbers.count(found.get("n_possible")),
        "rules": context.words.listed(
            name[:1].lower() + name[1:]
            for name in (rule_name(context, str(rule)) for rule in found.get("rules") or ())
        ),
        "failed": numbers.count(found.get("n_failed")),
        "inadmissible": numbers.count(found.get("n_inadmissible")),
    }
    key = "text.multiverse_sampled" if found.get("sampled") else "text.multiverse"
    yield Paragraph((*context.say(key, **told), *_failures(context, found, told)))


def _failures(context: Context, found: Mapping[str, Any], told: Mapping[str, str]) -> Rich:
    if not found.get("n_failed") and not found.get("n_inadmissible"):
        return ()
    return context.say("text.multiverse_failures", **told)


def _figure(context: Context, rows: list[dict[str, Any]]) -> Figure:
    whole = _table(context, rows)
    groups = one_group(cells[:3] for cells in whole.groups[0].rows)
    return Figure(
        "robustness",
        context.say("figures.robustness"),
        context.word("descriptions.robustness", n=context.numbers.count(len(rows))),
        robustness_chart(context, rows),
        Table("robustness-data", whole.title, whole.columns[:3], groups),
        (context.say("notes.robustness_figure"), *model_method(context)),
    )


def _table(context: Context, rows: list[dict[str, Any]]) -> Table:
    numbers = context.numbers
    missing = [name for name in MISSING_METHODS if any(name in one["missing"] for one in rows)]
    method = list(dict.fromkeys(name for one in rows for name in one["method"]))
    columns = (
        names_column(context, "path"),
        number_column(context, "beta"),
        number_column(context, "screening_range"),
        number_column(context, "screening_share"),
        *(number_column(context, f"missing_{name}") for name in missing),
        *(number_column(context, f"method_{name}") for name in method),
        names_column(context, "decision"),
    )
    body = []
    for one in rows:
        found = one["multiverse"]
        body.append(
            row(
                one["name"],
                numbers.plain(one["std"]),
                numbers.interval(found.get("low"), found.get("high")),
                numbers.percent(found.get("share_significant"), 0),
                *(numbers.plain(one["missing"].get(name)) for name in missing),
                *(numbers.plain(one["method"].get(name)) for name in method),
                _decision(context, one["changed"]),
            )
        )
    notes = (context.say("notes.robustness"),)
    return Table("robustness", context.say("tables.robustness"), columns, one_group(body), notes)


def _decision(context: Context, changed: list[str]) -> Cell:
    if not changed:
        return cell(context.say("values.decision_same"), "good")
    names = context.words.listed(context.word(f"choices.{name}") for name in changed)
    return cell(context.say("values.decision_changes", names=names), "caution")


def _missing(context: Context) -> Iterator[Block]:
    found, numbers = context.part("measurement", "missing_data"), context.numbers
    if not found:
        return
    if not found.get("n_missing"):
        yield Paragraph(context.say("text.missing_none"))
        return
    told = {"share": numbers.percent(found.get("share")), "patterns": numbers.count(found.get("n_patterns"))}
    yield Paragraph(context.say("text.missing_patterns", **told))
    little = context.part("measurement", "missing_data", "little")
    if little.get("chisq") is None:
        reason = context.reason("measurement", "missing_data", "little")
        yield Absent(context.say("absent.little", reason=reason))
        return
    test = {
        "chisq": numbers.plain(little["chisq"]),
        "df": numbers.degrees(little.get("df")),
        "p": numbers.p_equals(little.get("p")),
    }
    key = "text.little_significant" if (little.get("p") or 0) < 0.05 else "text.little"
    yield Paragraph(context.say(key, **test))


def _method(context: Context) -> Iterator[Block]:
    found, numbers = context.part("measurement", "method_bias"), context.numbers
    if not found:
        return
    harman = found.get("harman") or {}
    if harman.get("component_share") is not None:
        told = {"share": numbers.percent(harman["component_share"])}
        yield Paragraph(context.say("text.harman", **told))
    single = context.part("measurement", "method_bias", "single_factor", "single", "measures")
    if single.get("cfi") is not None:
        told = {
            "chisq": numbers.plain(single.get("chisq")),
            "df": numbers.degrees(single.get("df")),
            "cfi": numbers.bounded(single["cfi"], 3),
            "rmsea": numbers.bounded(single.get("rmsea"), 3),
        }
        yield Paragraph(context.say("text.single_factor", **told))
    equal = context.part("measurement", "method_bias", "latent_method_factor", "equal")
    if equal.get("method_share") is not None:
        told = {"share": numbers.percent(equal["method_share"])}
        yield Paragraph(context.say("text.method_factor", **told))
    vif = context.part("measurement", "method_bias", "full_collinearity_vif")
    values = {name: one for name, one in (vif.get("vif") or {}).items() if one is not None}
    if values:
        worst = max(values, key=lambda name: values[name])
        told = {
            "name": context.label(worst),
            "vif": numbers.plain(values[worst]),
            "limit": numbers.plain(vif.get("limit"), 1),
        }
        above = context.rows("measurement", "method_bias", "full_collinearity_vif", "above")
        yield Paragraph(context.say("text.vif_above" if above else "text.vif", **told))
    if found.get("marker") is None:
        reason = context.reason("measurement", "method_bias", "marker")
        yield Paragraph(context.say("text.no_marker", reason=reason), "small")
