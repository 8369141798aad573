"""What `tam power` found, for a terminal."""

from __future__ import annotations

from typing import Any

from tam.cli.answer import Block, Heading, Table
from tam.cli.numbers import decimal

MOST_COLUMNS = 8
"""Sample sizes side by side; more go below each other."""


def power_blocks(result: dict[str, Any]) -> list[Block]:
    """Tables of the answer of ``tam power``."""
    blocks: list[Block] = [_opening(result)]
    sizes = result["sizes"]
    if len(sizes) == 1:
        blocks += [Heading(f"Power with {sizes[0]['n']} respondents"), _detail(sizes[0])]
    elif sizes:
        blocks.append(Heading("Power by number of respondents"))
        for start in range(0, len(sizes), MOST_COLUMNS):
            blocks.append(_grid(sizes[start : start + MOST_COLUMNS]))
    if sizes:
        blocks.append(_error(sizes))
    if result["for_power"] is not None:
        blocks += _needed(result["for_power"], result["unavailable"])
    if result["smallest_effects"]:
        blocks += _smallest(result["smallest_effects"], result["settings"]["power"], result["unavailable"])
    return blocks


def _opening(result: dict[str, Any]) -> str:
    how = result["settings"]
    tested = f"two-sided tests at {decimal(how['alpha'], 3)}"
    return f"{how['estimator']}, {how['replications']} replications each, {tested}, seed {how['seed']}"


def _grid(sizes: list[dict[str, Any]]) -> Table:
    header = ("effect", "value", *(f"n = {one['n']}" for one in sizes))
    rows = []
    for at, effect in enumerate(sizes[0]["effects"]):
        shares = [decimal(one["effects"][at]["power"]) for one in sizes]
        rows.append((effect["effect"], decimal(effect["value"]), *shares))
    return Table(header, tuple(rows), "lr" + "r" * len(sizes))


def _detail(size: dict[str, Any]) -> Table:
    header = ("effect", "value", "power", "95 % interval", "mean", "SE", "SD", "coverage")
    rows = tuple(
        (
            one["effect"],
            decimal(one["value"]),
            decimal(one["power"]),
            f"[{decimal(one['ci_low'])}, {decimal(one['ci_high'])}]",
            decimal(one["mean"]),
            decimal(one["mean_se"]),
            decimal(one["sd"]),
            decimal(one["coverage"]),
        )
        for one in size["effects"]
    )
    return Table(header, rows, "lrrrrrrr")


def _error(sizes: list[dict[str, Any]]) -> str:
    largest = max(effect["mc_error"] for one in sizes for effect in one["effects"])
    failed = sum(one["failed"] for one in sizes)
    inadmissible = sum(one["inadmissible"] for one in sizes)
    total = sum(one["replications"] for one in sizes)
    return (
        f"Monte Carlo error of a power: {decimal(largest)} at most. "
        f"Of {total} replications {failed} failed, {inadmissible} were inadmissible."
    )


def _needed(found: dict[str, Any], reasons: dict[str, str]) -> list[Block]:
    rows = []
    for at, one in enumerate(found["effects"]):
        reason = reasons.get(f"for_power.effects.{at}.n", "-")
        span = "-" if one["ci_low"] is None else f"[{one['ci_low']}, {one['ci_high']}]"
        rows.append((one["effect"], reason if one["n"] is None else str(one["n"]), span))
    blocks: list[Block] = [
        Heading(f"Respondents for a power of {decimal(found['power'], 2)}"),
        Table(("effect", "n", "95 % interval"), tuple(rows), "lrr"),
    ]
    if found["n"] is not None and len(found["effects"]) > 1:
        blocks.append(f"Each of these has that power with {found['n']} respondents.")
    return blocks


def _smallest(found: list[dict[str, Any]], power: float, reasons: dict[str, str]) -> list[Block]:
    rows = []
    for at, one in enumerate(found):
        reason = reasons.get(f"smallest_effects.{at}.smallest", "-")
        absent = one["smallest"] is None
        span = "-" if absent else f"[{decimal(one['ci_low'])}, {decimal(one['ci_high'])}]"
        size = reason if absent else decimal(one["smallest"])
        rows.append((one["effect"], str(one["n"]), decimal(one["now"]), size, span))
    header = ("effect", "n", "value", "smallest", "95 % interval")
    title = Heading(f"Smallest effect found with a power of {decimal(power, 2)}")
    return [title, Table(header, tuple(rows), "lrrrr")]
