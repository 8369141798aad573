"""``tam process`` as others script it: numbers of R, item means, hostile names, refusals and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

PEER = Path(__file__).parents[1] / "golden" / "moderation" / "process_peer.json"


@pytest.fixture(scope="module")
def peer() -> dict[str, Any]:
    return json.loads(PEER.read_text(encoding="utf-8"))


@pytest.fixture
def file(peer: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    pd.DataFrame(peer["data"]).to_csv(path, index=False)
    return path


ROLES = ("--x", "x", "--y", "y", "--w", "w")


def test_model_1_is_that_of_r(tam: Any, file: Path, peer: dict[str, Any]) -> None:
    answered = tam("process", "--data", file, "--model", "1", *ROLES, "--covariates", "c1", "--json")
    assert answered.code == 0 and answered.json["ok"]
    result, theirs = answered.json["result"], peer["model1"]
    (equation,) = result["regressions"]
    ours = {one["term"]: one for one in equation["terms"]}
    for term, est, se in zip(theirs["terms"], theirs["est"], theirs["se"], strict=True):
        one = ours["1" if term == "(Intercept)" else term]
        assert (one["est"], one["se"]) == pytest.approx((est, se), rel=1e-8)
    assert [one["est"] for one in result["direct"]] == pytest.approx(theirs["effect"])
    assert result["johnson_neyman"]["bounds"] == pytest.approx(theirs["bounds"])
    assert result["indirect"] == [] and result["index"] is None and result["mediator"] is None


@pytest.mark.parametrize("number", [7, 14, 58, 59])
@pytest.mark.parametrize("centre", [True, False])
def test_conditional_indirect_effects_are_those_of_r(
    tam: Any, file: Path, peer: dict[str, Any], number: int, centre: bool
) -> None:
    asked = ["process", "--data", file, "--model", number, *ROLES, "--m", "m", "--covariates", "c1"]
    asked += ["--bootstrap", "50", "--seed", "3", "--json", *(["--center"] if centre else [])]
    result = tam(*asked).json["result"]
    assert [one["moderator"] for one in result["indirect"]] == pytest.approx(peer["probes"])
    assert [one["est"] for one in result["indirect"]] == pytest.approx(peer[f"indirect{number}"], rel=1e-8)
    assert (result["index"] is None) == (number in (58, 59))
    if result["index"] is not None:
        assert result["index"]["est"] == pytest.approx(peer[f"index{number}"], rel=1e-8)
        assert result["index"]["ci_low"] < result["index"]["est"] < result["index"]["ci_high"]
    assert (result["draws"], result["requested"], result["seed"]) == (50, 50, 3)
    assert result["centred"] is centre


def test_a_person_reads_equations_index_and_region(tam: Any, file: Path) -> None:
    one = tam("process", "--data", file, "--model", "1", *ROLES)
    assert one.code == 0
    assert "x:w" in one.out and "Johnson-Neyman" in one.out and "HC3" in one.out
    seven = tam("process", "--data", file, "--model", "7", *ROLES, "--m", "m", "--bootstrap", "20")
    assert "index of moderated mediation" in seven.out and "20 of 20 resamples" in seven.out


def test_item_means_reversals_and_missing_answers(tam: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    items = pd.DataFrame(rng.integers(1, 8, size=(120, 6)), columns=["a1", "a2", "b1", "b2", "w", "y"])
    table = items.astype(float)
    table.loc[3, "a2"] = np.nan
    file = tmp_path / "items.csv"
    table.to_csv(file, index=False)
    asked = ["process", "--data", file, "--model", "1", "--x", "A=a1,a2", "--y", "B=b1,b2", "--w", "w"]

    answered = tam(*asked, "--reverse", "b2:1-7", "--json")

    assert answered.code == 0 and answered.codes == ["rows-incomplete"]
    result = answered.json["result"]
    assert (result["n"], result["n_left_out"]) == (119, 1)
    assert result["variables"] == {"A": ["a1", "a2"], "B": ["b1", "b2"], "w": ["w"]}
    kept = table.dropna()
    a, b = kept[["a1", "a2"]].mean(axis=1), (kept.b1 + 8 - kept.b2) / 2
    design = np.column_stack([np.ones(len(kept)), a, kept.w, a * kept.w])
    by_hand = np.linalg.lstsq(design, b, rcond=None)[0]
    assert [one["est"] for one in result["regressions"][0]["terms"]] == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--model", "4", *ROLES), ["process-model-unknown"]),
        (("--model", "7", *ROLES), ["process-mediator"]),
        (("--model", "1", *ROLES, "--m", "m"), ["process-mediator"]),
        (("--model", "1", "--x", "x", "--y", "y", "--w", "x"), ["process-role-twice"]),
        (("--model", "1", *ROLES, "--covariates", "x,c1"), ["process-role-twice"]),
        (("--model", "1", "--x", "X=", "--y", "y", "--w", "w"), ["process-variable"]),
        (("--model", "1", "--x", "x,m", "--y", "y", "--w", "w"), ["process-variable"]),
        (("--model", "1", "--x", "nobody", "--y", "y", "--w", "w"), ["numeric-column-missing"]),
        (("--model", "1", *ROLES, "--reverse", "c1:1-7"), ["reversed-item-in-no-scale"]),
        (("--model", "1", *ROLES, "--bootstrap", "-1"), ["bad-option-value"]),
    ],
)
def test_what_cannot_be_computed_is_refused(tam: Any, file: Path, arguments: Any, codes: list[str]) -> None:
    answered = tam("process", "--data", file, *arguments, "--json")
    assert answered.code == 2 and answered.json["ok"] is False
    assert answered.codes == codes


def test_hostile_column_names_are_only_names(tam: Any, tmp_path: Path) -> None:
    """The name of the constant, a name that looks like a product, and mark-up."""
    rng = np.random.default_rng(4)
    names = ["1", "1:w", "<script>alert(1)</script>", "w"]
    table = pd.DataFrame(rng.normal(size=(80, 4)), columns=names)
    file = tmp_path / "a file; rm -rf.csv"
    table.to_csv(file, index=False)
    asked = ["process", "--data", file, "--model", "1", "--x", "1", "--w", "w", "--y", names[2], "--json"]
    answered = tam(*asked)
    assert answered.code == 0
    by_hand = np.column_stack([np.ones(80), table["1"], table.w, table["1"] * table.w])
    found = [one["est"] for one in answered.json["result"]["regressions"][0]["terms"]]
    assert found == pytest.approx(np.linalg.lstsq(by_hand, table[names[2]], rcond=None)[0])
    # a covariate whose name is that of the product is no product
    with_covariate = tam(*asked[:-1], "--covariates", "1:w", "--json")
    assert with_covariate.code == 2 and with_covariate.codes == ["process-role-twice"]


@pytest.mark.parametrize("rows", [0, 3])
def test_too_few_rows_are_told(tam: Any, tmp_path: Path, rows: int) -> None:
    file = tmp_path / "few.csv"
    file.write_text("x,y,w\n" + "1,2,3\n2,3,1\n4,4,2\n"[: rows * 6], encoding="utf-8")
    answered = tam("process", "--data", file, "--model", "1", *ROLES, "--json")
    assert answered.code == 2
    assert answered.codes == ["process-singular" if rows else "no-answers"]


def test_a_perfect_line_has_no_errors_and_says_so(tam: Any, tmp_path: Path) -> None:
    x, w = np.arange(12) % 5, np.arange(12) % 3
    file = tmp_path / "exact.csv"
    pd.DataFrame({"x": x, "w": w, "y": 1 + x + w + x * w}).to_csv(file, index=False)
    answered = tam("process", "--data", file, "--model", "1", *ROLES, "--json")
    assert answered.code in (0, 1)
    assert answered.json["result"]["regressions"][0]["r2"] == pytest.approx(1)


def test_no_resamples_no_intervals_but_a_reason(tam: Any, file: Path) -> None:
    asked = ("process", "--data", file, "--model", "7", *ROLES, "--m", "m", "--bootstrap", "0", "--json")
    result = tam(*asked).json["result"]
    assert result["index"]["est"] is not None and result["index"]["ci_low"] is None
    assert "index.ci_low" in result["unavailable"]
