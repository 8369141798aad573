"""Estimators of one interaction side by side, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.cli.answer import Block, Heading, Table
from tam.cli.numbers import decimal, interval, p_value

_HINGES = {
    "standard_errors": "robust standard errors",
    "pairs": "which items are multiplied",
    "products": "how products are formed",
    "normality": "normal factors, as LMS and QML assume",
    "measurement_error": "plain scores, which hold measurement error",
    "scores": "scores instead of latent variables",
    "several": "more than one choice",
}


def triangulate_blocks(record: Mapping[str, Any]) -> list[Block]:
    """The ``result`` of `tam triangulate` as blocks."""
    left = f", {record['n_left_out']} rows left out" if record["n_left_out"] else ""
    blocks: list[Block] = [f"n = {record['n']}{left}"]
    for one in record["analyses"]:
        blocks += _analysis(one["triangulation"])
        blocks += _certificate(one["lms"])
    return blocks


def _analysis(found: Mapping[str, Any]) -> list[Block]:
    rows = tuple(
        (
            str(one["estimator"]),
            decimal(one["est"]),
            decimal(one["std"]),
            interval(one["std_ci_low"], one["std_ci_high"]),
            p_value(one["p"]),
            str(one["decision"] or one["reason"] or ""),
        )
        for one in found["estimates"]
    )
    header = ("estimator", "est", "standardised", "its interval", "p", "decision")
    title = f"{found['predictor']} x {found['moderator']} -> {found['outcome']}"
    return [Heading(title), Table(header, rows, "lrrrrl"), _sentence(found["verdict"])]


def _sentence(verdict: Mapping[str, Any]) -> str:
    usable, tried = verdict["n_usable"], verdict["n_tried"]
    if verdict["kind"] == "undecided":
        return f"undecided: {usable} of {tried} estimators gave a usable solution"
    spread = f"standardised {decimal(verdict['low'])} to {decimal(verdict['high'])}"
    decision = "no interaction" if verdict["decision"] == "none" else f"a {verdict['decision']} interaction"
    if verdict["kind"] == "stable":
        return f"stable: all {usable} usable estimators of {tried} find {decision}, {spread}"
    names = ", ".join(verdict["dissenting"])
    return (
        f"depends: {names} decide otherwise than the rest, which find {decision} ({spread}); it hangs on "
        + (_HINGES.get(str(verdict["hinge"]), str(verdict["hinge"])))
    )


def _certificate(lms: Mapping[str, Any] | None) -> list[Block]:
    if lms is None:
        return []
    rule = lms["quadrature"]
    test = f"likelihood ratio {decimal(lms['lr_chisq'])}, df {lms['lr_df']}, p {p_value(lms['lr_p'])}"
    return [
        f"LMS: log-likelihood {decimal(lms['loglik'])}, {decimal(lms['loglik_linear'])} without; {test}",
        f"quadrature: {rule['nodes']} against {rule['doubled']} nodes change the log-likelihood by "
        f"{rule['delta_loglik']:.1e}, no coefficient by more than {rule['delta_in_errors']:.1e} of its error",
    ]
