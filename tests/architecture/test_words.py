"""Every catalogue of words says the same things in both languages, with the same places to fill."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tam.content import content_path

WORDS = content_path("reports", "words")
PAIRS = sorted(path for path in content_path("reports").rglob("*.en.toml"))
PROBLEMS = sorted((WORDS / "problems").glob("*.en.toml"))
NEUTRAL_KEYS = {"kind", "formula", "peer", "references", "aliases", "version"}
LANGUAGE_NEUTRAL = {path.name: NEUTRAL_KEYS for path in (WORDS / "explain").glob("*.en.toml")}


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    else:
        yield path, node


def places(text: object) -> set[str]:
    if not isinstance(text, str):
        return set()
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def twin(path: Path) -> Path:
    return path.with_name(path.name.replace(".en.", ".zh."))


def test_there_are_catalogues() -> None:
    assert len(PROBLEMS) >= 5
    english, chinese = (len(list(content_path("reports").rglob(f"*.{one}.toml"))) for one in ("en", "zh"))
    assert english == chinese


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.name)
def test_both_languages_have_the_same_keys_and_places(path: Path) -> None:
    neutral = LANGUAGE_NEUTRAL.get(path.name, set()) if path.parent.name == "explain" else set()
    english = {key: text for key, text in leaves(read(path)) if key.rsplit(".", 1)[-1] not in neutral}
    chinese = dict(leaves(read(twin(path))))
    assert set(english) == set(chinese)
    different = {k: (english[k], chinese[k]) for k in english if places(english[k]) != places(chinese[k])}
    assert not different


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.name)
def test_no_text_is_empty_and_chinese_is_chinese(path: Path) -> None:
    neutral = LANGUAGE_NEUTRAL.get(path.name, set()) if path.parent.name == "explain" else set()
    english = {key: text for key, text in leaves(read(path)) if key.rsplit(".", 1)[-1] not in neutral}
    for key, text in leaves(read(twin(path))):
        assert (text == "") == (english[key] == ""), key
        if text and key.rsplit(".", 1)[-1] in {"what", "why", "mend", "explain", "meaning", "reading"}:
            assert any("\u4e00" <= char <= "\u9fff" for char in text), key


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.name)
def test_problems_are_complete_and_equally_grave_in_both_languages(path: Path) -> None:
    english, chinese = read(path), read(twin(path))
    for code, entry in english.items():
        assert set(entry) - {"words"} == {"severity", "exit", "what", "why", "mend", "explain"}, code
        assert entry["severity"] in {"error", "warning", "note"}, code
        assert entry["exit"] in {0, 1, 2, 3, 130}, code
        assert (entry["severity"], entry["exit"]) == (chinese[code]["severity"], chinese[code]["exit"]), code
        if entry["severity"] == "note":
            assert entry["exit"] in {0, 130}, code
        if entry["exit"] == 2:
            assert entry["severity"] == "error", code


def test_no_problem_code_stands_twice() -> None:
    seen: dict[str, str] = {}
    for path in PROBLEMS:
        for code in read(path):
            assert code not in seen, f"{code} stands in {seen.get(code)} and {path.name}"
            seen[code] = path.name
