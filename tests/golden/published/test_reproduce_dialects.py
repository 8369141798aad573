"""Every dialect against lavaan and lm on the same printed moments (dialects.R).

The covariance matrix of Wheaton et al. (1977) as in lavaan's tutorial; correlations among six constructs from
Table 4 of Gao, Jiang and Guo (2023), Journal of Retailing and Consumer Services 73, 103356.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tam.published.dialects import joint_models
from tam.published.joint_dialect import JointDialect, JointFit, JointModel
from tam.published.printed import parse_printed
from tam.published.publication import PrintedValue, Publication
from tam.published.regression_dialect import RegressionDialect
from tam.published.wanted import Wanted, wanted_values

PEER: dict[str, Any] = json.loads((Path(__file__).parent / "dialects.json").read_text(encoding="utf-8"))
ANY = parse_printed("0.5")
WHEATON = (
    "11.834|6.947 9.364|6.819 5.091 12.532|4.783 5.028 7.495 9.986|-3.839 -3.889 -3.841 -3.625 9.610|"
    "-21.899 -18.831 -21.748 -18.775 35.522 450.288"
)
WHEATON_MODEL = """ses =~ education + sei
alien67 =~ anomia67 + powerless67
alien71 =~ anomia71 + powerless71
alien71 ~ alien67 + ses
alien67 ~ ses
anomia67 ~~ anomia71
powerless67 ~~ powerless71
"""
STREAMER = (
    "1|0.526 1|0.517 0.595 1|0.500 0.587 0.660 1|0.487 0.578 0.615 0.532 1|0.544 0.573 0.656 0.645 0.638 1"
)
STREAMER_MODEL = "SOP ~ LIK + ANI + RES\nTEL ~ LIK + ANI + RES\nPIN ~ LIK + ANI + RES + SOP + TEL\n"
NAMES = ("LIK", "ANI", "RES", "SOP", "TEL", "PIN")
SDS = dict(zip(NAMES, ("1.020", "0.930", "0.900", "0.906", "0.899", "0.835"), strict=True))
RELIABILITIES = dict(zip(NAMES, (".90", ".91", ".89", ".88", ".92", ".87"), strict=True))
FIT = {
    "chisq": "chisq", "df": "df", "pvalue": "pvalue", "cfi": "cfi", "tli": "tli", "nfi": "nfi", "ifi": "ifi",
    "rfi": "rfi", "pnfi": "pnfi", "rmsea": "rmsea", "rmsea_ci_low": "rmsea.ci.lower",
    "rmsea_ci_high": "rmsea.ci.upper", "srmr": "srmr", "gfi": "gfi", "agfi": "agfi", "pgfi": "pgfi",
}  # fmt: skip


def triangle(text: str) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(parse_printed(cell) for cell in row.split()) for row in text.split("|"))


def publication(peer: str, *, wheaton: bool, **more: Any) -> Publication:
    values = [
        PrintedValue("est", one["lhs"], one["op"], one["rhs"], ANY, se=ANY, z=ANY, p=ANY, std=ANY)
        for one in PEER[peer]["estimates"]
        if not one["lhs"].startswith("l") or wheaton
    ]
    names = ("anomia67", "powerless67", "anomia71", "powerless71", "education", "sei") if wheaton else NAMES
    return Publication(
        key="peer",
        kind="reproduce",
        title="",
        n=932 if wheaton else 378,
        variables=names,
        matrix=triangle(WHEATON if wheaton else STREAMER),
        matrix_kind="covariance" if wheaton else "correlation",
        model=WHEATON_MODEL if wheaton else STREAMER_MODEL,
        printed=tuple(values),
        printed_fit=dict.fromkeys(FIT, ANY),
        **more,
    )


def at_centre(dialect: Any) -> dict[tuple[str, str, str, str], float]:
    found = dialect.evaluate(dialect.box.centre[None])[0]
    return {(one.lhs, one.op, one.rhs, one.statistic if one.op != "fit" else one.what): value
            for one, value in zip(dialect.wanted, found, strict=True)}  # fmt: skip


def agree(found: dict[Any, float], peer: dict[str, Any], *, raw: bool = True) -> int:
    """How many numbers were compared; each is within 1e-5 of lavaan's, relative to the larger of 1 and it."""
    compared = 0
    for one in peer["estimates"]:
        for name, key in (("raw", "est"), ("std", "std.all"), ("se", "se"), ("z", "z"), ("p", "pvalue")):
            mine = found.get((one["lhs"], one["op"], one["rhs"], name))
            if mine is None or not np.isfinite(mine) or one[key] is None or (name != "std" and not raw):
                continue
            if one["se"] == 0 and name in ("se", "z", "p"):
                continue
            # lavaan's optimiser stops within about 1e-5 of its optimum
            assert mine == pytest.approx(one[key], rel=3e-5, abs=3e-5), (one, name)
            compared += 1
    return compared


@pytest.mark.parametrize(
    ("peer", "model"),
    [
        ("wheaton_normal", JointModel(WHEATON_MODEL)),
        ("wheaton_wishart", JointModel(WHEATON_MODEL, divisor="n-1")),
        ("wheaton_as_printed", JointModel(WHEATON_MODEL, divisor="as-printed")),
        ("wheaton_gls", JointModel(WHEATON_MODEL, "GLS", "n-1")),
    ],
)
def test_joint_models_of_items(peer: str, model: JointModel) -> None:
    given = publication(peer, wheaton=True)
    found = at_centre(JointDialect(JointFit(given, model), wanted_values(given), "raw"))
    assert agree(found, PEER[peer]) >= 75
    for mine, theirs in FIT.items():
        value = found["", "fit", "", mine]
        if model.estimator == "ML" or mine in ("chisq", "df", "pvalue", "srmr"):
            assert value == pytest.approx(PEER[peer]["fit"][theirs], rel=1e-4, abs=2e-6), mine


