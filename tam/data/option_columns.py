"""Which columns hold the options of a variable with several answers. What a header says decides, no guess."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tam.data.answers import coder
from tam.data.columns import Headers
from tam.data.patterns import UnsafePattern, matches, safe_pattern
from tam.data.responses import ColumnMatch
from tam.data.table import Table
from tam.data.wording import bare_wording, fold, question_number
from tam.errors import Problem, Where, problem
from tam.spec.instrument import ColumnRule, Scale, Variable

Code = int | str

# uses___1 (REDCap), uses[SQ001] (LimeSurvey), uses:Notes, Q5_1 (Qualtrics), Q3_A1 (wenjuan.com), uses(Notes)
_NAMED = (
    (re.compile(r"^(.{1,80}?)___(.{1,80})$"), True),
    (re.compile(r"^(.{1,200}?) ?\[([^\[\]]{1,200})\]$"), True),
    (re.compile(r"^(.{1,200}?) ?\((?:choice ?= ?)?(.{1,200})\)$"), True),
    (re.compile(r"^(.{1,80}?):(.{1,200})$"), True),
    (re.compile(r"^(.{1,80}?)_a(\d{1,3})$"), True),
    (re.compile(r"^(.{1,80})[_.](\w{1,80})$"), False),
)
_COUNTED = re.compile(r"^(?:sq|a)0*(\d{1,3})$")
_FREE_TEXT = re.compile(r"(?:^|[_ \-\[(])(?:text|open|other|othertext|comment)[\])]?$|文本$|_open$")


@dataclass(frozen=True, slots=True)
class OptionColumn:
    """One option of a variable and the column (position from 0) that holds it."""

    code: Code
    position: int
    how: str

    def match(self, table: Table, name: str) -> ColumnMatch:
        column = table.header[self.position].strip()
        return ColumnMatch(f"{name}:{self.code}", column, self.position + 1, self.how)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a scale by every word that names them."""

    scale: Scale
    codes: tuple[Code, ...]
    words: Mapping[str, Code]

    @classmethod
    def of(cls, scale: Scale) -> Options:
        return cls(scale, tuple(scale.labels), dict(coder(scale, {}, {}).words))

    def named(self, part: str) -> tuple[Code, str] | None:
        """The option that a part of a header names, and how: by its label, its code or its number."""
        plain = fold(part)
        for text in (plain, bare_wording(plain), re.sub(r"^[a-z] ?[.、):] ?", "", plain)):
            if text in self.words:
                return self.words[text], "label of the option"
        for code in self.codes:
            if plain == fold(str(code)):
                return code, "code of the option"
        counted = _COUNTED.match(plain)
        if counted and 1 <= int(counted.group(1)) <= len(self.codes):
            return self.codes[int(counted.group(1)) - 1], f"number of the option ({part})"
        return None


def option_columns(
    table: Table, headers: Headers, variable: Variable, scale: Scale, rule: ColumnRule | None
) -> tuple[tuple[OptionColumn, ...], tuple[Problem, ...]]:
    """The columns that hold one option each of a variable with several answers; none if there are none.

    A column belongs to the variable if its header is the variable's id, its rule or its wording with an
    option behind it; and the columns of one question number belong to it if all their options are the
    variable's.
    """
    options = Options.of(scale)
    found: list[OptionColumn] = []
    problems: list[Problem] = []
    for position in range(len(table.header)):
        hit = _option(headers, position, variable, options, rule)
        if isinstance(hit, str):
            place = Where(table.file, 1, table.header[position].strip(), variable.id)
            problems.append(
                problem(
                    "option-column-unknown",
                    place,
                    column=table.header[position].strip(),
                    item=variable.id,
                    option=hit,
                    scale=scale.id,
                    expected=[label.get("zh") for label in scale.labels.values()],
                )
            )
        elif hit is not None:
            found.append(OptionColumn(hit[0], position, hit[1]))
    if not found and rule is None:
        found = _under_one_number(headers, options)
    return _checked(table, variable, options, found, problems)


