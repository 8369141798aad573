"""Bytes to text: byte order mark, UTF-8, GB18030 if it reads as Chinese, UTF-16, and a told guess last."""

from __future__ import annotations

import codecs

from tam.errors import Problem, TamError, Where, problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
_GUESSED_FROM = 65_536
# What Windows writes in Western Europe and the Americas; short texts often fit several encodings alike.
_ASCII = 'aZ09,;\t"\n'
_COMMONEST = "cp1252"
# Simplified Chinese text keeps to the GB2312 core almost everywhere; Latin-1 or Big5 bytes that happen to be
# valid GB18030 land outside it about half of the time.
_CHINESE_SHARE = 0.8
# In UTF-16 every ASCII character has one zero byte, always on the same side.
_ONE_SIDE = 0.98
# Line feeds and separators alone leave more zero bytes than this; a damaged file holds a few.
_ZERO_SHARE = 0.02

Decoded = tuple[str, str, tuple[Problem, ...]]


def decode(content: bytes, file: str, encoding: str | None = None) -> Decoded:
    """The text, the encoding it was read with, and notes; ``TamError`` if no encoding fits.

    A stated encoding is used as it is. Without one, a guess beyond the usual encodings comes with a warning.
    """
    text, used, notes = _declared(content, file, encoding) if encoding else _detected(content, file)
    _refuse_nul(text, content, file)
    return text, used, notes


def _declared(content: bytes, file: str, encoding: str) -> Decoded:
    try:
        return content.decode(encoding), encoding, ()
    except LookupError as fault:
        raise TamError(problem("encoding-name-unknown", Where(file=file), encoding=encoding)) from fault
    except (UnicodeError, ValueError) as fault:
        raise TamError(problem("encoding-does-not-fit", Where(file=file), encoding=encoding)) from fault


def _detected(content: bytes, file: str) -> Decoded:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _declared(content, file, name)
    if wide := _unmarked_utf16(content):
        return (*wide, ())
    try:
        return content.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and reads_as_chinese(text):
        return text, "gb18030", ()
    _refuse_mixture(content, file)
    if guess := _guessed(content):
        note = problem("encoding-guessed", Where(file=file, line=line), encoding=guess[1])
        return (*guess, (note,))
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


def _unmarked_utf16(content: bytes) -> tuple[str, str] | None:
    """UTF-16 without its mark: zero bytes on one side only, and text without control characters."""
    head = content[:_SAMPLE]
    if len(content) % 2 or head.count(b"\0") < max(2, _ZERO_SHARE * len(head)):
        return None
    even, odd = head[::2].count(b"\0"), head[1::2].count(b"\0")
    if max(even, odd) < _ONE_SIDE * (even + odd):
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        return None
    return (text, name) if "\n" in text and _is_plain(text) else None


def _refuse_mixture(content: bytes, file: str) -> None:
    """Lines in UTF-8 beside lines in another encoding: whatever is chosen, some answers turn to noise."""
    first: dict[bool, int] = {}
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            first.setdefault(True, number)
        except UnicodeDecodeError:
            first.setdefault(False, number)
        if len(first) == 2:
            place = Where(file=file, line=first[False])
            raise TamError(problem("encodings-mixed", place, line=first[False], other=first[True]))


def _guessed(content: bytes) -> tuple[str, str] | None:
    """The last resort: what charset-normalizer makes of a sample, if the whole file then is plain text."""
    from charset_normalizer import from_bytes

    sample = content[:_GUESSED_FROM]
    if len(content) > len(sample):
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    found = from_bytes(sample)
    best = found.best()
    if best is None or best.encoding == "utf_7" or not _keeps_ascii(best.encoding):
        return None
    as_likely = [one for one in found if (one.chaos, -one.coherence) <= (best.chaos, -best.coherence)]
    likely = {name for one in as_likely for name in one.could_be_from_charset}
    name = _COMMONEST if _COMMONEST in likely else best.encoding
    try:
        text = content.decode(name)
    except (UnicodeError, LookupError):
        return None
    return (text, name.replace("_", "-")) if _is_plain(text) else None


def _keeps_ascii(encoding: str) -> bool:
    """Not of the families (UTF-16, EBCDIC) under which any bytes make some text."""
    try:
        return _ASCII.encode(encoding) == _ASCII.encode("ascii")
    except (UnicodeError, LookupError):
        return False


def _is_plain(text: str) -> bool:
    """No control characters, unassigned places or private ones: what tables of answers are made of."""
    sample = set(text[:_SAMPLE]) - set("\t\r\n")
    return all(char.isprintable() or char.isspace() or char in "\u200b\u200d\ufeff" for char in sample)


def _refuse_nul(text: str, content: bytes, file: str) -> None:
    position = text.find("\0")
    if position < 0:
        return
    if content.count(b"\0") > len(content) // 5:
        raise TamError(problem("utf16-without-mark", Where(file=file)))
    line = text.count("\n", 0, position) + 1
    raise TamError(problem("nul-bytes", Where(file=file, line=line), line=line))
