"""A fit for a terminal: measures, estimates by kind, explained variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.cli.answer import Block, Heading, Table
from tam.cli.numbers import decimal, interval, p_value

_PARTS = (
    ("Loadings", "=~"),
    ("Regressions", "~"),
    ("Covariances", "~~"),
    ("Intercepts", "~1"),
    ("Defined", ":="),
)


def fit_blocks(record: Mapping[str, Any]) -> list[Block]:
    """The ``result`` of `tam fit` as blocks."""
    n = record["n"]["total"]
    state = "converged" if record["converged"] else "DID NOT CONVERGE"
    if record["converged"] and not record["admissible"]:
        state = "converged to an INADMISSIBLE solution"
    blocks: list[Block] = [f"{record['estimator']} by {record['engine']}, n = {n}, {state}"]
    blocks += _measures(record["measures"])
    for title, operator in _PARTS:
        rows = [one for one in record["estimates"] if one["op"] == operator]
        blocks += _estimates(title, rows)
    if record["r2"]:
        explained = tuple((name, decimal(value)) for name, value in record["r2"].items())
        blocks += [Heading("R squared"), Table(("variable", "r2"), explained, "lr")]
    if record.get("bootstrap"):
        b = record["bootstrap"]
        counts = f"{b['used']} of {b['requested']} samples used, {b['inadmissible']} of them inadmissible"
        blocks += ["", f"bootstrap: {counts}; {b['interval']} intervals, seed {b['seed']}"]
    return blocks


def _measures(m: Mapping[str, Any]) -> list[Block]:
    if m.get("chisq") is None:
        return []
    rmsea = f"{decimal(m['rmsea'])} {interval(m['rmsea_ci_low'], m['rmsea_ci_high'])}"
    lines = [
        f"chi-square({decimal(m['df'], 0)}) = {decimal(m['chisq'])}, p {p_value(m['pvalue'])}",
        f"CFI {decimal(m['cfi'])}  TLI {decimal(m['tli'])}  RMSEA {rmsea}  SRMR {decimal(m['srmr'])}",
        f"log-likelihood {decimal(m['loglik'])}  AIC {decimal(m['aic'])}  BIC {decimal(m['bic'])}",
    ]
    return [Heading("Fit"), *lines[:1], *_scaled(m), *lines[1:2], *_robust(m), *lines[2:]]


def _scaled(m: Mapping[str, Any]) -> list[Block]:
    """The corrected chi-square of robust estimators."""
    if m.get("chisq_scaled") is None:
        return []
    test = f"scaled chi-square({decimal(m['df_scaled'], 0)}) = {decimal(m['chisq_scaled'])}"
    return [f"{test}, p {p_value(m['pvalue_scaled'])}, scaling factor {decimal(m['scaling_factor'])}"]


def _robust(m: Mapping[str, Any]) -> list[Block]:
    """The indices corrected for answers that are not normal."""
    if m.get("cfi_robust") is None or m.get("rmsea_robust") is None:
        return []
    rmsea = f"{decimal(m['rmsea_robust'])} {interval(m['rmsea_robust_ci_low'], m['rmsea_robust_ci_high'])}"
    return [f"robust CFI {decimal(m['cfi_robust'])}  TLI {decimal(m['tli_robust'])}  RMSEA {rmsea}"]


def _estimates(title: str, rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    if not rows:
        return []
    cells = tuple(
        (
            f"{one['lhs']} {one['op']} {one['rhs']}".rstrip(),
            one["label"] or "",
            decimal(one["est"]),
            decimal(one["se"]),
            decimal(one["z"]),
            p_value(one["p"]),
            interval(one["ci_low"], one["ci_high"]) if one["se"] is not None else "",
            decimal(one["std"]),
        )
        for one in rows
    )
    header = ("parameter", "label", "est", "se", "z", "p", "interval", "std")
    return [Heading(title), Table(header, cells, "llrrrrrr")]
