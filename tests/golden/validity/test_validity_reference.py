"""Validity and the confirmatory factor model of real surveys against lavaan and semTools."""

from __future__ import annotations

import sys
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parent))

from validity_peers import LEFT_OUT, SURVEYS, leaves, load, survey

from tam.analysis.confirmatory import confirmatory, model_fit
from tam.analysis.confirmatory_models import factor_models
from tam.errors import Unavailable
from tam.stats.reliability import average_variance_extracted, composite_reliability
from tam.stats.validity_intervals import ratio_intervals

pytestmark = pytest.mark.reference

CLOSED = 1e-8  # formulas without iteration
DEFAULT = 1e-4  # lavaan's default optimiser stops within 1e-5 to 1e-4 of its optimum

MEASURES = {
    "chisq": "chisq",
    "df": "df",
    "pvalue": "pvalue",
    "baseline_chisq": "baseline.chisq",
    "baseline_df": "baseline.df",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_ci_low": "rmsea.ci.lower",
    "rmsea_ci_high": "rmsea.ci.upper",
    "rmsea_pvalue": "rmsea.pvalue",
    "loglik": "logl",
    "loglik_h1": "unrestricted.logl",
}
SCALED = {
    "chisq_scaled": "chisq.scaled",
    "df_scaled": "df.scaled",
    "pvalue_scaled": "pvalue.scaled",
    "scaling_factor": "chisq.scaling.factor",
    "baseline_chisq_scaled": "baseline.chisq.scaled",
    "cfi_scaled": "cfi.scaled",
    "tli_scaled": "tli.scaled",
    "cfi_robust": "cfi.robust",
    "tli_robust": "tli.robust",
    "rmsea_scaled": "rmsea.scaled",
    "rmsea_scaled_ci_low": "rmsea.ci.lower.scaled",
    "rmsea_scaled_ci_high": "rmsea.ci.upper.scaled",
    "rmsea_robust": "rmsea.robust",
    "rmsea_robust_ci_low": "rmsea.ci.lower.robust",
    "rmsea_robust_ci_high": "rmsea.ci.upper.robust",
}


@cache
def ours(reference: Path, name: str, estimator: str) -> Any:
    table, scales = survey(reference, name)
    found = factor_models(table.dropna(), scales).fit(scales, estimator)
    assert not isinstance(found, Unavailable)
    return found


def golden(reference: Path, name: str, kind: str) -> dict[str, Any]:
    return load(reference / name / "golden" / f"{kind}.json")


@pytest.mark.parametrize("estimator", ["ML", "MLM", "MLR"])
@pytest.mark.parametrize("name", SURVEYS)
def test_measures_of_the_factor_model(reference: Path, name: str, estimator: str) -> None:
    theirs = golden(reference, name, "cfa")[estimator]["fit"]
    found = model_fit(ours(reference, name, estimator)).measures
    for key, field in (MEASURES | (SCALED if estimator != "ML" else {})).items():
        if theirs.get(field) is None:
            continue
        assert found[key] == pytest.approx(theirs[field], rel=DEFAULT, abs=DEFAULT), key
    slack = 1e-8 * ours(reference, name, estimator).n
    assert float(found["loglik"]) >= theirs["logl"] - slack  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SURVEYS)
def test_loadings_with_intervals_and_latent_correlations(reference: Path, name: str) -> None:
    table, scales = survey(reference, name)
    found = confirmatory(table.dropna(), scales)
    fitted = golden(reference, name, "cfa")["ML"]
    for line in fitted["std_all"]:
        if line["op"] != "=~":
            continue
        loading = found.loadings[line["rhs"]]
        assert not isinstance(loading, Unavailable)
        values = [loading.est, loading.se, loading.ci_low, loading.ci_high]
        expected = [line[key] for key in ("est.std", "se", "ci.lower", "ci.upper")]
        assert values == pytest.approx(expected, abs=DEFAULT)
    for table_of in (fitted["cor_lv"], golden(reference, name, "validity")["cor_lv"]):
        for a, row in zip(table_of["rows"], table_of["values"]):
            assert [found.latent_correlations[a][b] for b in table_of["names"]] == pytest.approx(
                row, abs=DEFAULT
            )


