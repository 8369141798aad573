"""For whom: the region, the latent interaction beside the composite one, slopes, mediation, estimators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Paragraph, Rich, Section, Subheading, Table, rich
from tam.report.interactions import names_of, word_or_name
from tam.report.rows import interval_column, names_column, number_column, one_group, row
from tam.report.sections.moderation_estimators import lms_blocks, triangulation_blocks
from tam.report.sections.moderation_mediation import mediation_blocks
from tam.report.sections.moderation_region import region_blocks
from tam.report.sections.moderation_slopes import slopes_figure, slopes_table


def moderation_section(context: Context) -> Section:
    title = context.say("sections.moderation")
    analyses = context.rows("moderation", "analyses")
    if not analyses:
        key = "absent.no_moderation" if not context.rows("study", "model", "moderations") else None
        text = context.say(key) if key else context.reason("moderation")
        return Section("moderation", title, (Absent(text),))
    blocks: list[Block] = []
    for index, one in enumerate(analyses):
        if len(analyses) > 1:
            blocks.append(Subheading(f"moderation-{index + 1}", rich(interaction(context, one))))
        blocks.extend(_analysis(context, one, index))
    return Section("moderation", title, tuple(blocks))


def interaction(context: Context, one: Mapping[str, Any]) -> str:
    """``Attitude × KOL credibility → Purchase intention``."""
    names = names_of(context, one)
    return f"{names['predictor']} × {names['moderator']} → {names['outcome']}"


def _analysis(context: Context, one: Mapping[str, Any], index: int) -> Iterator[Block]:
    if one.get("est") is None:
        reason = context.reason("moderation", "analyses", str(index), "est")
        yield Absent(context.say("absent.moderation", name=interaction(context, one), reason=reason))
    else:
        yield from _estimated(context, one, index)
    yield from triangulation_blocks(context, one, index, interaction(context, one))
    yield from lms_blocks(context, one, index)


def _estimated(context: Context, one: Mapping[str, Any], index: int) -> Iterator[Block]:
    if one.get("converged") is False or one.get("admissible") is False:
        yield Paragraph(context.say("text.moderation_not_trusted"))
    yield from region_blocks(context, one, index)
    yield Paragraph(_method(context, one))
    yield _interaction_table(context, one, index)
    yield from _size(context, one, index)
    if one.get("agreement") and not one.get("triangulation"):
        yield Paragraph(context.say(f"text.agreement_{one['agreement']}"))
    if one.get("slopes"):
        yield slopes_table(context, one, index)
    if one.get("lines"):
        yield slopes_figure(context, one, index)
    yield from mediation_blocks(context, one, index)


def _method(context: Context, one: Mapping[str, Any]) -> Rich:
    method, pairs = f"interaction_methods.{one.get('method')}", f"pairs.{one.get('pairs')}"
    told = names_of(context, one) | {
        "method": context.word(method) if method in context.words else str(one.get("method")),
        "n": context.numbers.count(one.get("n")),
    }
    if not one.get("indicators"):
        return context.say("text.moderation_method_likelihood", **told)
    told |= {
        "pairs": context.word(pairs) if pairs in context.words else str(one.get("pairs")),
        "k": context.numbers.count(len(one["indicators"])),
    }
    return context.say("text.moderation_method", **told)


def _size(context: Context, one: Mapping[str, Any], index: int) -> Iterator[Block]:
    """What the product adds to the explained variance, and how large that is for an interaction."""
    if "effect_size" not in one:
        return
    size, numbers = one["effect_size"], context.numbers
    if not size or size.get("f2") is None:
        reason = context.reason("moderation", "analyses", str(index), "effect_size")
        yield Absent(context.say("absent.interaction_size", reason=reason))
        return
    least = [
        context.word(
            "sizes.benchmark", size=word_or_name(context, "sizes", name), least=numbers.plain(value, 3)
        )
        for name, value in (size.get("benchmarks") or {}).items()
    ]
    told = names_of(context, one) | {
        "r2": numbers.bounded(size.get("r2"), 3),
        "delta_r2": numbers.bounded(size.get("delta_r2"), 3),
        "f2": numbers.plain(size["f2"], 3),
        "size": word_or_name(context, "sizes", str(size.get("benchmark"))),
        "source": str(size.get("benchmark_source") or ""),
        "benchmarks": context.words.joined("comma", least),
    }
    yield Paragraph(context.say("text.interaction_size", **told))


def _interaction_table(context: Context, one: Mapping[str, Any], index: int) -> Table:
    numbers = context.numbers
    columns = (
        names_column(context, "model"),
        *(number_column(context, key) for key in ("n", "b", "se", "statistic", "p")),
        interval_column(context),
        number_column(context, "beta"),
    )
    rows = [_estimate_row(context, "models.latent", one, "z", numbers.plain(one.get("std")))]
    composite = one.get("composite")
    notes = [context.say("notes.interaction" if one.get("method") == "dblcent" else "notes.interaction_std")]
    if composite:
        rows.append(_estimate_row(context, "models.composite", composite, "t", numbers.plain(None)))
        r2 = {
            "r2": numbers.bounded(composite.get("r2")),
            "delta_r2": numbers.bounded(composite.get("delta_r2"), 3),
        }
        notes.append(context.say("notes.interaction_composite", **r2))
    else:
        notes.append(
            context.say(
                "notes.no_composite", reason=context.reason("moderation", "analyses", str(index), "composite")
            )
        )
    title = context.say("tables.interaction", name=interaction(context, one))
    return Table(f"interaction-{index + 1}", title, columns, one_group(rows), tuple(notes))


def _estimate_row(
    context: Context, key: str, one: Mapping[str, Any], statistic: str, std: str
) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        context.say(key),
        numbers.count(one.get("n")),
        numbers.plain(one.get("est")),
        numbers.plain(one.get("se")),
        numbers.plain(one.get(statistic)),
        numbers.p(one.get("p")),
        numbers.interval(one.get("ci_low"), one.get("ci_high")),
        std,
    )
