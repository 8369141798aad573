"""Comparisons of indices of careless answering with the R package careless."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from agreement_parts import GOLDEN, Comparison, Source, measured

FAMILY = "Careless answers"
CARELESS = "careless 1.2.2"
CLOSED = 1e-9
DATA = GOLDEN.parent / "data" / "tam_sim"
REVERSED = ("PU4", "TRU3")
SCALES = (range(4), *(range(start, start + 3) for start in range(4, 22, 3)))


def indices() -> Iterator[Comparison]:
    from tam.stats.careless import average_string, individual_variability, long_string
    from tam.stats.careless_consistency import even_odd, pair_consistency, synonym_pairs
    from tam.stats.careless_distance import distance_degrees, distance_probability, mahalanobis_squared

    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["careless"]
    table = pd.read_csv(DATA / "tam_sim_complete.csv").astype(float)
    codes = table.to_numpy()
    table[list(REVERSED)] = 8 - table[list(REVERSED)]
    values = table.to_numpy()
    pairs = synonym_pairs(values, 0.50)
    distance = mahalanobis_squared(codes)
    far = distance_probability(distance, distance_degrees(codes)) < 0.001
    source = Source(FAMILY, "tam_sim", "each respondent", "closed form", CARELESS)
    for what, ours, key in (
        ("long string", long_string(codes), "longstr"),
        ("average string", average_string(codes), "avgstr"),
        ("intra-individual response variability", individual_variability(codes), "irv"),
        ("even-odd", even_odd(values, SCALES), "evenodd"),
        ("psychometric synonyms", pair_consistency(values, pairs), "psychsyn_50"),
        ("Mahalanobis D2", distance, "mahad"),
    ):
        theirs = expected[key]
        yield measured(source, what, (ours[: len(theirs)].tolist(), theirs), CLOSED)
    source = Source(FAMILY, "tam_sim", "all respondents", "closed form", CARELESS)
    ours = [long_string(codes).sum(), individual_variability(codes).mean(), len(pairs), np.sum(far)]
    keys = ("longstr_sum", "irv_mean", "psychsyn_npairs", "mahad_flag_001")
    yield measured(source, "sum, mean, pairs, flags", (ours, [expected[key] for key in keys]), CLOSED)


RESIDENT_CARELESS: tuple[Callable[[], Iterator[Comparison]], ...] = (indices,)
