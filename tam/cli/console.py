"""Writes answers: results to stdout, problems and progress to stderr, colour only where a person looks."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TextIO

from tam.cli.answer import Answer, Block, Heading, Table
from tam.errors import Language, Problem, Where, catalogue

SCHEMA = "tam/1"
SAME_CODE_LIMIT = 20

_COLOURS = {"error": "31;1", "warning": "33;1", "note": "36;1", "heading": "1", "dim": "2"}
_LABELS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "error": "error",
        "warning": "warning",
        "note": "note",
        "why": "why",
        "mend": "mend",
        "more": "more",
        "explain": "tam explain {code}",
        "also": "and {n} more of the same",
    },
    "zh": {
        "error": "错误",
        "warning": "警告",
        "note": "说明",
        "why": "原因",
        "mend": "改法",
        "more": "详情",
        "explain": "tam explain {code} --lang zh",
        "also": "另有 {n} 处相同",
    },
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """How the person wants to be answered. ``--json``, ``-q`` and ``--no-color`` may stand anywhere."""

    as_json: bool
    quiet: bool
    colour: bool
    language: Language

    @classmethod
    def read(cls, arguments: Sequence[str], environment: Mapping[str, str]) -> Preferences:
        options = arguments[: arguments.index("--")] if "--" in arguments else arguments
        plain = (
            "--no-color" in options or bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        )
        return cls(
            as_json="--json" in options,
            quiet="-q" in options or "--quiet" in options,
            colour=not plain,
            language="zh" if environment.get("TAM_LANG", "en").lower().startswith("zh") else "en",
        )


@dataclass(frozen=True, slots=True)
class Console:
    """Two streams and the preferences of the person behind them."""

    preferences: Preferences
    out: TextIO
    err: TextIO

    def deliver(self, command: str, answer: Answer, exit_code: int) -> None:
        """Write the whole answer: one JSON object; or problems on stderr, then the result on stdout."""
        if self.preferences.as_json:
            ascii_only = not _speaks_unicode(self.out)
            self.out.write(envelope(command, answer, exit_code, ascii_only) + "\n")
            self.out.flush()
            return
        problems = problem_lines(answer.problems, self.preferences.language, self._coloured(self.err))
        self.err.write("".join(f"{line}\n" for line in problems))
        self.err.flush()
        if not self.preferences.quiet:
            lines = block_lines(answer.blocks, self._coloured(self.out))
            self.out.write("".join(f"{line}\n" for line in lines))
            self.out.flush()

    def _coloured(self, stream: TextIO) -> bool:
        return self.preferences.colour and stream.isatty()

    def progress(self, message: str, done: int | None = None, total: int | None = None) -> None:
        """Say on stderr what is being done now; a counter overwrites its own line on a terminal."""
        if self.preferences.quiet or self.preferences.as_json:
            return
        if done is None or total is None:
            self.err.write(f"{neutral(message)}\n")
        elif self.err.isatty():
            self.err.write(f"\r{neutral(message)} {done}/{total}" + ("\n" if done >= total else ""))
        self.err.flush()


def open_console(
    arguments: Sequence[str], environment: Mapping[str, str], out: TextIO, err: TextIO
) -> Console:
    """A console on two streams; a character that a stream cannot encode is shown by its number."""
    for stream in (out, err):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return Console(Preferences.read(arguments, environment), out, err)


def envelope(command: str, answer: Answer, exit_code: int, ascii_only: bool = False) -> str:
    """The JSON object of every command, the same shape on success and on failure."""
    content = {
        "schema": SCHEMA,
        "command": command,
        "ok": exit_code == 0,
        "problems": [one.to_dict() if isinstance(one, Problem) else dict(one) for one in answer.problems],
        "result": answer.result,
    }
    return json.dumps(content, ensure_ascii=ascii_only, indent=1, allow_nan=False)


def neutral(text: str) -> str:
    """Text made safe for a terminal: control, bidirectional and private characters become escapes."""
    return "".join(
        one if one in "\n\t" or one.isprintable() else one.encode("unicode_escape").decode("ascii")
        for one in text
    )


def block_lines(blocks: Iterable[Block], colour: bool = False) -> list[str]:
    """The lines of an answer for a person."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            lines += _table_lines(block, colour)
        elif isinstance(block, Heading):
            lines += ([""] if lines else []) + [_paint(neutral(block.text), "heading", colour)]
        else:
            lines.append(neutral(block))
    return lines


