"""Correct papers that nobody wrote: surveys simulated and analysed by us, printed to two or three decimals.

Three kinds. A *latent* paper holds the tables of a survey analysed by a latent variable model: items,
measurement, correlations of constructs, fit, paths, indirect effects. A *regression* paper holds correlations
of scale means and the path analysis on them. An *item* paper holds covariances of items and a model of them.
Everything printed comes from the full-precision result by rounding, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from tam.engine import fit_model
from tam.published.publication import Publication
from tam.published.publication_file import parse_publication
from tam.spec.marked_yaml import MarkedYaml

Floats = NDArray[np.float64]
Content = dict[str, Any]
"""What a publication file holds: mappings, lists and texts."""
SEED = 20_606
CONSTRUCTS = ("PEOU", "PU", "CRED", "ATT", "PI")
PATHS: Mapping[str, tuple[str, ...]] = {
    "PU": ("PEOU",),
    "ATT": ("PU", "PEOU", "CRED"),
    "PI": ("ATT", "PU"),
}
CUTS = {"*": 0.05, "**": 0.01, "***": 0.001}
POINTS = 7


@dataclass(frozen=True, slots=True)
class Paper:
    """``content`` as printed; ``exact`` the full-precision value behind each printed estimate, by
    (``lhs``, ``op``, ``rhs``), what stands beside it with ``op`` and a word (``~ se``); ``digits`` decimals
    of estimates and correlations."""

    key: str
    kind: str
    digits: int
    content: Content
    exact: Mapping[tuple[str, str, str], float]

    def publication(self) -> Publication:
        return as_publication(self.content, self.key)


def as_publication(content: Content, key: str) -> Publication:
    return parse_publication(MarkedYaml(key, content, {}, ()), key)


def papers(count: int, seed: int = SEED) -> Iterator[Paper]:
    """``count`` papers, the kinds and the numbers of decimals taking turns; the same at every call."""
    made = 0
    makers = (latent_paper, regression_paper, latent_paper, regression_paper, item_paper)
    for at, stream in enumerate(np.random.SeedSequence(seed).spawn(4 * count)):
        make = makers[made % len(makers)]
        paper = make(f"{made}-{at}", 2 + made // len(makers) % 2, np.random.default_rng(stream))
        if paper is None:
            continue
        yield paper
        made += 1
        if made == count:
            return


# ---- the survey behind a paper


def survey(rng: np.random.Generator) -> pd.DataFrame:
    """Answers from 1 to 7 of 60 to 500 people to three or four items of each construct."""
    n = int(rng.integers(60, 120)) if rng.random() < 0.3 else int(rng.integers(120, 501))
    latent: dict[str, Floats] = {}
    for name in CONSTRUCTS:
        causes = PATHS.get(name, ())
        strengths = rng.uniform(0.1, 0.45, len(causes))
        signal = sum((b * latent[one] for b, one in zip(strengths, causes)), np.zeros(n))
        latent[name] = np.asarray(
            signal + np.sqrt(max(0.3, 1 - float(strengths @ strengths))) * rng.normal(size=n)
        )
    columns = {}
    for name in CONSTRUCTS:
        for k in range(1, int(rng.integers(3, 5)) + 1):
            loading = rng.uniform(0.65, 0.92)
            answer = loading * latent[name] + np.sqrt(1 - loading**2) * rng.normal(size=n)
            cuts = np.linspace(-1.9, 1.6, POINTS - 1) + rng.normal(0, 0.15)
            columns[f"{name}{k}"] = np.searchsorted(cuts, answer) + 1.0
    return pd.DataFrame(columns)


def items_of(table: pd.DataFrame, name: str) -> list[str]:
    return [str(one) for one in table if str(one).rstrip("0123456789") == name]


# ---- printing


def fixed(value: float, digits: int) -> str:
    """A number with so many decimals; minus zero is zero."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def printed_p(p: float) -> str:
    return "<0.001" if p < 0.001 else fixed(p, 3)


def printed_stars(p: float) -> str:
    return next((mark for mark, cut in sorted(CUTS.items(), key=lambda one: one[1]) if p < cut), "")


def _triangle(matrix: Floats, diagonal: Floats, digits: int) -> list[str]:
    rows = []
    for i in range(len(matrix)):
        cells = [fixed(float(matrix[i, j]), digits) for j in range(i)] + [fixed(float(diagonal[i]), digits)]
        rows.append(" ".join(cells))
    return rows


