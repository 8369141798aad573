"""Scales of questions that measure no construct: options, numbers, several answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tam.data.proposal import Answers, Asked, Because, label_text
from tam.data.proposal_names import Detail
from tam.data.proposal_scales import Form, shared_form
from tam.data.wording import fold, heading, normalise
from tam.spec.instrument import Label, Scale
from tam.spec.text import is_identifier

_LONGEST_ID = 30
_FEW = 7
_OLDEST = 120.0
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_BELOW = re.compile(
    r"以下|以内|不足|不到|少于|小于|低于|及以下|\b(?:under|below|less|fewer|up to|at most)\b|<"
)
_OPEN = re.compile(
    _BELOW.pattern + r"|以上|超过|多于|大于|高于|\b(?:over|above|more|at least|older)\b|>|\+|≥|≤"
)
_COUNTED = ("age", "followers")


def variable_id(one: Asked, detail: Detail | None) -> str:
    """``gender`` where the question is a usual one, else the column's name, else its question's number."""
    header = normalise(one.header)
    if is_identifier(header) and len(header) <= _LONGEST_ID and header.isascii():
        return header
    if detail is not None:
        return detail.id
    number = heading(header).number
    if number is not None:
        return f"Q{number}"
    return f"V{one.position + 1}" if one.position is not None else "V"


def closed_scale(one: Asked, name: str) -> Form | None:
    """The scale of a question with options: ordered where the order is known, else nominal."""
    answers = one.answers
    if answers.kind == "several":
        return _nominal(name, _numbered(answers), Because(f"several_{answers.type}"))
    if answers.kind in ("labels", "coded"):
        ordered = shared_form([one])
        if ordered is not None and (answers.kind == "labels" or ordered.scale.id[:4] != "from"):
            return ordered
        if answers.kind == "labels" and (intervals := _intervals(answers)) is not None:
            scale = Scale(f"{name}_options", "ordinal", 1.0, float(len(intervals)), intervals)
            return Form(scale, (Because("intervals"),))
        key = "nominal_coded" if answers.codes else "nominal"
        return _nominal(name, answers.codes or _numbered(answers), Because(key))
    return None


def _intervals(answers: Answers) -> dict[int | str, Label] | None:
    """Labels that are ranges of numbers (``3001–5000元``, ``under 18``) in the order of the numbers."""
    found: list[tuple[float, bool, Label]] = []
    for label in answers.labels:
        word = fold(label_text(label))
        numbers = _AMOUNT.findall(word.replace(",", ""))
        if not numbers or (len(numbers) == 1 and not _OPEN.search(word)):
            return None
        found.append((float(numbers[0]), not _BELOW.search(word), label))
    found.sort(key=lambda one: one[:2])
    if len(found) < 3 or len({one[:2] for one in found}) < len(found):
        return None
    return {code: one[2] for code, one in enumerate(found, 1)}


def _numbered(answers: Answers) -> dict[int, Label]:
    """Labels with codes: their own where they are numbers themselves, else 1, 2, .."""
    words = [label_text(label) for label in answers.labels]
    if words and all(word.isascii() and word.isdigit() and len(word) < 4 for word in words):
        return {int(word): label for word, label in zip(words, answers.labels)}
    return dict(enumerate(answers.labels, 1))


def _nominal(name: str, labels: Mapping[int, Label], because: Because) -> Form | None:
    words = {fold(label_text(label)) for label in labels.values()}
    if not labels or len(words) < len(labels) or not all(words):
        return None
    codes: dict[int | str, Label] = {code: label for code, label in labels.items()}  # noqa: C416
    return Form(Scale(f"{name}_options", "nominal", None, None, codes), (because,))


def open_scale(one: Asked, detail: Detail | None) -> Form | None:
    """The scale of a question answered by a number: a rating, a code of an option, or a quantity."""
    answers = one.answers
    if answers.kind != "numbers":
        return None
    few = answers.whole and answers.n_distinct <= _FEW and answers.high - answers.low <= 10
    if detail is not None and detail.id in _COUNTED:
        years = detail.id == "age" and answers.low >= 0 and answers.high <= _OLDEST
        scale = Scale("years", "numeric", 0.0, _OLDEST) if years else Scale("count", "numeric", 0.0)
        return Form(scale, (Because("quantity"),))
    if few and answers.n_distinct >= 2 and abs(answers.low) <= 20:
        codes = range(int(answers.low), int(answers.high) + 1)
        labels: dict[int | str, Label] = {code: Label(str(code), None) for code in codes}
        name = one.header if is_identifier(one.header) else "codes"
        scale = Scale(f"{name}_codes", "nominal", None, None, labels)
        return Form(scale, (Because("codes_unknown", {"low": int(answers.low), "high": int(answers.high)}),))
    return Form(Scale("number", "numeric"), (Because("quantity"),))
