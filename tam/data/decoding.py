"""Bytes to text: byte order mark, then strict UTF-8, then GB18030 if it reads as Chinese, else a problem."""

from __future__ import annotations

import codecs

from tam.errors import TamError, Where, problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
# Simplified Chinese text keeps to the GB2312 core almost everywhere; Latin-1 or Big5 bytes that happen to be
# valid GB18030 land outside it about half of the time.
_CHINESE_SHARE = 0.8


def decode(content: bytes, file: str, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file and the name of the encoding it was read with; ``TamError`` if no encoding fits."""
    text, used = _declared(content, file, encoding) if encoding else _detected(content, file)
    _refuse_nul(text, content, file)
    return text, used


def _declared(content: bytes, file: str, encoding: str) -> tuple[str, str]:
    try:
        return content.decode(encoding), encoding
    except LookupError as fault:
        raise TamError(problem("encoding-name-unknown", Where(file=file), encoding=encoding)) from fault
    except (UnicodeError, ValueError) as fault:
        raise TamError(problem("encoding-does-not-fit", Where(file=file), encoding=encoding)) from fault


def _detected(content: bytes, file: str) -> tuple[str, str]:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _declared(content, file, name)
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
    if content.count(b"\0") > len(content) // 5:
        raise TamError(problem("utf16-without-mark", Where(file=file)))
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and reads_as_chinese(text):
        return text, "gb18030"
    raise TamError(problem("encoding-unknown", Where(file=file, line=line)))


def reads_as_chinese(text: str) -> bool:
    """Do the characters beyond ASCII look like written Chinese rather than like another encoding misread?"""
    beyond = [char for char in text[:_SAMPLE] if ord(char) > 127]
    return not beyond or sum(map(_is_core, beyond)) >= _CHINESE_SHARE * len(beyond)


def _is_core(char: str) -> bool:
    """A character of GB2312, or one that GB18030 writes in four bytes (emoji, rare characters)."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return len(char.encode("gb18030", errors="ignore")) == 4
    return True


def _refuse_nul(text: str, content: bytes, file: str) -> None:
    position = text.find("\0")
    if position < 0:
        return
    if content.count(b"\0") > len(content) // 5:
        raise TamError(problem("utf16-without-mark", Where(file=file)))
    line = text.count("\n", 0, position) + 1
    raise TamError(problem("nul-bytes", Where(file=file, line=line), line=line))
