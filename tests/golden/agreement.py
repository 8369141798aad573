"""Every golden comparison with other programs as data: what was compared, with whom, how far apart.

``comparisons`` runs the fits of the golden tests and measures each kind of number; docs/agreement.py makes
the page of it, tests/golden/test_agreement.py holds the page to it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))

from agreement_boot import OUTSIDE_BOOT, RESIDENT_BOOT
from agreement_careless import RESIDENT_CARELESS
from agreement_closed import OUTSIDE_CLOSED, RESIDENT_CLOSED
from agreement_groups import OUTSIDE_GROUPS, RESIDENT_GROUPS
from agreement_missing import OUTSIDE_MISSING, RESIDENT_MISSING
from agreement_moderation import OUTSIDE_MODERATION, RESIDENT_MODERATION
from agreement_more import OUTSIDE_MORE, RESIDENT_MORE, golden_parts
from agreement_mplus import MPLUS
from agreement_parts import (
    GOLDEN,
    Comparison,
    Source,
    dataset,
    lavaan_parts,
    measured,
    module,
    ordered_parts,
    shares,
    versions,
)
from agreement_reliability import OUTSIDE_RELIABILITY, RESIDENT_RELIABILITY
from agreement_tests import OUTSIDE_TESTS, RESIDENT_TESTS
from agreement_validity import OUTSIDE_VALIDITY, RESIDENT_VALIDITY

__all__ = ["OUTSIDE", "RESIDENT", "Comparison", "comparisons"]


def comparisons(reference: Path | None) -> Iterator[Comparison]:
    """All of them; those of the reference folder only where it is given."""
    for family in RESIDENT:
        yield from family()
    if reference is not None:
        for outside in OUTSIDE:
            yield from outside(reference)


# --- families whose data are in the repository


def polished() -> Iterator[Comparison]:
    tests, peer = module("engine/test_lavaan_polished"), versions("engine/lavaan_polished.json")
    for name, case in tests.CASES.items():
        theirs = tests.THEIRS[name]
        source = Source("Maximum likelihood", dataset(case), name, "ML", peer)
        # an improper solution has no standardised one
        parts = theirs if theirs["admissible"] else {**theirs, "std": None, "std_lv": None, "r2": None}
        yield from lavaan_parts(source, tests.our_fit(name), parts, tests.TOLERANCE)


def robust() -> Iterator[Comparison]:
    tests, peer = module("engine/test_lavaan_robust"), versions("engine/lavaan_robust.json")
    for name, case in tests.CASES.items():
        for estimator in ("MLM", "MLR"):
            source = Source("Robust tests", dataset(case), name, estimator, peer)
            theirs = tests.THEIRS[name][estimator]
            yield from lavaan_parts(source, tests.our_fit(name, estimator), theirs, tests.TOLERANCE)


def fiml() -> Iterator[Comparison]:
    tests, peer = module("engine/test_lavaan_fiml"), versions("engine/lavaan_fiml.json")
    left_out = [module("engine/robust_peer").ROBUST[name] for name in tests.CORRECTED]
    for name, case in tests.CASES.items():
        for estimator in ("ML", "MLR"):
            source = Source("Missing answers", dataset(case, "tam_mis"), name, f"{estimator}, FIML", peer)
            theirs = dict(tests.THEIRS[name][estimator])
            if name in tests.LEAVES_OUT_RANDOM_PREDICTORS:
                theirs["fm"] = {k: v for k, v in theirs["fm"].items() if k not in left_out}
            yield from lavaan_parts(source, tests.our_fit(name, estimator), theirs, 2 * tests.TOLERANCE)


def ordinal() -> Iterator[Comparison]:
    tests = module("ordinal/test_wlsmv")
    version = "lavaan " + json.loads((GOLDEN / "ordinal/wlsmv.json").read_text(encoding="utf-8"))["lavaan"]
    for name, case in tests.CASES.items():
        theirs = tests.THEIRS[name]
        source = Source("Ordered answers", "mixed", name, "WLSMV", version)
        # lavaan 0.6-14 computes these otherwise for several groups
        passed = tests.OTHER_BASELINE if "group" in case else ()
        standardised = name not in tests.NOT_STANDARDISED
        fit = tests.our_fit(name)
        yield from ordered_parts(source, fit, theirs, tests.TOLERANCE, passed, standardised=standardised)
        if name in tests.EXPLAINED:
            peers = theirs["r2"] if isinstance(theirs["r2"], dict) else [theirs["r2"]]
            yield measured(source, "R squared", shares(fit, peers), tests.TOLERANCE)


# --- families that read the reference folder


def dumped(reference: Path) -> Iterator[Comparison]:
    tests = module("engine/test_lavaan_reference")
    for key in tests.DUMP:
        fit, theirs = tests.dump_fit(reference, key)
        source = Source("Maximum likelihood", tests.DUMP[key][1], key, "ML", "lavaan 0.6-14", True)
        yield from lavaan_parts(source, fit, theirs, tests.TOLERANCE)


def surveys(reference: Path) -> Iterator[Comparison]:
    from tam.engine import fit_model

    tests = module("engine/test_lavaan_reference")
    for name in tests.SURVEYS:
        data, meta = tests.survey(reference, name)
        for kind, text in (("cfa", meta["measurement"]), ("sem", meta["sem_model"])):
            golden = json.loads((reference / name / "golden" / f"{kind}.json").read_text(encoding="utf-8"))
            for estimator in ("ML", "MLR", "MLM"):
                if estimator not in golden:
                    continue
                one = golden[estimator]
                fit = fit_model(text, data, estimator=estimator, meanstructure=estimator != "MLM")
                family = "Maximum likelihood" if estimator == "ML" else "Robust tests"
                source = Source(family, name, kind, estimator, "lavaan 0.6-14", True)
                yield from golden_parts(source, fit, one, tests.TOLERANCE)


def dumped_robust(reference: Path) -> Iterator[Comparison]:
    import pandas as pd

    from tam.engine import fit_model

    tests = module("engine/test_robust_reference")
    folder = reference / "lavaan_dump"
    values = json.loads((folder / "lav.json").read_text(encoding="utf-8"))
    for key, (model, data, estimator) in tests.DUMP.items():
        is_file = model.endswith(".lav")
        text = (folder / "data" / model).read_text(encoding="utf-8") if is_file else model
        fit = fit_model(text, pd.read_csv(folder / "data" / f"{data}.csv"), estimator=estimator)
        source = Source("Robust tests", data, key, estimator, "lavaan 0.6-14", True)
        yield from lavaan_parts(source, fit, values[key], tests.TOLERANCE)


RESIDENT: tuple[Callable[[], Iterator[Comparison]], ...] = (
    polished,
    robust,
    fiml,
    ordinal,
    *RESIDENT_MORE,
    *RESIDENT_TESTS,
    *RESIDENT_BOOT,
    *RESIDENT_CLOSED,
    *RESIDENT_CARELESS,
    *RESIDENT_MISSING,
    *RESIDENT_VALIDITY,
    *RESIDENT_RELIABILITY,
    *RESIDENT_GROUPS,
    *RESIDENT_MODERATION,
)
OUTSIDE: tuple[Callable[[Path], Iterator[Comparison]], ...] = (
    dumped,
    dumped_robust,
    surveys,
    *OUTSIDE_MORE,
    *OUTSIDE_TESTS,
    *OUTSIDE_BOOT,
    *OUTSIDE_CLOSED,
    *OUTSIDE_MISSING,
    *OUTSIDE_VALIDITY,
    *OUTSIDE_RELIABILITY,
    *OUTSIDE_GROUPS,
    *OUTSIDE_MODERATION,
    *MPLUS,
)
