"""Patterns, Little's test, tests of missingness, Rubin's rules and the three treatments against R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.missing_data import MissingData, little_of, missing_data
from tam.errors import Unavailable
from tam.spec.model import Model
from tam.spec.model import Path as ModelPath
from tam.spec.study import Options
from tam.spec.text import Text
from tam.stats.missing_patterns import missing_patterns
from tam.stats.rubin import pool

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data"

CLOSED = 1e-8  # formulas without iteration; the peers print 12 digits or more
ITERATIVE = 1e-5  # Little's moments come from EM
POLISHED = 1e-6  # lavaan brought to a gradient below 1e-9
MONTE_CARLO = 0.2  # of a standard error: 10 tables of ours against 50 of mice, four times their own spread

PEER: dict[str, Any] = json.loads((HERE / "peer_values.json").read_text(encoding="utf-8"))
PATHS: dict[str, Any] = json.loads((HERE / "lavaan_paths.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((DATA / "tam_sim" / "expected.json").read_text(encoding="utf-8"))


def simulated() -> pd.DataFrame:
    table = pd.read_csv(DATA / "tam_sim" / "tam_sim_missing.csv").astype(float)
    return table.assign(PU4=8 - table["PU4"], TRU3=8 - table["TRU3"])


def technology_acceptance(table: pd.DataFrame) -> Model:
    names = ("PU", "PEOU", "ATT", "PI")
    items = {name: tuple(c for c in table.columns if c.rstrip("0123456789") == name) for name in names}
    edges = (("PU", "PEOU"), ("ATT", "PEOU"), ("ATT", "PU"), ("PI", "ATT"), ("PI", "PU"))
    return Model("tam", Text("TAM", "TAM"), items, {}, tuple(ModelPath(*one) for one in edges))


@pytest.fixture(scope="module")
def found() -> MissingData:
    table = simulated()
    return missing_data(technology_acceptance(table), table, options=Options(imputations=10), seed=3)


@pytest.mark.parametrize(("name", "file"), [("little_mcar", "tam_sim"), ("little_airquality", "airquality")])
def test_littles_test(name: str, file: str) -> None:
    """airquality: New York, 1973, of the State Department of Conservation and the Weather Service; from R."""
    path = DATA / "missing" / "airquality.csv"
    table = simulated() if file == "tam_sim" else pd.read_csv(path).astype(float)
    ours, theirs = little_of(table.to_numpy(), list(table)), EXPECTED[name]
    assert not isinstance(ours, Unavailable)
    assert ours.chisq == pytest.approx(theirs["chi2"], rel=ITERATIVE)
    assert (ours.df, ours.n_patterns) == (theirs["df"], theirs["patterns"])
    assert ours.p == pytest.approx(theirs["p"], rel=ITERATIVE)


def test_littles_test_of_the_printed_example() -> None:
    """naniar's own test suite prints 35.1061288689702, df 14, p .00141778113856683 (its EM stops earlier)."""
    table = pd.read_csv(DATA / "missing" / "airquality.csv").astype(float)
    ours = little_of(table.to_numpy(), list(table))
    assert not isinstance(ours, Unavailable)
    assert round(ours.chisq, 4) == 35.1062
    assert ours.chisq == pytest.approx(35.1061288689702, rel=ITERATIVE)
    # the relative error of p is some 12 times that of chi-square, here 1.3e-6
    assert ours.p == pytest.approx(0.00141778113856683, rel=2e-5)


def test_patterns(found: MissingData) -> None:
    missing = np.isnan(simulated().to_numpy())
    patterns = missing_patterns(missing)
    ours = {
        "".join(str(int(cell)) for cell in row): int(count)
        for row, count in zip(patterns.missing, patterns.counts)
    }
    assert ours == dict(zip(PEER["patterns"]["codes"], PEER["patterns"]["counts"]))
    assert found.n_patterns == PEER["patterns"]["md_rows"] == len(ours)
    assert list(patterns.counts) == sorted(patterns.counts, reverse=True)
    assert sum(item.n_missing for item in found.items) == found.n_missing == 226


