"""What names and wordings suggest: constructs, reverse keys, respondents' details, checks of attention."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from tam.data.wording import fold, normalise
from tam.spec.instrument import Role
from tam.spec.text import Text

_LONGEST_NAME = 40
_NAME = re.compile(
    r"^(?P<stem>.{0,30}?[^\W\d])[_.\- ]?(?P<number>\d{1,4})[_.\- ]?"
    r"(?P<reverse>\((?:r|反|反向)\)|r|rev|反向?)?$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^(?P<stem>\w{1,30})\[(?:SQ|A)?0*(?P<number>\d{1,3})\]$", re.IGNORECASE)
_ROW = re.compile(r"^(?P<stem>\w{1,30}?)_[RA](?P<number>\d{1,3})$")
_NUMBERING = frozenset(
    ["q", "v", "x", "var", "item", "items", "question", "quest", "col", "column", "field", "sq", "no", "nr"]
    + ["题", "第", "题目", "问题"]
)
"""Words before a number that count questions and name nothing."""
_REVERSED_WORDING = re.compile(
    r"[(\[（【]\s*(?:r|反|反向|反向题|反向计分|reverse[d]?(?: coded| scored)?)\s*[)\]）】]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Name:
    """``PU3R`` is stem ``PU``, number 3, reversed; ``Q7_2`` is stem ``Q7``, number 2."""

    stem: str
    number: int
    reverse: bool

    @property
    def counts_questions(self) -> bool:
        """Does the stem only number questions, as in ``Q12``?"""
        return self.stem.casefold() in _NUMBERING


def parse_name(header: str) -> Name | None:
    """The parts of a column's name; None for a header that is a wording or has no number."""
    plain = normalise(header[: 2 * _LONGEST_NAME])
    if len(plain) > _LONGEST_NAME:
        return None
    hit = _BRACKETED.match(plain) or _ROW.match(plain) or _NAME.match(plain)
    if hit is None:
        return None
    stem = hit.group("stem").rstrip("_.- ")
    if not re.fullmatch(r"[^\W\d]\w{0,30}", stem):
        return None
    return Name(stem, int(hit.group("number")), bool(hit.groupdict().get("reverse")))


def says_reversed(wording: str) -> bool:
    """Does a wording say that the item is reverse-keyed?"""
    return _REVERSED_WORDING.search(wording[:500]) is not None


Part = Literal["PEOU", "PU", "ATT", "PI"]


@dataclass(frozen=True, slots=True)
class KnownConstruct:
    label: Text
    names: frozenset[str]
    wording: re.Pattern[str]
    part: Part | None = None
    """Its place in the technology acceptance model."""


def _known(en: str, zh: str, names: str, wording: str, part: Part | None = None) -> KnownConstruct:
    return KnownConstruct(Text(en, zh), frozenset(names.split()), re.compile(wording), part)


_CONSTRUCTS = (
    _known("Perceived ease of use", "感知易用性", "peou eou peu easeofuse ease", r"ease of use|易用", "PEOU"),
    _known(
        "Perceived usefulness", "感知有用性", "pu usefulness useful usef", r"usefulness|有用性|感知有用", "PU"
    ),
    _known("Attitude", "态度", "att atu attitude", r"\battitude\b|态度", "ATT"),
    _known(
        "Purchase intention",
        "购买意愿",
        "pi itp ipi bi int purchaseintention intention",
        r"(?:purchase|buying|behaviou?ral) intention|intention to (?:buy|purchase)|购买意[愿向图]|行为意向",
        "PI",
    ),
    _known(
        "Trustworthiness", "可信性", "tru trust tr trustworthiness", r"\btrust(?:worthiness)?\b|可信性|信任"
    ),
    _known("Expertise", "专业性", "exp expertise", r"\bexpertise\b|专业性"),
    _known("Attractiveness", "吸引力", "atr attr attractiveness", r"\battractiveness\b|吸引力"),
    _known("Credibility", "信誉", "cred credibility", r"\bcredibility\b|可信度|信誉"),
    _known(
        "Social influence",
        "社会影响",
        "si sn socialinfluence",
        r"social influence|subjective norm|社会影响|主观规范",
    ),
    _known("Perceived risk", "感知风险", "pr risk", r"perceived risk|感知风险"),
    _known("Perceived value", "感知价值", "pv value", r"perceived value|感知价值"),
    _known("Satisfaction", "满意度", "sat satisfaction", r"\bsatisfaction\b|满意度"),
)


def known_construct(stem: str, wording: str = "") -> KnownConstruct | None:
    """The construct that an abbreviation or a wording stands for in this field, most often."""
    bare = fold(stem).replace("_", "")
    text = fold(wording[:300])
    by_name = next((one for one in _CONSTRUCTS if bare in one.names), None)
    return by_name or next((one for one in _CONSTRUCTS if one.wording.search(f"{bare} {text}")), None)


PATHS: Mapping[Part, tuple[Part, ...]] = {"PU": ("PEOU",), "ATT": ("PEOU", "PU"), "PI": ("PU", "ATT")}
"""The technology acceptance model: each outcome and what predicts it."""

