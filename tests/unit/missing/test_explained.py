"""Every number of the two sections has an explanation in both languages, under the name it has there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.distributions import distributions
from tam.analysis.missing_data import missing_data
from tam.report.topics import explained
from tam.spec.instrument import Scale
from tam.spec.model import Model, Path
from tam.spec.study import Options
from tam.spec.text import Text

#: Places and settings, not statistics.
PLAIN = {"row", "pattern", "level", "level_bonferroni", "n", "k", "n_complete", "n_missing", "n_given"}
PLAIN |= {"n_available", "n_listwise", "failed", "inadmissible", "n_patterns"}


def numbers(node: Any, name: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("problems", "unavailable", "reasons", "significant"):
                yield from numbers(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from numbers(value, name)
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield name


@pytest.fixture(scope="module")
def names() -> set[str]:
    rng = np.random.default_rng(4)
    factor = rng.standard_normal((200, 1))
    raw = np.clip(np.round(4 + factor + rng.standard_normal((200, 6))), 1, 7)
    table = pd.DataFrame(np.where(rng.random((200, 6)) < 0.04, np.nan, raw), columns=[*"abcdef"])
    model = Model("m", Text("M", "模"), {"A": (*"abc",), "B": (*"def",)}, {}, (Path("B", "A"),))
    found = missing_data(model, table, options=Options(imputations=2), seed=1).to_dict()
    shape = distributions(
        table, dict.fromkeys(table, Scale("s", "ordinal", 1, 7)), constructs=model.measurement
    )
    return {*numbers(found), *numbers(shape.to_dict())}


def test_every_number_can_be_explained(names: set[str]) -> None:
    assert len(names) > 40
    for language in ("en", "zh"):
        assert not sorted(name for name in names - PLAIN if explained(name, language) is None)  # type: ignore[arg-type]
