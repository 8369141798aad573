"""What the cells of one column show: numbers, labels, coded labels, several answers, or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from tam.data.proposal import LONGEST_LABEL, MOST_LABELS, Answers, label_of, tidy
from tam.data.proposal_families import is_no_answer
from tam.data.quantities import parse_number
from tam.data.wording import fold, normalise
from tam.spec.instrument import VariableType

NO_ANSWERS: Mapping[str, str] = {
    "": "blank",
    "(空)": "blank",
    "(跳过)": "skipped_by_logic",
    "na": "blank",
    "nan": "blank",
    "null": "blank",
    "#n/a": "blank",
    "#null!": "blank",
    ".": "blank",
    "-99": "seen_unanswered",
}
"""Folded cells that stand for no answer wherever they are seen."""
SENTINELS: Mapping[str, str] = {
    "-3": "skipped_by_logic",
    "-2": "blank",
    **dict.fromkeys(("-1", "-6", "-7", "-8", "-9", "-77", "-88", "-98", "-999", "-9999"), "blank"),
    **dict.fromkeys(("88", "98", "99", "888", "998", "999", "9999"), "blank"),
}
"""Numbers that are often no answer; only where they lie far outside the other answers."""
_ANCHORED = re.compile(r"^(-?\d{1,2}) ?[=.、:)(-]? ?([^\W\d].*?)\)?$")
_LETTERED = re.compile(r"^[a-z] ?[.、):．）：] ?(.+)$", re.IGNORECASE)
_OTHER = re.compile(r"\s*〖[^〗]*〗\s*$")
_BETWEEN = ("┋", "→", ";", ", ", ",")
_WIDEST = 11


def answers_of(
    cells: Mapping[str, int], labels: Mapping[str, str], missing: Mapping[str, str], n: int
) -> tuple[Answers, dict[str, str]]:
    """What a column holds, and the cells in it that mean no answer (as written, with the reason).

    ``cells`` counts each distinct cell; ``labels`` and ``missing`` are what the file says about them; ``n``
    is the number of respondents.
    """
    found = {cell: NO_ANSWERS[fold(cell)] for cell in cells if fold(cell) in NO_ANSWERS}
    left = {cell: count for cell, count in cells.items() if cell not in found and cell not in missing}
    if not left:
        return Answers("none"), found
    if any(normalise(cell) == "*" for cell in left):  # "*" as a label would take every answer
        return Answers("text"), found
    numbers = {cell: parse_number(cell) for cell in left}
    coded = {cell: label for cell, label in labels.items() if cell not in missing and label.strip()}
    if coded and (answers := _labelled(coded, left)):
        return answers, found
    strangers = _strangers(numbers)
    if strangers:
        found |= strangers
        left = {cell: count for cell, count in left.items() if cell not in strangers}
        numbers = {cell: one for cell, one in numbers.items() if cell not in strangers}
    if all(one is not None for one in numbers.values()):
        plain = {cell: one for cell, one in numbers.items() if one is not None}
        sentinels = _sentinels(plain)
        found |= {cell: SENTINELS[fold(cell)] for cell in sentinels}
        return _numbers([one for cell, one in plain.items() if cell not in sentinels]), found
    return _words(left, n), found


def _strangers(numbers: Mapping[str, float | None]) -> dict[str, str]:
    """One or two words without digits in a column of whole numbers: perhaps marks of missing answers."""
    words = [cell for cell, one in numbers.items() if one is None]
    rest = [one for one in numbers.values() if one is not None]
    if not 1 <= len(words) <= 2 or len(rest) < 3 or not all(one.is_integer() for one in rest):
        return {}
    if any(len(cell) > 30 or any(char.isdigit() for char in normalise(cell)) for cell in words):
        return {}
    return {cell: "skipped_by_logic" if "skip" in fold(cell) or "跳" in cell else "blank" for cell in words}


def _labelled(coded: Mapping[str, str], left: Mapping[str, int]) -> Answers | None:
    """Value labels of an SPSS or Stata file, if every answer has one or they mark the ends of a scale."""
    codes = {}
    for cell, label in coded.items():
        number = parse_number(cell)
        if number is None or not number.is_integer() or len(label) > LONGEST_LABEL:
            return None
        if any(char.isalpha() for char in label):
            codes[int(number)] = label_of(label)
    seen = [parse_number(cell) for cell in left]
    if not codes or len(codes) > MOST_LABELS or any(one is None or not one.is_integer() for one in seen):
        return None
    words = [fold(label.zh or label.en or "") for label in codes.values()]
    if len(set(words)) < len(words):
        return None
    values = [int(one) for one in seen if one is not None]
    low, high = min([*values, *codes]), max([*values, *codes])
    if not set(values) <= set(codes) and high - low >= _WIDEST:
        return None
    complete = {code: codes[code] for code in sorted(codes)}
    return Answers("coded", low, high, n_distinct=len(set(values)), codes=complete, told=True)


def _sentinels(numbers: Mapping[str, float]) -> set[str]:
    """Cells far outside a short run of whole numbers."""
    candidates = {cell for cell in numbers if fold(cell) in SENTINELS}
    rest = [one for cell, one in numbers.items() if cell not in candidates]
    if not candidates or not rest or not all(one.is_integer() for one in rest):
        return set()
    low, high = min(rest), max(rest)
    if high - low >= _WIDEST or low < 0 or high > _WIDEST:
        return set()
    outside = {cell for cell in candidates if numbers[cell] < 0 or numbers[cell] > max(high + 2, _WIDEST)}
    scale_below = low == 0 and -1.0 in numbers.values() and -float(high) in numbers.values()
    return set() if scale_below else outside


def _numbers(values: list[float]) -> Answers:
    whole = all(one.is_integer() for one in values)
    return (
        Answers("numbers", min(values), max(values), whole, len(set(values))) if values else Answers("none")
    )


def _words(left: Mapping[str, int], n: int) -> Answers:
    if several := _several(left):
        return several
    if anchored := _anchored(left):
        return anchored
    plain: Counter[str] = Counter()
    stripped = _without_letters(left)
    for cell, count in left.items():
        plain[stripped.get(cell, _OTHER.sub("", tidy(cell)))] += count
    distinct: dict[str, str] = {}
    for word in sorted(plain, key=lambda word: (-plain[word], word)):
        distinct.setdefault(fold(word), word)
    filled = sum(left.values())
    repeated = len(distinct) <= max(2, filled // 2) or n < 12
    if not repeated or len(distinct) > MOST_LABELS or any(len(word) > LONGEST_LABEL for word in distinct):
        return Answers("text", n_distinct=len(distinct))
    labels = tuple(label_of(word) for word in distinct.values() if word)
    return Answers("labels", n_distinct=len(labels), labels=labels)


def _without_letters(left: Mapping[str, int]) -> dict[str, str]:
    """``A.男`` as ``男``, where every cell has such a letter."""
    hits = {cell: _LETTERED.match(_OTHER.sub("", tidy(cell))) for cell in left}
    if not all(hits.values()):
        return {}
    return {cell: hit.group(1).strip() for cell, hit in hits.items() if hit is not None}


def _anchored(left: Mapping[str, int]) -> Answers | None:
    """``1 非常不同意``, ``2``, .. ``7 非常同意``: the number beside the words is the code."""
    codes: dict[int, str] = {}
    bare: set[int] = set()
    for cell in left:
        plain = normalise(cell)
        number = parse_number(plain)
        hit = _ANCHORED.match(plain)
        if number is not None and number.is_integer():
            bare.add(int(number))
        elif hit is None or codes.setdefault(int(hit.group(1)), hit.group(2)) != hit.group(2):
            return None
    if len(codes) < 2 or len({fold(word) for word in codes.values()}) < len(codes):
        return None
    low, high = min({*codes, *bare}), max({*codes, *bare})
    if high - low >= _WIDEST or any(len(word) > LONGEST_LABEL for word in codes.values()):
        return None
    known = {code: label_of(codes[code]) for code in sorted(codes)}
    return Answers("coded", low, high, n_distinct=len({*codes, *bare}), codes=known)


def _several(left: Mapping[str, int]) -> Answers | None:
    """Several options in one cell. Commas count only where the parts come back in other company."""
    cells = [_OTHER.sub("", normalise(cell)) for cell in left]
    for mark in _BETWEEN:
        if not any(mark in cell for cell in cells):
            continue
        parts = _parts(cells, mark)
        if mark in ("┋", "→") or _comes_back(parts, left):
            words = dict.fromkeys(_OTHER.sub("", part) for row in parts for part in row)
            if 2 <= len(words) <= MOST_LABELS and all(len(word) <= LONGEST_LABEL for word in words):
                kind: VariableType = "ranking" if mark == "→" else "multiple"
                labels = tuple(label_of(word) for word in sorted(words))
                return Answers("several", n_distinct=len(words), labels=labels, type=kind)
            return None
    return None


def _parts(cells: list[str], mark: str) -> list[list[str]]:
    """The options of each cell; two that only ever stand side by side are one option with the mark in it."""
    rows = [[part.strip() for part in cell.split(mark.strip()) if part.strip()] for cell in cells]
    joined = ", " if mark == ", " else mark
    while True:
        singles: Counter[str] = Counter(part for row in rows for part in row)
        pairs: Counter[tuple[str, str]] = Counter(pair for row in rows for pair in pairwise(row))
        fixed = next((p for p, n in pairs.items() if n > 1 and n == singles[p[0]] == singles[p[1]]), None)
        if fixed is None or mark in ("┋", "→"):
            return rows
        rows = [_join(row, fixed, joined) for row in rows]


def _join(row: list[str], pair: tuple[str, str], mark: str) -> list[str]:
    for i in range(len(row) - 1):
        if (row[i], row[i + 1]) == pair:
            return [*row[:i], f"{row[i]}{mark}{row[i + 1]}", *row[i + 2 :]]
    return row


def _comes_back(parts: list[list[str]], left: Mapping[str, int]) -> bool:
    """Are there fewer options than cells, and does every option stand in more than one of them?"""
    counts = Counter(part for row in parts for part in set(row))
    return len(left) > len(counts) >= 2 and min(counts.values()) > 1 and len(counts) <= MOST_LABELS


def without_no_answers(answers: Answers) -> tuple[Answers, tuple[str, ...]]:
    """Labels beside an ordered scale that say "not applicable", taken out and named."""
    words = tuple(label.zh or label.en or "" for label in answers.labels)
    out = tuple(word for word in words if is_no_answer(word))
    kept = tuple(label for label, word in zip(answers.labels, words) if word not in out)
    return (replace(answers, labels=kept, n_distinct=len(kept)), out) if out else (answers, ())
