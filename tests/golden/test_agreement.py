"""The page of agreements says what the comparisons say; differences that grow are told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE))

from agreement import RESIDENT, Comparison  # noqa: E402

PAGE = HERE.parents[1] / "docs" / "reference" / "agreement.md"
#: Differences near rounding change with the linear algebra library; only what is larger is held to the page.
NOISE = 1e-9
#: How much larger than on the page a difference may be on another machine.
ROOM = 20.0


def printed() -> dict[tuple[str, ...], tuple[int, float]]:
    """Rows of the page: what was compared -> number of values, largest relative difference."""
    found: dict[tuple[str, ...], tuple[int, float]] = {}
    family = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            family = line[3:]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 10 and cells[4].isdigit() and cells[9] == "":
            found[(family, *cells[:4])] = (int(cells[4]), float(cells[6].removeprefix("< ")))
    return found


pytestmark = pytest.mark.slow
"""The golden tests hold each family by itself; the whole page is held on demand."""


@pytest.fixture(scope="module")
def now() -> list[Comparison]:
    return [one for family in RESIDENT for one in family()]


def test_every_comparison_stands_on_the_page(now: list[Comparison]) -> None:
    assert {one.key: one.values for one in now} == {key: values for key, (values, _) in printed().items()}, (
        "run: python docs/agreement.py"
    )


def test_no_difference_has_grown(now: list[Comparison]) -> None:
    page = printed()
    assert [one for one in now if not one.agrees] == []
    grown = [one for one in now if one.relative > max(NOISE, ROOM * page.get(one.key, (0, 0.0))[1])]
    assert grown == []
