"""Writes reference/agreement.md, every comparison with another program: ``python docs/agreement.py``.

Reads the reference folder where it is (TAM_REFERENCE, or shared/reference beside the checkout); without it
the rows that need it are kept as they stand on the page.
"""

from __future__ import annotations

import math
import os
import runpy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "agreement.md"
sys.path.insert(0, str(ROOT / "tests" / "golden"))

from agreement import Comparison, comparisons  # noqa: E402

HEAD = """<!-- Written by docs/agreement.py; run it again rather than changing this page. -->
# Agreement with other programs

Comparisons with another program's numbers, by the tests in `tests/golden`. For each kind of number:
how many values were compared, the largest absolute difference, and the largest relative one, which must not
exceed the tolerance. Relative is to the other program's value; for all but standard errors to 1 where the
value is smaller, since such numbers are read to a fixed number of decimals.

Where the tolerance is 1e-6 the other program was first brought to its own optimum (a gradient below 1e-9): by
default lavaan stops within some 1e-5 of it, hence 1e-4 for the rest. Differences are rounded up to one digit.
Rows marked *reference* read data that may not be redistributed; they are compared where the folder of
reference data is present (`TAM_REFERENCE`). Mplus prints three decimals, which sets the tolerance for it.

Of the bootstrap only what does not depend on chance is listed: resamples that lavaan drew, and intervals of
fixed draws. Tests in `tests/golden` hold the rest up to chance.
"""
LEFT_OUT_HEAD = """## Fields that are left out

Fields of the reference values on measurement that no test compares, mostly because another definition, or
nothing of ours, stands behind them.

| tests | file | fields | why |
|---|---|---|---|"""
COLUMNS = "| data | model | estimator | what | values | largest difference | relative | tolerance | peer | |"
RULE = "|---|---|---|---|---:|---:|---:|---:|---|---|"


def main() -> int:
    reference = Path(os.environ.get("TAM_REFERENCE", ROOT.parent / "shared" / "reference"))
    found = list(comparisons(reference if reference.is_dir() else None))
    kept = {} if reference.is_dir() else outside_rows(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page(found, kept), encoding="utf-8")
    apart = [one for one in found if not one.agrees]
    for one in apart:
        print(f"apart: {' / '.join(one.key)}: {one.relative:.3g} > {one.tolerance:.1g}")
    print(f"{len(found)} comparisons of {sum(one.values for one in found):,} numbers")
    return 1 if apart else 0


def page(found: Iterable[Comparison], kept: Mapping[str, list[str]]) -> str:
    """The page; ``kept`` rows by family that could not be compared now."""
    rows: dict[str, list[str]] = {}
    everything = list(found)
    for one in everything:
        rows.setdefault(one.family, []).append(row(one))
    for family, lines in kept.items():
        rows.setdefault(family, []).extend(lines)
    parts = [HEAD]
    for family, lines in rows.items():
        parts.append("\n".join([f"## {family}\n", COLUMNS, RULE, *lines]) + "\n")
    return "\n".join([*parts, left_out()])


def left_out() -> str:
    """The fields of the expected values that no test compares, each with its reason."""
    lines = [LEFT_OUT_HEAD]
    for part in ("measurement", "missing", "validity"):
        fields = runpy.run_path(str(ROOT / "tests" / "golden" / part / "left_out.py"))["LEFT_OUT"]
        for file, reasons in fields.items():
            named: dict[str, list[str]] = {}
            for field, reason in reasons.items():
                named.setdefault(reason, []).append(f"`{field}`")
            lines += [f"| {part} | {file} | {', '.join(all_of)} | {why} |" for why, all_of in named.items()]
    return "\n".join(lines) + "\n"


def row(one: Comparison) -> str:
    cells = [
        one.dataset,
        one.case,
        one.estimator,
        one.what,
        str(one.values),
        rounded_up(one.absolute),
        rounded_up(one.relative),
        f"{one.tolerance:.0e}",
        one.peer,
        "*reference*" if one.needs_reference else "",
    ]
    return f"| {' | '.join(cells)} |"


def rounded_up(value: float) -> str:
    """One significant digit, upwards; below 1e-12 is rounding and told as that."""
    if value <= 1e-12:
        return "< 1e-12"
    if math.isinf(value):
        return "not comparable"
    power = math.floor(math.log10(value))
    digit = math.ceil(value / 10.0**power - 1e-9)
    return f"{digit if digit < 10 else 1}e{power if digit < 10 else power + 1:+03d}"


def outside_rows(text: str) -> dict[str, list[str]]:
    """The rows of a page that need the reference folder, by family."""
    found: dict[str, list[str]] = {}
    family = ""
    for line in text.splitlines():
        if line.startswith("## "):
            family = line[3:]
        elif line.endswith("| *reference* |"):
            found.setdefault(family, []).append(line)
    return found


if __name__ == "__main__":
    sys.exit(main())
