"""Checks of attention among the questions, with the answer that passes where the wording names it."""

from __future__ import annotations

from tam.data.proposal import Asked, Because, LeftOut, label_text, tidy
from tam.data.proposal_book import Book
from tam.data.proposal_names import check_kind, detail_of, passing_code, yes_code
from tam.data.proposal_scales import Form, shared_form
from tam.data.proposal_variables import closed_scale
from tam.data.wording import fold, normalise
from tam.spec.instrument import AttentionCheck, Scale
from tam.spec.text import is_identifier

_LONGEST_ID = 30


def is_check(one: Asked) -> str | None:
    """What kind of check a question is, if it looks like one."""
    if one.answers.kind == "several":
        return None
    labels = [label_text(label) for label in (*one.answers.labels, *one.answers.codes.values())]
    kind = check_kind(one.header, one.wording, labels)
    if kind == "named" and fold(one.wording) != fold(one.header):
        return None if detail_of(one.header, one.wording) else kind
    return kind


def add_check(book: Book, one: Asked, kind: str) -> None:
    """A check of attention with the answer that passes; without one it is only told."""
    scale, form = _check_scale(book, one)
    if scale is None or kind == "named":
        book.left_out.append(
            LeftOut(tidy(one.header), Because("check_unclear", {"wording": tidy(one.wording, 120)}))
        )
        return
    labels = {code: label_text(label) for code, label in scale.labels.items()}
    codes = tuple(range(int(scale.min or 0), int(scale.max or 0) + 1)) if scale.type == "ordinal" else ()
    passing = yes_code(labels) if kind == "seriousness" else passing_code(one.wording, labels, codes)
    if passing is None:
        book.left_out.append(
            LeftOut(tidy(one.header), Because("check_unclear", {"wording": tidy(one.wording, 120)}))
        )
        return
    if form is not None:
        scale = book.scales[book.scale(form)]
    header = normalise(one.header)
    short = is_identifier(header) and header.isascii() and len(header) <= _LONGEST_ID
    name = book.name(header if short else f"AC{len(book.checks) + 1}")
    before = [item for item, place in book.order if place < (one.position or 0)]
    after = before[-1] if before and kind != "seriousness" else None
    type_ = "seriousness" if kind == "seriousness" else "instructed"
    book.checks[name] = AttentionCheck(name, type_, one.text, scale, (passing,), after)  # type: ignore[arg-type]
    book.reasons["check", name] = (Because(f"check_{type_}", {"passing": labels.get(passing, str(passing))}),)
    book.column(name, one)


def _check_scale(book: Book, one: Asked) -> tuple[Scale | None, Form | None]:
    """The scale of the items that holds all its answers, else one of its own."""
    answers = one.answers
    words = {fold(label_text(label)) for label in (*answers.labels, *answers.codes.values())}
    for scale in book.scales.values():
        own = {fold(label_text(label)) for label in scale.labels.values()}
        if words and words <= own:
            return scale, None
        low, high = scale.min, scale.max
        bounded = answers.kind == "numbers" and low is not None and high is not None
        if bounded and low <= answers.low and answers.high <= high:  # type: ignore[operator]
            return scale, None
    form = shared_form([one]) or closed_scale(one, "check")
    return (form.scale, form) if form is not None else (None, None)