@pytest.mark.parametrize("case", PEER["rubin"])
def test_rubins_rules(case: dict[str, Any]) -> None:
    ours = pool(np.array(case["q"])[:, None], np.array(case["u"])[:, None], case["n"][0] - case["k"][0])
    always, by_df = ("est", "se", "within", "between", "t"), ("df", "p", "ci_low", "ci_high", "fmi")
    for name in always if case["between"] == 0 else (*always, *by_df):
        assert getattr(ours, name)[0] == pytest.approx(case[name], rel=CLOSED, abs=1e-14), name
    if case["between"] == 0:  # mice puts .0001 in the place of a share of variance below it
        v = case["n"][0] - case["k"][0]
        assert ours.df[0] == pytest.approx(v * (v + 1) / (v + 3))
    assert ours.relative_increase[0] == pytest.approx(case["r"], rel=CLOSED, abs=1e-14)


def test_tests_of_missingness(found: MissingData) -> None:
    assert not isinstance(found.missingness, Unavailable)
    theirs = {(row["item"], row["other"]): row for row in PEER["missingness"]}
    assert found.missingness.n_tests == len(theirs)
    assert found.missingness.n_significant == sum(row["p_holm"] < 0.05 for row in theirs.values())
    smallest = sorted(row["p"] for row in theirs.values())
    for rank, ours in enumerate(found.missingness.tests):
        row = theirs[ours.item, ours.other]
        assert ours.p == pytest.approx(smallest[rank], rel=CLOSED)
        assert (ours.n_missing, ours.n_given) == (row["n_missing"], row["n_given"])
        for name in ("difference", "t", "df", "p", "p_holm"):
            assert getattr(ours, name) == pytest.approx(row[name], rel=CLOSED, abs=1e-12), name


@pytest.mark.parametrize("method", ["listwise", "fiml"])
def test_treatments_that_need_no_chance(found: MissingData, method: str) -> None:
    assert not isinstance(found.comparison, Unavailable)
    ours = found.comparison.methods[method]
    assert not isinstance(ours, Unavailable)
    theirs = PATHS[method]
    assert theirs["gradient"] < 1e-9
    assert ours.n == theirs["n"]
    assert len(ours.paths) == len(theirs["paths"]) == 5
    for one, row in zip(ours.paths, theirs["paths"]):
        assert (one.lhs, one.rhs) == (row["lhs"], row["rhs"])
        assert one.est == pytest.approx(row["est"], rel=POLISHED)
        assert one.se == pytest.approx(row["se"], rel=POLISHED)


def test_imputation_agrees_with_mice(found: MissingData) -> None:
    assert not isinstance(found.comparison, Unavailable)
    ours = found.comparison.methods["mi"]
    assert not isinstance(ours, Unavailable)
    assert (ours.imputations, ours.failed, ours.n) == (10, 0, 400)
    for one, row in zip(ours.paths, PEER["mice"]):
        assert (one.lhs, one.rhs) == (row["lhs"], row["rhs"])
        assert abs(one.est - row["est"]) < MONTE_CARLO * row["se"]
        assert one.se == pytest.approx(row["se"], rel=0.05)  # ten tables settle B to a third
        assert one.fmi is not None and 0 <= one.fmi < 0.15


@pytest.mark.reference
def test_patterns_of_the_survey_with_many(reference: Path) -> None:
    golden = json.loads((reference / "bfi" / "golden" / "sem.json").read_text(encoding="utf-8"))
    names = [row["var"] for row in _described(reference)]
    table = pd.read_csv(reference / "bfi" / "data.csv")[names]
    assert len(missing_patterns(table.isna().to_numpy()).counts) == golden["missing_patterns"]


def _described(reference: Path) -> list[dict[str, Any]]:
    path = reference / "bfi" / "golden" / "descriptives.json"
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["describe"]
    return rows


@pytest.mark.reference
@pytest.mark.parametrize(
    ("items", "chisq", "df", "p"),
    [(slice(0, 25), 2190.945, 1950, 9.944e-05), (slice(15, 20), 27.157062, 34, 0.791237)],
)
def test_littles_test_of_the_survey_with_many(
    reference: Path, items: slice, chisq: float, df: int, p: float
) -> None:
    """Peer: lavaan's EM moments and Little's formula in R, to the digits printed."""
    names = [row["var"] for row in _described(reference)][items]
    table = pd.read_csv(reference / "bfi" / "data.csv")[names].astype(float)
    ours = little_of(table.to_numpy(), names)
    assert not isinstance(ours, Unavailable)
    assert ours.chisq == pytest.approx(chisq, abs=6e-4)
    assert (ours.df, ours.p) == (df, pytest.approx(p, rel=1e-4))
