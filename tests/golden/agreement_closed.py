"""Comparisons of closed forms (reliability, adequacy, ratios, item statistics) and of method variance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from agreement_parts import Comparison, Pair, Source, measured, module

PSYCH, SEMTOOLS, R = "psych 2.2.9", "semTools 0.5-6", "R 4.2.2"
FAMILY = "Reliability and validity"


def forms() -> Any:
    return module("measurement/test_closed_form_golden")


def reliability_of(covariance: Any, n: int) -> dict[str, Any]:
    """Every coefficient of one scale by psych's names in the golden files."""
    from tam.stats import reliability
    from tam.stats.descriptives import correlation_matrix

    matrix, alpha = correlation_matrix(covariance), reliability.cronbach_alpha(covariance)
    assert isinstance(alpha, float)
    return {
        "alpha": alpha,
        "alpha_std": reliability.standardised_alpha(matrix),
        "feldt": reliability.feldt_interval(alpha, n, len(covariance)),
        "r_drop": reliability.item_rest_correlations(covariance),
        "alpha_drop": reliability.alpha_if_dropped(covariance) if len(covariance) > 2 else (),
        "mean_r": reliability.mean_inter_item_correlation(matrix),
        "omega": reliability.omega_total(matrix) if len(covariance) > 2 else None,
    }


def scale_rows(source: Source, pairs: dict[str, list[Pair]], tests: Any) -> Iterator[Comparison]:
    """One row for each coefficient, all scales together."""
    words = {"alpha": "alpha", "alpha_std": "standardised alpha", "feldt": "Feldt's interval",
             "r_drop": "item-rest correlations", "alpha_drop": "alpha if dropped",
             "mean_r": "mean inter-item correlation", "omega": "omega, one minres factor"}  # fmt: skip
    for name, found in pairs.items():
        if found:
            tolerance = tests.MINRES if name == "omega" else tests.CLOSED
            yield measured(source, words[name], joined(found), tolerance)


def joined(pairs: list[Pair]) -> Pair:
    return [one for ours, _ in pairs for one in ours], [one for _, theirs in pairs for one in theirs]


def listed(value: Any) -> list[float]:
    return [float(one) for one in np.ravel(value)]


def adequacy(source: Source, matrix: Any, n: int, golden: dict[str, Any], tests: Any) -> Iterator[Comparison]:
    """golden: kmo, items, chisq of Bartlett's test."""
    from tam.stats import dimensionality

    found, test = dimensionality.kmo(matrix), dimensionality.bartlett_sphericity(matrix, n)
    ours = [found.overall, *found.items], [golden["kmo"], *golden["items"]]  # type: ignore[union-attr]
    yield measured(source, "Kaiser-Meyer-Olkin measure", ours, tests.CLOSED)
    yield measured(source, "Bartlett's test", ([test.chisq], [golden["chisq"]]), tests.CLOSED)  # type: ignore[union-attr]


def simulated_survey() -> Iterator[Comparison]:
    from tam.stats.descriptives import correlation_matrix, covariance_matrix
    from tam.stats.validity import htmt, htmt2

    tests = forms()
    table, expected = tests.simulated("tam_sim_complete.csv"), tests.EXPECTED
    source = Source(FAMILY, "tam_sim", "complete answers", "closed form", PSYCH)
    pairs: dict[str, list[Pair]] = {}
    for scale, items in tests.SCALES.items():
        golden = expected["scales"][scale]
        ours = reliability_of(covariance_matrix(table[items].to_numpy()), len(table))
        golden = {**golden, "omega": golden["omega_total_1f_minres"]}
        for name in ("alpha", "alpha_std", "feldt", "r_drop", "alpha_drop", "omega"):
            pairs.setdefault(name, []).append((listed(ours[name]), listed(golden[name])))
    yield from scale_rows(source, pairs, tests)
    matrix = correlation_matrix(covariance_matrix(table[tests.NAMES].to_numpy()))
    golden = {
        "kmo": expected["kmo"],
        "items": expected["kmo_items"],
        "chisq": expected["bartlett"]["chisq"],
    }
    yield from adequacy(source, matrix, len(table), golden, tests)
    own = Source(FAMILY, "tam_sim", "complete answers", "closed form", SEMTOOLS)
    for name, ratio in (("htmt", htmt), ("htmt2", htmt2)):
        found = ratio(matrix, tests.BLOCKS)
        rows = (
            expected[name].items() if isinstance(expected[name], dict) else zip(tests.SCALES, expected[name])
        )
        flat = joined([(list(found[row].values()), values) for row, values in rows])
        yield measured(own, name.upper(), flat, tests.CLOSED)


