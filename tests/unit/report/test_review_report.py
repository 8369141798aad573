"""The reviewer's report on a publication: every verdict in words, hostile text as text, both languages."""

from __future__ import annotations

import html
import re
from typing import Any, get_args

import pytest

from tam.published.audit_check import Verdict as CheckVerdict
from tam.published.repairs import _ORDER as REPAIR_KINDS
from tam.published.review import written_down
from tam.published.verdicts import VERDICTS
from tam.published.wanted import Family
from tam.report.words import load_words
from tam.report.write import write_report

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
VALUE = {
    "what": "path",
    "label": HOSTILE,
    "lhs": "PU",
    "op": "~",
    "rhs": "PEOU",
    "printed": "0.42",
    "printed_value": 0.42,
    "obtained": 0.41873,
    "low": 0.4101,
    "high": 0.4272,
    "verdict": "exact",
    "dialect": "ols-std",
}
CHECK = {
    "rule": "rmsea",
    "where": HOSTILE,
    "printed": "0.059",
    "recomputed": 0.05817,
    "low": 0.0581,
    "high": 0.0583,
    "verdict": "inconsistent",
    "severity": "minor",
    "note": HOSTILE,
}
REPAIR = {
    "kind": "sign",
    "where": HOSTILE,
    "printed": "0.31",
    "repaired": "-0.31",
    "values_matched": 9,
    "values_matched_before": 4,
    "of": 9,
}


def record(**changes: Any) -> dict[str, Any]:
    verdicts = dict.fromkeys(VERDICTS, 1)
    found = {
        "schema": "tam-review/0.1",
        "publication": {
            **dict.fromkeys(("key", "title", "authors", "year", "url", "doi", "where_read"), HOSTILE),
            "software": HOSTILE,
            "n": 205,
            "simulated": False,
            "file": HOSTILE,
            "digest": "ab",
            "model": HOSTILE,
            "written_down": {"matrix": True, "software": False},
        },
        "reproduction": {
            "values": [{**VALUE, "verdict": one} for one in VERDICTS],
            "dialect": "ols-std",
            "dialects_tried": [
                {"name": "ols-std", "family": "estimate", "of": 7, "exact": 1, "rounding": 1, "matched": 2}
            ],
            "matrix": {
                "positive_definite": False,
                "smallest_eigenvalue": -0.0123,
                "suspects": [
                    {"row": HOSTILE, "column": "B", "why": why, "printed": "1.2", "low": 0.1, "high": 0.2}
                    for why in ("out_of_range", "sign", "cell", "missing")
                ],
            },
            "repairs": [REPAIR],
            "summary": verdicts,
            "counts": {"computed": 6, "differing": 4},
        },
        "audit": {
            "checks": [{**CHECK, "verdict": one} for one in get_args(CheckVerdict)],
            "summary": dict.fromkeys(get_args(CheckVerdict), 1),
        },
        "tam": "0",
    }
    return {**found, **changes}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_text_stays_text(language: str) -> None:
    page = write_report(record(), language, audience="review")
    assert "<img" not in page and "<script" not in page
    assert HOSTILE in html.unescape(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_verdict_kind_and_family_has_words(language: str) -> None:
    words = load_words(language)
    keys = [
        *(f"review.verdicts.{one}" for one in VERDICTS),
        *(f"review.checks.{one}" for one in get_args(CheckVerdict)),
        *(f"review.repair_kinds.{one}" for one in REPAIR_KINDS),
        *(f"review.families.{one}" for one in get_args(Family)),
    ]
    assert not [key for key in keys if key not in words]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_number_in_a_table_is_the_number_of_the_record(language: str) -> None:
    text = re.sub(r"<[^>]+>", " ", write_report(record(), language, audience="review"))
    for shown in ("0.42", "0.4187", "[0.4101, 0.4272]", "0.0582", "[0.0581, 0.0583]", "−0.0123", "−0.31"):
        assert shown in text or shown.replace("−", "-") in text, shown


def test_the_answer_counts_what_the_record_counts() -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", write_report(record(), "en", audience="review")).split())
    assert "Of 6 printed values that can be computed, 1 come out to the printed digits" in text
    assert "4 differ. 1 cannot be computed." in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_parts_that_were_not_done_say_so(language: str) -> None:
    page = write_report(record(reproduction=None, audit=None), language, audience="review")
    assert load_words(language).text("review.not_audited") in html.unescape(page)


def test_what_a_paper_gives_to_check_is_told_for_every_kind() -> None:
    from tam.published.publication_file import load_publication, shipped_publications

    found = written_down(load_publication(next(iter(shipped_publications()))))
    assert found["estimates"]
    assert not [name for name in found if f"review.written.{name}" not in load_words("en")]


def test_the_same_record_gives_the_same_page() -> None:
    assert write_report(record(), "zh", audience="review") == write_report(record(), "zh", audience="review")
