"""Rich text as WordprocessingML: runs with script and language, links, bookmarks, fields, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tam.report.characters import by_script, printable
from tam.report.document import Rich, Run
from tam.report.docx_package import language_tag
from tam.report.words import Words

_LONGEST_BOOKMARK = 40


@cache
def _tools() -> tuple[Any, Any]:
    """What makes an element and what tells the full name of one, both of python-docx."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    return OxmlElement, qn


def element(tag: str, attributes: Mapping[str, object] | None = None, *children: Any) -> Any:
    """An element of WordprocessingML; tag and attributes with their prefix: ``w:p``."""
    make, qualified = _tools()
    made: Any = make(tag)
    for name, value in (attributes or {}).items():
        made.set(qualified(name) if ":" in name else name, str(value))
    for child in children:
        made.append(child)
    return made


def on(tag: str, value: object) -> Any:
    """``<w:jc w:val="right"/>``"""
    return element(tag, {"w:val": value})


@dataclass(frozen=True, slots=True)
class Setting:
    """What text is set with: the document's language, its words, and the bookmark of every target."""

    language: str
    words: Words
    bookmarks: Mapping[str, str]

    @property
    def chinese(self) -> bool:
        return self.language == "zh"


@dataclass(frozen=True, slots=True)
class Face:
    """What the place adds to a text: all of it strong or italic, coloured (six hexadecimal digits)."""

    strong: bool = False
    italic: bool = False
    color: str = ""
    size: float = 0.0
    """In points; 0 leaves it to the style."""


PLAIN_FACE = Face()


def bookmark_names(targets: Iterable[str]) -> dict[str, str]:
    """A name that Word takes for each target: letters, digits and underscores, at most 40, no two alike."""
    names: dict[str, str] = {}
    for number, target in enumerate(dict.fromkeys(targets), start=1):
        ending = f"_{number}"
        start = re.sub(r"[^A-Za-z0-9]", "_", f"tam_{target}")[: _LONGEST_BOOKMARK - len(ending)]
        names[target] = start + ending
    return names


def runs(text: Rich, setting: Setting, face: Face = PLAIN_FACE) -> list[Any]:
    """The runs of a text; what leads somewhere is wrapped in a link."""
    made: list[Any] = []
    for run in text:
        pieces = _pieces(run, setting, face)
        anchor = setting.bookmarks.get(run.target or "")
        made.extend([element("w:hyperlink", {"w:anchor": anchor}, *pieces)] if anchor else pieces)
    return made


def _pieces(run: Run, setting: Setting, face: Face) -> list[Any]:
    language = run.language or setting.language
    stretches = by_script(printable(run.text), chinese=language == "zh")
    linked = (run.target or "") in setting.bookmarks
    return [
        _piece(stretch, _properties(run, language, face, east_asian=east_asian, linked=linked))
        for east_asian, stretch in stretches
    ]


def _properties(run: Run, language: str, face: Face, *, east_asian: bool, linked: bool) -> list[Any]:
    """In the order that the schema asks for. Chinese writing has no italics."""
    kept: list[Any] = []
    if linked:
        kept.append(on("w:rStyle", "Hyperlink"))
    if east_asian:
        kept.append(element("w:rFonts", {"w:hint": "eastAsia"}))
    if run.strong or face.strong:
        kept += [element("w:b"), element("w:bCs")]
    if (run.italic or face.italic) and not east_asian:
        kept += [element("w:i"), element("w:iCs")]
    if face.color and not linked:
        kept.append(on("w:color", face.color))
    if face.size:
        kept += [on("w:sz", round(2 * face.size)), on("w:szCs", round(2 * face.size))]
    kept.append(_language(language, east_asian=east_asian))
    return kept


def _language(language: str, *, east_asian: bool) -> Any:
    tag = language_tag(language)
    if east_asian:
        return element("w:lang", {"w:eastAsia": tag if language != "en" else "zh-CN"})
    return on("w:lang", "en-US" if language == "zh" else tag)


def _piece(text: str, properties: Sequence[Any]) -> Any:
    """One run: line ends and tabs as Word writes them."""
    made = element("w:r", {}, element("w:rPr", {}, *properties))
    for part in re.split(r"([\n\t])", text):
        if part == "\n":
            made.append(element("w:br"))
        elif part == "\t":
            made.append(element("w:tab"))
        elif part:
            said = element("w:t", {"xml:space": "preserve"})
            said.text = part
            made.append(said)
    return made


def field(instruction: str, shown: str, setting: Setting, face: Face = PLAIN_FACE) -> list[Any]:
    """A field of Word with the result that it has now."""
    code = element("w:instrText", {"xml:space": "preserve"})
    code.text = f" {instruction} "
    result = element("w:t")
    result.text = shown

    def set_run(content: Any) -> Any:
        looks = _properties(Run(""), setting.language, face, east_asian=False, linked=False)
        return element("w:r", {}, element("w:rPr", {}, *looks), content)

    def mark(kind: str) -> Any:
        return set_run(element("w:fldChar", {"w:fldCharType": kind}))

    return [mark("begin"), set_run(code), mark("separate"), set_run(result), mark("end")]


def paragraph(
    style: str,
    content: Iterable[Any] = (),
    *,
    keep: bool = False,
    align: str = "",
    border: str = "",
    indent: int = 0,
    size: float = 0.0,
) -> Any:
    """A paragraph of a style by its id. ``keep``: on the page of the next; ``border``: colour of a rule at
    its left; ``indent`` in twentieths of a point; ``size`` of an empty line in points."""
    properties = element("w:pPr", {}, on("w:pStyle", style))
    if keep:
        properties.append(element("w:keepNext"))
    if border:
        side = {"w:val": "single", "w:sz": 18, "w:space": 8, "w:color": border}
        properties.append(element("w:pBdr", {}, element("w:left", side)))
    if indent:
        properties.append(element("w:ind", {"w:left": indent}))
    if align:
        properties.append(on("w:jc", align))
    if size:
        properties.append(element("w:rPr", {}, on("w:sz", round(2 * size)), on("w:szCs", round(2 * size))))
    return element("w:p", {}, properties, *content)


def bookmarked(made: Any, target: str, setting: Setting) -> Any:
    """The paragraph with a bookmark around its content, so that links can lead to it."""
    name = setting.bookmarks.get(target)
    if name is None:
        return made
    number = name.rsplit("_", 1)[1]
    start = element("w:bookmarkStart", {"w:id": number, "w:name": name})
    made.insert(1, start)
    made.append(element("w:bookmarkEnd", {"w:id": number}))
    return made


def caption(kind: str, number: int, title: Rich, setting: Setting, *, target: str, keep: bool = True) -> Any:
    """``kind``: ``table`` or ``figure``. In English the number stands above the italic title, in Chinese
    beside it in the middle of the line; as a field, so that Word's list of tables or figures finds it."""
    word = setting.words.text(f"document.{kind}")
    face = Face(strong=True)
    content = runs((Run(f"{word} "),), setting, face)
    content += field(f"SEQ {word} \\* ARABIC", str(number), setting, face)
    if setting.chinese:
        content += runs((Run("\u3000"), *title), setting, face)
    else:
        content += [element("w:r", {}, element("w:br")), *runs(title, setting, Face(italic=True))]
    align = "center" if setting.chinese else ""
    return bookmarked(paragraph("Caption", content, keep=keep, align=align), target, setting)
