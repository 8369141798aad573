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
    ("Thresholds", "|"),
    ("Defined", ":="),
)


def fit_blocks(record: Mapping[str, Any]) -> list[Block]:
    """The ``result`` of `tam fit` as blocks."""
    n = record["n"]["total"]
    state = "converged" if record["converged"] else "DID NOT CONVERGE"
    if record["converged"] and not record["admissible"]:
        state = "converged to an INADMISSIBLE solution"
    sizes = record["n"]["groups"]
    told = "" if not sizes else " (" + ", ".join(f"{label}: {size}" for label, size in sizes.items()) + ")"
    blocks: list[Block] = [f"{record['estimator']} by {record['engine']}, n = {n}{told}, {state}"]
    if record.get("interaction"):
        pairs = f", {record['pairs']} pairs of items" if record.get("pairs") else ""
        blocks.append(f"latent interaction by {record['interaction']}{pairs}")
    blocks += _measures(record["measures"])
    blocks += _products(record)
    if record.get("groups_chisq"):
        shares = ", ".join(f"{label}: {decimal(value)}" for label, value in record["groups_chisq"].items())
        blocks.append(f"of the chi-square: {shares}")
    for group in sizes or (None,):
        blocks += _parts([one for one in record["estimates"] if one["group"] == group], group)
        blocks += _explained(record["r2"] if group is None else record["r2"][group], group)
    if sizes:
        blocks += _parts([one for one in record["estimates"] if one["op"] == ":="], None)
    if record.get("bootstrap"):
        b = record["bootstrap"]
        counts = f"{b['used']} of {b['requested']} samples used, {b['inadmissible']} of them inadmissible"
        blocks += ["", f"bootstrap: {counts}; {b['interval']} intervals, seed {b['seed']}"]
    return blocks


def _parts(estimates: Sequence[Mapping[str, Any]], group: str | None) -> list[Block]:
    """Estimates by kind, of one group where there are several."""
    blocks: list[Block] = []
    for title, operator in _PARTS:
        rows = [one for one in estimates if one["op"] == operator]
        blocks += _estimates(_titled(title, group), rows)
    return blocks


def _explained(r2: Mapping[str, float], group: str | None) -> list[Block]:
    if not r2:
        return []
    explained = tuple((name, decimal(value)) for name, value in r2.items())
    return [Heading(_titled("R squared", group)), Table(("variable", "r2"), explained, "lr")]


def _titled(title: str, group: str | None) -> str:
    return title if group is None else f"{title}, {group}"


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


def _products(record: Mapping[str, Any]) -> list[Block]:
    """Likelihood of a model with products, its test against the linear one, and the certificate."""
    m, lines = record["measures"], list[str]()
    if m.get("chisq") is None and m.get("loglik") is not None:
        criteria = f"AIC {decimal(m['aic'])}  BIC {decimal(m['bic'])}"
        lines.append(f"log-likelihood {decimal(m['loglik'])}  {criteria}")
    if record.get("quadrature") is None:
        return [Heading("Likelihood"), *lines] if lines else []
    test, quadrature = record["lr_test"], record["quadrature"]
    if test["chisq"] is not None:
        ratio = f"against the model without products: chi-square({test['df']}) = {decimal(test['chisq'])}"
        lines.append(f"{ratio}, p {p_value(test['pvalue'])}")
    state = "holds" if quadrature["converged"] else "DOES NOT HOLD"
    lines.append(
        f"quadrature over {', '.join(quadrature['variables'])}: {quadrature['nodes']} nodes; with "
        f"{quadrature['doubled']} the log-likelihood changes by {quadrature['delta_loglik']:.1e}, the "
        f"coefficients by {quadrature['delta_coefficients']:.1e} at most: certificate {state}"
    )
    return [Heading("Likelihood"), *lines]


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
