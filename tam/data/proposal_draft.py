"""Questions to a draft instrument: which belong together, on which scale, and what is only a detail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tam.data.proposal import Asked, Because, LeftOut, Proposal, tidy, worded
from tam.data.proposal_answers import NO_ANSWERS
from tam.data.proposal_book import Book
from tam.data.proposal_checks import add_check, is_check
from tam.data.proposal_names import (
    PATHS,
    KnownConstruct,
    detail_of,
    known_construct,
    parse_name,
    says_reversed,
)
from tam.data.proposal_scales import Form, is_ordered, settled, shared_form
from tam.data.proposal_variables import closed_scale, open_scale, variable_id
from tam.data.wording import fold, heading, normalise
from tam.spec.instrument import Construct, Instrument, Item, Scale, Variable
from tam.spec.text import Text, is_identifier

_LONGEST_ID = 30
_NAMELESS = ("S", "M")
"""Stems of constructs that nothing names: neighbours, rows of a question without a number."""
_FEWEST_NUMBERS = 3
"""Neighbouring columns of numbers without names in common that count as a scale."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are proposed as one construct."""

    members: tuple[Asked, ...]
    stem: str
    because: Because
    form: Form


@dataclass(frozen=True, slots=True)
class About:
    """What the file as a whole says."""

    id: str
    title: Text
    missing: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    breaks: frozenset[int] = frozenset()
    """Columns (from 0) where a new construct begins among questions that no name tells apart."""


def draft(asked: Sequence[Asked], about: About) -> Proposal:
    """A draft instrument of what was asked. Pure: the same questions give the same draft."""
    book = Book(left_out=[*about.left_out], missing={"": "blank", **about.missing})
    book.reasons |= {
        ("missing", code): (Because("missing_doubtful"),) for code in about.missing if _doubtful(code)
    }
    checks = {id(one): kind for one in asked if (kind := is_check(one)) is not None}
    groups = _groups([one for one in asked if id(one) not in checks])
    groups = [part for group in groups for part in _parted(group, about.breaks)]
    for group, form in zip(groups, settled([group.form for group in groups])):
        _construct(book, group, form)
    for one in asked:
        if id(one) in checks:
            add_check(book, one, checks[id(one)])
    inside = {id(member) for group in groups for member in group.members}
    for one in asked:
        if id(one) not in checks and id(one) not in inside:
            _variable(book, one)
    return _proposal(book, about)


def _doubtful(code: str) -> bool:
    """Is a code taken for no answer only because of where it lies?"""
    return code not in NO_ANSWERS


def _groups(asked: Sequence[Asked]) -> list[Group]:
    """By name, by the question whose rows they are, and else by neighbourhood; in the order asked."""
    keyed: dict[str, list[Asked]] = {}
    stems = {name.stem.casefold() for one in asked if (name := parse_name(one.header)) is not None}
    numbering = stems if len(stems) == 1 and max(map(len, stems)) == 1 else set()
    for one in asked:
        key = _key(one, numbering)
        if key is not None and one.answers.kind in ("numbers", "labels", "coded"):
            keyed.setdefault(key, []).append(one)
    found: list[Group] = []
    for key, members in keyed.items():
        fitting = _fitting(members)
        form = shared_form(fitting) if fitting else None
        if form is not None and (len(fitting) > 1 or (key.startswith("name ") and form.scale.labels)):
            found.append(_named(key, tuple(fitting), form))
    grouped = {id(one) for group in found for one in group.members}
    found += _runs([one for one in asked if id(one) not in grouped])
    place = {id(one): i for i, one in enumerate(asked)}
    return sorted(found, key=lambda group: place[id(group.members[0])])


def _parted(group: Group, breaks: frozenset[int]) -> list[Group]:
    """A group cut where the answers say that a new scale begins; every part keeps the scale of the whole."""
    starts = [i for i, one in enumerate(group.members) if one.position in breaks and i > 0]
    if not starts or group.because.key == "names":
        return [group]
    because = Because("split", {"n": len(group.members), "parts": len(starts) + 1})
    ends = [*starts, len(group.members)]
    return [
        replace(group, members=group.members[a:b], stem="S", because=because)
        for a, b in zip([0, *starts], ends)
    ]


