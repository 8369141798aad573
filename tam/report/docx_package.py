"""A Word file as a package: python-docx where it is installed, no dates, no names, the same bytes again."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from tam.report.characters import printable

if TYPE_CHECKING:
    from docx.document import Document

_LONGEST_TITLE = 255
_LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
_WORD_2013 = "15"


class DocxMissing(Exception):
    """python-docx is not installed."""


def new_document() -> Document:
    """An empty document in the form of Word 2013 and later. Raises ``DocxMissing``."""
    try:
        import docx
    except ImportError as fault:
        raise DocxMissing from fault
    from docx.oxml.ns import qn

    document = docx.Document()
    for relation in [*document.part.package.rels.values()]:
        if relation.reltype.endswith("/thumbnail"):
            document.part.package.rels.pop(relation.rId)
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), _WORD_2013)
    return document


def language_tag(language: str) -> str:
    """``zh`` as Word names it: zh-CN."""
    return _LANGUAGES.get(language, language)


def describe(document: Document, title: str, language: str) -> None:
    """Title and language among the properties of the file; everything that names a person or a time goes."""
    properties: Any = document.core_properties
    root = properties._element
    for child in [*root]:
        root.remove(child)
    properties.title = printable(title)[:_LONGEST_TITLE]
    properties.language = language_tag(language)


def saved(document: Document) -> bytes:
    """The bytes of the document, with one fixed time for every part of the archive."""
    first, second = io.BytesIO(), io.BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.create_system = 3  # the same on every system
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return second.getvalue()