def _respondents(n: int, rng: np.random.Generator) -> list[Content]:
    """Who was asked: collected and excluded, by sex, by age with shares."""
    excluded = [int(one) for one in rng.integers(2, 40, 2)]
    women = int(rng.binomial(n, 0.55))
    ages = [int(one) for one in rng.multinomial(n, [0.2, 0.4, 0.3, 0.1])]
    return [
        {
            "what": "collected",
            "collected": str(n + sum(excluded)),
            "excluded": [str(e) for e in excluded],
            "n": str(n),
        },
        {"what": "by sex", "n": str(n), "groups": [str(women), str(n - women)]},
        {
            "what": "by age",
            "n": str(n),
            "groups": [str(one) for one in ages],
            "shares": [f"{fixed(100 * one / n, 1)}%" for one in ages],
        },
    ]


def _head(key: str, n: int, software: str) -> Content:
    return {
        "key": key,
        "kind": "both",
        "title": "A simulated paper",
        "simulated": "true",
        "n": str(n),
        "software": software,
    }


# ---- a paper with a latent variable model


def latent_paper(key: str, digits: int, rng: np.random.Generator) -> Paper | None:
    """None where a model of the drawn survey has no proper solution: such a paper would not be written."""
    table = survey(rng)
    items = {name: items_of(table, name) for name in CONSTRUCTS}
    measured = "\n".join(f"{name} =~ {' + '.join(items[name])}" for name in CONSTRUCTS)
    structural = "\n".join(f"{outcome} ~ {' + '.join(causes)}" for outcome, causes in PATHS.items())
    factors, paths = fit_model(measured, table), fit_model(f"{measured}\n{structural}", table)
    if not all(one.converged and one.admissible for one in (factors, paths)):
        return None
    n = len(table)
    content = _head(key, n, "AMOS 24")
    content |= _constructs_of_factors(factors.estimates, table, items, digits)
    content["fits"] = [
        _fit_line("measurement model", factors.measures, n, table.shape[1], digits, rng)
        | {"model": measured},
        _fit_line("structural model", paths.measures, n, table.shape[1], digits, rng),
    ]
    content["printed"] = [
        {"lhs": name, "op": "R2", "value": fixed(float(paths.r2[name]), digits)} for name in PATHS
    ]
    rows, exact = _latent_paths(paths.estimates, digits)
    content["paths"] = rows
    content |= _effects(exact, digits)
    content["descriptives"] = [
        {
            "what": str(name),
            "n": str(n),
            "mean": fixed(float(column.mean()), 2),
            "sd": fixed(float(column.std(ddof=1)), 2),
            "low": "1",
            "high": str(POINTS),
        }
        for name, column in table.items()
    ]
    content["samples"] = _respondents(n, rng)
    content["star_cuts"] = {mark: f"{cut:g}" for mark, cut in CUTS.items()}
    return Paper(key, "latent", digits, content, exact)


def _constructs_of_factors(
    estimates: pd.DataFrame, table: pd.DataFrame, items: Mapping[str, list[str]], digits: int
) -> Content:
    """Table of measurement and correlations of the factors, square roots of AVE on the diagonal."""
    loadings = estimates[estimates["op"] == "=~"]
    rows, roots = [], []
    for name in CONSTRUCTS:
        values = loadings[loadings["lhs"] == name]["std"].to_numpy(dtype=float)
        ave = float(np.mean(values**2))
        cr = float(values.sum() ** 2 / (values.sum() ** 2 + np.sum(1 - values**2)))
        alpha = _alpha(table[items[name]])
        roots.append(np.sqrt(ave))
        rows.append(
            {
                "name": name,
                "loadings": [fixed(float(one), 3 if digits == 3 else 2) for one in values],
                "alpha": fixed(alpha, digits),
                "composite_reliability": fixed(cr, digits),
                "ave": fixed(ave, digits),
                "sqrt_ave": fixed(float(np.sqrt(ave)), digits),
            }
        )
    between = estimates[(estimates["op"] == "~~") & (estimates["lhs"] != estimates["rhs"])]
    r = np.eye(len(CONSTRUCTS))
    for lhs, rhs, std in zip(between["lhs"], between["rhs"], between["std"]):
        if lhs in CONSTRUCTS and rhs in CONSTRUCTS:
            i, j = CONSTRUCTS.index(lhs), CONSTRUCTS.index(rhs)
            r[i, j] = r[j, i] = float(std)
    return {
        "variables": list(CONSTRUCTS),
        "diagonal": "sqrt_ave",
        "matrix": _triangle(r, np.array(roots), digits),
        "model": "\n".join(f"{outcome} ~ {' + '.join(causes)}" for outcome, causes in PATHS.items()),
        "constructs": rows,
    }


