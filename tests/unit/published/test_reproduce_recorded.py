"""Every publication of kind reproduce in the reference folder, value by value, against its recorded verdict.

Three recorded verdicts are not ours; each is shown to be wrong below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tam.published.dialects import dialects
from tam.published.publication import Publication
from tam.published.publication_file import load_publication
from tam.published.reachable import reachable
from tam.published.reproduce import reproduce
from tam.published.reproduction import Reproduction
from tam.published.verdicts import DIFFERS
from tam.published.wanted import wanted_values
from tam.record import to_record

pytestmark = pytest.mark.reference

RECORDED = {
    "exact to printed digits": ("exact",),
    "within rounding of the printed matrix": ("rounding",),
    "differs": DIFFERS,
}
OTHERWISE = {
    # 0.70851 is 70.85 %, which prints as 70.9 %; the record took half a unit of 70.9 % for 0.00005
    ("r10_webmail_tam_huang2017", "R2:BI"): "exact",
    # 0.89739 is 89.74 %, which prints as 89.7 %; the same
    ("r11_online_community_apostolou2017", "R2:BI"): "exact",
    # linearised, the rounding reaches 0.1405007 and .140 ends at .1405; a matrix that prints as the paper's
    # gives 0.140496 (see below): the bound was missed by what linearising leaves out
    ("r12_virtual_streamer_gao2023", "PIN~LIK"): "rounding",
}
CASES = (
    "r01_enewspaper_tam_pogrebnyakov2014", "r04_facebook_continuance_hsu2015",
    "r05_egov_adoption_belanche2012", "r06_av_archive_tam_ongena2013",
    "r07_hospital_web_kim2011", "r08_sqa_reward_chen2018", "r09_sqa_ux_tam_deng2015",
    "r10_webmail_tam_huang2017", "r11_online_community_apostolou2017",
    "r12_virtual_streamer_gao2023", "r13_wheaton_alienation", "r15_bpmn_continuance_recker2010",
)  # fmt: skip


def publication(reference: Path, key: str) -> Publication:
    return load_publication(reference / "published" / f"{key}.yaml")


@pytest.fixture(scope="module")
def found(reference: Path) -> dict[str, Reproduction]:
    return {key: reproduce(publication(reference, key)) for key in CASES}


def test_no_case_is_left_out(reference: Path) -> None:
    assert {path.stem for path in (reference / "published").glob("r*.yaml")} == set(CASES)


@pytest.mark.parametrize("key", CASES)
def test_every_value_gets_its_recorded_verdict(
    reference: Path, found: dict[str, Reproduction], key: str
) -> None:
    ours = {one.label: one for one in found[key].values}
    recorded: list[Any] = list(publication(reference, key).recorded["values"])
    assert recorded
    wrong = []
    for one in recorded:
        value = ours[one["what"]]
        expected = RECORDED[one["verdict"]]
        if (key, one["what"]) in OTHERWISE:
            expected = (OTHERWISE[key, one["what"]],)
        if value.verdict not in expected:
            wrong.append((one["what"], one["verdict"], value.verdict, value.obtained, value.low, value.high))
    assert not wrong


@pytest.mark.parametrize("key", [key for key in CASES if not key.startswith("r13")])
def test_every_obtained_value_is_the_recorded_one(
    reference: Path, found: dict[str, Reproduction], key: str
) -> None:
    """The recorded values of regressions on the printed matrix, to the four decimals recorded."""
    ours = {one.label: one for one in found[key].values}
    assert found[key].dialect == "ols-std"
    for one in publication(reference, key).recorded["values"]:
        value = ours[one["what"]]
        assert value.obtained == pytest.approx(float(one["obtained_ols"]), abs=5.1e-5)
        # the recorded bound is the linearised one; search moves it in the second order only
        bound = float(one["rounding_bound"])
        assert value.high - value.low == pytest.approx(2 * bound, rel=0.05, abs=2e-4)


def test_the_textbook_comes_out_wholly(found: dict[str, Reproduction]) -> None:
    textbook = found["r13_wheaton_alienation"]
    assert textbook.summary["exact"] == len(textbook.values) == 77
    assert textbook.comes_out
    assert set(textbook.dialects.values()) == {"ml-n-std"}


def test_what_comes_out_and_what_does_not(found: dict[str, Reproduction]) -> None:
    whole = {key for key, one in found.items() if one.comes_out}
    assert whole == {
        "r08_sqa_reward_chen2018", "r09_sqa_ux_tam_deng2015", "r11_online_community_apostolou2017",
        "r13_wheaton_alienation",
    }  # fmt: skip
    assert len(found["r15_bpmn_continuance_recker2010"].differing) == 19


def test_no_single_edit_is_claimed_where_none_was_found(found: dict[str, Reproduction]) -> None:
    """The findings of the cases: no single cell repairs any of them."""
    assert {key: one.repairs for key, one in found.items() if one.repairs} == {}


def test_bootstrapped_and_latent_tests_are_not_computable(found: dict[str, Reproduction]) -> None:
    for key in ("r01_enewspaper_tam_pogrebnyakov2014", "r09_sqa_ux_tam_deng2015"):
        tests = [one for one in found[key].values if one.what == "t"]
        assert tests
        assert {one.verdict for one in tests} == {"not_computable"}
    fits = [one for one in found["r07_hospital_web_kim2011"].values if one.op == "fit"]
    assert fits
    assert {one.verdict for one in fits} == {"not_computable"}


def test_a_matrix_that_prints_as_the_paper_s_gives_the_printed_path(reference: Path) -> None:
    """r12, LIK -> PIN, printed .140: the matrix that the search found, checked by hand."""
    given = publication(reference, "r12_virtual_streamer_gao2023")
    wanted = wanted_values(given)
    plain = dialects(given, wanted)[0]
    at = [one.label for one in wanted].index("PIN~LIK")
    reach = reachable(plain.box, plain.evaluate)
    names = plain.box.names
    matrix = plain.box.moments(reach.at_low[at][None]).matrices[0]
    place = {name: k for k, name in enumerate(given.variables)}
    for a in range(len(names)):
        for b in range(a):
            i, j = sorted((place[names[a]], place[names[b]]), reverse=True)
            cell = given.matrix[i][j]
            assert cell is not None
            assert abs(matrix[a, b] - cell.value) <= 0.0005 + 1e-12
    assert np.linalg.eigvalsh(matrix)[0] > 0.1
    x = [names.index(name) for name in ("LIK", "ANI", "RES", "SOP", "TEL")]
    slopes = np.linalg.solve(matrix[np.ix_(x, x)], matrix[x, names.index("PIN")])
    assert 0.1395 < slopes[0] < 0.1405
    # the linearised bound stops just short of it
    assert reach.value[at] - reach.linear[at] > 0.1405


def test_percentages_are_rounded_in_percent(reference: Path, found: dict[str, Reproduction]) -> None:
    for key in ("r10_webmail_tam_huang2017", "r11_online_community_apostolou2017"):
        value = next(one for one in found[key].values if one.label == "R2:BI")
        assert f"{100 * float(value.obtained):.1f}%" == value.printed


def test_the_record_has_the_documented_shape(found: dict[str, Reproduction]) -> None:
    record = to_record(found["r06_av_archive_tam_ongena2013"])
    assert {"key", "n", "matrix", "dialect", "dialects_tried", "values", "repairs", "summary"} <= set(record)
    assert {"positive_definite", "smallest_eigenvalue", "suspects"} <= set(record["matrix"])
    keys = {"what", "lhs", "op", "rhs", "printed", "obtained", "low", "high", "verdict", "dialect"}
    assert all(keys <= set(one) for one in record["values"])
    assert set(record["summary"]) == {
        "exact", "rounding", "minor", "major", "flip", "unreachable", "not_computable",
    }  # fmt: skip
    assert sum(record["summary"].values()) == len(record["values"])
    absent = [k for k, one in enumerate(record["values"]) if one["verdict"] == "not_computable"]
    assert absent
    assert all(record["unavailable"][f"values.{k}.obtained"] for k in absent)
