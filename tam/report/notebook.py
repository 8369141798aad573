"""Results as a notebook shows them: the tables of the report in a style of their own, everything escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tam.report.context import Context, context_for
from tam.report.document import Banner, Bullets, Cell, Column, Group, Level, Paragraph, Rich, Table, rich

if TYPE_CHECKING:
    from tam.report.document import Section

FOLDED_SECTIONS = ("measurement", "structure", "effects", "moderation")
"""Sections of the academic report whose tables stand folded below the answer; the report itself has all."""
_OPERATORS = ("=~", "~", "~~", "~1", "|", ":=", "~*~")


@dataclass(frozen=True, slots=True)
class Folded:
    """Tables that open on a click."""

    title: Rich
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a notebook shows of one result."""

    language: str
    title: Rich
    facts: tuple[Rich, ...]
    banners: tuple[Banner, ...]
    findings: tuple[Rich, ...]
    tables: tuple[Table, ...]
    folded: tuple[Folded, ...] = ()


def html_of(result: Any) -> str | None:
    """A result of ``tam.run``, ``tam.read_results`` or ``tam.fit`` as HTML; None for anything else."""
    if not hasattr(result, "to_dict"):
        return None
    record = result.to_dict()
    if "study" in record:
        return _html(_analysis_shelf(record))
    return _html(_fit_shelf(record)) if "estimates" in record else None


def _html(shelf: Shelf) -> str:
    from tam.report.html import fragment

    return fragment("parts/notebook.html.j2", shelf.language, shelf=_with_own_keys(shelf))


def _with_own_keys(shelf: Shelf) -> Shelf:
    """Keys that no other output of the notebook has: they become ids."""
    mark = hashlib.sha256(repr(shelf).encode("utf-8", "replace")).hexdigest()[:8]

    def own(tables: Sequence[Table]) -> tuple[Table, ...]:
        return tuple(replace(one, key=f"{one.key}-{mark}") for one in tables)

    folded = tuple(Folded(one.title, own(one.tables)) for one in shelf.folded)
    return replace(shelf, tables=own(shelf.tables), folded=folded)


# -- an analysis --------------------------------------------------------------------------------------------


def _analysis_shelf(record: Mapping[str, Any]) -> Shelf:
    """The answer of the academic report in the study's first language, the evidence folded beneath."""
    from tam.report.academic import academic_document

    language = next(iter(record["study"]["language"]), "en")
    document = academic_document(context_for(record, language))
    answer = document.sections[0]
    return Shelf(
        language,
        rich(document.title),
        document.facts,
        document.banners,
        tuple(_findings(answer)),
        _tables(answer),
        tuple(
            Folded(one.title, _tables(one))
            for one in document.sections
            if one.key in FOLDED_SECTIONS and _tables(one)
        ),
    )


def _findings(section: Section) -> Iterator[Rich]:
    for block in section.blocks:
        if isinstance(block, Paragraph) and block.kind == "lead":
            yield block.text
        elif isinstance(block, Bullets):
            yield from block.entries


def _tables(section: Section) -> tuple[Table, ...]:
    return tuple(block for block in section.blocks if isinstance(block, Table))


# -- one fitted model ---------------------------------------------------------------------------------------


def _fit_shelf(record: Mapping[str, Any]) -> Shelf:
    context = context_for({}, "en")
    tables = (
        _measures(record.get("measures") or {}, context),
        _estimates(record["estimates"], context),
        *_explained(record.get("r2") or {}, context),
    )
    numbered = tuple(replace(one, number=at) for at, one in enumerate(tables, 1) if one.groups)
    facts = [
        context.say("notebook.estimator", name=str(record.get("estimator"))),
        context.say("notebook.respondents", n=context.numbers.count((record.get("n") or {}).get("total"))),
    ]
    method = str(record.get("interaction") or "")
    if method:
        name = method.upper() if method in ("lms", "qml") else method
        facts.append(context.say("notebook.interaction", name=name))
    return Shelf(
        "en", context.say("notebook.fit"), tuple(facts), tuple(_banners(record, context)), (), numbered
    )


def _banners(record: Mapping[str, Any], context: Context) -> Iterator[Banner]:
    for name in ("converged", "admissible"):
        if record.get(name) is False:
            yield Banner("bad", context.say(f"notebook.not_{name}"))
    for one in record.get("problems") or ():
        level: Level = "caution" if one["severity"] != "note" else "plain"
        yield Banner(level, rich(str(one["what"])), (rich(str(one["mend"])),))