def gaps_and_statistics() -> Iterator[Comparison]:
    """Item statistics of answers with gaps; rho_A and alpha along PLS paths of a printed matrix."""
    from tam.stats.descriptives import item_statistics
    from tam.stats.partial_least_squares import rho_a
    from tam.stats.validity import htmt

    tests = forms()
    table = tests.simulated("tam_sim_missing.csv")
    columns = ("mean", "sd", "skew", "kurtosis", "min", "max")
    pairs = []
    for golden in tests.PEER["items"]:
        found = item_statistics(table[golden["item"]].to_numpy())
        pairs.append(([getattr(found, name) for name in columns], [golden[name] for name in columns]))
    source = Source(FAMILY, "tam_sim", "answers with gaps", "closed form", PSYCH)
    yield measured(source, "item statistics", joined(pairs), tests.CLOSED)
    golden, matrix, blocks = tests.mobi()
    names = list(golden["constructs"])
    before = [[names.index(cause) for cause in golden["paths"].get(name, [])] for name in names]
    rho = dict(zip(names, rho_a(matrix, blocks, before)))
    source = Source(FAMILY, "mobi", "satisfaction index", "mode A", "seminr")
    known = golden["rho_a"]
    yield measured(source, "rho_A", ([rho[name] for name in known], list(known.values())), tests.CLOSED)
    ratios = htmt(matrix, dict(zip(names, blocks)))
    ours = [ratios[pair.split("-")[0]][pair.split("-")[1]] for pair in golden["htmt"]]
    yield measured(source, "HTMT", (ours, list(golden["htmt"].values())), tests.CLOSED)


def method_variance() -> Iterator[Comparison]:
    yield from method_rows([name for name, one in method().CASES.items() if not one.get("reference")], None)


def method() -> Any:
    return module("method_bias/method_bias_peer")


def method_rows(names: list[str], reference: Path | None) -> Iterator[Comparison]:
    tests = module("method_bias/test_method_bias_golden")
    for name in names:
        case, ours, theirs = method().CASES[name], method().ours(name, reference), method().THEIRS[name]
        data = Path(case["data"]).stem if not case.get("reference") else Path(case["data"]).parent.name
        words = (case["estimator"], "lavaan 0.6-14", bool(case.get("reference")))
        source = Source("Common method variance", data, name, *words)
        plain = Source("Common method variance", data, name, "closed form", R, words[2])
        vif = ours.full_collinearity_vif.vif
        yield measured(
            plain, "full collinearity", (list(vif.values()), [theirs["vif"][k] for k in vif]), 1e-8
        )
        share = ([ours.harman.component_share], [theirs["harman"]["component_share"]])
        yield measured(plain, "first component", share, tests.CLOSED)
        psych = Source("Common method variance", data, name, "minres", PSYCH, words[2])
        share = ([ours.harman.factor_share], [theirs["harman"]["factor_share"]])
        yield measured(psych, "first factor", share, tests.MINRES)
        single = ours.single_factor.difference.plain, theirs["single_difference"]["plain"]
        pair = ([single[0].chisq, single[0].pvalue], [single[1]["chisq"], single[1]["pvalue"]])
        yield measured(source, "single factor, difference test", pair, tests.POLISHED)
        yield from method_paths(source, plain, ours, theirs, tests)


def method_paths(source: Source, plain: Source, ours: Any, theirs: Any, tests: Any) -> Iterator[Comparison]:
    """The paths by every method; those without a proper solution of the peer's are not compared."""
    after = {
        f"paths, method factor, {kind} loadings": (f"latent_method_{kind}", theirs[kind].get("paths"))
        for kind in ("equal", "free")
        if tests.usable(theirs[kind])
    }
    if "equal_proper" in theirs:
        after["paths, method factor, equal loadings"] = (
            "latent_method_equal",
            theirs["equal_proper"]["paths"],
        )
    if "cfa_marker" in theirs:
        for kind in ("c", "u"):
            words = f"paths, marker factor, method {kind.upper()}"
            after[words] = (f"cfa_marker_{kind}", theirs["cfa_marker"][f"after_{kind}"])
        steps = ("baseline_c", "c_u", "retained_r")
        found = [getattr(ours.marker.cfa_marker, step).plain.chisq for step in steps]
        peers = [theirs["cfa_marker"][step]["plain"]["chisq"] for step in steps]
        yield measured(source, "marker factor, difference tests", (found, peers), tests.POLISHED)
        adjusted = path_pair(ours, "lindell_whitney", theirs["lindell_whitney"]["after"])
        yield measured(plain, "paths, adjusted by the marker", adjusted, tests.CLOSED)
    for words, (key, table) in after.items():
        yield measured(source, words, path_pair(ours, key, table), tests.STANDARDISED_SE)


