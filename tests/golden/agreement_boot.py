"""Comparisons of the bootstrap and of latent interactions by product indicators."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from agreement_parts import Comparison, Pair, Source, measured, module

LAVAAN = "lavaan 0.6-14"
#: lavaan stops about 1e-5 from the optimum of each resample.
RESAMPLED = 1e-4


def values(name: str) -> Any:
    folder = module("boot/test_bootstrap_lavaan").VALUES
    return json.loads((folder / name).read_text(encoding="utf-8"))


def draw_rows(source: Source, ours: Any, theirs: Any) -> Iterator[Comparison]:
    """Estimates of every resample, and the standard errors that follow from the same resamples."""
    yield measured(source, "estimates of lavaan's own resamples", (ours.ravel(), theirs.ravel()), RESAMPLED)
    errors = ours.std(axis=0, ddof=1), theirs.std(axis=0, ddof=1)
    yield measured(source, "standard errors from them", errors, RESAMPLED)


def whole_survey() -> Iterator[Comparison]:
    from tam.engine import fit_model
    from tam.engine.bootstrap import bootstrap_setting
    from tam.engine.bootstrap_derivatives import Samples
    from tam.engine.bootstrap_newton import group_model, solve
    from tam.stats.resampling import resampled_moments

    tests, record = module("boot/test_bootstrap_lavaan"), values("lavaan_resamples.json")
    survey = pd.read_csv(tests.VALUES / "tam.csv")
    fitted = fit_model((tests.VALUES / "tam.lav").read_text(encoding="utf-8"), survey)
    setting = bootstrap_setting(fitted)
    counts = np.array([np.bincount(np.array(rows) - 1, minlength=len(survey)) for rows in record["rows"]])
    (rows,), (structure,) = setting.groups, setting.structures
    _, covariances = resampled_moments(rows.centred, counts.astype(float))
    samples = Samples(covariances, np.linalg.slogdet(covariances)[1], np.ones(len(counts)))
    basis = setting.space.basis
    found = solve([group_model(structure, basis)], [samples], setting.theta, basis)
    source = Source("Bootstrap", "tam", "whole survey", "ML", LAVAAN)
    ours = found.theta[:, tests._positions(fitted, record)]
    yield from draw_rows(source, ours, np.array(record["estimates"]))


def groups_and_gaps() -> Iterator[Comparison]:
    from tam.engine import fit_model
    from tam.engine.bootstrap import bootstrap_setting
    from tam.engine.bootstrap_chunk import estimate, make_batch
    from tam.engine.bootstrap_incomplete import estimate_incomplete, make_incomplete_batch
    from tam.engine.bootstrap_setting import Task

    tests = module("boot/test_bootstrap_groups")
    for case in ("scalar", "fiml"):
        record = values("lavaan_groups.json")[case]
        data = pd.read_csv(tests.VALUES / "tam.csv" if case == "scalar" else tests.GAPS)
        fit = fit_model(tests.MODEL, data, **(tests.SCALAR if case == "scalar" else {"missing": "fiml"}))
        setting, of_group = bootstrap_setting(fit), data["group"].to_numpy()
        groups = [np.flatnonzero(of_group == one) for one in fit.groups]
        groups = groups if case == "scalar" else [np.arange(len(data))]
        drawn = []
        for draw in range(len(record["rows"])):
            counts, task = tests._counts(groups, record["rows"], draw), Task("draws", 1, 0, 1)
            with (
                patch("tam.engine.bootstrap_setting.counts_of", lambda *_, drawn=counts: drawn),
                patch("tam.engine.bootstrap_incomplete.counts_of", lambda *_, drawn=counts: drawn),
            ):
                if case == "scalar":
                    found = estimate(setting, make_batch(setting), task)
                else:
                    found = estimate_incomplete(setting, make_incomplete_batch(setting), task)
            drawn.append(found.theta[0, tests._columns(fit, record)])
        words = ("two groups, scalar", "ML") if case == "scalar" else ("answers with gaps", "ML, FIML")
        source = Source("Bootstrap", "tam" if case == "scalar" else "tam_mis", *words, LAVAAN)
        yield from draw_rows(source, np.array(drawn), np.array(record["estimates"]))


def intervals() -> Iterator[Comparison]:
    from tam.stats.resampling import bootstrap_interval, jackknife_acceleration

    record = values("boot_intervals.json")
    draws, estimate = np.array(record["draws"])[:, None], np.array([record["estimate"]])
    acceleration = jackknife_acceleration(np.array(record["left_out"])[:, None])
    source = Source("Bootstrap", "one variable", "fixed draws", "interval", "boot 1.3-28.1")
    for words, key, more in (("percentile", "percent", ()), ("bca", "bca", ("bca", acceleration))):
        ours, theirs = [], []
        for wanted in record["intervals"]:
            ours += list(np.ravel(bootstrap_interval(draws, estimate, wanted["level"], *more)))
            theirs += list(np.ravel(wanted[key]))
        yield measured(source, f"{words} intervals", (ours, theirs), 1e-10)


# --- families that read the reference folder


def interactions(reference: Path) -> Iterator[Comparison]:
    from tam.analysis.lavaan_fit import fit

    tests = module("boot/test_interaction_peers")
    modsem = "modsem 1.0.22"
    for name, file, method in (
        ("modsem_oneInt", "oneInt_dblcent", "dblcent"),
        ("modsem_oneInt", "oneInt_rca", "residual"),
        ("influencer", "modsem_PQxPIC_dblcent", "dblcent"),
    ):
        theirs = json.loads((reference / name / "golden" / f"{file}.json").read_text(encoding="utf-8"))
        ours = fit(theirs["model"], pd.read_csv(reference / name / "data.csv"), interaction=method).to_dict()
        source = Source("Latent interactions", name, f"{method}, all pairs", "ML", modsem, True)
        chisq = [ours["measures"]["chisq"]], [theirs["fit"]["chisq"]]
        yield measured(source, "fit measures", chisq, 1e-6)
        yield from product_rows(source, ours, theirs["parameter_estimates"], tests._with_colon)

    def with_colon(name: str) -> str:
        return "PQ:PIC" if name == "XZ" else str(tests._with_colon(name))

    golden = json.loads(
        (reference / "influencer" / "golden" / "latent_interaction.json").read_text(encoding="utf-8")
    )
    data = pd.read_csv(reference / "influencer" / "data.csv")
    for case, method in (("dblMC_matched", "dblcent"), ("meanC_only_matched", "meancentred")):
        theirs = golden["PQxPIC"][case]
        paths = "PL ~ SIC\nPQ ~ SIC\nPI ~ SIC + PL + PQ + PIC + PQ:PIC"
        text = theirs["model"].split("XZ =~")[0] + paths
        ours = fit(text, data, interaction=method, pairs="matched", meanstructure=True).to_dict()
        words = (f"{method}, matched pairs", "ML", "semTools 0.5-6", True)
        source = Source("Latent interactions", "influencer", *words)
        known = theirs["fit"]["parameter_estimates"]
        chisq = [ours["measures"]["chisq"]], [theirs["fit"]["fit"]["chisq"]]
        yield measured(source, "fit measures", chisq, 1e-4)
        yield from product_rows(source, ours, known, with_colon)


def product_rows(
    source: Source, ours: Any, theirs: list[dict[str, Any]], rename: Callable[[str], str]
) -> Iterator[Comparison]:
    known = {(rename(row["lhs"]), row["op"], rename(row["rhs"])): row for row in theirs}
    known |= {(rhs, op, lhs): row for (lhs, op, rhs), row in known.items() if op == "~~"}
    rows = [(row, known[row["lhs"], row["op"], row["rhs"]]) for row in ours["estimates"]]
    pair: Pair = [row["est"] for row, _ in rows], [other["est"] for _, other in rows]
    yield measured(source, "estimates", pair, 1e-4)
    free = [(row, other) for row, other in rows if row["free"]]
    pair = [row["se"] for row, _ in free], [other["se"] for _, other in free]
    yield measured(source, "standard errors", pair, 1e-4, strict=True)


RESIDENT_BOOT: tuple[Callable[[], Iterator[Comparison]], ...] = (whole_survey, groups_and_gaps, intervals)
OUTSIDE_BOOT: tuple[Callable[[Path], Iterator[Comparison]], ...] = (interactions,)
