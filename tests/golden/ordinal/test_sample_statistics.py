"""Thresholds, polychoric and polyserial correlations and their covariance matrix equal lavaan's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.stats.conditional_moments import conditional_moments
from tam.stats.ordinal_moments import OrdinalMoments, ordinal_moments

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "ordinal"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "sample_statistics.json").read_text("utf-8"))["cases"]
#: lavaan's search for a correlation stops within 1e-7 of its own optimum.
TOLERANCE = 1e-6


def ours(case: dict[str, Any]) -> tuple[OrdinalMoments, np.ndarray, np.ndarray]:
    """Our statistics, and the signs and the order that turn them into lavaan's."""
    table = pd.read_csv(DATA / "mixed.csv").iloc[: case["rows"]]
    ordered = np.array([name in case["ordered"] for name in case["variables"]])
    values, given = table[case["variables"]].to_numpy(float), case.get("given", [])
    if given:
        found = conditional_moments(values, ordered, table[given].to_numpy(float))
    else:
        found = ordinal_moments(values, ordered)
    return found, *lavaan_order(found, len(given))


def lavaan_order(found: OrdinalMoments, given: int) -> tuple[np.ndarray, np.ndarray]:
    """Signs (minus for means) and places: slopes stand after all thresholds, predictor by predictor."""
    signs, firsts, slopes, at = np.ones(len(found.nacov)), [], [], 0
    for cut in found.thresholds:
        if not len(cut):
            signs[at] = -1.0
        own = max(len(cut), 1)
        firsts += range(at, at + own)
        slopes.append(range(at + own, at + own + given))
        at += own + given
    by_predictor = [place[number] for number in range(given) for place in slopes]
    return signs, np.array([*firsts, *by_predictor, *range(at, len(signs))])


def paired_statistics(name: str) -> dict[str, tuple[Any, Any]]:
    """Ours and lavaan's; covariances in units of their standard deviations, row sums of their sizes."""
    case = CASES[name]
    found, signs, order = ours(case)
    nacov = (found.nacov * np.outer(signs, signs))[np.ix_(order, order)]
    diagonal = np.array(case["diagonal"])
    size = np.abs(nacov).sum(axis=1)
    pairs = {
        "thresholds and correlations": ((found.statistics * signs)[order], np.array(case["statistics"])),
        "their variances": (np.diag(nacov) / diagonal, np.ones(len(diagonal))),
        "row sums of their covariances": (nacov.sum(axis=1) / size, np.array(case["row_sums"]) / size),
    }
    if case["gamma"] is not None:
        scale = np.sqrt(np.outer(diagonal, diagonal))
        pairs["their covariances"] = ((nacov / scale).ravel(), (np.array(case["gamma"]) / scale).ravel())
    return pairs


@pytest.mark.parametrize("name", CASES)
def test_statistics_and_their_covariance_equal_lavaan(name: str) -> None:
    for what, (found, theirs) in paired_statistics(name).items():
        assert np.abs(found - theirs).max() <= TOLERANCE, what


def test_polychoric_matrix_of_the_reference_survey(reference: Path) -> None:
    """``lavaan::lavCor`` of the twenty items, stored with the reference fits."""
    theirs = json.loads((reference / "lavaan_dump" / "lav.json").read_text("utf-8"))["polych"]
    items = [name for name in theirs if name != "_row"]
    values = pd.read_csv(DATA / "tam5.csv")[items].to_numpy(float)
    found = ordinal_moments(values, np.ones(len(items), dtype=bool)).covariance
    assert np.abs(found - np.array([theirs[name] for name in items])).max() <= TOLERANCE
