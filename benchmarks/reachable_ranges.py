"""``python -m benchmarks.reachable_ranges [--papers 100] [--parts 2] [--write]``: is the true value inside?

For each of so many synthetic papers, whose full-precision results we know, ``reproduce`` sees only what is
printed. Every estimate that it gives a range for must have its full-precision value in that range. Half of
the papers print correlations of scale means and regressions, half covariances of items and a latent variable
model.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.auditor_mutations import put_into_page
from benchmarks.published_papers import Paper, item_paper, regression_paper
from benchmarks.table import markdown
from tam.published.reproduce import reproduce

PAPERS = 100
SEED = 60_620
BEGIN = "<!-- measured: python -m benchmarks.reachable_ranges --write -->"
ROUNDING = 1e-9
"""Relative. Fixed parameters have a range of no width."""


@dataclass(frozen=True, slots=True)
class Ranged:
    """One value: its full-precision result, what the printed moments give, and the reachable range.

    ``share`` of the way from the obtained value to the end of the range at which the true one lies.
    """

    paper: str
    kind: str
    what: str
    name: str
    inside: bool
    share: float
    verdict: str


def papers(count: int) -> Iterator[Paper]:
    """``count`` papers, the two kinds and two or three decimals taking turns."""
    made = 0
    for at, stream in enumerate(np.random.SeedSequence(SEED).spawn(4 * count)):
        make, digits = (regression_paper, item_paper)[made % 2], 2 + made // 2 % 2
        paper = make(f"{made % 2}-{at}", digits, np.random.default_rng(stream))
        if paper is None:
            continue
        yield paper
        made += 1
        if made == count:
            return


def ranged(paper: Paper) -> list[Ranged]:
    found = []
    for value in reproduce(paper.publication()).values:
        name = _name(value.what, value.lhs, value.op, value.rhs)
        exact = paper.exact.get(name)
        if exact is None or value.low is None or value.high is None or not isinstance(value.obtained, float):
            continue
        slack = ROUNDING * max(1.0, abs(exact))
        inside = value.low - slack <= exact <= value.high + slack
        room = value.high - value.obtained if exact > value.obtained else value.obtained - value.low
        share = abs(exact - value.obtained) / room if room > slack else 0.0
        found.append(Ranged(paper.key, paper.kind, value.what, " ".join(name), inside, share, value.verdict))
    return found


def _name(what: str, lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    """The key under which a paper keeps the full-precision value."""
    if op == "fit":
        return what, "fit", ""
    plain = what in ("path", "est", "R2", "loading", "covariance", "variance", "intercept")
    return lhs, op if plain else f"{op} {what}", rhs


def summary(found: Sequence[Ranged]) -> str:
    rows = []
    for kind, words in (
        ("regression", "regressions on correlations"),
        ("items", "latent variable model, ML"),
    ):
        for what in dict.fromkeys(one.what for one in found if one.kind == kind):
            own = [one for one in found if one.kind == kind and one.what == what]
            shares = sorted(one.share for one in own)
            rows.append(
                (
                    words,
                    what,
                    len(own),
                    sum(not one.inside for one in own),
                    f"{shares[len(shares) // 2]:.2f}",
                    f"{shares[-1]:.2f}",
                    sum(one.verdict not in ("exact", "rounding") for one in own),
                )
            )
    outside, count = sum(not one.inside for one in found), len({one.paper for one in found})
    head = (
        "analysis",
        "value",
        "ranges",
        "true value outside",
        "its place: median",
        "farthest",
        "called otherwise",
    )
    return f"""\
{count} papers, {len(found)} ranges: the true value lies outside {outside} of them.

{markdown(head, rows)}

*Its place*: 0 is what the printed moments give as they stand, 1 the end of the reachable range. *Called
otherwise*: verdicts other than exact or rounding, all of which would be false.
"""


def main() -> None:
    choices = argparse.ArgumentParser(description=__doc__)
    choices.add_argument("--papers", type=int, default=PAPERS)
    choices.add_argument("--parts", type=int, default=2, help="processes that share the work")
    choices.add_argument(
        "--write", action="store_true", help="put the table into docs/explanation/auditing.md"
    )
    chosen = choices.parse_args()
    with ProcessPoolExecutor(chosen.parts) as pool:
        found = [one for part in pool.map(ranged, papers(chosen.papers)) for one in part]
    text = summary(found)
    print(text)
    for one in found:
        if not one.inside or one.verdict not in ("exact", "rounding"):
            print(one)
    if chosen.write:
        put_into_page(text, BEGIN)


if __name__ == "__main__":
    main()
