"""Comparisons of several groups, least squares, indices and of the surveys of the reference folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from agreement_parts import (
    GOLDEN,
    Comparison,
    Pair,
    Source,
    dataset,
    lavaan_parts,
    measure_parts,
    measured,
    module,
    ordered_parts,
    versions,
)

LAVAAN = "lavaan 0.6-14"


def groups() -> Iterator[Comparison]:
    tests, peer = module("engine/test_lavaan_groups"), versions("engine/lavaan_groups.json")
    for name, case in tests.CASES.items():
        estimator = case.get("estimator", "ML")
        family = "Several groups" if estimator == "ML" else "Least squares"
        source = Source(family, dataset(case), name, estimator, peer)
        fit, theirs = tests.our_fit(name), tests.THEIRS[name]
        yield from lavaan_parts(source, fit, theirs, tests.TOLERANCE)
        if len(fit.groups) > 1:
            parts = (list(fit.group_chisq.values()), theirs["by_group"])
            yield measured(source, "chi-square of each group", parts, tests.TOLERANCE)
        indices = tests.paired_indices(name, fit)
        if indices:
            pair = flat([ours for _, ours, _ in indices], [peers for _, _, peers in indices])
            yield measured(source, "modification indices", pair, tests.INDEX_TOLERANCE)


def flat(ours: list[list[float]], theirs: list[list[float]]) -> Pair:
    return [one for row in ours for one in row], [one for row in theirs for one in row]


# --- families that read the reference folder


def stored(reference: Path, *parts: str) -> Any:
    return json.loads(reference.joinpath(*parts).read_text(encoding="utf-8"))


def dump_fit(reference: Path, model: str, data: str, **options: Any) -> Any:
    """A fit to a data set of lavaan_dump; ``model``: text or name of a file."""
    from tam.engine import fit_model

    folder = reference / "lavaan_dump" / "data"
    text = (folder / model).read_text(encoding="utf-8") if model.endswith(".lav") else model
    return fit_model(text, pd.read_csv(folder / f"{data}.csv"), **options)


def golden_parts(source: Source, fit: Any, one: Any, tolerance: float) -> Iterator[Comparison]:
    """``one``: a fit as the surveys' golden files store it."""
    pe = one["parameter_estimates"]
    theirs = {"pe": pe, "std": one.get("std_all"), "fm": one["fit"], "r2": one.get("r2")}
    if len(fit.groups) == 1:
        theirs |= {"cov_lv": one.get("cov_lv"), "std_lv": [row.get("std.lv") for row in pe]}
    yield from lavaan_parts(source, fit, theirs, tolerance)


def dumped_missing(reference: Path) -> Iterator[Comparison]:
    tests, values = module("engine/test_fiml_reference"), stored(reference, "lavaan_dump", "lav.json")
    for key, estimator in (("tam_fiml", "ML"), ("tam_fimlr", "MLR")):
        fit = dump_fit(reference, "tam.lav", "tam_mis", estimator=estimator, missing="fiml")
        source = Source("Missing answers", "tam_mis", key, f"{estimator}, FIML", LAVAAN, True)
        yield from lavaan_parts(source, fit, values[key], tests.TOLERANCE)


def personality_items(reference: Path) -> Iterator[Comparison]:
    from tam.engine import fit_model

    tests = module("engine/test_fiml_reference")
    data, meta = tests.survey(reference, "bfi")
    golden = stored(reference, "bfi", "golden", "sem.json")
    for kind, text in (("cfa", meta["measurement"]), ("sem", meta["sem_model"])):
        for estimator in ("ML", "MLR"):
            key = ("FIML" if kind == "sem" else "FIML_cfa") + ("_MLR" if estimator == "MLR" else "")
            fit = fit_model(text, data, estimator=estimator, missing="fiml", fixed_x=kind == "cfa")
            source = Source("Missing answers", "bfi", kind, f"{estimator}, FIML", LAVAAN, True)
            yield from golden_parts(source, fit, golden[key], tests.TOLERANCE)


def ordered_surveys(reference: Path) -> Iterator[Comparison]:
    from tam.engine import fit_model

    tests = module("ordinal/test_ordinal_reference")
    for name in tests.SURVEYS:
        theirs = stored(reference, name, "golden", "ordinal_wlsmv.json")["cfa_WLSMV"]
        data = pd.read_csv(reference / name / "data.csv")
        data = data.assign(**{item: 7 - data[item] for item in tests.REVERSED.get(name, ())})
        model = stored(reference, name, "golden", "meta.json")["measurement"]
        fit = fit_model(model, data, ordered=("all",))
        source = Source("Ordered answers", name, "cfa", "WLSMV", LAVAAN, True)
        parts = {"estimates": theirs["parameter_estimates"], "measures": theirs["fit"]}
        yield from ordered_parts(source, fit, parts, tests.TOLERANCE)
    values = stored(reference, "lavaan_dump", "lav.json")
    for key, data_name in (("tam_wlsmv", "tam5"), ("tam7_wlsmv", "tam")):
        fit = dump_fit(reference, "tam.lav", data_name, ordered=("all",))
        source = Source("Ordered answers", data_name, key, "WLSMV", LAVAAN, True)
        pe = values[key]["pe"]
        parts = {
            "estimates": pe if isinstance(pe, list) else tests.by_rows(pe),
            "measures": values[key]["fm"],
        }
        yield from ordered_parts(source, fit, parts, tests.TOLERANCE)


