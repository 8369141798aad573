"""The market edition of the demonstration, whose truth is known, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tam.report.document import Bullets, Cards, Figure, plain
from tam.report.editions import document_for
from tam.report.write import write_report


@pytest.fixture(scope="module")
def results(demonstration: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    return record


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_light(results: dict[str, Any], language: str) -> None:
    html = write_report(results, language, audience="market")
    assert len(html.encode()) < 120_000
    assert "–</text>" not in html and "None" not in html
    keys = [section.key for section in document_for(results, language, "market").sections]
    assert keys[0] == "answer" and {
        "drivers",
        "threshold",
        "priorities",
        "segments",
        "boxes",
        "waves",
    } <= set(keys)


def test_the_map_holds_every_driver_and_question(results: dict[str, Any]) -> None:
    found = results["effects"]["importance_performance"]
    assert {one["construct"] for one in found["constructs"]} == {"PEOU", "PU", "ATT", "CRED"}
    assert len(found["items"]) == 4 + 4 + 3 + 9
    for one in found["constructs"]:
        (total,) = (
            effect
            for effect in results["effects"]["total"]
            if (effect["predictor"], effect["outcome"]) == (one["construct"], "PI")
        )
        assert (one["std"], one["std_ci_low"]) == (total["std"], total["std_ci_low"])
        assert one["ci_low"] < one["importance"] < one["ci_high"]


@pytest.mark.parametrize(
    ("language", "tail", "head"), [("en", "for Tail", "than for Head"), ("zh", "尾部", "很可能高于头部")]
)
def test_what_was_planted_is_found(results: dict[str, Any], language: str, tail: str, head: str) -> None:
    """Tail KOLs are trusted more, and credibility moderates attitude: so the data were made."""
    document = document_for(results, language, "market")
    segments = next(one for one in document.sections if one.key == "segments")
    lines = [
        plain(entry) for block in segments.blocks if isinstance(block, Bullets) for entry in block.entries
    ]
    trust = "KOL trustworthiness" if language == "en" else "KOL可信性"
    assert any(trust in line and tail in line and head in line for line in lines)
    (cards,) = (block for block in document.sections[0].blocks if isinstance(block, Cards))
    (bound,) = (
        one["moderator_scale"]
        for one in results["moderation"]["analyses"][0]["johnson_neyman"]["bounds"]
        if one["observed"] and one["moderator_scale"] > 3
    )
    assert f"{bound:.2f}" in plain(cards.entries[1].figure)


def test_every_figure_has_its_numbers_and_its_n(results: dict[str, Any]) -> None:
    document = document_for(results, "en", "market")
    figures = [block for one in document.sections for block in one.blocks if isinstance(block, Figure)]
    assert len(figures) >= 9
    for figure in figures:
        assert any(group.rows for group in figure.data.groups) and figure.notes and figure.description
        told = " ".join(plain(note) for note in figure.notes)
        columns = " ".join(plain(column.head) for column in figure.data.columns)
        assert "people" in told.lower() or "People" in columns
