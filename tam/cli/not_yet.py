"""Commands whose names are reserved: they answer plainly that this version does not have them."""

from __future__ import annotations

import click

from tam.cli.answer import Answer
from tam.cli.command import tam_command
from tam.errors import TamError, problem


def reserved(name: str, available: str) -> click.Command:
    """A command that takes any arguments and answers ``not-yet-available``, with what to use meanwhile."""

    def decline(arguments: tuple[str, ...]) -> Answer:  # noqa: ARG001
        raise TamError(problem("not-yet-available", feature=f"tam {name}", available=available))

    decline.__doc__ = f"Reserved: this version has no tam {name}.\n\nAvailable now: {available}"
    anything = click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)
    return tam_command(name, [anything], {"ignore_unknown_options": True})(decline)
