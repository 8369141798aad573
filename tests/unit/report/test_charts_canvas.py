"""The canvas: what it writes is small, safe, of few kinds, and lies as it was drawn."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tam.content import content_path
from tam.report.charts.canvas import TOKENS, Canvas, canvas, to_svg

_KINDS = {"svg", "g", "path", "polygon", "rect", "circle", "text", "title", "desc"}


def _drawn(drawn: Canvas) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(drawn, "k", "Title", "What it shows"))


def _crowd() -> Canvas:
    drawn = canvas(460, 200)
    for row in range(20):
        drawn.rect(0, 10 * row, 200, 8, "faint")
        drawn.line([(10, 10 * row + 4), (90.123456, 10 * row + 4)], "accent", 2.2)
        drawn.dot(50, 10 * row + 4, 4.2, "accent", hollow=row % 2 == 0)
        drawn.text(210, 10 * row + 4, f"row {row}", color="muted", size=11)
    return drawn


def test_marks_of_one_look_share_one_element_and_the_text_stays_text() -> None:
    svg = to_svg(_crowd(), "k", "Title", "What it shows")
    assert svg.count("<path") == 2  # all bars, all intervals
    assert svg.count('class="f-faint"') == 1
    assert svg.count("<text") == 20
    assert len(svg) < 3500


def test_only_known_elements_and_classes_are_written() -> None:
    root = _drawn(_crowd())
    style = (content_path("reports") / "style" / "charts.css").read_text(encoding="utf-8")
    for element in root.iter():
        assert element.tag in _KINDS
        for name in element.get("class", "").split():
            assert name in {"chart", "narrow", "wide"} or f".chart .{name} {{" in style
        assert set(re.findall("[A-Za-z]", element.get("d", ""))) <= set("MLHVZ")


@pytest.mark.parametrize("token", TOKENS)
def test_every_colour_has_a_class_and_a_value_in_light_and_dark(token: str) -> None:
    folder = content_path("reports") / "style"
    style = (folder / "charts.css").read_text(encoding="utf-8")
    values = (folder / "tokens.css").read_text(encoding="utf-8") + style
    assert f".chart .f-{token} {{ fill: var(--{token}); }}" in style
    assert values.count(f"--{token}:") >= 2


def test_an_unknown_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="no such colour"):
        canvas(10, 10).rect(0, 0, 1, 1, "red; } body { display: none")


def test_what_is_drawn_later_lies_above_what_it_covers() -> None:
    drawn = canvas(100, 100)
    drawn.rect(0, 0, 50, 50, "faint")
    drawn.rect(10, 10, 20, 20, "accent")
    drawn.rect(12, 12, 5, 5, "faint")  # over the accent: may not move beneath it
    drawn.rect(70, 70, 5, 5, "faint")
    svg = to_svg(drawn, "k", "t", "d")
    assert svg.index('x="10" y="10"') < svg.index("M12 12H17V17H12Z")


def test_text_is_escaped_and_loses_what_xml_does_not_know() -> None:
    drawn = canvas(100, 20)
    drawn.text(0, 10, '</text><script>alert("1")</script>\x00\x1b\ud800&')
    root = ElementTree.fromstring(to_svg(drawn, "k", "<b>\x00", '"&'))
    assert [one.text for one in root.iter("text")] == ['</text><script>alert("1")</script>&']
    assert root.findtext("title") == "<b>"
    assert root.findtext("desc") == '"&'


def test_coordinates_are_short_and_never_minus_zero() -> None:
    drawn = canvas(100.0, 100.0)
    drawn.line([(-0.001, 1 / 3), (100 / 3, 2e-9)], "grid", 1 / 3)
    svg = to_svg(drawn, "k", "t", "d")
    assert "-0 " not in svg
    assert 'd="M0 0.33L33.3 0"' in svg
    assert not re.search(r"\.\d{3}", svg)


def test_the_same_drawing_is_the_same_text() -> None:
    assert to_svg(_crowd(), "k", "t", "d") == to_svg(_crowd(), "k", "t", "d")


def test_a_turned_text_reads_upwards_around_its_place() -> None:
    drawn = canvas(100, 100)
    drawn.text(20, 50, "up", turned=True, anchor="center")
    (text,) = _drawn(drawn).iter("text")
    assert text.get("transform") == f"rotate(-90 {text.get('x')} {text.get('y')})"
