"""The questionnaire as a page to print or to copy from, and the codebook as rows of a table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from tam.content import content_path
from tam.spec.instrument import AttentionCheck, Instrument, Item, Scale, Variable
from tam.spec.text import Text

if TYPE_CHECKING:
    from jinja2 import Environment

_ABOUT_RESPONDENT = "demographic"
_HTML_LANGUAGE = {"en": "en", "zh": "zh-CN"}


@dataclass(frozen=True, slots=True)
class Said:
    """Words and the language they are in, as HTML names it: the language asked for, else the other one."""

    words: str
    lang: str


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: Said


@dataclass(frozen=True, slots=True)
class Question:
    """One numbered question. Without ``options`` a number is to be written."""

    number: int
    text: Said
    options: tuple[Option, ...] = ()
    several: str = ""
    """``multiple`` or ``ranking`` where more than one option may be marked."""


@dataclass(frozen=True, slots=True)
class Block:
    """Questions that stand together. With ``options`` they share one row of answers and form a table."""

    questions: tuple[Question, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Anything that is asked, before it has a number."""

    text: Text
    scale: Scale
    in_table: bool
    several: str = ""


def questionnaire_html(instrument: Instrument, language: str) -> str:
    """The questionnaire as one HTML page that needs nothing else, for screen and paper.

    Order: what the answers refer to (groups, follower counts), the items page by page, the respondent's own
    details, and whether the answers may be used. Construct names and reverse keys are not shown.
    """
    words = questionnaire_words(language)
    template = _environment().get_template("questionnaire.html.j2")
    return template.render(
        words=words,
        style=_style(),
        id=instrument.id,
        version=instrument.version,
        status=instrument.status,
        fingerprint=instrument.digest[:12],
        title=said(instrument.title, language),
        instructions=said(instrument.instructions, language) if instrument.instructions else None,
        sections=sections(instrument, language),
    )


def codebook_rows(instrument: Instrument) -> list[dict[str, str]]:
    """One row per column of the data, in the order of the questionnaire: the wording and its codes."""
    asked: list[Item | AttentionCheck | Variable] = [*_variables(instrument, respondent=False)]
    asked += [_by_id(instrument, name) for name in instrument.presented() if name not in _closing(instrument)]
    asked += [*_variables(instrument, respondent=True)]
    asked += [instrument.attention_checks[name] for name in _closing(instrument)]
    return [_codebook_row(one, instrument) for one in asked]


def _by_id(instrument: Instrument, name: str) -> Item | AttentionCheck | Variable:
    return instrument.items.get(name) or instrument.attention_checks.get(name) or instrument.variables[name]


def _codebook_row(one: Item | AttentionCheck | Variable, instrument: Instrument) -> dict[str, str]:
    scale = one.scale if isinstance(one.scale, Scale) else instrument.scales[one.scale]
    construct = instrument.constructs[one.construct] if isinstance(one, Item) else None
    source = instrument.sources.get(construct.source or "") if construct else None
    return {
        "item": one.id,
        "role": _role(one),
        "construct": construct.id if construct else "",
        "construct_en": (construct.label.en or "") if construct else "",
        "construct_zh": (construct.label.zh or "") if construct else "",
        "wording_en": one.text.en or "",
        "wording_zh": one.text.zh or "",
        "scale": scale.id,
        "scale_type": scale.type,
        "min": _bound(scale.min),
        "max": _bound(scale.max),
        "reverse": "yes" if isinstance(one, Item) and one.reverse else "no",
        "codes_en": _codes(scale, "en"),
        "codes_zh": _codes(scale, "zh"),
        "passing": ", ".join(str(code) for code in one.passing) if isinstance(one, AttentionCheck) else "",
        "construct_source": source.cite if source else "",
        "adaptation": (construct.adaptation or "") if construct else "",
        "status": instrument.status,
    }


def _role(one: Item | AttentionCheck | Variable) -> str:
    if isinstance(one, Item):
        return "item"
    return f"attention_{one.type}" if isinstance(one, AttentionCheck) else one.role


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def _codes(scale: Scale, language: str) -> str:
    labels = {code: label.zh if language == "zh" else label.en for code, label in scale.labels.items()}
    return "; ".join(f"{code} = {words}" for code, words in labels.items() if words)


