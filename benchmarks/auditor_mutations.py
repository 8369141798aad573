"""``python -m benchmarks.auditor_mutations [--papers 200] [--parts 2] [--write]``: what does the auditor see?

Correct synthetic papers are audited as they are: every objection is a false alarm. Then one number of each
is changed as a slip would change it, in each of several ways, and the paper is audited again. An error is
*larger than rounding* where a relation of ``published_relations`` is broken; only such an error can be seen
by anybody who has nothing but the printed numbers.
"""

from __future__ import annotations

import argparse
import copy
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.published_papers import CUTS, SEED, Content, Paper, as_publication, fixed, papers
from benchmarks.published_relations import Leaf, at, broken_rules, is_broken, relations
from benchmarks.table import markdown
from tam.published.audit import audit

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "auditing.md"
BEGIN, END = "<!-- measured: python -m benchmarks.auditor_mutations --write -->", "<!-- end of measured -->"
"""Between such lines of the page stand the tables; ``put_into_page`` renews them."""
PAPERS = 200

KINDS: dict[str, tuple[str, ...]] = {
    "loading": (r"constructs/\d+/loadings/\d+",),
    "AVE": (r"constructs/\d+/ave",),
    "composite reliability": (r"constructs/\d+/composite_reliability",),
    "square root of AVE": (r"constructs/\d+/sqrt_ave",),
    "chi-square": (r"fits/\d+/chisq",),
    "degrees of freedom": (r"fits/\d+/(?:baseline_)?df",),
    "chi-square / df": (r"fits/\d+/chisq_df",),
    "p of chi-square or of close fit": (r"fits/\d+/(?:rmsea_)?pvalue",),
    "RMSEA and its interval": (r"fits/\d+/rmsea", r"fits/\d+/rmsea_ci/\d"),
    "CFI, TLI, NFI, IFI": (r"fits/\d+/(?:cfi|tli|nfi|ifi)",),
    "GFI, AGFI": (r"fits/\d+/a?gfi",),
    "alpha beside the items": (r"constructs/\d+/alpha",),
    "correlation or covariance": (r"matrix/\d+/\d+",),
    "path coefficient": (r"paths/\d+/b", r"printed/\d+/value"),
    "standard error": (r"(?:paths|printed)/\d+/se",),
    "t or z": (r"(?:paths|printed)/\d+/[tz]",),
    "p of a path": (r"(?:paths|printed)/\d+/p",),
    "stars": (r"(?:paths|printed)/\d+/stars",),
    "limit of an interval": (r"paths/\d+/ci/\d",),
    "test of an indirect effect": (r"products/\d+/(?:se|z)",),
    "square of a correlation": (r"squares/\d+/r2",),
    "variance inflation": (r"paths/\d+/vif",),
    "indirect, total effect, difference": (r"(?:products|sums|diffs)/\d+/printed",),
    "explained variance": (r"printed/\d+/value",),
    "count of people": (r"samples/\d+/(?:n|collected|excluded/\d|groups/\d)",),
    "share of a group": (r"samples/\d+/shares/\d",),
    "mean of an item": (r"descriptives/\d+/mean",),
    "standard deviation of an item": (r"descriptives/\d+/sd",),
}
"""Ways in which a number goes wrong: a name, and which numbers of a paper it may befall."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One planted error: what was broken by it, and which rules objected that had not before."""

    kind: str
    leaf: Leaf
    broken: tuple[str, ...]
    objecting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Studied:
    """One paper: objections to it as it is, and what became of every planted error."""

    key: str
    false_alarms: tuple[str, ...]
    outcomes: tuple[Outcome, ...]


