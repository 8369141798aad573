"""Whatever is asked, the answer is a fit that says the truth about itself or a ``TamError``."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from fuzz_cases import answer, factor_table, model_text, random_table

from tam.engine import Moments, fit_model
from tam.errors import TamError

TABLE = factor_table(1)
MODELS, TABLES = 10_000, 2_000
QUICK = 50


def model_faults(seed: int) -> list[str]:
    text = model_text(seed)
    rng = np.random.default_rng((3, seed))
    options = {"meanstructure": bool(rng.random() < 0.3), "std_lv": bool(rng.random() < 0.2)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, faults = answer(text, TABLE, **options)
    return [f"model {seed} {options}: {fault}\n{text}" for fault in faults]


def table_faults(seed: int) -> list[str]:
    model, data = random_table(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, faults = answer(model, data)
    return [f"table {seed}: {fault}\n{model}" for fault in faults]


def test_some_random_models() -> None:
    assert [fault for seed in range(QUICK) for fault in model_faults(seed)] == []


def test_some_random_tables() -> None:
    assert [fault for seed in range(QUICK) for fault in table_faults(seed)] == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_many_random_models(part: int) -> None:
    share = MODELS // 20
    assert [fault for seed in range(part * share, (part + 1) * share) for fault in model_faults(seed)] == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_random_tables(part: int) -> None:
    share = TABLES // 10
    assert [fault for seed in range(part * share, (part + 1) * share) for fault in table_faults(seed)] == []


CFA = "A =~ a1 + a2 + a3"


def test_a_fixed_loading_next_to_nothing() -> None:
    refused_or_told("A =~ 1e-300*a1 + a2 + a3", TABLE)


def test_a_fixed_variance_next_to_nothing() -> None:
    model = "x ~~ 1e-300*x\na == 0.5\nB ~~ a*B\nB ~ b2\nB =~ b1; C =~ c1 + c2 + NA*B\nA =~ a1 + a2 + 1*a3"
    refused_or_told(model, TABLE)


def test_a_column_whose_variance_underflows() -> None:
    refused_or_told(CFA, TABLE.assign(a1=TABLE["a1"] * 1e-165))


def test_moments_of_another_shape_than_their_names() -> None:
    refused_or_told(CFA, Moments(("a1", "a2", "a3"), np.eye(1), None, 100))


def test_complex_numbers() -> None:
    with warnings.catch_warnings(), pytest.raises(TamError):
        warnings.simplefilter("ignore")
        fit_model(CFA, TABLE.assign(a1=TABLE["a1"] + 1j))


def refused_or_told(model: str, data: pd.DataFrame | Moments) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, faults = answer(model, data)
    assert faults == []
