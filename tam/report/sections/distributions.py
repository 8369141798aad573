"""The shape of the answers: skewness and kurtosis, floor and ceiling, multivariate normality, far answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tam.report.context import Context
from tam.report.document import Block, Group, Paragraph, Table
from tam.report.rows import number_column, row, words_column
from tam.report.sections.grouped import grouped_items


def distribution_blocks(context: Context) -> Iterator[Block]:
    found = context.part("measurement", "distributions")
    if not found:
        return
    yield from _multivariate(context)
    yield from _outliers(context)
    yield _table(context)


def _multivariate(context: Context) -> Iterator[Block]:
    numbers = context.numbers
    mardia = context.part("measurement", "distributions", "mardia")
    if mardia.get("kurtosis") is None:
        return
    told = {
        "n": numbers.count(mardia.get("n")),
        "skewness": numbers.plain(mardia.get("skewness")),
        "skewness_p": numbers.p_equals(mardia.get("skewness_p")),
        "kurtosis": numbers.plain(mardia.get("kurtosis")),
        "kurtosis_p": numbers.p_equals(mardia.get("kurtosis_p")),
    }
    told["divisor"] = str(mardia.get("divisor") or "n")
    yield Paragraph(context.say("text.mardia", **told))
    henze = context.part("measurement", "distributions", "henze_zirkler")
    if henze.get("hz") is not None:
        told = {"hz": numbers.plain(henze["hz"], 3), "p": numbers.p_equals(henze.get("p"))}
        yield Paragraph(context.say("text.henze_zirkler", **told))


def _outliers(context: Context) -> Iterator[Block]:
    far = context.part("measurement", "distributions", "outliers")
    if far.get("n_far") is None:
        return
    rows = [
        context.numbers.name(one.get("row"))
        for one in far.get("farthest") or ()
        if (one.get("p") or 1) < far["level"]
    ]
    told = {
        "n": context.numbers.count(far["n_far"]),
        "expected": context.numbers.plain(far.get("n_far_expected"), 1),
        "level": context.numbers.p(far["level"]),
        "rows": context.words.listed(rows),
    }
    yield Paragraph(context.say("text.far_answers" if rows else "text.no_far_answers", **told))


def _table(context: Context) -> Table:
    numbers = context.numbers
    items = context.part("measurement", "distributions", "items")
    keys = ("n", "skew", "skew_se", "kurtosis", "kurtosis_se", "floor", "ceiling", "most_common_share")
    columns = (words_column(context, "item"), *(number_column(context, key) for key in keys))
    groups = []
    for construct, names in grouped_items(context).items():
        rows = []
        for name in names:
            one = items.get(name)
            if not isinstance(one, Mapping):
                continue
            rows.append(
                row(
                    name,
                    numbers.count(one.get("n")),
                    *(numbers.plain(one.get(key)) for key in keys[1:5]),
                    *(numbers.percent(one.get(key)) for key in keys[5:]),
                )
            )
        if rows:
            groups.append(Group(tuple(rows), context.named(construct)))
    notes = (context.say("notes.distributions"),)
    title, folded = context.say("tables.distributions"), context.say("folded.distributions")
    return Table("distributions", title, columns, tuple(groups), notes, folded=folded)
