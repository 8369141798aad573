"""Results inside a report: the whole of ``results.json`` in an element that no browser shows or runs.

The JSON text stands there as gzip in base64, so that it takes a quarter of the room; ``base64 -d | gunzip``
gives it back without tam.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tam.errors import TamError, Where, problem

OPENS, CLOSES, END = '<template id="tam-results"', "</template>", "</body>"
PACKING = "gzip"
LARGEST_TEXT = 200_000_000
"""Bytes of JSON text that are unpacked at most; a page cannot ask for more memory than that."""
_STEP = 1_000_000
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""Of a gzip file without name and time, of no stated system: the same results are the same bytes."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a report holds of its results: their JSON text, what the page was drawn as, and the page without
    them."""

    text: str
    language: str
    languages: tuple[str, ...]
    audience: str
    page: str


def with_results(
    page: str,
    results: Mapping[str, Any],
    *,
    language: str,
    languages: Sequence[str] = (),
    audience: str = "academic",
) -> str:
    """The page with its results at its end, so that ``tam verify`` can take the report for the results file.

    The element is a ``template``: browsers neither show nor run it. A page that holds results already is
    given back as it is.
    """
    if OPENS in page:
        return page
    text = json.dumps(results, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    words = {
        "language": language,
        "languages": ",".join(languages),
        "audience": audience,
        "packing": PACKING,
    }
    attributes = "".join(f' data-{name}="{html.escape(value)}"' for name, value in words.items())
    head, end, tail = page.rpartition(END)
    return f"{head}{OPENS}{attributes}>{_packed(text)}{CLOSES}\n{end}{tail}"


def embedded_in(page: str, file: str, largest: int = LARGEST_TEXT) -> Embedded:
    """The results in a page, looked for as text: nothing in it is parsed as HTML, nothing runs.

    ``largest``: bytes of text that are unpacked at most. Raises TamError where there are no results, more
    than one, or too many.
    """
    count = page.count(OPENS)
    if count != 1:
        raise TamError(problem("report-without-results" if not count else "report-twice", Where(file)))
    before, _, rest = page.partition(OPENS)
    head, bracket, rest = rest.partition(">")
    text, closed, after = rest.partition(CLOSES)
    if not bracket or not closed or "<" in text:
        raise TamError(problem("report-without-results", Where(file)))
    said = {name: _attribute(head, name) for name in ("language", "languages", "audience", "packing")}
    languages = tuple(one for one in said["languages"].split(",") if one)
    without = before + after.removeprefix("\n")
    return Embedded(
        _unpacked(text, said["packing"], file, largest),
        said["language"],
        languages,
        said["audience"],
        without,
    )


def _attribute(head: str, name: str) -> str:
    value = head.partition(f' data-{name}="')[2].partition('"')[0]
    return html.unescape(value)[:100]


def _packed(text: str) -> str:
    data = text.encode("utf-8")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(data) + packer.flush()
    tail = struct.pack("<LL", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return base64.b64encode(_HEAD + body + tail).decode("ascii")


def _unpacked(text: str, packing: str, file: str, largest: int) -> str:
    """The JSON text; pages of the first version hold it as it is."""
    if not packing:
        return html.unescape(text)
    try:
        if packing != PACKING:
            raise ValueError(packing)
        data = base64.b64decode(text, validate=True)
        if base64.b64encode(data).decode("ascii") != text:
            raise ValueError("it is padded")
        return b"".join(_pieces(data, file, largest)).decode("utf-8")
    except (ValueError, binascii.Error, zlib.error):
        raise TamError(problem("report-without-results", Where(file))) from None


def _pieces(data: bytes, file: str, largest: int) -> list[bytes]:
    """The unpacked bytes, piece by piece, never more than ``largest`` in all. Raises ValueError where the
    data end early or go on after their end."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    pieces, size = [], 0
    while not unpacker.eof:
        pieces.append(unpacker.decompress(data, _STEP))
        size += len(pieces[-1])
        if size > largest:
            raise TamError(problem("file-too-large", Where(file), size=size, largest=largest))
        data = unpacker.unconsumed_tail
        if not data and not pieces[-1]:
            raise ValueError("it ends early")
    if unpacker.unused_data:
        raise ValueError("something follows the end")
    return pieces