def leaves(content: Content, path: Leaf = ()) -> Iterator[Leaf]:
    """Every printed number of a paper."""
    rows = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in rows:
        if key == "matrix":
            yield from (
                ("matrix", i, j) for i, row in enumerate(value) for j in range(len(row.split())) if j < i
            )
        elif isinstance(value, (dict, list)):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def befalls(kind: str, paper: Paper, leaf: Leaf) -> bool:
    name = "/".join(str(part) for part in leaf)
    if not any(re.fullmatch(pattern, name) for pattern in KINDS[kind]):
        return False
    if leaf[0] == "printed" and leaf[-1] == "value":
        variance = paper.content["printed"][leaf[1]].get("op") == "R2"
        return paper.kind == "regression" and variance == (kind == "explained variance")
    if kind == "alpha beside the items":
        return paper.kind == "items"
    return kind != "explained variance" and not (leaf[0] == "printed" and paper.kind == "items")


def slipped(text: str, leaf: Leaf, rng: np.random.Generator) -> str | None:
    """The number as a slip leaves it: another digit, two digits exchanged, a lost or added sign, other stars.

    None where nothing of the kind leaves a number that could stand there.
    """
    name = leaf[-1]
    if name == "stars":
        return str(rng.choice([mark for mark in ("", *CUTS) if mark != text]))
    if name in ("p", "pvalue") and text.startswith("<"):
        return fixed(float(rng.uniform(0.002, 0.6)), 3)
    signed = name in ("b", "value", "t", "z", "printed") and not text.endswith("%")
    signed |= leaf[0] == "matrix" or "ci" in leaf
    for _ in range(50):
        found = _slip(text, signed, rng)
        if found != text and _possible(found, leaf):
            return found
    return None


def _slip(text: str, signed: bool, rng: np.random.Generator) -> str:
    if signed and rng.random() < 0.2:
        return text[1:] if text.startswith("-") else f"-{text}"
    places = [i for i, char in enumerate(text) if char.isdigit()]
    k = int(rng.integers(len(places)))
    chars = list(text)
    if rng.random() < 0.3 and k + 1 < len(places):
        chars[places[k]], chars[places[k + 1]] = chars[places[k + 1]], chars[places[k]]
    else:
        chars[places[k]] = str(rng.choice([digit for digit in "0123456789" if digit != chars[places[k]]]))
    return "".join(chars)


BELOW_ONE = ("ave", "composite_reliability", "sqrt_ave", "alpha", "p", "pvalue", "rmsea_pvalue", "r2")


def _possible(text: str, leaf: Leaf) -> bool:
    """Numbers that a reader would not stop at: shares below one, counts above zero."""
    value, name = float(text.rstrip("%")), leaf[-1]
    if "loadings" in leaf or name in BELOW_ONE:
        return 0 < value < 1
    if leaf[0] == "samples":
        return (
            value > 0 and text[0] != "0" and value <= 100
            if text.endswith("%")
            else value > 0 and text[0] != "0"
        )
    if name in ("df", "baseline_df"):
        return value > 0 and text[0] != "0"
    if leaf[0] == "matrix":
        return abs(value) < 1
    return value >= 0 if leaf[0] in ("fits", "descriptives") or name == "se" else True


def replaced(content: Content, leaf: Leaf, text: str) -> Content:
    changed = copy.deepcopy(content)
    if leaf[0] == "matrix":
        cells = changed["matrix"][leaf[1]].split()
        cells[int(leaf[2])] = text
        changed["matrix"][leaf[1]] = " ".join(cells)
        return changed
    inner = changed
    for part in leaf[:-1]:
        inner = inner[part]
    inner[leaf[-1]] = text
    return changed


def no_such_mean(content: Content, leaf: Leaf) -> bool:
    """GRIM by trying every sum: no whole numbers have the printed mean."""
    n, text = int(content["n"]), at(content, leaf)
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    value = float(text)
    return not any(
        abs(total / n - value) <= half + 1e-12
        for total in range(int((value - half) * n) - 1, int((value + half) * n) + 2)
    )


def objections(content: Content, key: str) -> Counter[tuple[str, str, str]]:
    found = audit(as_publication(content, key)).objections
    return Counter((one.rule, one.where, one.printed) for one in found)


