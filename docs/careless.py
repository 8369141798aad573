"""Writes the tables of explanation/careless.md from simulated surveys: ``python docs/careless.py``.

Run by hand: it takes some seconds, and its numbers follow numpy's random streams. The seed is fixed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from tam.planning.careless_study import (  # noqa: E402
    CARELESS_SHARE,
    COMBINATIONS,
    FORMS,
    RESPONDENTS,
    SEED,
    SURVEYS,
    Found,
    rate_rules,
)
from tam.planning.demo_content import load_plan  # noqa: E402
from tam.planning.simulate import GeneratingModel  # noqa: E402
from tam.spec.instrument_file import load_instrument  # noqa: E402

PAGE = Path(__file__).parent / "explanation" / "careless.md"
BEGIN, END = "<!-- begin: written by docs/careless.py -->", "<!-- end -->"


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(text, tables()), encoding="utf-8")


def filled(text: str, inner: str) -> str:
    """The page with the tables between its marks."""
    marks = re.escape(BEGIN) + ".*?" + re.escape(END)
    return re.sub(marks, lambda _: f"{BEGIN}\n{inner}\n{END}", text, flags=re.DOTALL)


def tables() -> str:
    plan = load_plan()
    found = rate_rules(GeneratingModel.from_mapping(plan), load_instrument(plan["instrument"]))
    rated = [one for one in found if one.sensitivity is not None]
    silent = [one for one in found if one.sensitivity is None]
    careless = round(RESPONDENTS * CARELESS_SHARE)
    head = (
        f"{SURVEYS} surveys of {RESPONDENTS:,} respondents, {careless} of them careless, seed {SEED}. "
        "Per cent flagged at the default limits; *separation* is the chance that a careless respondent's "
        "index is worse than an attentive one's (.50 is guessing).\n"
    )
    return "\n".join([head, _table(rated), "", *_combinations(), "", *_not_rated(silent)])


def _table(found: Sequence[Found]) -> str:
    header = f"| rule | limit | {' | '.join(FORMS)} | attentive (false alarms) | separation |"
    rule = f"|---|---|{'---:|' * (len(FORMS) + 2)}"
    return "\n".join([header, rule, *(_row(one) for one in found)])


def _row(one: Found) -> str:
    assert one.sensitivity is not None and one.false_alarms is not None
    name = one.rule if one.rule.startswith("2 of") else f"`{one.rule}`"
    limit = "" if one.rule.startswith("2 of") else one.limit
    shares = " | ".join(f"{100 * share:.0f}" for share in one.sensitivity.values())
    apart = "" if one.separation is None else f"{one.separation:.2f}".lstrip("0")
    return f"| {name} | {limit} | {shares} | {100 * one.false_alarms:.1f} | {apart} |"


def _combinations() -> list[str]:
    return [
        f"- *2 of: {name}*: at least two of {', '.join(f'`{rule}`' for rule in condition.of)}"
        for name, condition in COMBINATIONS.items()
    ]


def _not_rated(found: Sequence[Found]) -> list[str]:
    rows = []
    for one in found:
        apart = "" if one.separation is None else f"; separation {one.separation:.2f}".replace("0.", ".")
        rows.append(f"- `{one.rule}`: {one.reason}{apart}")
    return ["Not rated here:\n", *rows]


if __name__ == "__main__":
    sys.exit(main())
