"""Evidence on validity beyond the usual tables: intervals of HTMT, merged pairs, shared variance, wholes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Paragraph, Table
from tam.report.rows import cell, names_column, number_column, one_group, row

_MODELS = ("first_order", "second_order", "one_factor")


def validity_blocks(context: Context) -> Iterator[Block]:
    found = context.part("measurement", "validity")
    if not found:
        return
    yield from _pairs(context)
    yield from _shared_variance(context)
    yield from _cross_loadings(context)
    for name, one in (found.get("second_order") or {}).items():
        yield from _second_order(context, str(name), one)


def _pairs(context: Context) -> Iterator[Block]:
    """HTMT with its interval, and whether the pair could be merged: one row a pair."""
    numbers = context.numbers
    ratios = context.rows("measurement", "validity", "htmt", "pairs")
    if not ratios:
        yield Absent(context.say("absent.htmt", reason=context.reason("measurement", "validity", "htmt")))
        return
    merged = {(one["a"], one["b"]): one for one in context.rows("measurement", "validity", "distinct")}
    columns = (
        names_column(context, "two_constructs"),
        number_column(context, "htmt"),
        number_column(context, "htmt_interval", level=context.level),
        number_column(context, "latent_r"),
        number_column(context, "merged_chisq"),
        number_column(context, "merged_p"),
        names_column(context, "distinct"),
    )
    rows = []
    for one in ratios:
        pair = merged.get((one["a"], one["b"])) or {}
        test = pair.get("merged") or {}
        scaled = test.get("chisq_scaled") is not None
        chisq = test.get("chisq_scaled" if scaled else "chisq")
        upper = one.get("ci_high")
        rows.append(
            row(
                f"{one['a']} – {one['b']}",
                numbers.bounded(one.get("est")),
                cell(
                    numbers.interval(one.get("ci_low"), upper, bounded=True),
                    "caution" if upper is not None and upper >= 0.85 else "plain",
                ),
                numbers.bounded(pair.get("correlation")),
                "" if chisq is None else numbers.with_degrees(chisq, test.get("df")),
                numbers.p(test.get("p_scaled_holm" if scaled else "p_holm")),
                _verdict(context, one.get("verdict"), pair.get("verdict")),
            )
        )
    notes = (context.say("notes.pairs_distinct", level=context.level),)
    title, folded = context.say("tables.distinct"), context.say("folded.distinct", n=numbers.count(len(rows)))
    yield Table("distinct", title, columns, one_group(rows), notes, folded=folded)


def _verdict(context: Context, ratio: Any, merged: Any) -> str:
    key = f"distinct.{ratio}"
    told = [context.word(key)] if key in context.words else []
    if merged and merged != "distinct" and f"distinct.{merged}" in context.words:
        told.append(context.word(f"distinct.{merged}"))
    return context.word("list.clause").join(told)


def _shared_variance(context: Context) -> Iterator[Block]:
    numbers = context.numbers
    msv, asv = (context.part("measurement", "validity", name) for name in ("msv", "asv"))
    if not msv:
        return
    columns = (
        names_column(context, "construct"),
        *(number_column(context, k) for k in ("ave", "msv", "asv")),
    )
    rows = []
    for name, value in msv.items():
        ave = context.get("measurement", "constructs", str(name), "ave")
        more = isinstance(value, (int, float)) and isinstance(ave, (int, float)) and value > ave
        rows.append(
            row(
                context.named(str(name)),
                numbers.bounded(ave),
                cell(numbers.bounded(value), "caution" if more else "plain"),
                numbers.bounded(asv.get(name)),
            )
        )
    title, folded = context.say("tables.shared_variance"), context.say("folded.shared_variance")
    yield Table(
        "shared-variance",
        title,
        columns,
        one_group(rows),
        (context.say("notes.shared_variance"),),
        folded=folded,
    )


def _cross_loadings(context: Context) -> Iterator[Block]:
    items = context.part("measurement", "validity", "cross_loadings", "items")
    strangers = [str(name) for name, one in items.items() if one.get("own_is_largest") is False]
    if strangers:
        yield Paragraph(context.say("text.cross_loadings", items=context.words.listed(strangers)))
    elif items:
        yield Paragraph(context.say("text.no_cross_loadings", n=context.numbers.count(len(items))))


def _second_order(context: Context, name: str, one: Any) -> Iterator[Block]:
    joint = one.get("joint") if isinstance(one, Mapping) else None
    if not isinstance(joint, Mapping):
        reason = context.reason("measurement", "validity", "second_order", name)
        yield Absent(context.say("absent.second_order", name=context.label(name), reason=reason))
        return
    numbers = context.numbers
    columns = (
        names_column(context, "model_kind"),
        *(number_column(context, key) for key in ("chisq", "df", "p", "cfi", "rmsea", "aic")),
    )
    rows = []
    for kind in _MODELS:
        fit = joint.get(kind)
        if not isinstance(fit, Mapping):
            continue
        rows.append(
            row(
                context.word(f"second_order.{kind}"),
                numbers.plain(fit.get("chisq")),
                numbers.degrees(fit.get("df")),
                numbers.p(fit.get("pvalue")),
                numbers.bounded(fit.get("cfi"), 3),
                numbers.bounded(fit.get("rmsea"), 3),
                numbers.plain(fit.get("aic"), 1),
            )
        )
    told = {"name": context.label(name), "parts": context.words.listed(map(str, one.get("parts") or ()))}
    notes = [context.say("notes.second_order", **told)]
    if joint.get("target_coefficient") is not None:
        value = numbers.bounded(joint["target_coefficient"])
        notes.append(context.say("notes.target_coefficient", value=value))
    title = context.say("tables.second_order", **told)
    yield Table(f"second-order-{name}", title, columns, one_group(rows), tuple(notes))
