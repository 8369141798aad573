"""Follower counts at the edges of the named tier schemes; the expected tiers are the schemes' definitions."""

from __future__ import annotations

import pytest

from tam.spec.instrument_file import load_instrument


@pytest.mark.parametrize("instrument", ["kol-tam", "kol-tier"])
@pytest.mark.parametrize(
    ("scheme", "followers", "tier"),
    [
        ("xhs", 0, "tail"),
        ("xhs", 9_999, "tail"),
        ("xhs", 10_000, "middle"),
        ("xhs", 1_000_000, "middle"),
        ("xhs", 1_000_001, "head"),
        ("market-2024", 49_999, "tail"),
        ("market-2024", 50_000, "middle"),
        ("market-2024", 3_000_000, "middle"),
        ("market-2024", 3_000_001, None),
        ("market-2024", 5_000_000, None),
        ("market-2024", 9_999_999, None),
        ("market-2024", 10_000_000, "head"),
    ],
)
def test_boundaries(instrument: str, scheme: str, followers: int, tier: str | None) -> None:
    assert load_instrument(instrument).tier_schemes[scheme].classify(followers) == tier
