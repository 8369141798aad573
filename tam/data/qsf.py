"""Qualtrics questionnaires: a QSF file (JSON) to a proposed instrument. Nothing in the file is run.

The questions stand in ``SurveyElements`` with ``Element`` "SQ". The columns of an export bear the
``DataExportTag`` of a question, with the number of the row behind it for matrix questions, unless rows have
tags of their own; numeric exports hold the ``RecodeValues``, else the numbers of the choices.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tam.data.proposal import (
    LONGEST_LABEL,
    LONGEST_WORDING,
    MOST_LABELS,
    Answers,
    Asked,
    Because,
    LeftOut,
    Proposal,
    is_chinese,
    tidy,
)
from tam.data.proposal_draft import About, draft
from tam.data.proposal_names import detail_of
from tam.data.wording import fold
from tam.errors import TamError, Where, problem
from tam.spec.instrument import Label, VariableType
from tam.spec.text import Text

LARGEST = 50_000_000
"""Bytes; a questionnaire of a thousand questions has some two million."""
_MOST_QUESTIONS = 2000
_MOST_ROWS = 200
_MOST_CHOICES = 200
_TAG = re.compile(r"<[^<>]{0,2000}>")
_CODE = tuple(
    (re.compile(f"<{name}", re.IGNORECASE), re.compile(f"</{name}", re.IGNORECASE))
    for name in ("script", "style")
)
_CHINESE_LANGUAGES = ("zh-s", "zh-t", "zh-cn", "zh-tw", "zh")
_ENGLISH_LANGUAGES = ("en", "en-us", "en-gb", "en_gb")
_SINGLE = frozenset({"SAVR", "SAHR", "SACOL", "DL", "SB", "NPS"})
_MULTIPLE = frozenset({"MAVR", "MAHR", "MACOL", "MSB"})
_NUMBERS = frozenset({"ValidNumber", "Number"})


@dataclass(frozen=True, slots=True)
class _Question:
    """The payload of a question with its translations by language."""

    payload: Mapping[str, Any]
    language: str

    def field(self, name: str) -> str:
        return str(self.payload.get(name) or "")

    @property
    def tag(self) -> str:
        return tidy(self.field("DataExportTag") or self.field("QuestionID"), 80)

    def text(self) -> Text:
        translations = {key: one.get("QuestionText") for key, one in self._translations()}
        found = _text(self.payload.get("QuestionText"), translations, self.language)
        return found if found.en or found.zh else Text(self.tag or "?", None)

    def options(self, name: str) -> dict[str, Text]:
        """Choices or answers by their number, in the order shown, in every language that is known."""
        entries = _entries(self.payload.get(name))
        order = [str(one) for one in _list(self.payload.get(name.removesuffix("s") + "Order"))]
        keys = [*(key for key in order if key in entries), *(key for key in entries if key not in order)]
        translated = {key: _entries(one.get(name)) for key, one in self._translations()}
        return {
            key: _text(
                _display(entries[key]),
                {language: _display(found.get(key)) for language, found in translated.items()},
                self.language,
            )
            for key in keys[:_MOST_ROWS]
        }

    def codes(self, keys: list[str]) -> dict[str, int]:
        """The number that an export holds for each choice."""
        recoded = _entries(self.payload.get("RecodeValues"))
        found = {key: _whole(recoded.get(key, key)) for key in keys}
        known = {key: code for key, code in found.items() if code is not None}
        if len(known) < len(keys) or len(set(known.values())) < len(keys):
            return {key: i for i, key in enumerate(keys, 1)}
        return known

    def _translations(self) -> list[tuple[str, Mapping[str, Any]]]:
        found = self.payload.get("Language")
        if not isinstance(found, dict):
            return []
        return [(str(key), one) for key, one in found.items() if isinstance(one, dict)]


def propose_from_qsf(file: Path) -> Proposal:
    """A proposed instrument. Raises TamError where the file is no questionnaire or holds no question."""
    survey = _read(file)
    elements = survey["SurveyElements"]
    entry = survey.get("SurveyEntry")
    entry = entry if isinstance(entry, dict) else {}
    language = str(entry.get("SurveyLanguage") or "EN").casefold()
    unused = _unused(elements)
    asked: list[Asked] = []
    left: list[LeftOut] = []
    for payload in _payloads(elements):
        question = _Question(payload, language)
        if str(payload.get("QuestionID")) in unused:
            left.append(LeftOut(question.tag, Because("unused")))
            continue
        found = list(_asked(question))
        asked += found
        if not found and question.field("QuestionType") != "DB":
            left.append(LeftOut(question.tag, Because("question_type", {"type": tidy(_kind(question), 40)})))
    if not asked:
        raise TamError(problem("qsf-without-questions", Where(file.name), n=len(left)))
    placed = [_placed(one, i) for i, one in enumerate(_unique(asked))]
    name = tidy(str(entry.get("SurveyName") or file.stem), 60)
    title = Text(None, name) if is_chinese(name) else Text(name, None)
    missing = {"-99": "seen_unanswered"}
    return draft(placed, About(tidy(file.stem, 60), title, missing, tuple(left)))


def _read(file: Path) -> dict[str, Any]:
    where = Where(file.name)
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise TamError(problem("qsf-unreadable", where, reason=f"{size} bytes are too many"))
        content = file.read_bytes()
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise TamError(problem("file-not-readable", where, reason=reason)) from None
    try:
        survey = json.loads(content.decode("utf-8-sig"), parse_int=_integer)
    except UnicodeDecodeError:
        raise TamError(problem("qsf-unreadable", where, reason="it is not UTF-8 text")) from None
    except json.JSONDecodeError as fault:
        place = Where(file.name, line=fault.lineno)
        raise TamError(problem("qsf-unreadable", place, reason=f"broken JSON: {fault.msg}")) from None
    except (RecursionError, ValueError):
        raise TamError(problem("qsf-unreadable", where, reason="it is nested too deeply")) from None
    elements = survey.get("SurveyElements") if isinstance(survey, dict) else None
    if not isinstance(elements, list):
        raise TamError(problem("qsf-unreadable", where, reason="it has no list SurveyElements"))
    return survey  # type: ignore[no-any-return]


def _integer(digits: str) -> int:
    """Whole numbers of a length that no code has are no numbers: reading them would take for ever."""
    return int(digits) if len(digits) < 20 else 0


def _payloads(elements: list[Any]) -> Iterator[Mapping[str, Any]]:
    """The payloads of the questions, in the order of the blocks where there are blocks."""
    questions: dict[str, Mapping[str, Any]] = {}
    for one in elements:
        if isinstance(one, dict) and one.get("Element") == "SQ" and isinstance(one.get("Payload"), dict):
            payload = one["Payload"]
            questions.setdefault(str(payload.get("QuestionID") or one.get("PrimaryAttribute")), payload)
            if len(questions) >= _MOST_QUESTIONS:
                break
    order = [name for block in _blocks(elements) for name in _members(block)]
    for name in dict.fromkeys([*order, *questions]):
        if name in questions:
            yield questions[name]


def _blocks(elements: list[Any]) -> Iterator[Mapping[str, Any]]:
    for one in elements:
        if isinstance(one, dict) and one.get("Element") == "BL":
            for block in _entries(one.get("Payload")).values():
                if isinstance(block, dict):
                    yield block


def _members(block: Mapping[str, Any]) -> list[str]:
    found = _entries(block.get("BlockElements")).values()
    return [
        str(one.get("QuestionID")) for one in found if isinstance(one, dict) and one.get("Type") == "Question"
    ]


def _unused(elements: list[Any]) -> set[str]:
    return {name for block in _blocks(elements) if block.get("Type") == "Trash" for name in _members(block)}


def _kind(question: _Question) -> str:
    return f"{question.field('QuestionType')} {question.field('Selector')}".strip()


def _asked(question: _Question) -> Iterator[Asked]:
    """The columns of a question's export; none for questions without fixed answers."""
    kind, selector = question.field("QuestionType"), question.field("Selector")
    if kind == "Matrix" and selector in ("Likert", "Bipolar", "Profile") and _single_answer(question):
        yield from _matrix(question)
    elif kind == "MC":
        yield from _choices(
            question, "single" if selector in _SINGLE else "multiple" if selector in _MULTIPLE else None
        )
    elif kind == "RO":
        yield from _choices(question, "ranking")
    elif kind == "TE" and selector in ("SL", "ML") and _asks_number(question):
        yield Asked(question.tag, question.text(), Answers("numbers", 0, 1000, n_distinct=1001, told=True))