def study(paper: Paper, number: int) -> Studied:
    rng = np.random.default_rng([SEED, number])
    wrong = [one.rule for one in relations(paper) if is_broken(one, paper.content)]
    if wrong:
        raise AssertionError(f"{paper.key}: the study itself is wrong about {wrong}")
    before = objections(paper.content, paper.key)
    outcomes = []
    for kind in KINDS:
        candidates = [leaf for leaf in leaves(paper.content) if befalls(kind, paper, leaf)]
        if not candidates:
            continue
        leaf = candidates[int(rng.integers(len(candidates)))]
        text = slipped(at(paper.content, leaf), leaf, rng)
        if text is None:
            continue
        content = replaced(paper.content, leaf, text)
        broken = broken_rules(paper, content, leaf)
        if kind == "mean of an item" and no_such_mean(content, leaf):
            broken.add("grim")
        new = objections(content, paper.key) - before
        outcomes.append(
            Outcome(kind, leaf, tuple(sorted(broken)), tuple(sorted({rule for rule, _, _ in new})))
        )
    return Studied(paper.key, tuple(" ".join(one) for one in before), tuple(outcomes))


def by_kind(found: Sequence[Studied]) -> list[tuple[object, ...]]:
    """Kind, planted, larger than rounding, of these found, smaller ones, of these found."""
    rows = []
    for kind in KINDS:
        own = [one for paper in found for one in paper.outcomes if one.kind == kind]
        large = [one for one in own if one.broken]
        small = [one for one in own if not one.broken]
        seen = sum(bool(one.objecting) for one in large)
        rows.append(
            (
                kind,
                len(own),
                len(large),
                seen,
                _share(seen, len(large)),
                len(small),
                sum(bool(one.objecting) for one in small),
            )
        )
    return rows


def by_rule(found: Sequence[Studied]) -> list[tuple[object, ...]]:
    """Rule, errors that break what it states by more than rounding, found by it, found by any rule."""
    rows = []
    outcomes = [one for paper in found for one in paper.outcomes]
    for rule in sorted({rule for one in outcomes for rule in one.broken}):
        own = [one for one in outcomes if rule in one.broken]
        seen, seen_by_any = sum(rule in one.objecting for one in own), sum(bool(one.objecting) for one in own)
        rows.append((rule, len(own), seen, _share(seen, len(own)), _share(seen_by_any, len(own))))
    return rows


def _share(part: int, whole: int) -> str:
    return "" if whole == 0 else f"{100 * part / whole:.1f} %"


def run(parts: int) -> list[Studied]:
    some = list(papers(PAPERS))
    with ProcessPoolExecutor(parts) as pool:
        return list(pool.map(study, some, range(len(some)), chunksize=5))


def summary(found: Sequence[Studied]) -> str:
    alarms = [alarm for one in found for alarm in one.false_alarms]
    outcomes = [one for paper in found for one in paper.outcomes]
    kinds = markdown(
        ("error", "planted", "larger than rounding", "found", "share", "smaller", "found"), by_kind(found)
    )
    rules = markdown(
        ("rule", "errors that break it", "found by it", "share", "found by any rule"), by_rule(found)
    )
    return f"""\
{len(found)} papers as printed: {len(alarms)} false alarms. {len(outcomes)} errors planted, one at a time.

{kinds}

By rule:

{rules}
"""


def main() -> None:
    choices = argparse.ArgumentParser(description=__doc__)
    choices.add_argument("--parts", type=int, default=2, help="processes that share the work")
    choices.add_argument(
        "--write", action="store_true", help="put the tables into docs/explanation/auditing.md"
    )
    choices.add_argument(
        "--missed", action="store_true", help="list what was larger than rounding and not found"
    )
    chosen = choices.parse_args()
    found = run(chosen.parts)
    text = summary(found)
    print(text)
    if chosen.missed:
        for paper in found:
            for one in paper.outcomes:
                if one.broken and not set(one.broken) & set(one.objecting):
                    print(paper.key, one)
    if chosen.write:
        put_into_page(text, BEGIN)


def put_into_page(text: str, begin: str) -> None:
    """Replace what stands between ``begin`` and the end after it in docs/explanation/auditing.md."""
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    if not found:
        raise SystemExit(f"{PAGE.name} lacks the line {begin}")
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{begin}\n\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
