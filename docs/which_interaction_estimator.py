"""Writes the tables of explanation/which-interaction-estimator.md; run it by hand.

They come from the stored results of ``python -m benchmarks.interaction_recovery``; nothing is computed anew.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

HERE = Path(__file__).parent
PAGE = HERE / "explanation" / "which-interaction-estimator.md"
RESULT = HERE.parent / "benchmarks" / "interaction_recovery.json"
BEGIN, END = "<!-- begin: written by docs/which_interaction_estimator.py -->", "<!-- end -->"
#: Rates this unlikely under the nominal one stand out; so does a bias of this share of the truth.
UNLIKELY, BIASED = 0.001, 0.1
SKEWS = {0.0: "Normal factors", 2.0: "Skewed factors"}
NAMES = {
    "dblcent": "products, double-mean-centred",
    "dblcent_robust": "the same, robust errors",
    "dblcent_matched": "the same, matched pairs",
    "residual": "products, residual-centred",
    "unconstrained": "products, unconstrained",
    "constrained": "products, constrained",
    "lms": "LMS",
    "qml": "QML",
    "single_indicator": "single indicators",
    "factor_scores": "factor scores",
    "observed_scores": "observed scores",
}
HEADER = ("", "bias", "RMSE", "SE / SD", "coverage", "power", "type I error", "not converged", "inadmissible")


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(text, tables(stored())), encoding="utf-8")


def stored() -> dict[str, Any]:
    return dict(json.loads(RESULT.read_text(encoding="utf-8")))


def filled(text: str, inner: str) -> str:
    """The page with the tables between its marks."""
    marks = re.escape(BEGIN) + ".*?" + re.escape(END)
    return re.sub(marks, lambda _: f"{BEGIN}\n{inner}\n{END}", text, flags=re.DOTALL)


def tables(result: Mapping[str, Any]) -> str:
    counts = {row["samples"] for cell in result["cells"] for row in cell["estimators"].values()}
    parts = [_made_by(result, counts), "### With 100,000 respondents", _limits(result), _shapes(result)]
    for skew, title in SKEWS.items():
        parts.append(f"### {title}")
        for present, absent in pairs(result, skew):
            head = f"**{present['n']} respondents, reliability {_short(present['reliability'])}**"
            parts += [head, _table(HEADER, _rows(present, absent, len(counts) > 1))]
    parts += ["### Cost", _cost(result)]
    return "\n\n".join(parts)


def pairs(result: Mapping[str, Any], skew: float) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Cells with the interaction, each with the one that differs from it in having none."""
    cells = {(one["n"], one["reliability"], one["skew"], one["interaction"]): one for one in result["cells"]}
    for (n, reliability, skewed, interaction), cell in cells.items():
        if skewed == skew and interaction:
            yield cell, cells[n, reliability, skew, 0.0]


def _made_by(result: Mapping[str, Any], counts: set[int]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    if len(counts) == 1:
        samples = f"{min(counts)} samples in each cell, the same for every estimator"
    else:
        samples = (
            f"{min(counts)} to {max(counts)} samples in each cell (the study is unfinished); "
            "their number with and without interaction stands beside each name"
        )
    return textwrap.fill(f"{samples}; seed {result['seed']}; {versions}.", 118)


def _rows(present: Mapping[str, Any], absent: Mapping[str, Any], counted: bool) -> list[list[str]]:
    rows = []
    for name, label in NAMES.items():
        one, none = present["estimators"].get(name), absent["estimators"].get(name)
        if one is None or none is None:
            continue
        chance = 3.3 * one["rmse"] / one["used"] ** 0.5  # of the mean: exceeded once in a thousand
        biased = abs(one["bias"]) > max(BIASED * present["standardised"], chance)
        tried = one["samples"] + none["samples"]
        rows.append(
            [
                f"{label} ({one['samples']}, {none['samples']})" if counted else label,
                _marked(_signed(one["bias"]), biased),
                _short(one["rmse"], 3),
                _short(one["se_ratio"], 2),
                _rate(one["coverage"], one["used"], 0.95),
                _short(one["positive"], 2),
                _rate(none["positive"] + none["negative"], none["used"], 0.05),
                _share(one["not_converged"] + none["not_converged"], tried),
                _share(one["inadmissible"] + none["inadmissible"], tried),
            ]
        )
    return rows


def _rate(rate: float, count: int, nominal: float) -> str:
    unlikely = binomtest(round(rate * count), count, nominal).pvalue < UNLIKELY
    return _marked(_short(rate, 3), unlikely)


def _share(count: int, tried: int) -> str:
    return f"{100 * count / tried:.1f} %" if count else "0"


def _marked(text: str, stands_out: bool) -> str:
    return f"**{text}**" if stands_out else text


def _signed(value: float) -> str:
    text = f"{value:+.3f}".replace("0.", ".")
    return ".000" if text.endswith(".000") and abs(value) < 0.5 else text


def _short(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("0.") else text


def _limits(result: Mapping[str, Any]) -> str:
    """Bias in one large sample of every population; bold where it is no chance and a tenth of the effect."""
    cells = [one for one in result["limits"] if one["other"] == one["skew"] and one["skew"] in SKEWS]
    header = []
    for one in cells:
        factors = "skewed" if one["skew"] else "normal"
        header.append(f"{factors}, {one['reliability']:g}, b = {one['interaction']:g}".replace("0.", "."))
    return _biases(cells, header)


def _shapes(result: Mapping[str, Any]) -> str:
    """The same with other shapes of the factors, weak items and no interaction."""
    cells = [one for one in result["limits"] if one["other"] != one["skew"] or one["skew"] not in SKEWS]
    head = "Reliability .7, b = 0, and X and Z of the skewness (X, Z):\n\n"
    return head + _biases(cells, [f"{one['skew']:g}, {one['other']:g}" for one in cells])


def _biases(cells: Sequence[Mapping[str, Any]], header: Sequence[str]) -> str:
    rows = []
    for name, label in NAMES.items():
        found = [one["estimators"][name] for one in cells]
        marked = [abs(one["bias"]) > max(4 * one["se"], BIASED * 0.2) for one in found]
        texts = [_signed(one["bias"]) for one in found]
        rows.append([label, *(_marked(text, mark) for text, mark in zip(texts, marked, strict=True))])
    return _table(("bias", *header), rows)


def _cost(result: Mapping[str, Any]) -> str:
    sizes = sorted({cell["n"] for cell in result["cells"]})
    rows = []
    for name, label in NAMES.items():
        own = [
            [cell["estimators"][name]["seconds"] for cell in result["cells"] if cell["n"] == n] for n in sizes
        ]
        rows.append([label, *(f"{1000 * sum(one) / len(one):.0f} ms" for one in own)])
    return _table(("processor time of a sample", *(f"n = {n}" for n in sizes)), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [list(header), ["---", *["---:"] * (len(header) - 1)], *map(list, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
