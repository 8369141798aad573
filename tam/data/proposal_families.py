"""Sets of answer labels that have an order everybody knows, in English and Chinese.

A label is taken apart into what is asked (``agree``, ``满意``) and how much of it. Labels that ask the same
are put in order of how much. The order is known; the code of a label is not: 比较同意 is point 4 of 5 in one
questionnaire and 5 of 7 in another, so whatever comes from here is a proposal that says what it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

from tam.data.wording import fold

_MIDDLE = 0.0
_NEUTRAL = frozenset(
    [
        "中立",
        "一般",
        "不确定",
        "普通",
        "说不清",
        "说不准",
        "无所谓",
        "还好",
        "适中",
        "中等",
        "没意见",
        "无意见",
        "不好说",
        "介于中间",
        "中性",
        "neutral",
        "undecided",
        "unsure",
        "neither",
        "uncertain",
    ]
) | {"not sure", "no opinion", "so-so", "in between", "no preference"}
_NEITHER = re.compile(r"^(?:neither\b.{1,60}\bnor\b.{0,60}|既不.{1,20}(?:也不|又不).{1,20})$")
AMBIGUOUS = frozenset({"一般", "普通", "不确定", "还好", "说不清"})
"""Middle words of many scales: nothing but the questionnaire tells which code they have."""

# How much, in Chinese. The longer words are tried first.
_ZH_MORE = {
    "完全": 3.5, "极其": 3.5, "极为": 3.5, "极度": 3.5, "强烈": 3.5, "绝对": 3.5, "极": 3.5, "非常": 3.0,
    "十分": 3.0, "特别": 3.0, "很": 2.5, "相当": 2.2, "": 2.0, "基本": 1.6, "比较": 1.5, "较": 1.5,
    "较为": 1.5, "有点": 1.0, "有些": 1.0, "略微": 1.0, "略": 1.0, "稍微": 1.0, "稍": 1.0,
    "有一点": 1.0, "一般": 0.5,
}  # fmt: skip
_ZH_STEMS = (
    "同意 认同 赞同 赞成 满意 符合 重要 愿意 可能 信任 喜欢 清楚 了解 熟悉 有用 容易 方便 "
    "支持 相信 认可 关注 确定 有帮助 感兴趣"
)
_ZH = re.compile(
    "^(" + "|".join(sorted(filter(None, _ZH_MORE), key=len, reverse=True)) + ")?"
    "(不太|不大|不|没)?(" + "|".join(_ZH_STEMS.split()) + ")$"
)
_EN_MORE = {
    "completely": 3.5, "totally": 3.5, "absolutely": 3.5, "extremely": 3.5, "entirely": 3.5, "fully": 3.4,
    "strongly": 3.0, "very much": 3.0, "very": 3.0, "definitely": 3.0, "quite": 2.2, "mostly": 2.2,
    "generally": 2.1, "probably": 1.7, "moderately": 1.8, "fairly": 1.6, "rather": 1.5, "somewhat": 1.2,
    "tend to": 1.1, "slightly": 1.0, "a little": 1.0, "a bit": 1.0, "mildly": 1.0, "hardly": -1.0,
    "barely": -1.0,
}  # fmt: skip
_EN_STEMS = {
    "agree": "agree", "disagree": "-agree", "satisfied": "satisfied", "dissatisfied": "-satisfied",
    "unsatisfied": "-satisfied", "likely": "likely", "unlikely": "-likely", "important": "important",
    "unimportant": "-important", "fit": "fit", "fits": "fit", "apply": "apply", "applies": "apply",
    "true": "true", "untrue": "-true", "false": "-true", "useful": "useful", "useless": "-useful",
    "willing": "willing", "unwilling": "-willing", "probable": "probable", "improbable": "-probable",
    "interested": "interested", "uninterested": "-interested", "familiar": "familiar",
    "unfamiliar": "-familiar", "easy": "easy", "difficult": "-easy", "good": "good", "bad": "-good",
    "poor": "-good", "helpful": "helpful", "unhelpful": "-helpful", "trust": "trust", "distrust": "-trust",
    "like": "like", "dislike": "-like", "favourable": "favourable", "unfavourable": "-favourable",
    "favorable": "favourable", "unfavorable": "-favourable", "confident": "confident", "often": "often",
}  # fmt: skip
_NEGATION = re.compile(r"\b(?:does not|do not|doesn't|don't|is not|am not|not|never)\b")
_AT_ALL = re.compile(r"\bat all\b")
_EN_ADVERBS = re.compile(r"\b(" + "|".join(sorted(_EN_MORE, key=len, reverse=True)) + r")\b")
_FILLER = re.compile(r"\b(?:i|it|me|of|that|this|is|am|to)\b")
# Ladders whose words have nothing in common.
_LADDERS: tuple[tuple[str, dict[str, float]], ...] = (
    ("frequency", {
        "never": 0, "not at all": 0, "almost never": 0.5, "hardly ever": 0.5, "rarely": 1, "seldom": 1,
        "once in a while": 1.5, "occasionally": 1.6, "sometimes": 2, "often": 3, "frequently": 3.1,
        "usually": 3.4, "mostly": 3.5, "very often": 3.7, "very frequently": 3.8, "almost always": 4,
        "always": 5, "从不": 0, "从来不": 0, "从未": 0, "没有过": 0, "从没有": 0, "几乎不": 0.5,
        "几乎从不": 0.5, "极少": 0.6, "很少": 1, "较少": 1.2,
        "偶尔": 1.5, "有时": 2, "有时候": 2, "时常": 2.8, "经常": 3,
        "常常": 3.1, "频繁": 3.5, "总是": 5, "一直": 5, "几乎总是": 4,
    }),
    ("quality", {
        "very poor": 0, "terrible": 0, "very bad": 0.2, "poor": 1, "bad": 1, "fair": 2, "average": 2.2,
        "good": 3, "very good": 4, "excellent": 5, "非常差": 0, "很差": 0.2, "较差": 0.8, "差": 1, "一般": 2,
        "中等": 2, "较好": 2.8, "好": 3, "很好": 4, "非常好": 5, "优秀": 5.5,
    }),
    ("amount", {
        "none": 0, "not at all": 0, "a little": 1, "slightly": 1, "somewhat": 1.5, "moderately": 2,
        "a moderate amount": 2, "quite a bit": 2.6, "a lot": 3, "very much": 3.5, "a great deal": 4,
        "extremely": 4, "完全没有": 0, "没有": 0.2, "很少": 1, "较少": 1.5, "一般": 2, "较多": 3,
        "很多": 4, "非常多": 5,
    }),
)  # fmt: skip
_FAMILY = {
    "同意": "agree", "认同": "agree", "赞同": "agree", "赞成": "agree", "满意": "satisfied", "符合": "fit",
    "重要": "important", "愿意": "willing", "可能": "likely", "信任": "trust", "喜欢": "like",
    "熟悉": "familiar", "清楚": "clear", "了解": "know", "有用": "useful",
    "有帮助": "helpful", "感兴趣": "interested",
}  # fmt: skip
_NO_ANSWER = frozenset(["不适用", "不知道", "不清楚", "不了解", "无法判断", "n/a", "na", "拒绝回答"]) | {
    "not applicable",
    "don't know",
    "do not know",
    "prefer not to say",
    "does not apply to me",
    "no answer",
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """Labels in order, least first. ``family`` names what is asked."""

    family: str
    labels: tuple[str, ...]
    codes: tuple[int, ...]
    """1 for the least. A number is left out where one side of the middle has a label that the other lacks."""
    points: int
    ambiguous: tuple[str, ...]
    """Labels whose place depends on the questionnaire."""

    @property
    def complete(self) -> bool:
        return len(self.codes) == self.points


def is_no_answer(label: str) -> bool:
    """Does the label beside a scale say that there is no answer on it?"""
    return fold(label).strip("()。. ") in _NO_ANSWER


def ordered(labels: Collection[str]) -> Ladder | None:
    """The labels in order, or None where no family holds all of them or two stand for the same degree."""
    words = {label: fold(label).strip("。. !") for label in labels}
    if len(words) < 3 or len(set(words.values())) < len(words):
        return None
    return _by_degree(words) or _by_ladder(words)


def _by_degree(words: dict[str, str]) -> Ladder | None:
    taken = {label: _degree(word) for label, word in words.items()}
    families = {one[0] for one in taken.values() if one is not None and one[0]}
    if len(families) != 1 or any(one is None for one in taken.values()):
        return None
    degrees = {label: one[1] for label, one in taken.items() if one is not None}
    if len(set(degrees.values())) < len(degrees):
        return None
    labels = tuple(sorted(degrees, key=lambda label: degrees[label]))
    codes, points = _codes([degrees[label] for label in labels])
    middle = [label for label in labels if words[label] in AMBIGUOUS]
    quite = [label for label in labels if "比较" in words[label]]
    return Ladder(_family(families.pop()), labels, codes, points, (*middle, *quite))


def _family(name: str) -> str:
    """The name of a family in letters, for the id of a scale."""
    return _FAMILY.get(name, name if name.isascii() else "degree")


def _codes(degrees: list[float]) -> tuple[tuple[int, ...], int]:
    """Codes of sorted degrees and the number of points, with room for what one side lacks."""
    below = [-degree for degree in degrees if degree < _MIDDLE][::-1]
    above = [degree for degree in degrees if degree > _MIDDLE]
    middle = len(degrees) - len(below) - len(above)
    unipolar = not middle and len(below) == 1 and below[0] >= 3 and len(above) > 1
    if unipolar or len(below) == len(above):
        return tuple(range(1, len(degrees) + 1)), len(degrees)
    most = max(len(below), len(above))
    points = 2 * most + middle
    lower = [most - place for place in _places(below, above)][::-1]
    upper = [most + middle + 1 + place for place in _places(above, below)]
    return (*lower, *[most + 1] * middle, *upper), points


def _places(side: list[float], other: list[float]) -> tuple[int, ...]:
    """Where the degrees of one side stand, counted from the middle, if the longer side has them all."""
    if len(side) >= len(other):
        return tuple(range(len(side)))
    choices = combinations(range(len(other)), len(side))
    return min(choices, key=lambda chosen: sum(abs(other[i] - one) for i, one in zip(chosen, side)))


def _by_ladder(words: dict[str, str]) -> Ladder | None:
    for family, ranks in _LADDERS:
        if all(word in ranks for word in words.values()):
            if len({ranks[word] for word in words.values()}) < len(words):
                return None
            labels = tuple(sorted(words, key=lambda label: ranks[words[label]]))
            middle = tuple(label for label in labels if words[label] in AMBIGUOUS)
            return Ladder(family, labels, tuple(range(1, len(labels) + 1)), len(labels), middle)
    return None


def _degree(word: str) -> tuple[str, float] | None:
    """(family, degree from -3.5 to 3.5) of a folded label; the family is empty for a middle word."""
    if word in _NEUTRAL or _NEITHER.match(word):
        return "", _MIDDLE
    return _chinese(word) or _english(word)


def _chinese(word: str) -> tuple[str, float] | None:
    plain = word.removeprefix("我").replace("的", "")
    negated_first = re.fullmatch(r"不(太|大|很|是很|怎么)(.{2,4})", plain)
    if negated_first and negated_first.group(2) in _ZH_STEMS.split():
        return negated_first.group(2), -1.0
    hit = _ZH.match(plain)
    if hit is None:
        return None
    much, negation, stem = hit.group(1) or "", hit.group(2) or "", hit.group(3)
    degree = 1.0 if negation in ("不太", "不大") else _ZH_MORE[much]
    return stem, -degree if negation else degree


def _english(word: str) -> tuple[str, float] | None:
    if len(word) > 60:
        return None
    adverbs = _EN_ADVERBS.findall(word)
    rest = _EN_ADVERBS.sub(" ", word)
    at_all, rest = bool(_AT_ALL.search(rest)), _AT_ALL.sub(" ", rest)
    negated, rest = bool(_NEGATION.search(rest)), _NEGATION.sub(" ", rest)
    stem = " ".join(_FILLER.sub(" ", rest).split())
    if stem not in _EN_STEMS or len(adverbs) > 1:
        return None
    family = _EN_STEMS[stem]
    degree = 3.5 if at_all else _EN_MORE[adverbs[0]] if adverbs else 2.0
    below = negated != family.startswith("-")
    if negated and adverbs and adverbs[0] in ("very", "really", "quite"):
        degree = 1.0  # "not very important" is little, not the opposite of much
    return family.removeprefix("-"), -degree if below else degree
