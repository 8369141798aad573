"""Reads estimates, standard errors and fit of an Mplus output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tam.engine import Fit

#: Printed to three digits.
DIGITS = 5.1e-4

_RELATION = re.compile(r"^ (\S+)\s+(BY|ON|WITH)\s*$")
_BLOCK = re.compile(r"^ (Intercepts|Means|Variances|Residual Variances)\s*$")
_NUMBERS = re.compile(r"^\s+(\S+)\s+(-?[\d.]+)\s+(-?[\d.]+)\s+-?[\d.]+\s+-?[\d.]+\s*$")
_OPERATORS = {"BY": "=~", "ON": "~", "WITH": "~~"}

#: Our name of a measure -> heading and label of Mplus's.
INDICES = {
    "chisq": ("Chi-Square Test of Model Fit\n", "Value"),
    "baseline_chisq": ("Model Fit for the Baseline", "Value"),
    "cfi": ("CFI/TLI", "CFI"),
    "tli": ("CFI/TLI", "TLI"),
    "rmsea": ("RMSEA (Root", "Estimate"),
}
LIKELIHOOD = {"loglik": ("Loglikelihood", "H0 Value"), "loglik_h1": ("Loglikelihood", "H1 Value")}
CRITERIA = {
    "aic": ("Information Criteria", "Akaike (AIC)"),
    "bic": ("Information Criteria", "Bayesian (BIC)"),
}
SCALED = {
    **{f"{name}_scaled": place for name, place in INDICES.items()},
    "pvalue_scaled": ("Chi-Square Test of Model Fit\n", "P-Value"),
    "scaling_factor": ("Chi-Square Test of Model Fit\n", "Scaling Correction Factor"),
    **LIKELIHOOD,
}

#: lhs, op, rhs (lower case, a covariance in alphabetical order) and group.
Key = tuple[str, str, str, str | None]


@dataclass(frozen=True)
class MplusOutput:
    """``rows``: estimate and standard error of every free or fixed parameter."""

    rows: dict[Key, tuple[float, float]]
    text: str

    def number(self, section: str, label: str) -> float:
        """The first number of the line that begins with ``label`` after the heading ``section``."""
        after = self.text.split(section, 1)[1]
        found = re.search(rf"^\s*{re.escape(label)}\s+(-?[\d.]+)", after, re.MULTILINE)
        assert found is not None, (section, label)
        return float(found.group(1))


def key_of(lhs: str, op: str, rhs: str, group: str | None) -> Key:
    a, b = lhs.lower(), rhs.lower()
    return (*sorted((a, b))[:1], op, sorted((a, b))[1], group) if op == "~~" else (a, op, b, group)


def read_output(path: Path) -> MplusOutput:
    text = path.read_text(encoding="utf-8", errors="replace")
    results = re.split(r"\n(?:STANDARDIZED MODEL|QUALITY OF)", text.split("MODEL RESULTS", 1)[1])[0]
    rows: dict[Key, tuple[float, float]] = {}
    lhs, op, group = "", "", None
    for line in results.splitlines():
        if line.startswith("Group "):
            group = line.split()[1].lower()
        elif found := _RELATION.match(line):
            lhs, op = found.group(1), _OPERATORS[found.group(2)]
        elif found := _BLOCK.match(line):
            lhs, op = "", "~~" if "Variances" in found.group(1) else "~1"
        elif found := _NUMBERS.match(line):
            name, est, se = found.group(1), float(found.group(2)), float(found.group(3))
            key = (
                key_of(name, op, name if op == "~~" else "", group)
                if not lhs
                else key_of(lhs, op, name, group)
            )
            rows[key] = (est, se)
    assert rows, path.name
    return MplusOutput(rows, text)


def printed_pairs(
    estimates: pd.DataFrame, output: MplusOutput, groups: dict[str, str]
) -> Iterator[tuple[Key, Any, float, float]]:
    """Our row, Mplus's estimate and standard error of every parameter.

    ``groups``: our label of a group -> Mplus's, empty with one group.
    """
    ours = {
        key_of(row.lhs, row.op, row.rhs, groups.get(str(row.group))): row for row in estimates.itertuples()
    }
    assert len(output.rows) == len(ours)
    for key, (est, se) in output.rows.items():
        yield key, ours[key], est, se


def assert_printed_alike(estimates: pd.DataFrame, output: MplusOutput, groups: dict[str, str]) -> None:
    """Every estimate and standard error of a free parameter agrees with what is printed."""
    for key, row, est, se in printed_pairs(estimates, output, groups):
        assert abs(row.est - est) <= DIGITS, key
        if row.free:
            assert abs(row.se - se) <= DIGITS, key


def assert_measures_printed_alike(
    fit: Fit, output: MplusOutput, places: Mapping[str, tuple[str, str]]
) -> None:
    for name, place in places.items():
        assert abs(fit.measures[name] - output.number(*place)) <= DIGITS, name
