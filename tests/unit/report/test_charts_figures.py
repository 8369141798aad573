"""Figures that show many numbers: what stands in them, and that nothing is left out when there are more."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from small_results import small_results

from tam.report.charts.coefficients import coefficient_figures
from tam.report.charts.htmt import htmt_chart
from tam.report.charts.parts import in_parts
from tam.report.charts.responses import responses_chart
from tam.report.charts.slopes import slopes_chart
from tam.report.context import Context, context_for
from tam.report.document import plain
from tam.report.look import Look


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter("text")]


def ratios(count: int, value: float) -> dict[str, dict[str, float | None]]:
    names = [f"C{index:02d}" for index in range(count)]
    return {a: {b: 1.0 if a == b else value for b in names} for a in names}


def test_every_pair_stands_in_the_map_once_and_close_ones_are_outlined() -> None:
    matrix = ratios(4, 0.31)
    matrix["C02"]["C00"], matrix["C03"]["C01"], matrix["C03"]["C02"] = 0.86, 0.91, None
    svg = htmt_chart(context_for(small_results(), "en"), matrix)
    shown = [text for text in texts(svg) if re.fullmatch(r"\.\d\d|–", text)]
    assert sorted(shown[5:]) == sorted([".31", ".86", ".31", ".31", ".91", "–"])  # after the five of the key
    frames = re.findall(r'<path class="s-bad" stroke-width="([\d.]+)" d="([^"]+)"', svg)
    # each has one in the key, too
    drawn = {width: sum(path.count("M") for one, path in frames if one == width) for width, _ in frames}
    assert drawn == {"1.4": 2, "2.6": 2}


def test_a_map_of_forty_constructs_keeps_every_cell_and_names_every_construct() -> None:
    svg = htmt_chart(context_for(small_results(), "en"), ratios(40, 0.5))
    root = ElementTree.fromstring(svg)
    assert float(root.get("width", "0")) <= 900 and "wide" in root.get("class", "")
    cells = sum(one.get("d", "").count("Z") for one in root.iter("path"))
    assert cells >= 40 * 39 // 2
    assert {f"C{index:02d}" for index in range(40)} <= set(texts(svg))


def paths(count: int) -> dict[str, Any]:
    """Results with so many paths; the first has no interval, the second one that holds zero."""
    found = small_results()
    found["structure"]["estimates"], found["effects"] = [], {"direct": []}
    found["study"]["model"] |= {"grid": [], "moderations": []}
    found["study"]["model"]["paths"] = []
    found["moderation"] = {}
    for index in range(count):
        ends = {"predictor": f"X{index}", "outcome": "PI"}
        values = {"est": 0.3, "std": 0.3, "ci_low": 0.2, "ci_high": 0.4}
        found["structure"]["estimates"].append({"lhs": "PI", "op": "~", "rhs": f"X{index}", **values})
        found["study"]["model"]["paths"].append({**ends, "hypothesis": f"H{index + 1}"})
        if index:
            low = -0.1 if index == 1 else 0.2
            found["effects"]["direct"].append({**ends, "std_ci_low": low, "std_ci_high": 0.4})
    return found


def test_a_coefficient_is_hollow_where_its_interval_holds_zero_or_is_not_known() -> None:
    (figure,) = coefficient_figures(context_for(paths(4), "en"))
    root = ElementTree.fromstring(figure.svg)
    hollow = root.findall(".//*[@class='o-accent']") + root.findall(".//g[@class='o-accent']/circle")
    assert len([one for one in hollow if one.tag == "circle"]) == 2
    assert {"H1", "H2", "H3", "H4"} <= set(texts(figure.svg))
    values = [[plain(cell.text) for cell in row] for row in figure.data.groups[0].rows]
    assert values[:2] == [["H1", "X0 → PI", "0.30", "–"], ["H2", "X1 → PI", "0.30", "[−0.10, 0.40]"]]


def test_without_any_interval_there_is_no_plot_of_coefficients() -> None:
    results = paths(3)
    results["effects"] = {}
    assert coefficient_figures(context_for(results, "en")) == []


def test_sixty_paths_stand_in_two_plots_on_one_axis() -> None:
    figures = coefficient_figures(context_for(paths(60), "en"))
    assert [one.key for one in figures] == ["coefficients-part-1", "coefficients-part-2"]
    assert [len(one.data.groups[0].rows) for one in figures] == [30, 30]
    assert plain(figures[0].title).endswith("(part 1 of 2)")
    ticks = [[text for text in texts(one.svg) if re.fullmatch(r"−?0\.\d|0", text)] for one in figures]
    assert ticks[0] == ticks[1]


@pytest.mark.parametrize("sizes", [[5] * 40, [3, 60, 2], [1] * 31, [4], [30, 1]])
def test_parts_keep_every_group_whole_and_in_order(sizes: list[int]) -> None:
    parts = in_parts(sizes, 30)
    assert [size for part in parts for size in sizes[part]] == sizes
    assert all(sum(sizes[part]) <= 30 or len(sizes[part]) == 1 for part in parts)


def answers(shares: dict[str, dict[str, float]]) -> Context:
    results = small_results()
    for name, share in shares.items():
        results["measurement"]["items"][name]["shares"] = share
    return context_for(results, "en")


def test_diverging_bars_meet_at_the_middle_of_the_scale() -> None:
    """Two items, shares by hand: half of the middle category stands on each side."""
    items = list(small_results()["measurement"]["items"])[:2]
    agree = {"1": 0.0, "2": 0.1, "3": 0.4, "4": 0.3, "5": 0.2}
    differ = {"1": 0.4, "2": 0.3, "3": 0.2, "4": 0.1, "5": 0.0}
    context = answers({items[0]: agree, items[1]: differ})
    svg = responses_chart(replace(context, look=Look(likert="diverging")), items, list("12345"))
    root = ElementTree.fromstring(svg)
    # the widest sides are 0.8 below and 0.7 above of 540 pixels
    middle = 540 * 0.8 / 1.5
    marks = [one for one in root.iter("path") if one.get("class") == "s-ink"]
    assert marks and f"M{middle:g} " in marks[0].get("d", "")
    starts = sorted(
        float(x)
        for one in root.iter("path")
        if (one.get("class") or "").startswith("f-likert-1")
        for x in re.findall(r"M([\d.]+) 10", one.get("d", ""))
    )
    assert all(start >= 0 for start in starts)


def test_beneath_simple_slopes_stand_the_respondents_and_the_levels() -> None:
    context = context_for(small_results(), "en")
    one = context.rows("moderation", "analyses")[0]

    def drawn(histogram: dict[str, Any] | None) -> str:
        analysis = {**one, "johnson_neyman": {"histogram": histogram}}
        results = {**context.results, "moderation": {"analyses": [analysis]}}
        return slopes_chart(replace(context, results=results), analysis, ["−1 SD", "Mean", "+1 SD"])

    bare = drawn(None)
    shown = drawn({"edges": [1.0, 2.0, 3.0, 4.0], "counts": [3, 0, 9]})
    assert "f-accent-soft" not in bare and "f-accent-soft" in shown
    bars = re.search(r'class="f-accent-soft" d="([^"]+)"', shown)
    assert bars is not None and bars[1].count("Z") == 2  # nothing where nobody is
