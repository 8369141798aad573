"""The columns of an export as questions; what no questionnaire asks is left out, with the reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tam.data.platforms import Platform, platform_named
from tam.data.privacy import personal_columns
from tam.data.proposal import (
    MOST_COLUMNS,
    Answers,
    Asked,
    Because,
    LeftOut,
    label_of,
    label_text,
    tidy,
    worded,
)
from tam.data.proposal_answers import answers_of
from tam.data.proposal_families import ordered
from tam.data.proposal_names import detail_of, parse_name
from tam.data.quantities import parse_count
from tam.data.table import Table
from tam.data.wording import bare_wording, fold, heading, normalise
from tam.spec.instrument import Label, VariableType

_TECHNICAL = frozenset(
    [
        "progress",
        "userlanguage",
        "responseset",
        "lastpage",
        "startlanguage",
        "seed",
        "datestamp",
        "总分",
        "来源详情",
        "清洗数据结果",
        "collectorid",
        "redcap_survey_identifier",
        "q_recaptchascore",
        "q_relevantidduplicate",
        "startip",
        "externaldatareference",
        "status",
        "finished",
    ]
) | {"collector id", "date last action", "last page", "start language", "response type"}
_FREE_TEXT = ("_text", "_open", "[other]", "[othertext]", "[comment]")
_TAG = re.compile(r"<[^<>]{1,200}>")
_NUMBER = re.compile(r"^(?:第\s*\d{1,3}\s*题|[Qq]?\d{1,3}\s*[、.:)．：）]|[Qq]\d{1,3}\s)\s*")
_PART = re.compile(r"^[(（](\d{1,3})[)）]\s*")
_UNDER_NUMBER = re.compile(r"^第\s*\d{1,3}\s*题\s*[(（](.+)[)）]$")
_BRACKET = re.compile(r"^(.*?)\s*\[([^\[\]]+)\]$")
_CHOICE = re.compile(r"^(.+?)\s*\(choice\s*=\s*(.+)\)$", re.IGNORECASE)
_BOX = re.compile(r"^(\w{1,60}?)___(\w{1,60})$")
_MARKS = (" - ", ":", "：", "_", "--")
_SELECTED = re.compile(r"\s-\s(?:selected choice|已选(?:的)?选项|所选选项)(?=\s-\s|$)", re.IGNORECASE)
_ANSWER_CODE = re.compile(r"[Aa][Oo]?0*(\d{1,2})")
_TICKS = frozenset({"0", "1", "y", "n", "yes", "no", "是", "否", "checked", "unchecked", "true", "false"})


@dataclass(frozen=True, slots=True)
class Described:
    """The questions of an export, and the cells that stand for no answer (with their reasons)."""

    asked: tuple[Asked, ...]
    left_out: tuple[LeftOut, ...]
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Place:
    """A column's header taken apart."""

    group: str | None
    stem: str
    row: str


def describe(table: Table) -> Described:
    """Every column of a table: a question with what its answers show, or left out for a reason."""
    platform = platform_named(table.platform, table.file)
    width = min(len(table.header), MOST_COLUMNS)
    places = _places(table, width)
    out = _recorded(table, platform, width)
    missing: dict[str, str] = {}
    asked: list[Asked] = []
    repeated = Counter(normalise(name).casefold() for name in table.header)
    for i in [i for i in range(width) if i not in out]:
        cells = {str(cell): int(n) for cell, n in table.rows[i].value_counts().items()}
        answers, absent = answers_of(
            cells, table.labels.get(i, {}), table.missing.get(i, {}), len(table.rows)
        )
        missing |= {fold(cell): reason for cell, reason in absent.items()}
        header, place = table.header[i].strip(), places[i]
        if table.platform == "limesurvey":
            answers = _answer_codes(answers)
        answers = _counts(answers, header, place.row, [c for c in cells if c not in absent])
        text = worded(place.row or header or f"column {i + 1}")
        unique = repeated[normalise(header).casefold()] == 1
        one = Asked(header, text, answers, i, place.group, tidy(place.stem), unique)
        reason = _person(table, one) or _unusable(one)
        if reason is None:
            asked.append(one)
        else:
            out[i] = reason
    asked = _several_columns(table, asked)
    left = [LeftOut(tidy(table.header[i]) or f"({i + 1})", out[i]) for i in sorted(out)]
    if len(table.header) > width:
        left.append(LeftOut("…", Because("too_many", {"n": len(table.header) - width, "limit": width})))
    return Described(tuple(asked), tuple(left), missing)


