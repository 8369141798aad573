"""Numbers, follower counts and durations as respondents and platforms write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from tam.data.wording import fold

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d{1,2})?|[+-]?\.\d+")
_COUNT = re.compile(
    r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?(百万|千万|千|万|亿|w|k|m)?(?:个|人|粉丝|粉|followers)?"
)
_UNITS = {"": 1, "千": 1e3, "k": 1e3, "万": 1e4, "w": 1e4, "百万": 1e6, "m": 1e6, "千万": 1e7, "亿": 1e8}
_DURATION = re.compile(
    r"(?:(\d+) ?(?:小时|时|h))? ?(?:(\d+) ?(?:分钟|分|min|m))? ?(?:(\d+(?:\.\d+)?) ?(?:秒钟|秒|s|sec)?)?"
)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
_MOMENT = re.compile(
    r"(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,4})日?,?[ t]+"
    r"(上午|下午)? ?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(am|pm|z)?"
)
_RAISED = ("<super>", "<sub>", "<fraction>", "<vulgar>")


def parse_number(text: str) -> float | None:
    """``5`` in any width, ``4.50``, ``-3``, ``1,200``, ``5分``; None where the text is no plain number."""
    if any(unicodedata.decomposition(char).startswith(_RAISED) for char in text if ord(char) > 127):
        return None
    plain = fold(text).removesuffix("分").rstrip()
    return float(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def parse_count(text: str) -> float | None:
    """A follower count: ``1,200,000``, ``12.3万``, ``2亿``, ``12.3w``, ``850k``, ``5000粉丝``.

    ``10万+`` and ``about 5000`` are no counts: a bound or a guess cannot be sorted into tiers.
    """
    hit = _COUNT.fullmatch(fold(text))
    if hit is None:
        return None
    return float(round(float(hit.group(1).replace(",", "")) * _UNITS[hit.group(2) or ""], 6))


def parse_seconds(text: str) -> float | None:
    """``123秒``, ``2分3秒``, ``1小时2分钟3秒``, ``00:02:03``, ``123``; None where it is no duration."""
    plain = fold(text)
    if hit := _CLOCK.fullmatch(plain):
        hours, minutes, seconds = hit.groups()
    elif plain and (hit := _DURATION.fullmatch(plain)):
        hours, minutes, seconds = hit.groups()
    else:
        return None
    return 3600 * float(hours or 0) + 60 * float(minutes or 0) + float(seconds or 0)


def parse_moment(text: str, *, day_first: bool = False) -> datetime | None:
    """``2025-03-01 10:01:02``, ``2025/3/1 10:01``, ``03/01/2025 10:01:02 AM``, ``1.3.2025 10:01``.

    ``day_first`` decides between the 3rd of January and the 1st of March where the year stands last. Time
    zones behind the time are left out: both moments of a response carry the same one.
    """
    hit = _MOMENT.match(text.strip().lower() if text.isascii() else fold(text))
    if hit is None:
        return None
    first, second, third, chinese, hour, minute, sec, half = hit.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        day, month = (int(first), int(second)) if day_first else (int(second), int(first))
        year = int(third) + (2000 if len(third) <= 2 else 0)
    later = half == "pm" or chinese == "下午"
    hours = int(hour) % 12 + 12 * later if half in ("am", "pm") or chinese else int(hour)
    try:
        return datetime(year, month, day, hours, int(minute), int(sec or 0))
    except ValueError:
        return None
