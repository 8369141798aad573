"""Text into HTML: whatever it holds comes back as text, and turns no words but its own."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as some
from small_results import small_results

from tam.report.charts.canvas import canvas, to_svg
from tam.report.document import Cell, Column, Run
from tam.report.markup import LONG, body_cells, head_cells, runs
from tam.report.write import write_report

WORDS = some.text(max_size=60)
HOSTILE = some.one_of(
    WORDS,
    some.text("<>&\"'/!-=`{}%\\ax\u202e\u2067\u2069\u05d0", max_size=40),
    some.sampled_from(["</script>", "</td><td>", "<!--", "]]>", "&amp;", "<svg onload=x>", "</title><img>"]),
)
OPENS, CLOSES = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068", "\u202c\u2069"


class Read(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_data(self, data: str) -> None:
        self.text += data


def without_marks(text: str) -> str:
    return "".join(one for one in text if one not in OPENS + CLOSES).replace("\u2029", " ")


@given(
    HOSTILE, some.booleans(), some.sampled_from([None, "en", 'zh"><b>']), some.sampled_from([None, '"><b>'])
)
def test_a_run_comes_back_as_its_text(
    text: str, italic: bool, language: str | None, target: str | None
) -> None:
    found = Read(str(runs((Run(text, italic, False, language, target),))))
    assert without_marks(found.text) == without_marks(text)
    assert set(found.tags) <= {"i", "span", "a", "bdi"}
    assert found.names <= {"lang", "href"}


@given(some.text("ab \u05d0" + OPENS + CLOSES, max_size=30))
def test_changes_of_direction_end_where_the_text_ends(text: str) -> None:
    """Inside the isolate every mark has its counterpart, so that nothing outlasts it or ends it early."""
    open_marks: list[str] = []
    for char in Read(str(runs((Run(text),)))).text:
        kind = unicodedata.bidirectional(char)
        if kind in {"LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"}:
            open_marks.append("PDI" if kind in {"LRI", "RLI", "FSI"} else "PDF")
        elif kind in {"PDI", "PDF"}:
            assert kind in open_marks
            while open_marks.pop() != kind:
                pass
    assert open_marks == []


@given(some.lists(HOSTILE, min_size=2, max_size=5))
def test_a_row_keeps_its_cells(texts: list[str]) -> None:
    kinds = ("text", "number", "sentence", "name", "verdict")
    columns = [Column((Run(text),), kinds[at % 5]) for at, text in enumerate(texts)]  # type: ignore[arg-type]
    found = Read(f"<tr>{body_cells([Cell((Run(text),)) for text in texts], columns)}")
    assert sum(tag in ("td", "th") for tag in found.tags) == len(texts)
    assert set(found.tags) <= {"tr", "td", "th", "span", "bdi"}
    assert [tag for tag in Read(str(head_cells(columns))).tags if tag != "bdi"] == ["th"] * len(texts)


@given(HOSTILE, HOSTILE)
def test_words_in_a_drawing_come_back_as_words(text: str, title: str) -> None:
    drawn = canvas(200, 40)
    drawn.text(5, 20, text)
    found = Read(to_svg(drawn, "key", title, "description"))
    assert set(found.tags) <= {"svg", "title", "desc", "text", "g", "tspan"}
    assert not {name for name in found.names if name.startswith("on") or "href" in name}


def test_chinese_in_an_english_report_is_marked_once() -> None:
    assert str(runs((Run("问卷星"),), "en")) == '<span lang="zh">问卷星</span>'
    assert str(runs((Run("问卷星", language="zh"),), "en")) == '<span lang="zh">问卷星</span>'
    assert str(runs((Run("问卷星"),), "zh")) == "问卷星"


def test_numbers_cost_a_tag_and_long_ones_may_break() -> None:
    columns = [Column((), "name"), Column((), "number"), Column((), "number")]
    row = [Cell((Run("PU"),)), Cell((Run(".52"),)), Cell((Run("9" * (LONG + 1)),), "caution")]
    assert body_cells(row, columns).splitlines() == [
        "<th scope=row class=m>PU",
        "<td>.52",
        f'<td class="caution w">{"9" * (LONG + 1)}',
    ]


@pytest.mark.parametrize("level", ["good", "caution", "bad"])
def test_verdicts_are_tags(level: str) -> None:
    (line,) = body_cells([Cell((Run("x"),), level)], [Column((), "verdict")]).splitlines()  # type: ignore[arg-type]
    assert line == f'<td class=v><span class="tag {level}">x</span>'


def test_half_a_surrogate_pair_does_not_stop_the_writer() -> None:
    """JSON may hold one; no file can."""
    results = small_results()
    results["study"]["title"] = {"en": "before \ud83d after"}
    assert "before ? after" in write_report(results, "en").encode("utf-8").decode("utf-8")
