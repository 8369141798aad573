"""Every problem that the code names stands in the catalogue and gets its values; none is idle."""

from __future__ import annotations

import ast
import string

from architecture.source import ROOT, modules
from tam.errors import catalogue


def calls() -> list[tuple[str, str, set[str] | None]]:
    """Where, which code, with which values (None where they are passed as a mapping)."""
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem"
            ):
                continue
            code = node.args[0] if node.args else None
            if isinstance(code, ast.Constant):
                names = {one.arg for one in node.keywords}
                values = None if None in names else {str(name) for name in names}
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", str(code.value), values))
    return found


def needed(code: str) -> set[str]:
    entry = catalogue()[code]
    texts = (str(entry[part]) for part in ("what", "why", "mend"))
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_code_stands_in_the_catalogue() -> None:
    assert not [(place, code) for place, code, _ in calls() if code not in catalogue()]


def test_every_sentence_gets_its_values() -> None:
    lacking = [
        (place, code, needed(code) - values)
        for place, code, values in calls()
        if values is not None and code in catalogue() and needed(code) - values
    ]
    assert not lacking


def test_no_code_is_idle() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in modules())
    assert not [code for code in catalogue() if f'"{code}"' not in text]
