"""The questionnaire page and the codebook rows."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from shipped_names import NAMES

from tam.report.questionnaire import codebook_rows, questionnaire_html
from tam.spec.instrument_file import load_instrument
from tam.spec.text import Text


class Page(HTMLParser):
    """Collects what a browser would see: text, tags, addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.languages: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "lang":
                self.languages.append(value or "")
            if name in ("href", "src", "action", "data"):
                self.addresses.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("language", "html_language"), [("en", "en"), ("zh", "zh-CN")])
def test_everything_is_asked_in_the_language(name: str, language: str, html_language: str) -> None:
    instrument = load_instrument(name)
    page = Page(questionnaire_html(instrument, language))
    assert page.languages == [html_language]
    for one in (
        *instrument.items.values(),
        *instrument.attention_checks.values(),
        *instrument.variables.values(),
    ):
        assert page.text.count(one.text.get(language)) == 1, one.id
    asked = len(instrument.items) + len(instrument.attention_checks) + len(instrument.variables)
    assert re.findall(r"(?<!\d)(\d{1,2})\.(?!\d)", page.text)[-1] == str(asked)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_nothing_from_outside(language: str) -> None:
    html = questionnaire_html(load_instrument("kol-tam"), language)
    page = Page(html)
    assert page.addresses == ["data:,"]
    assert not {"script", "img", "iframe", "form", "object"} & set(page.tags)
    assert "url(" not in html and "@import" not in html


def test_the_draft_status_shows_and_goes_away_when_validated() -> None:
    instrument = load_instrument("kol-tam")
    assert "Draft wording" in Page(questionnaire_html(instrument, "en")).text
    assert "草稿版问卷" in Page(questionnaire_html(instrument, "zh")).text
    validated = Page(questionnaire_html(replace(instrument, status="validated"), "en")).text
    assert "Draft" not in validated
    assert "status: validated" in validated


def test_respondents_see_neither_constructs_nor_reverse_keys() -> None:
    text = Page(questionnaire_html(load_instrument("kol-tam"), "en")).text
    for word in ("PEOU", "CRED", "Perceived usefulness", "reverse"):
        assert word not in text


def test_hostile_words_are_escaped() -> None:
    instrument = load_instrument("davis-tam")
    evil = "<script>alert(1)</script>{{ 7*7 }}"
    items = {**instrument.items, "PU1": replace(instrument.items["PU1"], text=Text(evil, evil))}
    html = questionnaire_html(replace(instrument, items=items, title=Text(evil, evil)), "en")
    page = Page(html)
    assert "script" not in page.tags
    assert page.text.count(evil) == 3  # page title, heading, item


def test_a_missing_language_falls_back_and_says_so() -> None:
    instrument = load_instrument("davis-tam")
    items = {**instrument.items, "PU1": replace(instrument.items["PU1"], text=Text("Only English.", None))}
    html = questionnaire_html(replace(instrument, items=items), "zh")
    assert '<span lang="en">Only English.</span>' in html


def test_order_of_the_sections() -> None:
    text = Page(questionnaire_html(load_instrument("kol-tam"), "en")).text
    order = [
        "On which platform",
        "It takes me little effort",
        'choose "Disagree" here',
        "What is your gender",
        "May we use",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_codebook_has_a_row_for_every_column_of_the_data() -> None:
    instrument = load_instrument("kol-tam")
    rows = {row["item"]: row for row in codebook_rows(instrument)}
    assert set(rows) == {*instrument.items, *instrument.attention_checks, *instrument.variables}
    assert len({tuple(row) for row in rows.values()}) == 1
    pu4 = rows["PU4"]
    assert (pu4["construct"], pu4["reverse"], pu4["scale"], pu4["min"], pu4["max"]) == (
        "PU",
        "yes",
        "agree7",
        "1",
        "7",
    )
    assert pu4["codes_zh"].startswith("1 = 非常不同意; 2 = 不同意")
    assert pu4["wording_en"] and pu4["wording_zh"]
    assert rows["AC1"]["passing"] == "2"
    assert rows["AC1"]["reverse"] == "no"
    assert (rows["followers"]["role"], rows["followers"]["codes_en"], rows["followers"]["min"]) == (
        "followers",
        "",
        "0",
    )
    assert rows["gender"]["role"] == "demographic"


def test_codebook_holds_plain_text_only() -> None:
    for name in NAMES:
        assert all(
            isinstance(value, str) for row in codebook_rows(load_instrument(name)) for value in row.values()
        )
