"""Comparisons with outputs of Mplus, which prints three decimals; they read the reference folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from agreement_parts import Comparison, Source, measured, module


def source_of(name: str, estimator: str) -> Source:
    folder, _, case = name.partition("/")
    return Source("Mplus", folder, case, estimator, "Mplus", True)


def mplus_parts(
    source: Source, fit: Any, rows: Any, output: Any, places: Mapping[str, tuple[str, str]]
) -> Iterator[Comparison]:
    peer = module("engine/mplus_peer")
    labels = module("engine/test_robust_reference").LABELS if len(fit.groups) > 1 else {}
    found = list(peer.printed_pairs(rows, output, labels))
    estimates = [row.est for _, row, _, _ in found], [est for _, _, est, _ in found]
    yield measured(source, "estimates", estimates, peer.DIGITS)
    free = [(row.se, se) for _, row, _, se in found if row.free]
    yield measured(
        source, "standard errors", ([one for one, _ in free], [one for _, one in free]), peer.DIGITS
    )
    values = [fit.measures[name] for name in places], [output.number(*place) for place in places.values()]
    yield measured(source, "fit measures", values, peer.DIGITS)


def complete(reference: Path) -> Iterator[Comparison]:
    tests, peer = module("engine/test_robust_reference"), module("engine/mplus_peer")
    folder = reference / "mplus_peer"
    for name in tests.MPLUS:
        for information in ("expected", "observed"):
            fit, file = tests.mplus_fit(reference, name, information), f"{name}.{information}"
            output = peer.read_output(folder / f"{file}.out")
            yield from mplus_parts(source_of(file, "MLR"), fit, tests.printed_rows(fit), output, peer.SCALED)


def two_schools(reference: Path) -> Iterator[Comparison]:
    from tam.engine import fit_model

    tests, peer = module("engine/test_robust_reference"), module("engine/mplus_peer")
    for information in ("expected", "observed"):
        fit = fit_model(tests.HS, tests.schools(reference), group="school", information=information)
        name = f"HS_multi/HS.multi.mean.ML.{information}"
        output = peer.read_output(reference / "mplus_peer" / f"{name}.out")
        places = peer.INDICES | peer.LIKELIHOOD
        yield from mplus_parts(source_of(name, "ML"), fit, fit.estimates, output, places)


def missing(reference: Path) -> Iterator[Comparison]:
    tests, peer = module("engine/test_fiml_reference"), module("engine/mplus_peer")
    folder = reference / "mplus_peer"
    fits = {}
    for estimator, part in (("ML", "mean.ML"), ("MLR", "MLR")):
        for information in ("observed", "expected"):
            name = f"HS_missing/HS.missing.{part}.{information}"
            fits[name] = estimator, tests.holzinger_fit(reference, estimator, information)
        fits[f"Bollen/BB.{estimator}"] = estimator, tests.political_democracy_fit(reference, estimator)
    for name, (estimator, fit) in fits.items():
        plain = peer.INDICES | peer.LIKELIHOOD | peer.CRITERIA
        places = dict(peer.SCALED if estimator == "MLR" else plain)
        if name == "Bollen/BB.MLR":
            # an old Mplus prints 45.265 where lavaan and we find 45.26596, and what follows from it
            for one in tests.NOT_PRINTED_ALIKE:
                places.pop(one)
        output = peer.read_output(folder / f"{name}.out")
        rows = fit.estimates[~tests.is_latent_mean(fit)]
        yield from mplus_parts(source_of(name, f"{estimator}, FIML"), fit, rows, output, places)


def least_squares(reference: Path) -> Iterator[Comparison]:
    tests, peer = module("engine/test_least_squares_reference"), module("engine/mplus_peer")
    for name in tests.MPLUS:
        fit, output = tests.mplus_fit(reference, name), peer.read_output(reference / "mplus_peer" / name)
        source = source_of(name.removesuffix(".out"), "GLS")
        yield from mplus_parts(source, fit, tests.mplus_rows(fit), output, peer.INDICES)


def ordered(reference: Path) -> Iterator[Comparison]:
    tests = module("ordinal/test_ordinal_reference")
    for case in tests.CATEGORICAL:
        fit, text = tests.mplus_fit(reference, case)
        source = source_of(f"Categorical/{case}", "WLSMV")
        found = list(tests.printed_pairs(fit, text))
        estimates = [row.est for row, *_ in found], [est for _, _, est, _ in found]
        yield measured(source, "estimates", estimates, tests.DIGITS)
        errors = [(ours, theirs) for row, ours, _, theirs in found if row.free]
        pair = [one for one, _ in errors], [one for _, one in errors]
        yield measured(source, "standard errors", pair, tests.DIGITS)
        tested = [tests.mplus_chisq(fit)], [tests.printed_chisq(text)]
        yield measured(source, "chi-square", tested, tests.DIGITS)


MPLUS: tuple[Callable[[Path], Iterator[Comparison]], ...] = (
    complete,
    two_schools,
    missing,
    least_squares,
    ordered,
)