def _key(one: Asked, numbering: set[str]) -> str | None:
    """What the columns of one construct share; ``numbering`` is the one letter before all numbers, if any."""
    name = parse_name(one.header)
    if name is None:
        return f"group {one.group}" if one.group else None
    if name.stem.casefold() in numbering:
        return None
    if not name.counts_questions:
        return f"name {name.stem.casefold()}"
    return f"group {one.group}" if one.group else None


def _fitting(members: list[Asked]) -> list[Asked]:
    """The members that are answered alike: all, or those of the most frequent kind."""
    if shared_form(members) is not None:
        return members
    kinds = [one.answers.kind for one in members]
    most = max(dict.fromkeys(kinds), key=kinds.count)
    alike = [one for one in members if one.answers.kind == most]
    return alike if len(alike) < len(members) and shared_form(alike) is not None else []


def _named(key: str, members: tuple[Asked, ...], form: Form) -> Group:
    first = members[0]
    if key.startswith("name "):
        name = parse_name(first.header)
        assert name is not None
        headers = [tidy(one.header, 40) for one in members]
        because = Because("names", {"names": headers})
        return Group(members, name.stem, because, form)
    number = heading(normalise(first.header)).number
    stem = f"Q{number}" if number is not None else "M"
    question = first.stem or (f"{number}" if number is not None else tidy(first.header, 60))
    return Group(members, stem, Because("matrix", {"question": tidy(question, 80)}), form)


def _runs(asked: Sequence[Asked]) -> list[Group]:
    """Neighbours with the same kind of ordered answers that are no usual details."""
    found: list[Group] = []
    run: list[Asked] = []

    def close() -> None:
        form = shared_form(run) if run else None
        fewest = _FEWEST_NUMBERS if run and run[0].answers.kind == "numbers" else 2
        if form is not None and len(run) >= fewest:
            found.append(Group(tuple(run), "S", Because("run", {"n": len(run)}), form))
        run.clear()

    for one in asked:
        if not _rated(one) or (run and shared_form([*run, one]) is None):
            close()
        if _rated(one):
            run.append(one)
    close()
    return found


def _rated(one: Asked) -> bool:
    """Could this be a rating, by its answers alone?"""
    if detail_of(one.header, one.wording) is not None or "frequency" in fold(one.header):
        return False
    if one.answers.kind == "numbers":
        return one.answers.n_distinct > 2 and shared_form([one]) is not None
    return one.answers.kind in ("labels", "coded") and is_ordered(one.answers)


def _construct(book: Book, group: Group, form: Form) -> None:
    """A construct and its items. One that looks like a usual one takes its label."""
    known = known_construct(group.stem, group.members[0].stem)
    name = book.name(_construct_name(book, group, known))
    because = [group.because]
    if known is not None:
        because.append(Because("known", {"label": known.label}))
        if known.part is not None:
            book.parts.setdefault(known.part, name)
    if len(group.members) == 1:
        because.append(Because("single"))
    stem = group.members[0].stem or (name if group.stem in _NAMELESS else group.stem)
    label = known.label if known is not None else worded(stem, 80)
    scale = book.scale(form)
    book.constructs[name] = Construct(name, label)
    if group.because.key in ("run", "matrix"):
        book.unnamed.append(name)
    book.reasons["construct", name] = tuple(because)
    for number, one in enumerate(group.members, 1):
        item = book.name(_item_name(one, name, number))
        reverse = _said_reversed(one)
        book.items[item] = Item(item, name, one.text, scale, reverse is not None)
        book.reasons["item", item] = (reverse,) if reverse is not None else ()
        book.column(item, one)
        book.order.append((item, one.position or 0))


def _said_reversed(one: Asked) -> Because | None:
    """What says that an item is reverse-keyed: its name or its wording."""
    parsed = parse_name(one.header)
    if (parsed is not None and parsed.reverse) or says_reversed(one.header):
        return Because("reverse_named", {"name": tidy(one.header, 60)})
    return Because("reverse_worded") if says_reversed(one.wording) else None


