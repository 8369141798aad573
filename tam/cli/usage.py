"""Mistakes on the command line as problems: what was typed, what was meant, what to type instead."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import click

from tam.errors import Problem, problem


def nearest_names(word: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The known names most like the word, best first; all of them when none is like it."""
    folded = {one.casefold(): one for one in known}
    nearest = get_close_matches(word.casefold(), folded, n=most, cutoff=0.6)
    return tuple(folded[one] for one in nearest) or tuple(folded.values())


def usage_problem(error: click.UsageError) -> Problem:
    """The problem of a click exception, named after what the person did."""
    command = error.ctx.command_path if error.ctx else "tam"
    parameter = getattr(error, "param", None)
    if isinstance(error, click.NoSuchOption):
        known = _option_names(error.ctx)
        nearest = nearest_names(error.option_name, known)
        return problem("unknown-option", option=error.option_name, command=command, nearest=nearest)
    if isinstance(error, click.MissingParameter) and parameter is not None:
        return problem("missing-argument", argument=_shown(parameter), command=command)
    if isinstance(error, click.BadParameter) and parameter is not None:
        return problem("bad-option-value", option=_shown(parameter), command=command, reason=error.message)
    return problem("bad-usage", command=command, reason=error.format_message())


def _shown(parameter: click.Parameter) -> str:
    return (
        max(parameter.opts, key=len)
        if isinstance(parameter, click.Option)
        else (parameter.human_readable_name)
    )


def _option_names(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    parameters = context.command.get_params(context)
    return [
        name
        for one in parameters
        if isinstance(one, click.Option)
        for name in (*one.opts, *one.secondary_opts)
    ]
