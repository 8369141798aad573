"""What a run found, in at most fifteen lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.cli.answer import Table
from tam.cli.console import block_lines
from tam.cli.numbers import decimal, interval, p_value

MOST_LINES = 15
_VERDICTS = {
    "supported": "supported",
    "not_supported": "not supported",
    "opposite": "opposite sign",
    "unavailable": "unavailable",
}


def summary_lines(results: Mapping[str, Any], files: Sequence[str]) -> list[str]:
    """Who counts, does the model fit, what became of the hypotheses, where the files are.

    ``results`` is the content of results.json. Never more than ``MOST_LINES`` lines: where there are more
    hypotheses than fit, they are counted by verdict.
    """
    head = [*_warnings(results), *_sample(results), *_fit(results)]
    tail = [*_cross_check(results), "written: " + ", ".join(files)]
    room = MOST_LINES - len(head) - len(tail)
    return [*head, *_hypotheses(results, room), *tail]


def _warnings(results: Mapping[str, Any]) -> list[str]:
    lines = []
    if not results.get("trusted", True):
        lines.append(
            "NOT TO BE TRUSTED: problems of the analysis stand on stderr and at the top of the report"
        )
    study = results["study"]
    title = study["title"]
    text = title if isinstance(title, str) else title.get("en") or title.get("zh")
    lines.append(str(text))
    if study.get("simulated"):
        lines.append("simulated data: nothing here is about real consumers")
    return lines


def _sample(results: Mapping[str, Any]) -> list[str]:
    flow = results["flow"]
    exported, analysed = flow[0]["n_left"], flow[-1]["n_left"]
    excluded = sum(step["n_removed"] for step in flow if step["step"] == "excluded")
    incomplete = sum(step["n_removed"] for step in flow if step["step"] == "listwise")
    return [
        f"respondents  {exported} exported, {excluded} excluded, {incomplete} incomplete, {analysed} analysed"
    ]


def _fit(results: Mapping[str, Any]) -> list[str]:
    m = results["structure"]["measures"]
    if m.get("chisq") is None:
        return ["fit          no measures: see the problems"]
    chisq = f"chi-square({m['df']:.0f}) = {decimal(m['chisq'], 2)}, p {_equals(p_value(m['pvalue']))}"
    rmsea = f"RMSEA {decimal(m['rmsea'])} {interval(m['rmsea_ci_low'], m['rmsea_ci_high'])}"
    indices = f"CFI {decimal(m['cfi'])}, TLI {decimal(m['tli'])}, {rmsea}, SRMR {decimal(m['srmr'])}"
    return [f"fit          {chisq}, {indices}"]


def _hypotheses(results: Mapping[str, Any], room: int) -> list[str]:
    tested = results["structure"].get("hypotheses") or []
    if len(tested) + 1 > room:
        by_verdict: dict[str, list[str]] = {}
        for one in tested:
            by_verdict.setdefault(_VERDICTS[one["verdict"]], []).append(one["id"])
        return [f"{verdict:<14} {', '.join(ids)}" for verdict, ids in by_verdict.items()]
    table = Table(
        ("", "estimate", "interval", "standardised", "p", ""),
        tuple(
            (
                _named(one),
                decimal(one["est"]),
                interval(one["ci_low"], one["ci_high"]),
                decimal(one["std"]),
                p_value(one["p"]),
                _VERDICTS[one["verdict"]],
            )
            for one in tested
        ),
        "lrrrrl",
    )
    return block_lines([table])


def _named(hypothesis: Mapping[str, Any]) -> str:
    return f"{hypothesis['id']}  {hypothesis['path']}"


def _cross_check(results: Mapping[str, Any]) -> list[str]:
    check = results["structure"].get("cross_check")
    if not check:
        return []
    if check["verdict"] == "skipped":
        return [f"second engine skipped: {check['reason']}"]
    word = "agree" if check["verdict"] == "agree" else "DIFFER"
    return [f"two engines {word}: largest difference {check['max_se_difference']:.1e} standard errors"]


def _equals(p: str) -> str:
    return p if p.startswith("<") or p == "-" else f"= {p}"