def _construct_name(book: Book, group: Group, known: KnownConstruct | None) -> str:
    if known is not None and known.part is not None and not group.stem.isascii():
        return known.part
    if group.stem in _NAMELESS:
        part = known.part if known is not None else None
        return part or f"{group.stem}{1 + sum(name[0] == group.stem for name in book.constructs)}"
    return group.stem


def _item_name(one: Asked, construct: str, number: int) -> str:
    header = normalise(one.header)
    parsed = parse_name(header)
    if is_identifier(header) and len(header) <= _LONGEST_ID and header.isascii():
        return header
    if parsed is not None and not parsed.counts_questions and is_identifier(parsed.stem):
        number = parsed.number
    return f"{construct}_{number}" if construct[-1].isdigit() else f"{construct}{number}"


def _variable(book: Book, one: Asked) -> None:
    detail = detail_of(one.header, one.wording)
    wanted = variable_id(one, detail)
    form = closed_scale(one, wanted) or open_scale(one, detail)
    if form is None:
        book.left_out.append(LeftOut(tidy(one.header), Because("no_scale")))
        return
    name = book.name(wanted)
    role = detail.role if detail is not None else "demographic"
    label = detail.label if detail is not None else None
    book.variables[name] = Variable(name, role, one.text, book.scale(form), label, one.answers.type)
    book.reasons["variable", name] = (Because("detail", {"header": tidy(one.header, 60)}),) if detail else ()
    if one.answers.kind != "several" or not one.positions:
        book.column(name, one)
    elif fold(one.header) != fold(name) and parse_name(one.header + "1") is not None and one.header.isascii():
        book.columns[name] = tidy(one.header)


def _proposal(book: Book, about: About) -> Proposal:
    texts = [item.text for item in book.items.values()]
    texts += [variable.text for variable in book.variables.values()]
    chinese = sum(text.zh is not None for text in texts)
    languages = [one for one, n in (("zh", chinese), ("en", sum(text.en is not None for text in texts))) if n]
    instrument = Instrument(
        id=about.id,
        version="0.1.0",
        status="draft",
        title=about.title,
        languages=tuple(languages or ["en"]),
        scales=book.scales,
        missing_codes=book.missing,
        sources={},
        constructs=book.constructs,
        items=book.items,
        attention_checks=book.checks,
        variables=book.variables,
    )
    groups = tuple(name for name, one in book.variables.items() if _may_group(one, book.scales[one.scale]))
    return Proposal(
        instrument,
        book.reasons,
        book.columns,
        tuple(book.left_out),
        _paths(book.parts),
        groups,
        dict(book.order),
        tuple(book.unnamed),
    )


def _may_group(variable: Variable, scale: Scale) -> bool:
    return variable.type == "single" and scale.type == "nominal" and 2 <= len(scale.labels) <= 6


def _paths(parts: Mapping[str, str]) -> tuple[str, ...]:
    """The paths of the technology acceptance model among the constructs that are there."""
    found = []
    for outcome, predictors in PATHS.items():
        present = [parts[one] for one in predictors if one in parts]
        if outcome in parts and present:
            found.append(f"{parts[outcome]} ~ {' + '.join(present)}")
    return tuple(found)


def without(proposal: Proposal, names: Iterable[str], because: Mapping[str, Because]) -> Proposal:
    """The proposal without some of its variables and checks, which are told as left out."""
    gone = set(names)
    instrument = proposal.instrument
    variables = {name: one for name, one in instrument.variables.items() if name not in gone}
    checks = {name: one for name, one in instrument.attention_checks.items() if name not in gone}
    used = {item.scale for item in instrument.items.values()}
    used |= {variable.scale for variable in variables.values()} | {one.scale.id for one in checks.values()}
    scales = {name: scale for name, scale in instrument.scales.items() if name in used}
    out = [LeftOut(str(proposal.columns.get(name, name)), because[name]) for name in sorted(gone)]
    return replace(
        proposal,
        instrument=replace(instrument, variables=variables, attention_checks=checks, scales=scales),
        columns={name: column for name, column in proposal.columns.items() if name not in gone},
        left_out=(*proposal.left_out, *out),
        groups=tuple(name for name in proposal.groups if name not in gone),
        undeclared=tuple(name for name in proposal.undeclared if name in scales),
    )