def _single_answer(question: _Question) -> bool:
    return question.field("SubSelector") in ("SingleAnswer", "DL", "")


def _asks_number(question: _Question) -> bool:
    validation = question.payload.get("Validation")
    settings = validation.get("Settings") if isinstance(validation, dict) else None
    number = isinstance(settings, dict) and settings.get("ContentType") in _NUMBERS
    detail = detail_of(question.tag, question.text().get("en"))
    return number or (detail is not None and detail.id in ("age", "followers"))


def _matrix(question: _Question) -> Iterator[Asked]:
    rows, answers = question.options("Choices"), _coded(question, "Answers")
    if answers is None:
        return
    tags = _entries(question.payload.get("ChoiceDataExportTags"))
    stem = question.text()
    for key, text in rows.items():
        own = tidy(str(tags.get(key) or ""), 80)
        header = own or f"{question.tag}_{key}"
        wording = text if (text.en or text.zh) else stem
        yield Asked(header, wording, answers, group=f"matrix {question.tag}", stem=stem.get("en"))


def _choices(question: _Question, type_: VariableType | None) -> Iterator[Asked]:
    if type_ is None:
        return
    if type_ == "single":
        answers = _coded(question, "Choices")
        if answers is not None:
            yield Asked(question.tag, question.text(), answers)
        return
    options = [_label(text) for text in question.options("Choices").values() if text.en or text.zh]
    words = {fold(label.zh or label.en or "") for label in options}
    if options and len(words) == len(options) <= MOST_LABELS:
        several = Answers("several", n_distinct=len(options), labels=tuple(options), type=type_, told=True)
        yield Asked(question.tag, question.text(), several)


