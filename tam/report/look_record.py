"""The look of a report kept inside it, so that `tam verify` can draw the page again and compare."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Any

from tam.report.look import Look

_RECORD = re.compile(r'<meta name="tam-look" content="([^"<>]{1,100000})">')
_PICTURE = {
    "logo": re.compile(r'<img src="(data:image/[a-z+]{3,10};base64,[A-Za-z0-9+/=]{1,800000})"'),
    "logo_dark": re.compile(r'<source [^<>]{1,80} srcset="(data:image/[a-z+]{3,10};base64,[^"]{1,800000})"'),
}


def record_text(look: Look, audiences: Sequence[str] = ()) -> str:
    """What differs from the plain look, as JSON; empty where nothing does. Pictures stand in the page."""
    said: dict[str, Any] = {}
    if len(audiences) > 1:
        said["audiences"] = list(audiences)
    if look.likert != "stacked":
        said["likert"] = look.likert
    if look.theme:
        said["theme"] = dict(look.theme.stated)
    if look.templates:
        said["templates"] = True
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def recorded_look(page: str) -> tuple[Look, tuple[str, ...], bool]:
    """Look and audiences of a page, and whether templates of others drew it, which no page holds.

    Raises ValueError where the record is not one of ours, TamError where its theme would not be taken.
    """
    from tam.report.theme_file import theme_of

    found = _RECORD.search(page)
    if found is None:
        return Look(), (), False
    said = json.loads(html.unescape(found[1]))
    if not isinstance(said, dict) or not set(said) <= {"audiences", "likert", "theme", "templates"}:
        raise ValueError("it states a look that there is not")
    audiences = tuple(str(one)[:20] for one in said.get("audiences", ()))
    if not all(re.fullmatch("[a-z]{1,20}", one) for one in audiences):
        raise ValueError("it states an audience that there is not")
    pictures = {name: shape.search(page) for name, shape in _PICTURE.items()}
    theme = None
    if "theme" in said:
        addresses = {name: match[1] for name, match in pictures.items() if match and name in said["theme"]}
        theme = theme_of(said["theme"], addresses)
    look = Look("diverging" if said.get("likert") == "diverging" else "stacked", theme)
    return look, audiences, said.get("templates") is True
