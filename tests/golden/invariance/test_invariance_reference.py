"""Every reference data set with groups: what lavaan says of its steps, paths and estimates."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pandas as pd
import pytest

from tam.analysis.group_paths import GroupPaths
from tam.analysis.invariance import group_invariance
from tam.engine import fit_model
from tam.engine.syntax import parse_model
from tam.spec.model import Model, Path
from tam.spec.text import Text

pytestmark = pytest.mark.reference

CASES = {
    "HolzingerSwineford1939": "school",
    "bergami_bagozzi": "gender",
    "bfi": "gender",
    "influencer": "influencer_group",
    "satisfaction_bank": "gender",
    "tam_ebook": "Ebook_reader_ownership",
    "utaut2_trello": "gender",
}
REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
#: lavaan's optimiser stops within about 1e-5 to 1e-4 of its own optimum.
TOLERANCE = 1e-4
#: Where its likelihood is so flat that it stops further off (and below ours), in standard errors.
FLAT = 0.002
NAMES = {
    "npar": "npar",
    "chisq": "chisq",
    "df": "df",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "srmr": "srmr",
    "logl": "loglik",
    "aic": "aic",
    "bic": "bic",
}
ROBUST = {
    "chisq.scaled": "chisq_scaled",
    "chisq.scaling.factor": "scaling_factor",
    "cfi.scaled": "cfi_scaled",
    "cfi.robust": "cfi_robust",
    "rmsea.scaled": "rmsea_scaled",
    "rmsea.robust": "rmsea_robust",
}


def near(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) <= TOLERANCE * max(1.0, abs(theirs))


def case(reference: File, name: str) -> tuple[pd.DataFrame, Model, dict[str, Any], dict[str, Any]]:
    folder = reference / name
    data = pd.read_csv(folder / "data.csv")
    if name == "bfi":
        data[list(REVERSED)] = 7 - data[list(REVERSED)]
    meta = json.loads((folder / "golden" / "meta.json").read_text())
    measured = {
        left: tuple(term.name for term in formula.terms)
        for formula in parse_model(meta["measurement"]).formulas
        for left in formula.left
    }
    paths = tuple(
        Path(left, term.name)
        for formula in parse_model(meta["sem_model"]).formulas
        if formula.operator == "~"
        for left in formula.left
        for term in formula.terms
    )
    golden = json.loads((folder / "golden" / "invariance.json").read_text())[CASES[name]]
    by = CASES[name]
    return data[data[by].notna()], Model(name, Text(name, name), measured, {}, paths), golden, meta


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("name", CASES)
def test_steps_of_every_data_set(reference: File, name: str, estimator: str) -> None:
    data, model, golden, _ = case(reference, name)
    peer = golden["measurement" if estimator == "ML" else "measurement_MLR"]
    result = group_invariance(model, data, data[CASES[name]], estimator=estimator, permutations=0)
    assert [one.id for one in result.groups] == peer["group_order"]
    assert [one.n for one in result.groups] == peer["group_n"]
    wanted = NAMES | (ROBUST if estimator == "MLR" else {})
    off = []
    for step in result.steps:
        for theirs, own in wanted.items():
            if not near(float(step.fit.measures[own]), peer["fit"][step.id][theirs]):
                off.append((step.id, own))
        if step.against is None:
            continue
        test = peer["lrt"][f"{step.against}_vs_{step.id}"]
        pairs = (
            (step.difference.chisq, test["Chisq diff"]),
            (step.difference.p, test["Pr(>Chisq)"]),
            (step.difference.df, test["Df diff"]),
            (step.change.cfi_plain, peer["delta_cfi"][f"{step.id}.cfi"]),
            (step.change.rmsea_plain, peer["delta_rmsea"][f"{step.id}.rmsea"]),
        )
        off += [(step.id, pair) for pair in pairs if not near(*pair)]
    assert not off


@pytest.mark.parametrize("kind", ["configural_estimates", "scalar_estimates"])
@pytest.mark.parametrize("name", CASES)
def test_estimates_of_the_steps(reference: File, name: str, kind: str) -> None:
    data, _, golden, meta = case(reference, name)
    equal = () if kind == "configural_estimates" else ("loadings", "intercepts")
    fit = fit_model(meta["measurement"], data, group=CASES[name], group_equal=equal)
    order = [str(one) for one in fit.groups]
    ours = {(r.lhs, r.op, r.rhs, r.group): r for r in fit.estimates.itertuples(index=False)}
    off = []
    for row in golden["measurement"][kind]:
        if row["op"] not in ("=~", "~~", "~1"):
            continue
        own = ours[row["lhs"], row["op"], row["rhs"] or "", order[row["group"] - 1]]
        good = near(own.est, row["est"]) and (not row["se"] or near(own.se, row["se"]))
        flat = row["se"] and abs(own.est - row["est"]) <= FLAT * row["se"]
        higher = fit.measures["loglik"] >= golden["measurement"]["fit"][kind.split("_")[0]]["logl"]
        if not good and not (flat and higher):
            off.append((row["lhs"], row["op"], row["rhs"], row["group"], own.est, row["est"]))
    assert not off


@pytest.mark.parametrize("name", ["HolzingerSwineford1939", "bfi", "satisfaction_bank", "utaut2_trello"])
def test_paths_of_the_groups(reference: File, name: str) -> None:
    """The other sets have labels in their structural model, which lavaan holds equal in both its fits."""
    data, model, golden, _ = case(reference, name)
    peer = golden["structural"]
    result = group_invariance(model, data, data[CASES[name]], permutations=0)
    assert isinstance(result.paths, GroupPaths)
    assert near(result.paths.all_equal.chisq, peer["lrt"]["Chisq diff"])
    assert near(result.paths.all_equal.p, peer["lrt"]["Pr(>Chisq)"])
    higher = float(result.paths.fit.measures["loglik"]) >= peer["free"]["fit"]["logl"]
    rows = {
        (row["lhs"], row["rhs"], row["group"]): row
        for row in peer["free"]["parameter_estimates"]
        if row["op"] == "~"
    }
    for path in result.paths.paths:
        for place, own in enumerate(path.groups.values(), 1):
            row = rows[path.outcome, path.predictor, place]
            flat = higher and abs(own.est - row["est"]) <= FLAT * row["se"]
            assert (near(own.est, row["est"]) and near(own.se, row["se"])) or flat