def _answer_codes(answers: Answers) -> Answers:
    """``A1`` .. ``A5`` are numbers of options."""
    hits = [_ANSWER_CODE.fullmatch(label_text(label)) for label in answers.labels]
    if answers.kind != "labels" or not all(hits):
        return answers
    numbers = [float(hit.group(1)) for hit in hits if hit is not None]
    return Answers("numbers", min(numbers), max(numbers), True, len(numbers))


def _counts(answers: Answers, header: str, row: str, cells: list[str]) -> Answers:
    """``12.3万`` under a question for followers is a number."""
    detail = detail_of(header, row)
    if answers.kind not in ("labels", "text", "coded") or detail is None or detail.role != "followers":
        return answers
    numbers = [parse_count(cell) for cell in cells]
    known = [one for one in numbers if one is not None]
    return (
        Answers("numbers", min(known), max(known), True, len(known)) if len(known) == len(cells) else answers
    )


def _recorded(table: Table, platform: Platform, width: int) -> dict[int, Because]:
    """Columns of the platform's own, known by their headers."""
    found: dict[int, Because] = {}
    for i in range(width):
        name = table.header[i].strip()
        if not name:
            continue
        role = platform.role(fold(name), bare_wording(name))
        timed = platform.page_timer is not None and platform.page_timer.fullmatch(name)
        shown = platform.shown_order is not None and platform.shown_order.fullmatch(name)
        clicks = re.search(r"_(?:first click|last click|click count|page submit)$", fold(name))
        if role is not None:
            found[i] = Because("recorded", {"role": role})
        elif timed or shown or clicks or fold(name) in _TECHNICAL:
            found[i] = Because("technical")
    return found


def _unusable(one: Asked) -> Because | None:
    if one.answers.kind == "none":
        return Because("empty")
    if one.answers.kind == "text" or fold(one.header).endswith(_FREE_TEXT):
        return Because("free_text", {"n": one.answers.n_distinct})
    return None


def _person(table: Table, one: Asked) -> Because | None:
    """Personal by content, or by a header over answers that form no scale."""
    assert one.position is not None
    kinds = personal_columns(table, [one.position])
    if one.position not in kinds:
        return None
    scale = one.answers.kind == "coded" or (
        one.answers.kind == "labels" and ordered([label_text(label) for label in one.answers.labels])
    )
    short = one.answers.kind == "numbers" and one.answers.whole and one.answers.high - one.answers.low < 11
    return None if kinds[one.position] is None and (scale or short) else Because("personal")


def _places(table: Table, width: int) -> list[_Place]:
    """Question and row of every column, from names where they number rows, else from the wordings."""
    texts = list(table.questions or ("",) * len(table.header))[:width]
    names = [normalise(name[:2000]) for name in table.header[:width]]
    worded_ = [
        _SELECTED.sub("", tidy(_TAG.sub(" ", text.strip() or name), 2000))
        for text, name in zip(texts, table.header[:width])
    ]
    numbers = [heading(name).number for name in names]
    shared = Counter(number for number in numbers if number is not None)
    stems = _shared_stems(worded_)
    found = []
    for name, text, number in zip(names, worded_, numbers):
        hit = parse_name(name)
        box = _BOX.match(name)
        stem, row = _stem_and_row(text, stems)
        if box:
            group: str | None = box.group(1)
        elif hit is not None and not hit.counts_questions:
            group = hit.stem
        elif number is not None and shared[number] > 1:
            group = f"#{number}"
        else:
            group = f"={fold(stem)}" if stem else None
        found.append(_Place(group, _bare(stem), _row_text(text, row)))
    return found


def _bare(text: str) -> str:
    return _PART.sub("", _NUMBER.sub("", text)).strip()


def _row_text(text: str, row: str) -> str:
    under = _UNDER_NUMBER.match(text)
    if under:
        return under.group(1).strip()
    return _bare(row or text) or text