def path_pair(ours: Any, key: str, table: Any) -> Pair:
    rows = {(row["lhs"], row["rhs"]): row for row in method().by_rows(table)}
    columns = [name for name in ("est", "se", "p", "std", "std_se") if name in table]
    found = [(one.after_by_method[key], rows[one.lhs, one.rhs]) for one in ours.paths]
    return (
        [getattr(one, name) for one, _ in found for name in columns],
        [row[name] for _, row in found for name in columns],
    )


# --- families that read the reference folder


def surveys(reference: Path) -> Iterator[Comparison]:
    from tam.stats.descriptives import correlation_matrix, covariance_matrix
    from tam.stats.validity import htmt, htmt2

    tests = forms()
    omegas = tests.load(tests.HERE / "psych_omega.json")["omega"]
    for name in tests.REFERENCE:
        table, scales = tests.reference_table(reference / name)
        source = Source(FAMILY, name, "whole survey", "closed form", PSYCH, True)
        pairs: dict[str, list[Pair]] = {}
        for scale, golden in stored(reference, name, "reliability").items():
            if len(scales[scale]) < 2:
                continue
            ours = reliability_of(covariance_matrix(table[scales[scale]].dropna().to_numpy()), golden["n"])
            theirs = {
                "alpha": golden["alpha_raw"],
                "alpha_std": golden["alpha_std"],
                "mean_r": golden["average_r"],
                "feldt": golden["feldt95"],
                "r_drop": [line["r_drop"] for line in golden["item_total"]],
                "alpha_drop": [line["alpha_if_deleted"] for line in golden.get("alpha_drop", ())],
            }
            if scale in omegas[name]:
                theirs["omega"] = omegas[name][scale]
            for key, value in theirs.items():
                if key != "alpha_drop" or value:
                    pairs.setdefault(key, []).append((listed(ours[key]), listed(value)))
        yield from scale_rows(source, pairs, tests)
        cor = stored(reference, name, "descriptives")["cor"]
        used = table[list(cor["cov_listwise"]["names"])].dropna().to_numpy()
        golden = {
            "kmo": cor["KMO"]["overall"],
            "items": cor["KMO"]["items"].values(),
            "chisq": cor["bartlett"]["chisq"],
        }
        yield from adequacy(
            source, correlation_matrix(covariance_matrix(used)), cor["n_listwise"], golden, tests
        )
        names = [item for items in scales.values() for item in items]
        matrix = correlation_matrix(covariance_matrix(table[names].dropna().to_numpy()))
        blocks = {scale: [names.index(item) for item in items] for scale, items in scales.items()}
        own = Source(FAMILY, name, "whole survey", "closed form", SEMTOOLS, True)
        for key, ratio in (("htmt", htmt), ("htmt2", htmt2)):
            golden, found = stored(reference, name, "validity")[key], ratio(matrix, blocks)
            order = golden["names"]
            ours = [np.nan if not isinstance(v := found[a][b], float) else v for a in order for b in order]
            yield measured(own, key.upper(), (ours, listed_with_gaps(golden["values"])), tests.CLOSED)


def listed_with_gaps(values: Any) -> list[float]:
    return [float("nan") if one is None else float(one) for row in values for one in row]


def stored(reference: Path, name: str, part: str) -> Any:
    return json.loads((reference / name / "golden" / f"{part}.json").read_text(encoding="utf-8"))


def method_variance_of_influencers(reference: Path) -> Iterator[Comparison]:
    yield from method_rows([name for name, one in method().CASES.items() if one.get("reference")], reference)


RESIDENT_CLOSED: tuple[Callable[[], Iterator[Comparison]], ...] = (
    simulated_survey,
    gaps_and_statistics,
    method_variance,
)
OUTSIDE_CLOSED: tuple[Callable[[Path], Iterator[Comparison]], ...] = (surveys, method_variance_of_influencers)