@pytest.mark.parametrize("name", SURVEYS)
def test_modification_indices_of_cross_loadings(reference: Path, name: str) -> None:
    fit = ours(reference, name, "ML")
    table, scales = survey(reference, name)
    names = factor_models(table.dropna(), scales).names
    given = {alias: key.lstrip("\0") for key, alias in names.items()}
    rows = {(given[r.lhs], given[r.rhs]): r for r in fit.modification_indices().itertuples() if r.op == "=~"}
    for line in golden(reference, name, "cfa")["ML"].get("modindices_top", ()):
        if line["op"] == "=~":
            found = rows[line["lhs"], line["rhs"]]
            assert found.mi == pytest.approx(line["mi"], rel=10 * DEFAULT)
            assert found.sepc_all == pytest.approx(line["sepc.all"], rel=10 * DEFAULT)


@pytest.mark.parametrize("name", SURVEYS)
def test_composite_reliability_and_ave(reference: Path, name: str) -> None:
    table, scales = survey(reference, name)
    found = confirmatory(table.dropna(), scales)
    for scale, theirs in golden(reference, name, "validity")["handmade"].items():
        loadings = np.array([found.loading(item) for item in scales[scale]], dtype=float)
        assert loadings == pytest.approx(theirs["loadings"], abs=DEFAULT)
        if len(loadings) > 1:
            assert average_variance_extracted(loadings) == pytest.approx(theirs["AVE"], abs=DEFAULT)
            assert composite_reliability(loadings) == pytest.approx(theirs["CR"], abs=DEFAULT)


@pytest.mark.parametrize("name", SURVEYS)
def test_ratios(reference: Path, name: str) -> None:
    table, scales = survey(reference, name)
    columns = list(table.columns)
    blocks = {scale: [columns.index(item) for item in items] for scale, items in scales.items()}
    found = ratio_intervals(table.dropna().to_numpy(), blocks, draws=5)
    theirs = golden(reference, name, "validity")
    for key, pairs in zip(("htmt", "htmt2"), found):
        names = theirs[key]["names"]
        matrix = dict(zip(theirs[key]["rows"], theirs[key]["values"]))
        assert len(pairs) == len(list(combinations(scales, 2)))
        for pair in pairs:
            if isinstance(pair.est, Unavailable):
                assert min(len(scales[pair.a]), len(scales[pair.b])) < 2
                continue
            assert pair.est == pytest.approx(matrix[pair.a][names.index(pair.b)], abs=CLOSED)


COMPARED = {
    "validity.json": ("handmade", "cor_lv", "htmt", "htmt2"),
    "cfa.json": (
        *(
            f"{one}.fit.{field}"
            for one in ("ML", "MLM", "MLR")
            for field in (*MEASURES.values(), *SCALED.values())
        ),
        "ML.std_all",
        "ML.cor_lv",
        "ML.modindices_top",
        *(f"{one}.{field}" for one in ("ML", "MLR") for field in ("converged", "ntotal")),
    ),
}


@pytest.mark.parametrize("kind", sorted(COMPARED))
@pytest.mark.parametrize("name", SURVEYS)
def test_every_field_is_compared_or_left_out_with_a_reason(reference: Path, name: str, kind: str) -> None:
    known = (*COMPARED[kind], *LEFT_OUT[kind])
    unknown = [
        field
        for field in leaves(golden(reference, name, kind.removesuffix(".json")))
        if not any(field == one or field.startswith(f"{one}.") for one in known)
    ]
    assert not unknown


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("name", SURVEYS)
def test_respondents_of_the_factor_model(reference: Path, name: str, estimator: str) -> None:
    theirs = golden(reference, name, "cfa")[estimator]
    found = ours(reference, name, estimator)
    assert (found.n, found.converged) == (theirs["ntotal"], theirs["converged"])
