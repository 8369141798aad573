"""Which column holds which item. Every match says how it was made; doubt is a problem, no guess."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tam.data.patterns import UnsafePattern, matches, safe_pattern
from tam.data.responses import ColumnMatch
from tam.data.table import Table
from tam.data.wording import Heading, bare_wording, fold, heading, normalise, question_number, selected
from tam.errors import Problem, Where, problem
from tam.spec.instrument import ColumnRule
from tam.spec.text import Text

_SHORTEST_CONTAINED = 4
_LISTED = 6
# Likeness is slow to compute; a table with more columns than this was not made by hand.
_COMPARED = 400


_FREE_TEXT = ("_text", "_open", "[other]", "[othertext]")


@dataclass(frozen=True, slots=True)
class Found:
    """Column positions (from 0) that fit, and the way they were looked for."""

    positions: tuple[int, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Headers:
    """The header of a table prepared for matching."""

    plain: tuple[str, ...]
    folded: tuple[str, ...]
    headings: tuple[Heading, ...]
    questions: tuple[str, ...]
    """Wording of each column: the platform's row of question texts, else the header's own."""
    asked: tuple[str, ...]
    """The same without "selected choice"; empty for columns that hold the free text beside an option."""
    parts: tuple[tuple[tuple[str, str], ...], ...]
    """Every way in which a wording may be a question and its row or option."""

    @classmethod
    def of(cls, table: Table) -> Headers:
        headings = tuple(heading(name) for name in table.header)
        texts = table.questions or ("",) * len(table.header)
        worded = tuple(heading(text) if text.strip() else own for text, own in zip(texts, headings))
        questions = tuple(one.wording for one in worded)
        parts = tuple(one.parts for one in worded)
        plain = tuple(normalise(name) for name in table.header)
        folded = tuple(map(str.casefold, plain))
        asked = tuple(
            "" if name.endswith(_FREE_TEXT) else selected(one) for name, one in zip(folded, questions)
        )
        return cls(plain, folded, headings, questions, asked, parts)

    def where(self, wanted: str, names: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(i for i, name in enumerate(names) if name == wanted)

    def rows(self, wanted: str) -> tuple[int, ...]:
        """Columns whose row of a matrix reads so."""
        return tuple(i for i, parts in enumerate(self.parts) if any(row == wanted for _, row in parts))


def match_columns(
    table: Table,
    wordings: Mapping[str, Text],
    rules: Mapping[str, ColumnRule],
    needed: Collection[str],
    already: Collection[ColumnMatch] = (),
    headers: Headers | None = None,
) -> tuple[tuple[ColumnMatch, ...], tuple[Problem, ...]]:
    """The column of each name in ``wordings`` (items, checks, variables), and what could not be decided.

    A rule of the study goes first; then the exact name, the name in other case, and the wording in either
    language within the header. Names outside ``needed`` may be absent (one note for all); an undecided
    one is always a problem. ``already`` are columns found otherwise, which no other name may claim.
    """
    headers = headers or Headers.of(table)
    found: list[ColumnMatch] = []
    problems: list[Problem] = []
    absent: list[str] = []
    for name, text in wordings.items():
        rule = rules.get(name)
        hit = _by_rule(table, headers, name, rule) if rule is not None else _by_name(headers, name, text)
        if isinstance(hit, Problem):
            problems.append(hit)
        elif len(hit.positions) == 1:
            position = hit.positions[0]
            found.append(ColumnMatch(name, table.header[position].strip(), position + 1, hit.how))
        elif hit.positions or rule is not None or name in needed:
            problems.append(_undecided(table, headers, name, text, hit))
        else:
            guesses = _guesses(table, headers, name, text)
            absent.append(f"{name} ({guesses[0]}?)" if guesses else name)
    if absent:
        example = absent[0].partition(" (")[0]
        problems.append(problem("optional-columns-missing", Where(table.file, 1), items=absent, item=example))
    twice = _claimed_twice(table, [*already, *found])
    return tuple(found), (*problems, *twice, *_unknown_rules(wordings, rules))


def _by_rule(table: Table, headers: Headers, name: str, rule: ColumnRule) -> Found | Problem:
    where = Where(file=table.file, row=1, item=name)
    if rule.position is not None:
        if not 1 <= rule.position <= len(table.header):
            n = len(table.header)
            return problem("column-position-outside", where, item=name, position=rule.position, n=n)
        return Found((rule.position - 1,), "rule: position")
    if rule.match is not None:
        try:
            pattern = safe_pattern(rule.match)
        except UnsafePattern as fault:
            return problem("column-pattern-unsafe", where, item=name, pattern=rule.match, reason=str(fault))
        hits = tuple(i for i, header in enumerate(table.header) if matches(pattern, header))
        return Found(hits, "rule: regular expression")
    return _exactly(headers, rule.exact or "")


def _exactly(headers: Headers, wanted: str) -> Found:
    """A header written in full (width and case do not matter), or a question number such as ``Q7_2``."""
    plain = normalise(wanted)
    for names, key in ((headers.plain, plain), (headers.folded, plain.casefold())):
        if hits := headers.where(key, names):
            return Found(hits, "rule: header")
    asked = question_number(wanted)
    if asked is None:
        return Found((), "rule: header")
    number, part = asked
    numbered = [(i, h) for i, h in enumerate(headers.headings) if h.number == number]
    if part is not None and not any(h.part is not None for _, h in numbered):
        # a matrix whose rows carry no number of their own: its columns stand in order
        return Found(tuple(i for i, _ in numbered[part - 1 : part]), "rule: question number")
    hits = tuple(i for i, h in numbered if part is None or h.part == part)
    return Found(hits, "rule: question number")


def _by_name(headers: Headers, name: str, text: Text) -> Found:
    plain = normalise(name)
    for names, key, how in (
        (headers.plain, plain, "name"),
        (headers.folded, plain.casefold(), "name, other case"),
    ):
        if hits := headers.where(key, names):
            return Found(hits, how)
    return _by_wording(headers, name, text)


def _by_wording(headers: Headers, name: str, text: Text) -> Found:
    for language in ("zh", "en"):
        words = bare_wording(getattr(text, language) or "")
        if not words or words == fold(name):
            continue
        if hits := headers.where(words, headers.asked):
            return Found(hits, f"wording ({language})")
        if hits := headers.rows(words):
            return Found(hits, f"wording ({language}), row of a matrix")
        long_enough = len(words) >= _SHORTEST_CONTAINED
        if long_enough and (hits := tuple(i for i, one in enumerate(headers.asked) if words in one)):
            return Found(hits, f"wording ({language}) within the header")
    return Found((), "")


def _undecided(table: Table, headers: Headers, name: str, text: Text, hit: Found) -> Problem:
    where = Where(file=table.file, row=1, item=name)
    if hit.positions:
        names = [f"{table.header[i].strip()} ({i + 1})" for i in hit.positions[:_LISTED]]
        same = len({headers.folded[i] for i in hit.positions}) == 1
        first = table.header[hit.positions[0]].strip()
        place = Where(file=table.file, row=1, column=first, item=name)
        code = "duplicate-header" if same else "column-ambiguous"
        return problem(code, place, item=name, column=first, candidates=names, position=hit.positions[0] + 1)
    guesses = _guesses(table, headers, name, text)
    example = guesses[0] if guesses else "..."
    return problem("column-missing", where, item=name, candidates=guesses or "-", example=example)


def _guesses(table: Table, headers: Headers, name: str, text: Text) -> list[str]:
    """Headers like the name or the wording, best first: told to the person, never used."""
    by_name = difflib.get_close_matches(name.casefold(), headers.folded[:_COMPARED], n=3, cutoff=0.6)
    by_wording: list[str] = []
    for language in ("zh", "en"):
        words = bare_wording(getattr(text, language) or "")[:200]
        if words:
            cut = [question[:200] for question in headers.questions[:_COMPARED]]
            by_wording += difflib.get_close_matches(words, cut, n=2, cutoff=0.6)
    positions = [headers.folded.index(hit) for hit in by_name]
    positions += [i for hit in by_wording for i, q in enumerate(headers.questions) if q[:200] == hit]
    return [table.header[i].strip() for i in dict.fromkeys(positions)][:3]


def _claimed_twice(table: Table, found: list[ColumnMatch]) -> list[Problem]:
    """Two items on one column: their correlation would be one by construction."""
    owner: dict[int, ColumnMatch] = {}
    problems = []
    for match in found:
        first = owner.setdefault(match.position, match)
        if first is not match:
            place = Where(file=table.file, row=1, column=match.column, item=match.item)
            problems.append(
                problem("column-claimed-twice", place, column=match.column, item=match.item, other=first.item)
            )
    return problems


def _unknown_rules(wordings: Mapping[str, Text], rules: Mapping[str, ColumnRule]) -> list[Problem]:
    problems = []
    for name in rules:
        if name not in wordings:
            near = difflib.get_close_matches(name, list(wordings), n=1, cutoff=0.5)
            place = Where(item=name)
            problems.append(
                problem("column-rule-unknown-name", place, item=name, suggestion=near[0] if near else "-")
            )
    return problems