def test_joint_path_models_with_and_without_residual_covariances() -> None:
    given = publication("streamer_ml", wheaton=False)
    models = {one.residuals: one for one in joint_models(given, tests=True) if one.divisor == "n"}
    for residuals, peer in (("as-written", "streamer_ml"), ("of-unconnected-outcomes", "streamer_free")):
        fit = JointFit(given, models[residuals])
        found = at_centre(JointDialect(fit, wanted_values(given)))
        assert agree(found, PEER[peer], raw=False) >= 15


def test_single_indicators_with_reliabilities() -> None:
    printed = {name: parse_printed(text) for name, text in RELIABILITIES.items()}
    given = publication("streamer_ml", wheaton=False, composite_reliability=printed)
    model = next(one for one in joint_models(given, tests=False) if one.reliability)
    dialect = JointDialect(JointFit(given, model), wanted_values(given))
    found = at_centre(dialect)
    for one in PEER["streamer_single"]["estimates"]:
        if one["op"] == "~":
            mine = found[one["lhs"][1:], "~", one["rhs"][1:], "std"]
            assert mine == pytest.approx(one["std.all"], abs=3e-5)


def test_disattenuated_regressions() -> None:
    """r_ij / sqrt(rel_i rel_j), then least squares: the equation of SOP by hand."""
    printed = {name: parse_printed(text) for name, text in RELIABILITIES.items()}
    given = publication("streamer_ml", wheaton=False, composite_reliability=printed)
    found = at_centre(RegressionDialect(given, wanted_values(given), "std", "composite_reliability"))
    r = {("LIK", "ANI"): 0.526, ("LIK", "RES"): 0.517, ("ANI", "RES"): 0.595}
    y = {"LIK": 0.500, "ANI": 0.587, "RES": 0.660}
    names = NAMES[:3]

    def root(a: str, b: str) -> float:
        return float(np.sqrt(float(RELIABILITIES[a]) * float(RELIABILITIES[b])))

    inner = [
        [1.0 if a == b else r.get((a, b), r.get((b, a), 0.0)) / root(a, b) for b in names] for a in names
    ]
    slopes = np.linalg.solve(inner, [y[a] / root(a, "SOP") for a in names])
    for name, slope in zip(names, slopes, strict=True):
        assert found["SOP", "~", name, "std"] == pytest.approx(slope)


@pytest.mark.parametrize(("scale", "peer"), [("std", "streamer_lm"), ("raw", "streamer_lm_raw")])
def test_regressions_with_their_tests(scale: Any, peer: str) -> None:
    sds = {name: parse_printed(text) for name, text in SDS.items()}
    values = tuple(PrintedValue("path", "PIN", "~", name, ANY, se=ANY, t=ANY, p=ANY) for name in NAMES[:5])
    given = Publication(
        key="lm", kind="reproduce", title="", n=378, variables=NAMES, matrix=triangle(STREAMER), sds=sds,
        model=STREAMER_MODEL, printed=(*values, PrintedValue("R2", "PIN", "R2", "", ANY)),
    )  # fmt: skip
    found = at_centre(RegressionDialect(given, wanted_values(given), scale))
    for name, row in zip(PEER[peer]["names"], PEER[peer]["coefficients"], strict=True):
        for mine, theirs in (
            ("estimate", "Estimate"),
            ("se", "Std. Error"),
            ("t", "t value"),
            ("p", "Pr(>|t|)"),
        ):
            assert found["PIN", "~", name, mine] == pytest.approx(row[theirs], rel=1e-9)
    assert found["PIN", "R2", "", "r2"] == pytest.approx(PEER["streamer_lm"]["r2"], rel=1e-9)


def test_an_indirect_effect_and_its_sobel_test() -> None:
    """By hand: a = 0.41, se_a, b and se_b from lm; a b and sqrt(a2 se_b2 + b2 se_a2)."""
    from tam.published.publication import PrintedIndirect

    given = Publication(
        key="s", kind="reproduce", title="", n=378, variables=NAMES, matrix=triangle(STREAMER),
        model=STREAMER_MODEL, printed=(PrintedValue("path", "SOP", "~", "RES", ANY, se=ANY),
        PrintedValue("path", "PIN", "~", "SOP", ANY, se=ANY)),
        printed_indirect=(PrintedIndirect(("RES", "SOP", "PIN"), ANY, se=ANY, t=ANY),),
    )  # fmt: skip
    wanted: tuple[Wanted, ...] = wanted_values(given)
    found = dict(zip((one.label for one in wanted), RegressionDialect(given, wanted).evaluate(
        RegressionDialect(given, wanted).box.centre[None])[0], strict=True))  # fmt: skip
    a, b = found["SOP~RES"], found["PIN~SOP"]
    error = np.hypot(a * found["PIN ~ SOP se"], b * found["SOP ~ RES se"])
    assert found["RES->SOP->PIN"] == pytest.approx(a * b)
    assert found["RES->SOP->PIN se"] == pytest.approx(error)
    assert found["RES->SOP->PIN t"] == pytest.approx(a * b / error)
