"""Whatever is asked, the answer is a fit that says the truth about itself or a ``TamError``."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from fuzz_cases import answer, factor_table, model_text, random_table

TABLE = factor_table(1)
MODELS, TABLES = 10_000, 2_000
QUICK = 200


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