def _measures(measures: Mapping[str, Any], context: Context) -> Table:
    """Fit as journals ask for it; the scaled test where there is one."""
    number, rows = context.numbers, list[tuple[Cell, ...]]()

    def add(key: str, shown: str) -> None:
        rows.append((Cell(context.say(f"notebook.{key}")), Cell(rich(shown))))

    for kind, degrees in (("", "df"), ("_scaled", "df_scaled")):
        chisq, df = measures.get(f"chisq{kind}"), measures.get(degrees)
        if chisq is not None:
            add(f"chisq{kind}", number.with_degrees(chisq, df))
            add(f"pvalue{kind}", number.p(measures.get(f"pvalue{kind}")))
    for name in ("cfi", "tli", "rmsea", "srmr"):
        for kind in ("", "_scaled", "_robust"):
            value, limits = measures.get(name + kind), f"{name}{kind}_ci"
            if value is None:
                continue
            low, high = measures.get(f"{limits}_low"), measures.get(f"{limits}_high")
            add(name + kind, number.with_interval(value, low, high, 3))
    for name in ("aic", "bic"):
        if measures.get(name) is not None:
            add(name, number.plain(measures[name], 1))
    columns = (
        Column(context.say("notebook.measure"), "name"),
        Column(context.say("notebook.value"), "number"),
    )
    groups = (Group(tuple(rows)),) if rows else ()
    return Table("fit", context.say("notebook.measures"), columns, groups)


def _estimates(estimates: Sequence[Mapping[str, Any]], context: Context) -> Table:
    """Every parameter, kind by kind, group by group."""
    labelled = any(one.get("label") for one in estimates)
    words = ("parameter", "label") if labelled else ("parameter",)
    numbers = ("b", "se", "z", "p", "interval", "beta")
    columns = (
        *(Column(context.say(f"notebook.{head}"), "name") for head in words),
        *(Column(context.say(f"notebook.{head}"), "number") for head in numbers),
    )
    found: dict[tuple[str, str], list[tuple[Cell, ...]]] = {}
    for one in estimates:
        row = _row(one, context, labelled=labelled)
        found.setdefault((str(one.get("group") or ""), str(one["op"])), []).append(row)
    order = list(dict.fromkeys(group for group, _ in found))
    keys = sorted(found, key=lambda key: (order.index(key[0]), _rank(key[1])))
    groups = tuple(Group(tuple(found[key]), _kind(*key, context)) for key in keys)
    return Table("estimates", context.say("notebook.estimates"), columns, groups)


def _rank(operator: str) -> int:
    return _OPERATORS.index(operator) if operator in _OPERATORS else len(_OPERATORS)


_NAMES = {
    "=~": "loadings",
    "~": "regressions",
    "~~": "covariances",
    "~1": "intercepts",
    "|": "thresholds",
    ":=": "defined",
}


def _kind(group: str, operator: str, context: Context) -> Rich:
    kind = context.say(f"notebook.{_NAMES.get(operator, 'others')}")
    return (*rich(f"{group}: "), *kind) if group else kind


def _row(one: Mapping[str, Any], context: Context, *, labelled: bool) -> tuple[Cell, ...]:
    """A parameter; one that is fixed has no interval."""
    number = context.numbers
    name = " ".join(str(one[part]) for part in ("lhs", "op", "rhs") if one.get(part))
    fixed = one.get("se") is None
    low, high = (None if fixed else one.get(end) for end in ("ci_low", "ci_high"))
    words = (name, str(one.get("label") or "")) if labelled else (name,)
    shown = (
        number.plain(one.get("est"), 3),
        number.plain(one.get("se"), 3),
        number.plain(one.get("z")),
        number.p(one.get("p")),
        number.interval(low, high, 3),
        number.plain(one.get("std"), 3),
    )
    return tuple(Cell(rich(text)) for text in (*words, *shown))


def _explained(r2: Mapping[str, Any], context: Context) -> Iterator[Table]:
    """R squared of every variable, of several groups in groups."""
    several = {name: one for name, one in r2.items() if isinstance(one, Mapping)}
    parts = several or {"": r2}
    groups = tuple(
        Group(
            tuple(
                (Cell(rich(str(name))), Cell(rich(context.numbers.bounded(value, 3))))
                for name, value in values.items()
            ),
            rich(str(label)),
        )
        for label, values in parts.items()
        if values
    )
    columns = (Column(context.say("notebook.variable"), "name"), Column(context.say("notebook.r2"), "number"))
    yield Table("explained", context.say("notebook.explained"), columns, groups)
