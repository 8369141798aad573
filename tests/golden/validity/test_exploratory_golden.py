"""Exploratory factors and the number of dimensions against psych, GPArotation and stats."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parent))

from validity_peers import HERE, ITEMS, LEFT_OUT, SIMULATED, SURVEYS, beside, leaves, load, simulated, survey

from tam.errors import Unavailable
from tam.stats import rotation
from tam.stats.dimensionality import bartlett_sphericity, kmo, parallel_analysis
from tam.stats.exploratory_factor import exploratory_factors, extract
from tam.stats.map_test import minimum_average_partial

CLOSED = 1e-8  # formulas without iteration
POLISHED = 1e-6  # the peer iterated to a gradient below 1e-8
ITERATIVE = 1e-5  # psych's extraction stops where a communality still moves in the sixth digit
# psych's oblimin stops at a gradient of 1e-5 and inherits its extraction's error: 6e-5 at most was seen
OBLIMIN = 1e-4
STOPPED = 1e-3  # varimax and promax as R stops them; see the peers' gain

PEER = load(HERE / "peer_values.json")
EXPECTED = load(SIMULATED / "expected.json")
# stats::varimax stops at the first step that gains less than this share
GAIN = 1e-5


@pytest.fixture(scope="module")
def correlation() -> np.ndarray:
    return np.corrcoef(simulated().to_numpy(), rowvar=False)


def compare(
    found: rotation.Rotation, loadings: np.ndarray, links: np.ndarray | None, tolerance: float
) -> None:
    order, sign = beside(loadings, found.loadings)
    assert found.loadings[:, order] * sign == pytest.approx(loadings, abs=tolerance)
    if links is not None:
        ours = found.factor_correlations[np.ix_(order, order)] * np.outer(sign, sign)
        assert ours == pytest.approx(links, abs=tolerance)


@pytest.mark.parametrize("extraction", ["minres", "ml", "pa"])
def test_extractions_reach_the_peer_s_optimum(correlation: np.ndarray, extraction: str) -> None:
    found = extract(correlation, 7, extraction)  # type: ignore[arg-type]
    golden = PEER["efa"][extraction]["communalities"]
    # principal axes come to rest at a rate near one a step: 1e-9 a step leaves 1e-6
    assert (found.loadings**2).sum(axis=1) == pytest.approx(
        golden, abs=POLISHED if extraction != "pa" else ITERATIVE
    )
    assert found.converged and not found.improper


def test_rotations_reach_the_peer_s_optimum(correlation: np.ndarray) -> None:
    start = extract(correlation, 7, "minres").loadings
    golden = PEER["efa"]
    compare(rotation.varimax(start), np.array(golden["varimax"]), None, POLISHED)
    for name, found in {
        "oblimin": rotation.oblimin(start),
        "promax": rotation.promax(start),
        "promax_stats": rotation.promax(start, variant="stats"),
    }.items():
        compare(found, np.array(golden[name]["loadings"]), np.array(golden[name]["phi"]), POLISHED)


@pytest.mark.parametrize("name", ["none", "varimax", "oblimin", "promax"])
def test_rotations_are_psych_s_where_psych_stops(correlation: np.ndarray, name: str) -> None:
    golden = EXPECTED["efa"][name]
    start = extract(correlation, 7, "minres").loadings
    found = {
        "none": rotation.unrotated,
        "varimax": lambda x: rotation.varimax(x, gain=GAIN),
        "oblimin": rotation.oblimin,
        "promax": lambda x: rotation.promax(x, gain=GAIN),
    }[name](start)
    loadings = np.array([golden["loadings"][item] for item in ITEMS])
    phi = golden["Phi"]
    links = None if phi is None else np.array(list(phi.values()) if isinstance(phi, dict) else phi)
    compare(found, loadings, links, STOPPED if name in ("varimax", "promax") else OBLIMIN)
    assert (start**2).sum(axis=1) == pytest.approx(golden["communality"], abs=ITERATIVE)


def test_fit_of_the_factors_is_psych_s(correlation: np.ndarray) -> None:
    found = exploratory_factors(correlation, 400, 7)
    assert not isinstance(found, Unavailable) and not isinstance(found.fit, Unavailable)
    golden = PEER["efa"]["fit"]
    assert found.fit.df == golden["df"]
    assert found.fit.chisq == pytest.approx(golden["chisq"], rel=ITERATIVE)
    assert found.fit.p == pytest.approx(golden["p"], rel=ITERATIVE)
    assert found.fit.tli == pytest.approx(golden["tli"], rel=ITERATIVE)


def test_map_is_psych_s_from_one_component_on(correlation: np.ndarray) -> None:
    found = minimum_average_partial(correlation)
    assert not isinstance(found, Unavailable)
    golden = [value for value in PEER["map"] if isinstance(value, float)]
    size = min(len(golden), len(found.average_squared) - 1)
    assert size >= 18
    assert found.average_squared[1 : size + 1] == pytest.approx(golden[:size], abs=CLOSED)
    assert found.suggested == int(np.argmin(golden)) + 1


def test_adequacy_and_number_of_factors(correlation: np.ndarray) -> None:
    adequacy, sphericity = kmo(correlation), bartlett_sphericity(correlation, 400)
    assert not isinstance(adequacy, Unavailable) and not isinstance(sphericity, Unavailable)
    assert adequacy.overall == pytest.approx(EXPECTED["kmo"], abs=CLOSED)
    assert adequacy.items == pytest.approx(EXPECTED["kmo_items"], abs=CLOSED)
    assert sphericity.chisq == pytest.approx(EXPECTED["bartlett"]["chisq"], rel=CLOSED)
    found = parallel_analysis(correlation, 400)
    assert not isinstance(found, Unavailable)
    assert found.components.observed == pytest.approx(EXPECTED["parallel"]["pc"], abs=CLOSED)
    assert found.factors.observed == pytest.approx(EXPECTED["parallel"]["fa"], abs=ITERATIVE)
    suggested = (found.components.suggested, found.factors.suggested)
    assert suggested == (EXPECTED["parallel"]["ncomp"], EXPECTED["parallel"]["nfact"])


@pytest.mark.reference
@pytest.mark.parametrize("name", SURVEYS)
def test_minres_and_oblimin_of_reference_data(reference: Path, name: str) -> None:
    golden = load(reference / name / "golden" / "efa.json")["minres_oblimin"]
    table, _ = survey(reference, name)
    table = table[golden["loadings"]["rows"]]
    # psych correlates pairs of complete answers and takes the number of rows for n
    found = exploratory_factors(table.corr().to_numpy(), len(table), len(golden["loadings"]["names"]))
    assert not isinstance(found, Unavailable) and not isinstance(found.fit, Unavailable)
    turned = rotation.Rotation(found.loadings, found.factor_correlations, found.loadings, True)
    compare(turned, np.array(golden["loadings"]["values"]), np.array(golden["phi"]["values"]), OBLIMIN)
    # 1.4e-5 at most was seen: psych's optimiser rests there
    assert found.communalities == pytest.approx(list(golden["communality"].values()), abs=2 * ITERATIVE)
    assert found.fit.df == golden["dof"]
    assert found.fit.chisq == pytest.approx(golden["chi"], rel=ITERATIVE)
    assert found.fit.tli == pytest.approx(golden["TLI"], rel=ITERATIVE)


@pytest.mark.reference
@pytest.mark.parametrize("name", SURVEYS)
def test_components_and_varimax_of_reference_data(reference: Path, name: str) -> None:
    golden = load(reference / name / "golden" / "efa.json")["pca_varimax"]
    table, _ = survey(reference, name)
    table = table[golden["loadings"]["rows"]]
    start = extract(table.corr().to_numpy(), len(golden["loadings"]["names"]), "components").loadings
    found = rotation.varimax(start, gain=GAIN)
    compare(found, np.array(golden["loadings"]["values"]), None, STOPPED)
    assert (start**2).sum(axis=1) == pytest.approx(list(golden["communality"].values()), abs=CLOSED)
    order, _ = beside(np.array(golden["loadings"]["values"]), found.loadings)
    accounted = dict(zip(golden["vaccounted"]["rows"], golden["vaccounted"]["values"]))
    variance = (found.loadings**2).sum(axis=0)[order]
    assert variance == pytest.approx(accounted["SS loadings"], abs=STOPPED)
    assert variance / len(start) == pytest.approx(accounted["Proportion Var"], abs=STOPPED)
    assert variance / variance.sum() == pytest.approx(accounted["Proportion Explained"], abs=STOPPED)


COMPARED = {
    "loadings",
    "communality",
    "phi",
    "TLI",
    "chi",
    "dof",
    "vaccounted",
}


@pytest.mark.reference
@pytest.mark.parametrize("name", SURVEYS)
def test_every_field_is_compared_or_left_out_with_a_reason(reference: Path, name: str) -> None:
    for field in leaves(load(reference / name / "golden" / "efa.json")):
        compared = any(part in COMPARED for part in field.split("."))
        assert compared or any(field.startswith(one) for one in LEFT_OUT["efa.json"]), field