def dumped_least_squares(reference: Path) -> Iterator[Comparison]:
    tests, values = (
        module("engine/test_least_squares_reference"),
        stored(reference, "lavaan_dump", "lav.json"),
    )
    for estimator in ("GLS", "ULS"):
        key = f"hs_{estimator.lower()}"
        fit = dump_fit(reference, tests.HS, "hs", estimator=estimator)
        source = Source("Least squares", "hs", key, estimator, LAVAAN, True)
        yield from lavaan_parts(source, fit, values[key], tests.TOLERANCE)


def dumped_groups(reference: Path) -> Iterator[Comparison]:
    tests, values = module("engine/test_groups_reference"), stored(reference, "lavaan_dump", "lav.json")
    for key, (model, data, options) in tests.DUMP.items():
        fit = dump_fit(reference, model, data, **options)
        family = "Several groups" if "group" in options else "Maximum likelihood"
        source = Source(family, data, key, "ML", LAVAAN, True)
        yield from lavaan_parts(source, fit, values[key], tests.TOLERANCE)


def invariance(reference: Path) -> Iterator[Comparison]:
    from tam.engine import fit_model

    tests, file = module("engine/test_robust_reference"), "engine/lavaan_invariance_reference.json"
    # lavaan stopped short of two optima (robust standard errors 1.2e-4 apart); polished it gives the same
    polished, peer = json.loads((GOLDEN / file).read_text(encoding="utf-8"))["cases"], versions(file)
    for name in tests.GROUPED:
        data, meta = tests.survey(reference, name)
        group, steps = next(iter(stored(reference, name, "golden", "invariance.json").items()))
        for estimator in ("ML", "MLR"):
            theirs = steps["measurement" if estimator == "ML" else "measurement_MLR"]
            rows = tests.in_order(data.dropna(subset=[group]), group, [str(x) for x in theirs["group_order"]])
            options = {"estimator": estimator, "group": group}
            fits = {
                step: fit_model(meta["measurement"], rows, group_equal=equal, **options)
                for step, equal in tests.STEPS.items()
            }
            for step, fit in fits.items():
                source = Source("Several groups", name, step, estimator, LAVAAN, True)
                one = {"pe": theirs.get(f"{step}_estimates"), "fm": theirs["fit"][step]}
                nearer = polished.get(f"{name}/{step}") if estimator == "MLR" else None
                if nearer is not None:
                    own = Source("Several groups", name, step, estimator, peer, True)
                    yield from lavaan_parts(own, fit, {**nearer, "fm": {}}, 1e-6)
                if one["pe"] is None or nearer is not None:
                    yield from measure_parts(source, fit, one["fm"], tests.TOLERANCE)
                else:
                    yield from lavaan_parts(source, fit, one, tests.TOLERANCE)
            ours, peers = [], []
            for pair, test in theirs["lrt"].items():
                less, more = pair.split("_vs_")
                found = fits[less].compare(fits[more])
                ours += [found.chisq, found.df]
                peers += [test["Chisq diff"], test["Df diff"]]
            source = Source("Several groups", name, "all steps", estimator, LAVAAN, True)
            yield measured(source, "difference tests", (ours, peers), tests.TOLERANCE)


def structural_by_group(reference: Path) -> Iterator[Comparison]:
    from tam.engine import fit_model

    tests, peer = module("engine/test_groups_reference"), versions("engine/lavaan_groups_reference.json")
    for name in tests.STRUCTURAL:
        data, meta = tests.survey(reference, name)
        group, steps = next(iter(stored(reference, name, "golden", "invariance.json").items()))
        order = [str(label) for label in steps["measurement"]["group_order"]]
        rows = tests.in_order(data.dropna(subset=[group]), group, order)
        text = "\n".join(line for line in meta["sem_model"].splitlines() if ":=" not in line)
        for kind, equal in (("free", ("loadings",)), ("equal_regressions", ("loadings", "regressions"))):
            fit = fit_model(text, rows, group=group, group_equal=equal)
            theirs, polished = steps["structural"][kind], tests.POLISHED.get(f"{name}/{kind}")
            source = Source("Several groups", name, f"structural, {kind}", "ML", LAVAAN, True)
            if polished is None:
                yield from golden_parts(source, fit, theirs, tests.TOLERANCE)
            else:
                own = Source("Several groups", name, f"structural, {kind}", "ML", peer, True)
                yield from lavaan_parts(own, fit, {**polished, "fm": {}}, 1e-6)
                yield from measure_parts(source, fit, theirs["fit"], tests.TOLERANCE)


RESIDENT_MORE: tuple[Callable[[], Iterator[Comparison]], ...] = (groups,)
OUTSIDE_MORE: tuple[Callable[[Path], Iterator[Comparison]], ...] = (
    dumped_missing,
    personality_items,
    ordered_surveys,
    dumped_least_squares,
    dumped_groups,
    invariance,
    structural_by_group,
)