_DETAILS: tuple[tuple[str, Role, Text, str], ...] = (
    ("gender", "demographic", Text("Gender", "性别"), r"\b(?:gender|sex)\b|性别"),
    ("followers", "followers", Text("Followers", "粉丝数"), r"\bfollowers?\b|粉丝数|粉丝量|多少粉丝"),
    ("age", "demographic", Text("Age", "年龄"), r"\bage\b|how old|年龄|周岁|多大"),
    (
        "education",
        "demographic",
        Text("Education", "受教育程度"),
        r"\beducation|highest degree|学历|受教育|文化程度",
    ),
    (
        "income",
        "demographic",
        Text("Income", "收入"),
        r"\b(?:income|salary|allowance)\b|收入|生活费|月薪|可支配",
    ),
    (
        "occupation",
        "demographic",
        Text("Occupation", "职业"),
        r"\b(?:occupation|profession|job)\b|职业|您的身份|身份是",
    ),
    ("marital", "demographic", Text("Marital status", "婚姻状况"), r"\bmarital\b|婚姻"),
    (
        "city",
        "demographic",
        Text("Place of residence", "所在城市"),
        r"\b(?:city|region|province|country|residence)\b|"
        "城市|地区|省份|常住",
    ),
    ("grade", "demographic", Text("Grade", "年级"), r"\bgrade\b|年级"),
    (
        "platform",
        "group",
        Text("Platform", "平台"),
        r"\bplatform\b|(?:哪个|什么|哪些|常用|使用).{0,6}平台|^平台",
    ),
    (
        "condition",
        "group",
        Text("Condition", "实验组"),
        r"\b(?:condition|treatment|group|scenario)\b|分组|组别|实验组|情境",
    ),
    (
        "frequency",
        "demographic",
        Text("Frequency", "频率"),
        r"\bhow often\b|\bfrequency\b|频率|多久.{0,4}次|几次",
    ),
)
_LONGEST_DETAIL = 60


@dataclass(frozen=True, slots=True)
class Detail:
    """What a column says about the respondent or what the answers refer to."""

    id: str
    role: Role
    label: Text


def detail_of(header: str, wording: str) -> Detail | None:
    """The detail that a short header or question asks for, if it is one that questionnaires usually ask."""
    text = fold(f"{header.replace('_', ' ')} {wording}"[:200])
    if len(text) > 2 * _LONGEST_DETAIL:
        return None
    for name, role, label, pattern in _DETAILS:
        if re.search(pattern, text):
            return Detail(name, role, label)
    return None


_INSTRUCTED = re.compile(
    r"attention check|注意力|(?:本题|此题|这题|这道题|该题|这一题).{0,12}选|"
    r"\b(?:to show|to prove|to confirm|if you are reading|if you read)\b|认真阅读"
)
"""Wordings of instructions even where the answer that passes is not found."""
_CHOOSING = re.compile(
    r"\b(?:choose|select|tick|mark|pick|click|answer(?: with)?)\b|选择|勾选|选|填",
)
_CHECK_NAME = re.compile(
    r"^(?:ac|att?n|atc|check|attention|attention_?check|imc|trap|screener)[_.]?\d{0,2}$", re.IGNORECASE
)
_SERIOUS = re.compile(
    r"认真(?:作答|填写|回答)|(?:可以|能否|是否).{0,12}(?:使用|用于).{0,12}(?:分析|研究)|"
    r"\b(?:use|include|keep)\b.{0,20}\b(?:your|my)\b.{0,12}\b(?:data|answers|responses)\b|"
    r"answer(?:ed)? (?:seriously|carefully)"
)
_QUOTES = "\"'“”‘’「」『』《》"
Check = Literal["instructed", "seriousness", "named"]


def check_kind(header: str, wording: str, labels: Collection[str]) -> Check | None:
    """Is a question a check of attention? ``named``: by its name alone.

    Only to choose one of the answers is an instruction; "please select your age" asks for something.
    """
    text = fold(wording[:400])
    if _SERIOUS.search(text):
        return "seriousness"
    if _CHOOSING.search(text) and (_INSTRUCTED.search(text) or _told_label(text, labels)):
        return "instructed"
    return "named" if _CHECK_NAME.match(normalise(header[:40])) else None


def _told_label(text: str, labels: Collection[str]) -> str | None:
    """The label that is named right behind the word for choosing, in quotes or closing the sentence."""
    hit = _CHOOSING.search(text)
    behind = text[hit.end() :] if hit else ""
    best = None
    for label in sorted(labels, key=len):
        word = re.escape(fold(label))
        quoted = rf"[{_QUOTES}]{word}[{_QUOTES}]"
        before, after = (
            r"^[\s:]*(?:the )?(?:answer |option )?(?:选项)?",
            r"(?:\s(?:here|below|for this .{1,20}))?[.。!]?$",
        )
        plain = f"{before}{word}{after}"
        if word and (re.search(quoted, behind) or re.search(plain, behind)):
            best = label
    return best


def passing_code(wording: str, labels: Mapping[int | str, str], codes: Collection[int]) -> int | None:
    """The answer that an instruction asks for: a label behind the word for choosing, or a number."""
    text = fold(wording[:400])
    hit = _CHOOSING.search(text)
    if hit is None:
        return None
    told = _told_label(text, list(labels.values()))
    behind = text[hit.end() :]
    named = [label for label in labels.values() if fold(label) and fold(label) in behind]
    wanted = told or max(named, key=len, default=None)
    if wanted is not None:
        return next(code for code, label in labels.items() if label == wanted and isinstance(code, int))
    numbers = {int(one) for one in re.findall(r"(?<!\d)\d{1,2}(?!\d)", behind)} & set(codes)
    return numbers.pop() if len(numbers) == 1 else None


_YES = frozenset(["yes", "是", "可以", "能", "y", "true", "愿意", "我认真作答了"])


def yes_code(labels: Mapping[int | str, str]) -> int | None:
    """The code of the one label that says yes."""
    found = [
        code
        for code, label in labels.items()
        if isinstance(code, int) and re.split(r"[,，。 ]", fold(label))[0] in _YES
    ]
    return found[0] if len(found) == 1 else None
