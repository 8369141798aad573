"""Colours that stand beside each other stay apart for people who see red and green alike."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tam.content import content_path

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB
KINDS = {
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}
LAB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
APART = 9.0
"""CIE 1976 difference that is seen at a glance; 2.3 is just noticeable."""


def schemes() -> dict[str, dict[str, str]]:
    """Token -> colour, in light and dark."""
    folder = content_path("reports") / "style"
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for name in ("tokens.css", "charts.css"):
        light, _, dark = (folder / name).read_text(encoding="utf-8").partition("(prefers-color-scheme: dark)")
        for scheme, text in (("light", light), ("dark", dark)):
            found[scheme] |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", text))
    return found


def seen(colour: str, kind: str | None) -> np.ndarray:
    """CIELAB of a colour as somebody with the deficiency sees it."""
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    if kind:
        linear = np.clip(np.array(KINDS[kind]) @ linear, 0, 1)
    ratio = LAB @ linear / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", [None, *KINDS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neighbours_stay_apart(scheme: str, kind: str | None) -> None:
    tokens = schemes()[scheme]
    pairs = [("series-1", "series-2"), ("series-1", "series-3"), ("series-2", "series-3")]
    pairs += [("accent", "moderator"), ("accent", "accent-soft"), ("accent", "bad")]
    pairs += [(f"likert-{step}", f"likert-{step + 1}") for step in range(1, 7)]
    pairs += [(f"likert-{step}", f"likert-{8 - step}") for step in range(1, 4)]
    close = {
        pair: round(float(np.linalg.norm(seen(tokens[pair[0]], kind) - seen(tokens[pair[1]], kind))), 1)
        for pair in pairs
    }
    assert {pair: apart for pair, apart in close.items() if apart < APART} == {}


@pytest.mark.parametrize("kind", [None, *KINDS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_of_little_to_much_changes_in_lightness_step_by_step(scheme: str, kind: str | None) -> None:
    tokens = schemes()[scheme]
    lightness = [seen(tokens[f"heat-{step}"], kind)[0] for step in range(1, 7)]
    steps = np.diff(lightness) * (-1 if scheme == "light" else 1)
    assert steps.min() > 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_on_colours_have_the_contrast_of_text(scheme: str) -> None:
    """4.5 to 1, WCAG 2.2, success criterion 1.4.3."""
    tokens = schemes()[scheme]

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low = {}
    for name in (name for name in tokens if f"{name}-ink" in tokens and name != "accent"):
        dark, light = sorted((luminance(tokens[name]), luminance(tokens[f"{name}-ink"])))
        if (light + 0.05) / (dark + 0.05) < 4.5:
            low[name] = round((light + 0.05) / (dark + 0.05), 2)
    assert low == {}
