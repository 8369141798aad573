"""Results inside a report: the whole of ``results.json`` in an element that no browser shows or runs."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tam.errors import TamError, Where, problem

OPENS, CLOSES, END = '<template id="tam-results"', "</template>", "</body>"


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
    words = {"language": language, "languages": ",".join(languages), "audience": audience}
    attributes = "".join(f' data-{name}="{html.escape(value)}"' for name, value in words.items())
    head, end, tail = page.rpartition(END)
    return f"{head}{OPENS}{attributes}>{html.escape(text, quote=False)}{CLOSES}\n{end}{tail}"


def embedded_in(page: str, file: str) -> Embedded:
    """The results in a page, looked for as text: nothing in it is parsed as HTML, nothing runs.

    Raises TamError where there are none or more than one.
    """
    count = page.count(OPENS)
    if count != 1:
        raise TamError(problem("report-without-results" if not count else "report-twice", Where(file)))
    before, _, rest = page.partition(OPENS)
    head, bracket, rest = rest.partition(">")
    text, closed, after = rest.partition(CLOSES)
    if not bracket or not closed or "<" in text:
        raise TamError(problem("report-without-results", Where(file)))
    said = {name: _attribute(head, name) for name in ("language", "languages", "audience")}
    languages = tuple(one for one in said["languages"].split(",") if one)
    without = before + after.removeprefix("\n")
    return Embedded(html.unescape(text), said["language"], languages, said["audience"], without)


def _attribute(head: str, name: str) -> str:
    value = head.partition(f' data-{name}="')[2].partition('"')[0]
    return html.unescape(value)[:100]