def _alpha(items: pd.DataFrame) -> float:
    covariance = np.cov(items.to_numpy().T)
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def _fit_line(
    name: str, measures: Mapping[str, Any], n: int, observed: int, digits: int, rng: np.random.Generator
) -> Content:
    """A line of fit indices; every second one with the baseline model."""
    chisq, df = float(measures["chisq"]), int(measures["df"])
    base, base_df = float(measures["baseline_chisq"]), int(measures["baseline_df"])
    line = {
        "name": name,
        "n": str(n),
        "observed": str(observed),
        "parameters": str(int(measures["npar"])),
        "chisq": fixed(chisq, digits),
        "df": str(df),
        "chisq_df": fixed(chisq / df, digits),
        "pvalue": printed_p(float(measures["pvalue"])),
        "rmsea_pvalue": fixed(float(measures["rmsea_pvalue"]), 3),
        "gfi": fixed(float(measures["gfi"]), 3),
        "agfi": fixed(1 - observed * (observed + 1) / 2 / df * (1 - float(measures["gfi"])), 3),
        "cfi": fixed(float(measures["cfi"]), 3),
        "tli": fixed(float(measures["tli"]), 3),
        "nfi": fixed(1 - chisq / base, 3),
        "ifi": fixed((base - chisq) / (base - df), 3),
        "rmsea": fixed(float(measures["rmsea"]), 3),
        "rmsea_ci": [fixed(float(measures[f"rmsea_ci_{end}"]), 3) for end in ("low", "high")],
        "srmr": fixed(float(measures["srmr"]), 3),
    }
    if rng.random() < 0.5:
        line |= {"baseline_chisq": fixed(base, digits), "baseline_df": str(base_df)}
    return line


def _latent_paths(
    estimates: pd.DataFrame, digits: int
) -> tuple[list[Content], dict[tuple[str, str, str], float]]:
    rows, exact = [], {}
    for one in estimates[estimates["op"] == "~"].to_dict("records"):
        p = float(one["p"])
        exact[one["lhs"], "~", one["rhs"]] = float(one["est"])
        rows.append(
            {
                "what": f"{one['rhs']} to {one['lhs']}",
                "lhs": one["lhs"],
                "rhs": one["rhs"],
                "b": fixed(one["est"], digits),
                "beta": fixed(one["std"], digits),
                "se": fixed(one["se"], 3),
                "z": fixed(one["z"], digits),
                "p": printed_p(p),
                "stars": printed_stars(p),
                "ci": [fixed(one["ci_low"], digits), fixed(one["ci_high"], digits)],
            }
        )
        exact[one["lhs"], "~ se", one["rhs"]] = float(one["se"])
    return rows, exact


def _effects(exact: Mapping[tuple[str, str, str], float], digits: int) -> Content:
    """An indirect effect as a product, a total effect as a sum, a difference of two paths."""

    def path(rhs: str, lhs: str) -> float:
        return exact[lhs, "~", rhs]

    first, second = path("PEOU", "PU"), path("PU", "ATT")
    direct, indirect = path("PEOU", "ATT"), first * second
    a, b = path("PU", "ATT"), path("CRED", "ATT")
    errors = exact["PU", "~ se", "PEOU"], exact["ATT", "~ se", "PU"]
    error = float(np.hypot(first * errors[1], second * errors[0]))
    test = {
        "se_of": [fixed(one, 3) for one in errors],
        "se": fixed(error, 3),
        "z": fixed(indirect / error, digits),
    }
    text = [fixed(one, digits) for one in (first, second, direct, indirect, direct + indirect, a, b, a - b)]
    return {
        "products": [{"what": "PEOU -> PU -> ATT", "of": text[:2], "printed": text[3], **test}],
        "sums": [{"what": "total effect of PEOU on ATT", "of": [text[2], text[3]], "printed": text[4]}],
        "diffs": [{"what": "PU less CRED on ATT", "a": text[5], "b": text[6], "printed": text[7]}],
    }


# ---- a paper with regressions of scale means