def sections(instrument: Instrument, language: str) -> tuple[Section, ...]:
    """The numbered questions under their headings; headings of parts are numbered 1, 2, ..."""
    words = questionnaire_words(language)
    closing = _closing(instrument)
    parts = [
        (words["about_choice"], [_asked(v, instrument) for v in _variables(instrument, respondent=False)])
    ]
    for i, page in enumerate(_pages(instrument, closing), 1):
        parts.append(
            (words["part"].format(number=i), [_asked(_by_id(instrument, n), instrument) for n in page])
        )
    parts.append(
        (words["about_you"], [_asked(v, instrument) for v in _variables(instrument, respondent=True)])
    )
    parts.append(
        (words["last_question"], [_asked(instrument.attention_checks[n], instrument) for n in closing])
    )
    found, number = [], 1
    for heading, asked in parts:
        if asked:
            found.append(Section(heading, tuple(_blocks(asked, number, language))))
            number += len(asked)
    return tuple(found)


def _blocks(asked: Iterable[_Asked], number: int, language: str) -> Iterator[Block]:
    """Neighbours on the same agreement scale form a table, everything else stands by itself."""
    for (_, in_table), group in groupby(asked, key=lambda one: (one.scale.id, one.in_table)):
        together = tuple(group)
        options = _options(together[0].scale, language)
        questions = tuple(
            Question(i, said(one.text, language), () if in_table else options, one.several)
            for i, one in enumerate(together, number)
        )
        yield Block(questions, options if in_table else ())
        number += len(together)


def _asked(one: Item | AttentionCheck | Variable, instrument: Instrument) -> _Asked:
    scale = one.scale if isinstance(one.scale, Scale) else instrument.scales[one.scale]
    in_table = scale.type == "ordinal" and not isinstance(one, Variable) and len(_options(scale, "en")) > 2
    several = one.type if isinstance(one, Variable) and one.type != "single" else ""
    return _Asked(one.text, scale, in_table, several)


def _variables(instrument: Instrument, *, respondent: bool) -> tuple[Variable, ...]:
    """Those about the respondent, or all others, without those that a page of the questionnaire asks."""
    paged = {name for page in instrument.pages for name in page}
    return tuple(
        variable
        for variable in instrument.variables.values()
        if (variable.role == _ABOUT_RESPONDENT) == respondent and variable.id not in paged
    )


def _closing(instrument: Instrument) -> tuple[str, ...]:
    """Checks that come after everything else: those on no page that do not follow a named item."""
    paged = {name for page in instrument.pages for name in page}
    checks = instrument.attention_checks.values()
    return tuple(c.id for c in checks if c.id not in paged and c.after not in instrument.items)


def _pages(instrument: Instrument, closing: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    paged = {name for page in instrument.pages for name in page}
    rest = tuple(name for name in instrument.presented() if name not in paged and name not in closing)
    return (*instrument.pages, rest) if rest else instrument.pages


def _options(scale: Scale, language: str) -> tuple[Option, ...]:
    """Every code of the scale with its words; an ordinal code without words shows its number only."""
    if scale.type == "numeric":
        return ()
    codes: Iterable[int | str] = scale.labels
    if scale.type == "ordinal" and scale.min is not None and scale.max is not None:
        codes = range(int(scale.min), int(scale.max) + 1)
    labels = {code: scale.labels.get(code) for code in codes}
    texts = {code: Text(label.en, label.zh) if label else Text(str(code)) for code, label in labels.items()}
    return tuple(Option(str(code), said(text, language)) for code, text in texts.items())


def said(text: Text, language: str) -> Said:
    """A text in the language asked for, else in the other one, with the language it is in."""
    other = "en" if language == "zh" else "zh"
    has = text.zh if language == "zh" else text.en
    return Said(text.get(language), _HTML_LANGUAGE[language if has is not None else other])


@cache
def questionnaire_words(language: str) -> Mapping[str, str]:
    """The questionnaire's own words: headings, hints, what is said of its status."""
    path = content_path("reports", "questionnaire", f"words.{language}.toml")
    words: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    return words


@cache
def _style() -> str:
    return content_path("reports", "questionnaire", "questionnaire.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(content_path("reports", "questionnaire"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=False)
