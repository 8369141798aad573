"""Screening 100,000 respondents to 40 items within the time and memory that were promised."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd
import pytest

from tam.analysis.screening import screen
from tam.data.responses import Responses
from tam.spec.instrument import Construct, Instrument, Item, Scale
from tam.spec.screening import ExcludeIf, ScreeningOptions
from tam.spec.text import Text

N, CONSTRUCTS, EACH = 100_000, 10, 4
SECONDS, BYTES = 20, 2 * 1024**3


def large() -> tuple[Responses, Instrument]:
    rng = np.random.default_rng(1)
    latent = 0.6 * rng.normal(size=(N, 1)) + rng.normal(size=(N, CONSTRUCTS))
    codes = np.repeat(latent, EACH, axis=1) + 0.6 * rng.normal(size=(N, CONSTRUCTS * EACH))
    codes = np.clip(np.round(4 + 1.2 * codes), 1, 7)
    codes[rng.random(codes.shape) < 0.005] = np.nan
    names = [f"c{c}i{i}" for c in range(CONSTRUCTS) for i in range(EACH)]
    reverse = {name for name in names if name.endswith("i3") and int(name[1]) % 2}
    raw = pd.DataFrame(codes, columns=names, index=pd.RangeIndex(2, N + 2))
    values = raw.copy()
    values[sorted(reverse)] = 8 - values[sorted(reverse)]
    instrument = Instrument(
        id="large",
        version="1",
        status="draft",
        title=Text("large", None),
        languages=("en",),
        scales={"agree": Scale("agree", "ordinal", 1, 7)},
        missing_codes={},
        sources={},
        constructs={f"c{c}": Construct(f"c{c}", Text(f"c{c}", None)) for c in range(CONSTRUCTS)},
        items={name: Item(name, name[:2], Text(name, None), "agree", name in reverse) for name in names},
    )
    meta = {"id": [str(i) for i in range(N)], "seconds": rng.integers(30, 600, size=N).astype(float)}
    return Responses(
        values=values,
        raw=raw,
        variables=pd.DataFrame(index=raw.index),
        checks=pd.DataFrame(index=raw.index),
        meta=pd.DataFrame(meta, index=raw.index),
        missing=raw.isna().replace({True: "blank", False: ""}),
        out_of_range=(),
        column_map=(),
        dropped_columns=(),
        unused_columns=(),
        problems=(),
        file="large.csv",
        sha256="",
        platform="plain",
        evidence=(),
        encoding="utf-8",
        n_rows=N,
    ), instrument


@pytest.mark.slow
def test_a_large_survey_is_screened_in_time_and_memory() -> None:
    responses, instrument = large()
    options = ScreeningOptions(exclude=("speed",), exclude_if=ExcludeIf(2, ("synonyms", "mahalanobis")))
    start = time.process_time()
    record = screen(responses, instrument, options).to_dict()
    assert time.process_time() - start < SECONDS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    assert peak < BYTES
    assert record["n_read"] == N
    assert all(one["applicable"] for one in record["rules"] if one["rule"] in ("synonyms", "near_duplicates"))