def regression_paper(key: str, digits: int, rng: np.random.Generator) -> Paper | None:
    table = survey(rng)
    scales = pd.DataFrame({name: table[items_of(table, name)].mean(axis=1) for name in CONSTRUCTS})
    n = len(scales)
    r = np.corrcoef(scales.to_numpy().T)
    content = _head(key, n, "SPSS 26, multiple regression (OLS) of scale means")
    content |= {
        "variables": list(CONSTRUCTS),
        "diagonal": "one",
        "matrix": _triangle(r, np.ones(len(r)), digits),
        "squares": [{"what": "PU and PEOU", "r": fixed(r[0, 1], digits), "r2": fixed(r[0, 1] ** 2, digits)}],
        "means": {name: fixed(float(scales[name].mean()), 2) for name in CONSTRUCTS},
        "sds": {name: fixed(float(scales[name].std(ddof=1)), 2) for name in CONSTRUCTS},
        "model": "\n".join(f"{outcome} ~ {' + '.join(causes)}" for outcome, causes in PATHS.items()),
    }
    exact: dict[tuple[str, str, str], float] = {}
    printed: list[Content] = []
    vifs: list[Content] = []
    for outcome, causes in PATHS.items():
        rows, explained, inflation = _regression(r, n, outcome, causes)
        for name, (beta, error, t, p) in rows.items():
            exact |= {(outcome, "~", name): beta, (outcome, "~ se", name): error}
            exact |= {(outcome, "~ t", name): t, (outcome, "~ p", name): p}
            printed.append(
                {
                    "lhs": outcome,
                    "rhs": name,
                    "value": fixed(beta, digits),
                    "se": fixed(error, 3),
                    "t": fixed(t, digits),
                    "p": printed_p(p),
                    "stars": printed_stars(p),
                }
            )
        exact[outcome, "R2", ""] = explained
        value = fixed(explained, digits) if digits == 3 else f"{fixed(100 * explained, 1)}%"
        printed.append({"lhs": outcome, "op": "R2", "value": value})
        if len(causes) == 2:
            vifs += [
                {"what": f"{name} to {outcome}", "lhs": outcome, "rhs": name, "vif": fixed(one, digits)}
                for name, one in zip(causes, inflation)
            ]
    content["printed"] = printed
    content["paths"] = vifs
    if digits == 3:  # the others leave the reader to guess what stars mean
        content["star_cuts"] = {mark: f"{cut:g}" for mark, cut in CUTS.items()}
    content |= _effects(exact, digits)
    content["samples"] = _respondents(n, rng)
    content["descriptives"] = [
        {
            "what": str(name),
            "n": str(n),
            "mean": fixed(float(table[name].mean()), 2),
            "sd": fixed(float(table[name].std(ddof=1)), 2),
            "low": "1",
            "high": str(POINTS),
        }
        for name in table
    ]
    return Paper(key, "regression", digits, content, exact)


def _regression(
    r: Floats, n: int, outcome: str, causes: tuple[str, ...]
) -> tuple[dict[str, tuple[float, float, float, float]], float, Floats]:
    """Standardised slopes with standard error, t and p; R2; VIF of each predictor."""
    at, to = [CONSTRUCTS.index(one) for one in causes], CONSTRUCTS.index(outcome)
    inverse = np.linalg.inv(r[np.ix_(at, at)])
    beta = inverse @ r[at, to]
    explained = float(beta @ r[at, to])
    df = n - len(at) - 1
    error = np.sqrt((1 - explained) / df * np.diag(inverse))
    t = beta / error
    p = 2 * student.sf(np.abs(t), df)
    rows = {
        name: (float(beta[k]), float(error[k]), float(t[k]), float(p[k])) for k, name in enumerate(causes)
    }
    return rows, explained, np.diag(inverse)


# ---- a paper that prints the covariances of its items


def item_paper(key: str, digits: int, rng: np.random.Generator) -> Paper | None:
    """Three constructs of three items: covariance matrix, and ML estimates of the latent variable model."""
    table = survey(rng)
    names = ("PEOU", "PU", "ATT")
    items = {name: items_of(table, name)[:3] for name in names}
    shown = table[[one for name in names for one in items[name]]]
    model = (
        "\n".join(f"{name} =~ {' + '.join(items[name])}" for name in names) + "\nPU ~ PEOU\nATT ~ PU + PEOU"
    )
    fit = fit_model(model, shown)
    if not (fit.converged and fit.admissible):
        return None
    covariance = np.cov(shown.to_numpy().T)
    content = _head(key, len(shown), "lavaan, maximum likelihood") | {
        "variables": list(shown.columns),
        "matrix_kind": "covariance",
        "matrix": _triangle(covariance, np.diag(covariance), digits),
        "model": model,
    }
    printed: list[Content] = []
    exact: dict[tuple[str, str, str], float] = {}
    for one in fit.estimates.to_dict("records"):
        triple = (str(one["lhs"]), str(one["op"]), str(one["rhs"]))
        row = {"lhs": triple[0], "op": triple[1], "rhs": triple[2], "value": fixed(one["est"], digits)}
        exact |= {triple: float(one["est"]), (triple[0], f"{triple[1]} std", triple[2]): float(one["std"])}
        row["std"] = fixed(one["std"], digits)
        if one["free"]:
            row |= {"se": fixed(one["se"], digits), "z": fixed(one["z"], digits)}
            exact |= {(triple[0], f"{triple[1]} {word}", triple[2]): float(one[word]) for word in ("se", "z")}
        printed.append(row)
    content["printed"] = printed
    content["constructs"] = [
        {"name": name, "items": items[name], "alpha": fixed(_alpha(shown[items[name]]), digits)}
        for name in names
    ]
    measures = {name: float(fit.measures[name]) for name in ("chisq", "rmsea", "cfi", "srmr")}
    content["printed_fit"] = {name: fixed(value, digits) for name, value in measures.items()}
    content["printed_fit"]["df"] = str(int(fit.measures["df"]))
    exact |= {(name, "fit", ""): value for name, value in measures.items()}
    return Paper(key, "items", digits, content, exact)