def _option(
    headers: Headers, position: int, variable: Variable, options: Options, rule: ColumnRule | None
) -> tuple[Code, str] | str | None:
    """The option of a column and how it was found; its text where it is unknown; None for other columns."""
    name = headers.folded[position]
    if rule is not None and rule.match is not None:
        return _by_pattern(headers, position, options, rule.match)
    wanted = {bare_wording(variable.text.zh or ""), bare_wording(variable.text.en or "")} - {""}
    named = {fold(variable.id)} if rule is None else {fold(rule.exact or "")}
    worded = [pair for pair in headers.parts[position] if pair[0] in wanted]
    worded += _numbered(headers, position, rule)
    for _, row in worded:
        if option := options.named(row):
            return option[0], f"{option[1]} in the wording"
    unknown = ""
    for part, certain in _behind_name(name, named):
        if option := options.named(part):
            return option[0], f"{option[1]} in the header"
        unknown = unknown or (part if certain else "")
    if _FREE_TEXT.search(name) or _FREE_TEXT.search(headers.questions[position]):
        return None
    return unknown or (worded[0][1] if worded and headers.parts[position][0] in worded else None)


def _behind_name(name: str, wanted: Collection[str]) -> Iterator[tuple[str, bool]]:
    """What stands behind one of the names in a header, and whether it must be an option."""
    for shape, certain in _NAMED:
        hit = shape.match(name)
        if hit and hit.group(1) in wanted:
            yield hit.group(2), certain


def _numbered(headers: Headers, position: int, rule: ColumnRule | None) -> list[tuple[str, str]]:
    """Options of the question whose number the rule gives: ``Q6`` and ``第6题(选项)`` or ``6.题干:选项``."""
    asked = question_number(rule.exact or "") if rule is not None else None
    if asked is None or asked[1] is not None or headers.headings[position].number != asked[0]:
        return []
    return list(headers.parts[position])


def _by_pattern(
    headers: Headers, position: int, options: Options, pattern: str
) -> tuple[Code, str] | str | None:
    try:
        if not matches(safe_pattern(pattern), headers.plain[position]):
            return None
    except UnsafePattern:
        return None  # told where single columns are matched
    ends = [row for _, row in headers.parts[position]]
    ends += [hit.group(2) for shape, _ in _NAMED if (hit := shape.match(headers.folded[position]))]
    for part in ends:
        if option := options.named(part):
            return option[0], f"rule: regular expression, {option[1]}"
    return None


def _under_one_number(headers: Headers, options: Options) -> list[OptionColumn]:
    """``第6题(选项)`` without the question: taken if the labels of just one question are all this scale's."""
    groups: dict[int, list[tuple[int, str]]] = {}
    for position, parts in enumerate(headers.parts):
        number = headers.headings[position].number
        if number is not None and len(parts) == 1 and parts[0][0] == "":
            groups.setdefault(number, []).append((position, parts[0][1]))
    fitting = {
        number: [(position, options.words[row]) for position, row in rows]
        for number, rows in groups.items()
        if len(rows) > 1 and all(row in options.words for _, row in rows)
    }
    if len(fitting) != 1:
        return []
    ((number, rows),) = fitting.items()
    how = f"labels of all options under question {number}"
    return [OptionColumn(code, position, how) for position, code in rows]


def _checked(
    table: Table, variable: Variable, options: Options, found: list[OptionColumn], problems: list[Problem]
) -> tuple[tuple[OptionColumn, ...], tuple[Problem, ...]]:
    """Two columns for one option are a problem, an option without a column is told."""
    held: dict[Code, OptionColumn] = {}
    for one in found:
        first = held.setdefault(one.code, one)
        if first is not one:
            names = [f"{table.header[x.position].strip()} ({x.position + 1})" for x in (first, one)]
            name = f"{variable.id}:{one.code}"
            place = Where(table.file, 1, names[0], variable.id)
            problems.append(
                problem("column-ambiguous", place, item=name, candidates=names, position=first.position + 1)
            )
    absent = [code for code in options.codes if code not in held]
    if found and absent:
        labels = [options.scale.labels[code].get("zh") or str(code) for code in absent]
        place = Where(table.file, 1, item=variable.id)
        problems.append(problem("options-without-column", place, item=variable.id, options=labels))
    order = {code: i for i, code in enumerate(options.codes)}
    return tuple(sorted(held.values(), key=lambda one: order[one.code])), tuple(problems)