def problem_lines(
    problems: Iterable[Problem | Mapping[str, Any]], language: Language = "en", colour: bool = False
) -> list[str]:
    """Problems as blocks: what, where, why, mend. The same code again is only told with its place.

    A note asks for nothing, so its why and mend are left to `tam explain`.
    """
    by_code: dict[str, list[dict[str, Any]]] = {}
    for one in problems:
        told = _told(one, language)
        by_code.setdefault(str(told["code"]), []).append(told)
    lines: list[str] = []
    for code, group in by_code.items():
        lines += _problem_block(code, group, _LABELS[language], colour)
    return lines


def _told(one: Problem | Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Code, severity, place and words in one language; a problem read from results is told anew."""
    if not isinstance(one, Problem):
        where = Where(**(one.get("where") or {}))
        values = one.get("values")
        if not isinstance(values, Mapping) or one["code"] not in catalogue():
            return {**one, "place": str(where)}
        one = Problem(str(one["code"]), one["severity"], where, values)
    words = {"what": one.text("what", language), "why": one.text("why", language)}
    words["mend"] = one.text("mend", language)
    sentence = catalogue(language)[one.code]["what"]
    # a sentence that begins with line and column is told after its file alone
    place = replace(one.where, line=None) if "{line}" in sentence else one.where
    place = replace(place, column=None) if "{line}" in sentence and "{column}" in sentence else place
    return {"code": one.code, "severity": one.severity, "place": str(place), **words}


def _problem_block(
    code: str, group: Sequence[Mapping[str, Any]], labels: Mapping[str, str], colour: bool
) -> list[str]:
    first = group[0]
    severity = str(first["severity"])
    lines = [f"{_paint(labels[severity], severity, colour)} {_paint(code, 'heading', colour)}"]
    for one in group[:SAME_CODE_LIMIT]:
        place = f"{one['place']}: " if one["place"] else ""
        lines += _indented(f"{place}{one['what']}", "   ")
    if len(group) > SAME_CODE_LIMIT:
        lines.append("   " + labels["also"].format(n=len(group) - SAME_CODE_LIMIT))
    width = max(_width(labels[part]) for part in ("why", "mend", "more"))
    for part in () if severity == "note" else ("why", "mend"):
        head = labels[part] + " " * (width - _width(labels[part]))
        texts = dict.fromkeys(str(one[part]) for one in group[:SAME_CODE_LIMIT])
        for text in list(texts)[:3]:
            lines += _indented(text, f"   {_paint(head, 'dim', colour)}  ", " " * (width + 5))
    lines.append(f"   {_paint(labels['more'], 'dim', colour)}  {labels['explain'].format(code=code)}")
    return lines


def _indented(text: str, first: str, rest: str = "   ") -> list[str]:
    parts = neutral(text).rstrip("\n").split("\n")
    return [first + parts[0], *(rest + part for part in parts[1:])]


def _paint(text: str, name: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if colour else text


def _table_lines(table: Table, colour: bool) -> list[str]:
    rows = [[neutral(cell).replace("\n", " ") for cell in row] for row in (table.header, *table.rows)]
    widths = [
        max((_width(row[k]) for row in rows if k < len(row)), default=0) for k in range(len(table.header))
    ]
    lines = [_paint(neutral(table.title), "heading", colour)] if table.title else []
    for number, row in enumerate(rows):
        cells = [_padded(cell, widths[k], table.align[k : k + 1]) for k, cell in enumerate(row)]
        line = "  ".join(cells).rstrip()
        lines.append(_paint(line, "dim", colour) if number == 0 else line)
    return lines


def _padded(cell: str, width: int, align: str) -> str:
    space = " " * (width - _width(cell))
    return space + cell if align == "r" else cell + space


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _speaks_unicode(stream: TextIO) -> bool:
    return (
        (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith(("utf", "gb18030"))
    )
