"""Option values of the command line: comma lists, and values whose turn comes in a later version."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from tam.errors import Problem, problem

Callback = Callable[[click.Context, click.Parameter, str | None], tuple[str, ...] | None]


def comma_list(known: Sequence[str]) -> Callback:
    """A click callback: several of the known values, separated by commas, each once (``en,zh``)."""

    def convert(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        parts = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
        unknown = [part for part in parts if part not in known]
        if unknown:
            said = f"{', '.join(map(repr, unknown))}; known: {', '.join(known)}"
            raise click.BadParameter(said, ctx=ctx, param=param)
        return parts

    return convert


def not_offered(option: str, asked: Sequence[str], offered: Sequence[str]) -> list[Problem]:
    """A problem for each value that is reserved for a later version."""
    return [
        problem("not-yet-available", feature=f"{option} {one}", available=f"{option} {' | '.join(offered)}")
        for one in asked
        if one not in offered
    ]
