"""Correct tables are never objected to, however they were made and to how many decimals printed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tam.published.audit import audit
from tam.published.publication_file import parse_publication
from tam.spec.marked_yaml import MarkedYaml
from tam.stats.fit_indices import cfi, rmsea, rmsea_interval, tli
from tam.stats.interval_arithmetic import Interval
from tam.stats.possible_correlations import definiteness, third_correlation_range
from tam.stats.printed_reliability import composite_reliability_range, reliability_given_ave

seeds = st.integers(0, 2**32 - 1)
decimals = st.integers(1, 4)
some = settings(max_examples=40, deadline=None)
Floats = NDArray[np.float64]


def objections(content: dict[str, Any]) -> list[Any]:
    publication = parse_publication(MarkedYaml("paper.yaml", {"title": "A paper", **content}, {}, ()))
    return list(audit(publication).objections)


def fixed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def within(number: float, digits: int) -> Interval:
    half = Fraction(1, 2 * 10**digits)
    return Interval(Fraction(repr(number)) - half, Fraction(repr(number)) + half)


@some
@given(seeds, decimals)
def test_measurement(seed: int, digits: int) -> None:
    rng = np.random.default_rng(seed)
    rows = []
    for at in range(int(rng.integers(1, 7))):
        low = -0.9 if rng.random() < 0.1 else 0.2
        loadings = rng.uniform(low, 0.98, int(rng.integers(2, 8)))
        ave, total = float(np.mean(loadings**2)), float(loadings.sum()) ** 2
        cr = total / (total + float(np.sum(1 - loadings**2)))
        row: dict[str, Any] = {
            "name": f"C{at}",
            "ave": fixed(ave, digits),
            "sqrt_ave": fixed(ave**0.5, digits),
        }
        row["composite_reliability"] = fixed(cr, digits)
        if low < 0 or rng.random() < 0.8:
            row["loadings"] = [fixed(one, digits) for one in loadings]
            row["mean_loading"] = fixed(float(loadings.mean()), digits)
        else:
            row["n_items"] = str(len(loadings))
        rows.append(row)
    assert not objections({"constructs": rows})


@some
@given(seeds, st.integers(1, 3))
def test_lines_of_fit(seed: int, digits: int) -> None:
    rng = np.random.default_rng(seed)
    p = int(rng.integers(5, 30))
    base_df = p * (p - 1) // 2
    df = int(rng.integers(1, base_df))
    n = int(rng.integers(60, 2000))
    chisq = float(rng.chisquare(df) * rng.uniform(0.7, 3))
    base = base_df * float(rng.uniform(3, 40))
    divided = n - int(rng.integers(0, 2))
    low, high = rmsea_interval(chisq, df, divided)
    line = {
        "name": "measurement model",
        "n": str(n),
        "chisq": fixed(chisq, digits),
        "df": str(df),
        "chisq_df": fixed(chisq / df, digits),
        "pvalue": fixed(float(stats.chi2.sf(chisq, df)), digits),
        "cfi": fixed(cfi(chisq, df, base, base_df), digits),
        "tli": fixed(tli(chisq, df, base, base_df), digits),
        "nfi": fixed(1 - chisq / base, digits),
        "ifi": fixed((base - chisq) / (base - df), digits),
        "rfi": fixed(1 - (chisq / df) / (base / base_df), digits),
        "rmsea": fixed(rmsea(chisq, df, divided), digits),
        "rmsea_ci": [fixed(low, digits), fixed(high, digits)],
        "baseline_df": str(base_df),
    }
    if rng.random() < 0.4:
        line["baseline_chisq"] = fixed(base, digits)
    if rng.random() < 0.3:
        del line["df"]
    assert not objections({"fits": [line]})


@some
@given(seeds, st.integers(2, 4))
def test_tables_of_paths(seed: int, digits: int) -> None:
    rng = np.random.default_rng(seed)
    n, df = int(rng.integers(40, 1000)), float(rng.choice([np.inf, 0]))
    cuts = {"*": 0.05, "**": 0.01, "***": 0.001}
    rows = []
    for at in range(int(rng.integers(1, 9))):
        b, se = float(rng.normal(0, 0.3)), float(rng.uniform(0.01, 0.2))
        p = float(2 * stats.norm.sf(abs(b / se)) if df else 2 * stats.t.sf(abs(b / se), n - 1))
        stars = next((mark for mark, cut in reversed(cuts.items()) if p < cut), "")
        t = b / se if rng.random() < 0.5 else abs(b / se)
        row = {"what": f"H{at}", "b": fixed(b, digits), "se": fixed(se, digits), "t": fixed(t, digits)}
        row |= {"p": fixed(p, 3) if p >= 0.001 else "<.001", "stars": stars}
        row["ci"] = f"[{fixed(b - 1.96 * se, digits)}, {fixed(b + 1.96 * se, digits)}]"
        rows.append(row)
    stated = {mark: str(cut) for mark, cut in cuts.items()} if rng.random() < 0.5 else {}
    assert not objections({"n": str(n), "paths": rows, "star_cuts": stated})


@some
@given(seeds, st.integers(2, 3), st.sampled_from(["SmartPLS 4", "SPSS, OLS regression", "", "AMOS"]))
def test_matrices_and_their_regressions(seed: int, digits: int, software: str) -> None:
    rng = np.random.default_rng(seed)
    p = int(rng.integers(3, 8))
    scores = rng.normal(size=(60, p)) @ (np.eye(p) + rng.uniform(-0.5, 0.9, (p, p)))
    r = np.corrcoef(scores.T)
    names = [f"V{i}" for i in range(p)]
    lines, printed = [], []
    for k in range(1, p):
        causes = sorted(rng.choice(k, int(rng.integers(1, k + 1)), replace=False))
        beta = np.linalg.solve(r[np.ix_(causes, causes)], r[causes, k])
        lines.append(f"V{k} ~ " + " + ".join(names[j] for j in causes))
        printed += [
            {"lhs": f"V{k}", "rhs": names[j], "value": fixed(one, digits)} for j, one in zip(causes, beta)
        ]
        printed.append({"lhs": f"V{k}", "op": "R2", "value": fixed(float(beta @ r[causes, k]), digits)})
    rows = [" ".join(fixed(r[i, j], digits) for j in range(i)) + " 1" for i in range(p)]
    content = {"variables": names, "matrix": [row.strip() for row in rows], "model": "\n".join(lines)}
    assert not objections({**content, "printed": printed, **({"software": software} if software else {})})


@some
@given(seeds, st.integers(1, 3))
def test_answers_in_whole_numbers(seed: int, digits: int) -> None:
    rng = np.random.default_rng(seed)
    n, top = int(rng.integers(2, 300)), int(rng.integers(2, 11))
    rows = []
    for at in range(5):
        k = int(rng.integers(1, 5))
        scores = rng.integers(1, top + 1, (n, k)).mean(axis=1)
        rows.append(
            {
                "what": f"x{at}",
                "n": str(n),
                "items": str(k),
                "mean": fixed(float(scores.mean()), digits),
                "sd": fixed(float(scores.std(ddof=int(rng.integers(0, 2)))), digits),
                "low": "1",
                "high": str(top),
            }
        )
    groups = [int(one) for one in rng.multinomial(n, [0.3, 0.3, 0.4])]
    shares = [f"{fixed(100 * one / n, digits)}%" for one in groups]
    sample = {"what": "age", "groups": [str(one) for one in groups], "shares": shares}
    assert not objections({"n": str(n), "descriptives": rows, "samples": [sample]})


@some
@given(seeds, st.integers(1, 3))
def test_ranges_hold_what_rounding_hides(seed: int, digits: int) -> None:
    rng = np.random.default_rng(seed)
    loadings = rng.uniform(0.05, 1.0, int(rng.integers(2, 7)))
    cr = float(loadings.sum() ** 2 / (loadings.sum() ** 2 + np.sum(1 - loadings**2)))
    rounded = [within(float(fixed(one, digits)), digits) for one in loadings]
    reach = composite_reliability_range(rounded)
    assert float(reach.low) - 1e-12 <= cr <= float(reach.high) + 1e-12
    bounds = reliability_given_ave(Interval.of(float(np.mean(loadings**2))), len(loadings))
    assert float(bounds.low) - 1e-9 <= cr <= float(bounds.high) + 1e-9


@some
@given(seeds, st.integers(1, 3))
def test_matrices_of_data_are_possible(seed: int, digits: int) -> None:
    rng = np.random.default_rng(seed)
    p = int(rng.integers(3, 9))
    r = np.corrcoef((rng.normal(size=(p + 2, p)) @ rng.normal(size=(p, p))).T)
    rounded = np.round(r, digits)
    half = 0.5 * 10.0**-digits * (1 - np.eye(p))
    assert definiteness(rounded, half) != "impossible"
    for i, j, k in ((0, 1, 2), (2, 0, 1)):
        first, second = (within(float(rounded[a, b]), digits) for a, b in ((i, j), (j, k)))
        assert within(float(rounded[i, k]), digits).meets(third_correlation_range(first, second))
