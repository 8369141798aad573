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


def names(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """A click callback: names separated by commas, each once."""
    if value is None:
        return None
    parts = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
    if "" in parts:
        raise click.BadParameter(repr(value), ctx=ctx, param=param)
    return parts


def counts(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """A click callback: numbers of respondents, at least 2 each, separated by commas."""
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 16 and int(part) >= 2 for part in parts):
        raise click.BadParameter(f"{value!r} is not a whole number of at least 2", ctx=ctx, param=param)
    return tuple(int(part) for part in parts)


def not_offered(option: str, asked: Sequence[str], offered: Sequence[str]) -> list[Problem]:
    """A problem for each value that is reserved for a later version."""
    return [
        problem("not-yet-available", feature=f"{option} {one}", available=f"{option} {' | '.join(offered)}")
        for one in asked
        if one not in offered
    ]
