"""Logos: what kind of picture the bytes are, whatever the file is called."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

from tam.errors import Problem, Where, problem
from tam.report.theme import Picture

LARGEST = 200_000
"""Bytes of a logo: it stands in every report."""

_SVG = re.compile(rb"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--[^<>]{0,2000}-->\s*)*<svg[\s>]", re.IGNORECASE)


def media_type(data: bytes) -> str | None:
    """``image/png``, ``image/jpeg`` or ``image/svg+xml`` by the first bytes; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/svg+xml" if _SVG.match(data.removeprefix(b"\xef\xbb\xbf")) else None


def read_picture(path: Path, key: str, where: Where) -> Picture | Problem:
    """The picture of a file. An SVG is kept as it is: shown as an image it runs nothing."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if path.is_file() and size <= LARGEST else b""
    except (OSError, ValueError):
        return problem("theme-logo-not-found", where, key=key, path=path.name)
    if size > LARGEST:
        return problem("theme-logo-too-large", where, key=key, path=path.name, size=size, largest=LARGEST)
    kind = media_type(data)
    if kind is None:
        return problem("theme-logo-not-a-picture", where, key=key, path=path.name)
    return Picture(kind, data)


def picture_of_address(address: str) -> Picture:
    """The picture of a ``data:`` address of ours. Raises ValueError where it is none."""
    stated, _, coded = address.partition(";base64,")
    try:
        data = base64.b64decode(coded, validate=True)
    except binascii.Error as fault:
        raise ValueError("its logo cannot be read") from fault
    kind = media_type(data)
    if kind is None or stated != f"data:{kind}" or len(data) > LARGEST:
        raise ValueError("its logo is no picture")
    return Picture(kind, data)
