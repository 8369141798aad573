"""The catalogues of the report, and the reasons for absent values, which the code writes in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tam
from tam.errors import catalogue
from tam.report.reasons import told_reason
from tam.report.words import load_words

CODE = Path(tam.__file__).parent
PLACE = re.compile(r"\{([a-z_0-9]+)\}")
WRITERS = {
    "Unavailable",
    "_not_applicable",
    "not_applicable",
    "_number",
    "_unavailable",
    "unfitted",
    "answer",
}
NOT_REASONS = {"float | Unavailable", "a model without any solution"}


def test_both_languages_say_the_same_with_the_same_places() -> None:
    english, chinese = load_words("en").entries, load_words("zh").entries
    assert set(english) == set(chinese)
    for key, text in english.items():
        assert set(PLACE.findall(text)) == set(PLACE.findall(chinese[key])), key
        assert text.count("*") % 2 == chinese[key].count("*") % 2 == 0, key


def test_chinese_entries_are_chinese() -> None:
    english, chinese = load_words("en").entries, load_words("zh").entries
    same = {
        key
        for key, text in chinese.items()
        if text == english[key] and re.search(r"[a-z]{4}", PLACE.sub("", text))
    }
    names = {
        *("provenance.python", "columns.hedges_g", "columns.spearman_brown"),
        *("platforms.qualtrics", "platforms.surveymonkey", "platforms.limesurvey"),
    }
    assert same <= names


def test_values_cannot_become_marks_or_places() -> None:
    words = load_words("en")
    told = words.rich("list.named", label="*{name}*", name="<b>")
    assert [(run.text, run.italic) for run in told] == [
        ("*{name}*", False),
        (" (", False),
        ("<b>", False),
        (")", False),
    ]


def texts(node: ast.expr, constants: dict[str, list[str]]) -> Iterator[str]:
    """The texts an expression can be; places of f-strings filled with 7."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "7" for part in node.values]
        yield "".join(map(str, parts))
    elif isinstance(node, ast.Name):
        yield from constants.get(node.id, [])
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, constants)
        yield from texts(node.orelse, constants)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from texts(value, constants)


def reasons_in(path: Path) -> Iterator[tuple[str, int]]:
    """Literal reasons: of ``Unavailable``, of what is named reason, of rules that could not be applied."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            constants[node.targets[0].id] = list(texts(node.value, {}))
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in WRITERS:
                found += node.args
            if name not in {"problem", "_told"}:
                found += [word.value for word in node.keywords if word.arg == "reason"]
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id in {
                "reason",
                "gone",
                "absent",
                "unusable",
                "not_converged",
            }:
                found.append(node.value)
            if isinstance(target, ast.Subscript) and getattr(target.value, "id", "") == "reasons":
                found.append(node.value)
        for expression in found:
            for text in texts(expression, constants):
                if text.count(" ") >= 2 and text not in NOT_REASONS:
                    yield text, node.lineno


def test_the_scan_finds_reasons() -> None:
    found = [text for path in CODE.rglob("*.py") for text, _ in reasons_in(path)]
    assert len(found) > 40
    assert "every answer is the same" in found and "the data have no duration" in found


@pytest.mark.parametrize("area", ["stats", "engine", "analysis"])
def test_every_literal_reason_has_its_chinese(area: str) -> None:
    unknown = [
        f"{path.name}:{line}: {text}"
        for path in sorted((CODE / area).glob("*.py"))
        for text, line in reasons_in(path)
        if told_reason(text, "zh") is None
    ]
    assert not unknown


def test_every_reason_of_the_catalogue_is_recognised() -> None:
    chinese = load_words("zh").entries
    for key, sentence in load_words("en").entries.items():
        if key.startswith("reasons."):
            assert told_reason(PLACE.sub("5", sentence), "zh") == PLACE.sub("5", chinese[key]), key


def test_a_reason_may_be_the_words_of_a_problem() -> None:
    what = str(catalogue("en")["second-engine-constraints"]["what"])
    assert told_reason(what, "zh") == str(catalogue("zh")["second-engine-constraints"]["what"])
    assert told_reason("nobody wrote this", "zh") is None
    assert told_reason("x" * 100_000, "zh") is None
