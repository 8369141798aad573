"""``tam reliability`` as others script it: the fixed keys, options of the resampling, tables, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SURVEY = Path(__file__).parents[1] / "data" / "tam_sim" / "tam_sim_missing.csv"
SCALES = {
    "PU": "PU1,PU2,PU3,PU4",
    "EXP": "EXP1,EXP2,EXP3",
    "TRU": "TRU1,TRU2,TRU3",
    "ATR": "ATR1,ATR2,ATR3",
    "PI": "PI1,PI2",
    "ONE": "ATT1",
}
ASKED = [
    *("--data", str(SURVEY)),
    *(part for name, items in SCALES.items() for part in ("--scale", f"{name}={items}")),
    *("--reverse", "PU4:1-7", "--reverse", "TRU3:1-7", "--second-order", "CRED=EXP,TRU,ATR"),
]


def test_the_answer_of_the_command(tam: Any) -> None:
    options = ["--bootstrap", "200", "--seed", "7", "--ci", "percentile", "--level", "0.9"]
    answered = tam("reliability", *ASKED, *options, "--json")
    assert answered.code == 0
    result = answered.json["result"]
    fixed = ["constructs", "htmt", "htmt2", "fornell_larcker", "kmo", "bartlett", "parallel_analysis"]
    assert set(fixed) < set(result)
    assert result["bootstrap"] == {
        "draws": 200, "seed": 7, "interval": "percentile", "level": 0.9, "units": 400, "grouped": False,
        "lost": result["bootstrap"]["lost"],
    }  # fmt: skip
    scale = result["constructs"]["PU"]
    for name in ("alpha", "omega", "composite_reliability", "ave", "rho_a", "split_half", "ordinal_omega"):
        assert scale[f"{name}_ci_low"] < scale[name] < scale[f"{name}_ci_high"]
    assert (scale["n"], scale["n_joint"]) == (363, 262)
    assert result["constructs"]["ONE"]["alpha"] is None
    assert result["second_order"]["CRED"]["omega_hierarchical"] == pytest.approx(0.697, abs=0.001)
    again = tam("reliability", *ASKED, *options, "--json")
    assert again.json["result"] == result


def test_the_answer_for_a_person(tam: Any) -> None:
    answered = tam("reliability", *ASKED, "--bootstrap", "100")
    for words in ("omega hierarchical", "Spearman-Brown", "ordinal alpha", "omega if dropped", "lambda-4"):
        assert words in answered.out
    assert "bootstrap, 100 resamples of respondents, bca, seed 1" in answered.out
    assert "nan" not in answered.out.lower() and "None" not in answered.out


@pytest.mark.parametrize("text", ["CRED", "CRED=EXP,TRU,NOBODY", "EXP=EXP,TRU,ATR"])
def test_a_second_order_construct_that_cannot_be(tam: Any, text: str) -> None:
    answered = tam("reliability", *ASKED[:-2], "--second-order", text, "--json")
    assert answered.code == 2
    assert answered.codes == ["scale-second-order-unknown"]


def test_every_statistic_of_the_answer_can_be_explained(tam: Any) -> None:
    from tam.analysis.scale_reliability import ItemReliability, ScaleCoefficients
    from tam.analysis.second_order_reliability import SecondOrderReliability
    from tam.report.topics import explained

    counts = {"n", "n_joint", "k", "of"}
    for shape in (ScaleCoefficients, ItemReliability, SecondOrderReliability):
        for name in set(shape.__dataclass_fields__) - counts:
            for language in ("en", "zh"):
                topic = explained(name, language)  # type: ignore[arg-type]
                assert topic is not None and topic.differs and topic.version == 1, (name, language)