def _shared_stems(texts: Iterable[str]) -> Counter[str]:
    """How many columns begin with the same question, for every way in which it may end."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update({fold(stem) for stem, _ in _splits(text)})
    return found


def _splits(text: str) -> list[tuple[str, str]]:
    for shape in (_BRACKET, _CHOICE):
        if hit := shape.match(text):
            return [(hit.group(1).strip(), hit.group(2).strip())] if hit.group(1).strip() else []
    pairs = []
    for mark in _MARKS:
        pieces = text.split(mark)
        if 1 < len(pieces) <= 6:
            pairs += [
                (mark.join(pieces[:i]).strip(), mark.join(pieces[i:]).strip()) for i in range(1, len(pieces))
            ]
    return [(one, two) for one, two in pairs if one and two]


def _stem_and_row(text: str, stems: Counter[str]) -> tuple[str, str]:
    """The split whose question most columns share, the longer one among equals; none if nobody shares it."""
    splits = [pair for pair in _splits(text) if stems[fold(pair[0])] > 1]
    return max(splits, key=lambda pair: (stems[fold(pair[0])], len(pair[0])), default=("", ""))


def _several_columns(table: Table, asked: list[Asked]) -> list[Asked]:
    """Columns that hold one option each of the same question become that question."""
    groups: dict[str, list[Asked]] = {}
    for one in asked:
        if one.group is not None:
            groups.setdefault(one.group, []).append(one)
    made: dict[str, Asked] = {}
    for key, rows in groups.items():
        ticked = _ticked(rows)
        type_: VariableType | None = "multiple" if ticked else "ranking" if _ranked(table, rows) else None
        if type_ is not None:
            labels = tuple(_option(one) for one in rows)
            if len({fold(label_text(label)) for label in labels}) == len(labels):
                answers = Answers("several", n_distinct=len(rows), labels=labels, type=type_, told=True)
                stem = rows[0].stem or _name_of(rows)
                columns = tuple(one.position for one in rows if one.position is not None)
                made[key] = replace(
                    rows[0], header=_name_of(rows), text=worded(stem), answers=answers, positions=columns
                )
    kept: list[Asked] = []
    for one in asked:
        if one.group not in made:
            kept.append(one)
        elif made[one.group] not in kept:
            kept.append(made[one.group])
    return kept


def _name_of(rows: list[Asked]) -> str:
    """What the headers of all options share: ``Q6`` of ``Q6_1``, the question of ``question [option]``."""
    header = normalise(rows[0].header)
    name = parse_name(header) if len(header) <= 40 else None
    box = _BOX.match(header)
    if box or name:
        return box.group(1) if box else name.stem if name else header
    number = heading(header).number
    return f"Q{number}" if number is not None else rows[0].stem or header


def _option(one: Asked) -> Label:
    """The label of an option: the one answer of its column, else the row of the question, else its number."""
    labels = one.answers.labels
    if one.answers.kind == "labels" and len(labels) == 1 and fold(label_text(labels[0])) not in _TICKS:
        return labels[0]
    name = normalise(one.header)
    box, row = _BOX.match(name), one.wording
    if box:
        return label_of(box.group(2))
    hit = parse_name(name)
    if fold(row) == fold(name) and hit is not None:
        return label_of(str(hit.number))
    return label_of(row)


def _ticked(rows: list[Asked]) -> bool:
    """One option per column: each holds its own label or nothing, or a tick."""
    if len(rows) < 2:
        return False
    kinds = [_tick(one) for one in rows]
    enough = sum(kind == "label" for kind in kinds) >= 2 or all(_is_option(one) for one in rows)
    return all(kinds) and enough


def _tick(one: Asked) -> str:
    answers = one.answers
    if answers.kind == "labels" and len(answers.labels) <= 2:
        words = {fold(label_text(label)) for label in answers.labels}
        if words <= _TICKS:
            return "tick"
        return "label" if len(words) == 1 else ""
    if answers.kind == "numbers" and answers.whole and {answers.low, answers.high} <= {0.0, 1.0}:
        return "tick"
    return ""


def _is_option(one: Asked) -> bool:
    """Does the header say that it holds one option, and not an item that is answered by yes or no?"""
    name = normalise(one.header)
    shapes = (_BOX, _UNDER_NUMBER, _BRACKET, _CHOICE)
    qualtrics = parse_name(name) is not None and re.match(r"^Q\d{1,3}[_.]", name) is not None
    return any(shape.match(name) for shape in shapes) or qualtrics or bool(one.stem)


def _ranked(table: Table, rows: list[Asked]) -> bool:
    """Do the columns hold the ranks 1 .. k, each once, of every respondent who answered them all?"""
    k = len(rows)
    if k < 3 or not all(_is_option(one) for one in rows):
        return False
    if not all(
        one.answers.kind == "numbers" and one.answers.low >= 1 and one.answers.high <= k for one in rows
    ):
        return False
    wanted, n = {str(rank) for rank in range(1, k + 1)}, 0
    columns = [table.rows[one.position].map(normalise) for one in rows if one.position is not None]
    for ranks in zip(*columns):
        if all(ranks):
            n += 1
            if set(ranks) != wanted:
                return False
    return n >= 5
