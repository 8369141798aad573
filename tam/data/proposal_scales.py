"""Response scales from answers: what one group of questions shares, and what all groups of a file share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tam.data.proposal import Answers, Asked, Because, label_text
from tam.data.proposal_answers import without_no_answers
from tam.data.proposal_families import is_no_answer, ordered
from tam.data.wording import fold
from tam.spec.instrument import Label, Scale

_STANDARD = (
    (1, 5),
    (1, 7),
    (0, 10),
    (1, 10),
    (-3, 3),
    (-2, 2),
    (1, 4),
    (1, 6),
    (1, 3),
    (0, 4),
    (0, 6),
    (1, 9),
    (1, 11),
)
_SURE = frozenset({(1, 5), (1, 7), (0, 10), (1, 10), (-3, 3), (-2, 2)})
"""Ranges that are taken as they are seen; of the others a wider one of the same file may be the true one."""
_WIDEST = 11


@dataclass(frozen=True, slots=True)
class Form:
    """A scale without its id, with the reasons and the labels that stand for no answer."""

    scale: Scale
    because: tuple[Because, ...]
    no_answers: tuple[str, ...] = ()
    seen: tuple[int, int] | None = None
    """Lowest and highest number seen, where that is all there is to go by."""
    n: int = 1
    """Columns that it rests on."""


def shared_form(members: Sequence[Asked]) -> Form | None:
    """The ordered scale on which all members are answered; None if there is none that anybody knows."""
    kinds = {one.answers.kind for one in members}
    if kinds == {"numbers"}:
        return _number_form(members)
    if kinds == {"labels"}:
        return _label_form(members)
    if kinds <= {"numbers", "coded"} and "coded" in kinds:
        return _coded_form(members)
    return None


def _number_form(members: Sequence[Asked]) -> Form | None:
    answers = [one.answers for one in members]
    low, high = min(one.low for one in answers), max(one.high for one in answers)
    if not all(one.whole for one in answers) or not 2 <= high - low < _WIDEST or abs(low) > _WIDEST:
        return None
    seen = (int(low), int(high))
    return Form(
        Scale(f"from{seen[0]}to{seen[1]}", "ordinal", float(low), float(high)), (), seen=seen, n=len(members)
    )


def _label_form(members: Sequence[Asked]) -> Form | None:
    counted: Counter[str] = Counter()
    words: dict[str, Label] = {}
    out: list[str] = []
    for one in members:
        answers, absent = without_no_answers(one.answers)
        out += absent
        for label in answers.labels:
            words.setdefault(fold(label_text(label)), label)
            counted[fold(label_text(label))] += 1
    ladder = ordered([label_text(label) for label in words.values()])
    if ladder is None:
        return None
    labels: dict[int | str, Label] = {
        code: words[fold(label)] for code, label in zip(ladder.codes, ladder.labels)
    }
    because = [Because("labels", {"n": len(members), "labels": ladder.labels})]
    if not ladder.complete:
        lacking = [code for code in range(1, ladder.points + 1) if code not in labels]
        because.append(Because("labels_lacking", {"codes": lacking, "points": ladder.points}))
    if ladder.ambiguous:
        because.append(Because("labels_ambiguous", {"labels": ladder.ambiguous, "points": ladder.points}))
    scale = Scale(f"{ladder.family}{ladder.points}", "ordinal", 1.0, float(ladder.points), labels)
    return Form(scale, tuple(because), tuple(dict.fromkeys(out)), n=len(members))


def _coded_form(members: Sequence[Asked]) -> Form | None:
    """Codes with their labels, as an SPSS file, a Qualtrics file or numbers beside the words give them."""
    labels: dict[int, Label] = {}
    out: list[str] = []
    for one in members:
        for code, label in one.answers.codes.items():
            if fold(label_text(labels.setdefault(code, label))) != fold(label_text(label)):
                return None
    out = [label_text(label) for label in labels.values() if is_no_answer(label_text(label))]
    kept: dict[int | str, Label] = {
        code: label for code, label in sorted(labels.items()) if label_text(label) not in out
    }
    bare = [one.answers for one in members if not out]
    codes = [code for code in kept if isinstance(code, int)]
    low = min([*codes, *(int(one.low) for one in bare)], default=0)
    high = max([*codes, *(int(one.high) for one in bare)], default=0)
    if not 2 <= high - low < _WIDEST or not all(one.answers.whole for one in members):
        return None
    because = [Because("coded", {"n": len(members), "low": low, "high": high})]
    ladder = ordered([label_text(label) for label in kept.values()])
    name = f"{ladder.family}{high - low + 1}" if ladder else f"from{low}to{high}"
    if ladder is not None:
        order = [fold(label) for label in ladder.labels]
        said = [fold(label_text(label)) for label in kept.values()]
        if said == order[::-1]:
            because.append(Because("coded_downward", {"low": low, "label": label_text(kept[codes[0]])}))
        elif said != order:
            because.append(Because("coded_mixed", {"labels": ladder.labels}))
    scale = Scale(name, "ordinal", float(low), float(high), kept)
    return Form(scale, tuple(because), tuple(out), n=len(members))


def is_ordered(answers: Answers) -> bool:
    """Do the labels of one question have an order that everybody knows?"""
    kept = without_no_answers(answers)[0].labels or tuple(
        label for label in answers.codes.values() if not is_no_answer(label_text(label))
    )
    return ordered([label_text(label) for label in kept]) is not None


def settled(forms: Sequence[Form]) -> list[Form]:
    """The forms of all groups of a file seen together.

    Numbers: a range that no questionnaire uses becomes the narrowest of the file's other ranges that holds
    it, else the narrowest usual one. Labels: a set that is part of a fuller one becomes that one.
    """
    present: Counter[tuple[int, int]] = Counter()
    for one in forms:
        if one.seen:
            present[one.seen] += one.n
    made = [_settled_numbers(one, present) if one.seen else one for one in forms]
    return [_fullest(one, made) for one in made]


def _settled_numbers(one: Form, present: Counter[tuple[int, int]]) -> Form:
    assert one.seen is not None
    low, high = one.seen
    others = [range_ for range_ in present if range_ in _SURE]
    usual: list[tuple[int, int]] = [*others, *_STANDARD]
    wider = [(a, b) for a, b in usual if a <= low and high <= b]
    if one.seen in _SURE or not wider:
        taken = one.seen
    else:
        inside = [range_ for range_ in wider if range_ in others]
        exact = [one.seen] if one.seen in _STANDARD else []
        taken = min(inside or exact or wider, key=lambda r: (r[0] != low, r[1] - r[0]))
    key = "numbers" if taken == one.seen else "numbers_wider"
    values = {"n": one.n, "low": low, "high": high, "min": taken[0], "max": taken[1]}
    scale = Scale(
        f"from{taken[0]}to{taken[1]}".replace("-", "minus"), "ordinal", float(taken[0]), float(taken[1])
    )
    return replace(one, scale=scale, because=(Because(key, values),))


def _fullest(one: Form, forms: Sequence[Form]) -> Form:
    words = _words(one.scale)
    if one.seen or not words:
        return one
    fuller = [other for other in forms if words < _words(other.scale) and _same_side(one.scale, other.scale)]
    if not fuller:
        return one
    best = max(fuller, key=lambda other: len(_words(other.scale)))
    return replace(one, scale=best.scale, because=(*best.because, Because("labels_fuller")))


def _same_side(part: Scale, whole: Scale) -> bool:
    """Codes that a file gave are kept: a fuller set must give the same ones, unless they were counted."""
    codes = {fold(label_text(label)): code for code, label in whole.labels.items()}
    order = [codes[fold(label_text(label))] for label in part.labels.values()]
    return order == sorted(order, key=str) and (part.min == whole.min)


def _words(scale: Scale) -> set[str]:
    return {fold(label_text(label)) for label in scale.labels.values()}


def same_scale(one: Scale, other: Scale) -> bool:
    """The same codes with the same words, whatever the ids."""
    mine = {code: fold(label_text(label)) for code, label in one.labels.items()}
    theirs = {code: fold(label_text(label)) for code, label in other.labels.items()}
    return (one.type, one.min, one.max, mine) == (other.type, other.min, other.max, theirs)