def _coded(question: _Question, name: str) -> Answers | None:
    """The answers of a question by their codes; None where there are too few or two of them read alike."""
    options = {key: text for key, text in question.options(name).items() if text.en or text.zh}
    codes = question.codes(list(options))
    labels = {codes[key]: _label(text) for key, text in options.items()}
    words = {fold(label.zh or label.en or "") for label in labels.values()}
    if not 2 <= len(labels) <= _MOST_CHOICES or len(words) < len(labels):
        return None
    kept = {code: labels[code] for code in sorted(labels)}
    return Answers("coded", min(kept), max(kept), n_distinct=len(kept), codes=kept, told=True)


def _label(text: Text) -> Label:
    return Label(text.en, text.zh)


def _unique(asked: list[Asked]) -> list[Asked]:
    """Without questions whose column another one has already."""
    return list({fold(one.header): one for one in reversed(asked)}.values())[::-1]


def _placed(one: Asked, number: int) -> Asked:
    return replace(one, position=number)


def _text(own: object, translations: Mapping[str, object], language: str) -> Text:
    """A text in its own language and the translations, as far as they are English or Chinese."""
    found: dict[str, str] = {}
    for key, words in [(language, own), *translations.items()]:
        plain = _plain(words)
        slot = _slot(key, plain)
        if plain and slot:
            found.setdefault(slot, plain)
    return Text(found.get("en"), found.get("zh"))


def _slot(language: str, words: str) -> str:
    key = language.casefold()
    if key in _CHINESE_LANGUAGES or (key in _ENGLISH_LANGUAGES and is_chinese(words)):
        return "zh"
    return "en"


def _plain(words: object) -> str:
    """Text without tags, entities and the words that a template shows."""
    if not isinstance(words, (str, int, float)):
        return ""
    bare = _TAG.sub(" ", _without_code(str(words)[: 40 * LONGEST_WORDING]))
    return tidy(html.unescape(bare), LONGEST_WORDING)


def _without_code(text: str) -> str:
    """Without scripts and style sheets; what is not closed is code to the end."""
    for opens, closes in _CODE:
        parts, place = [], 0
        while (start := opens.search(text, place)) is not None:
            parts.append(text[place : start.start()])
            end = closes.search(text, start.end())
            place = len(text) if end is None else end.start()
        text = "".join([*parts, text[place:]])
    return text


def _display(entry: object) -> object:
    found = entry.get("Display") if isinstance(entry, dict) else entry
    return str(found)[: 20 * LONGEST_LABEL] if isinstance(found, (str, int, float)) else None


def _entries(found: object) -> dict[str, Any]:
    """A mapping, or a list as a mapping from its numbers (from 1), as Qualtrics writes both."""
    if isinstance(found, dict):
        return {str(key): value for key, value in list(found.items())[: 10 * _MOST_QUESTIONS]}
    if isinstance(found, list):
        return {str(i): value for i, value in enumerate(found[: 10 * _MOST_QUESTIONS], 1)}
    return {}


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _whole(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else None
