"""How a command is declared: it returns an ``Answer`` and takes the options that all commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar

import click

from tam.cli.answer import Answer
from tam.cli.commands import COMMANDS
from tam.cli.console import Console
from tam.cli.usage import nearest_names
from tam.errors import TamError, problem

Function = TypeVar("Function", bound=Callable[..., Answer])

CONTEXT: Mapping[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

_SHARED = (
    (("--json",), "Write one JSON object to stdout."),
    (("-q", "--quiet"), "Write no results and no progress, only problems."),
    (("--no-color",), "Write no colours (as does the variable NO_COLOR)."),
)


def tam_command(
    name: str,
    params: Sequence[click.Parameter] = (),
    settings: Mapping[str, Any] | None = None,
) -> Callable[[Function], click.Command]:
    """Make a function the command ``name``: its docstring is the help, ``COMMANDS`` holds its short line.

    ``params`` and ``settings`` are for commands that are not written with click's decorators.
    """

    def decorate(function: Function) -> click.Command:
        made: click.Command = click.command(
            name,
            cls=click.Command,
            params=list(params) or None,
            short_help=COMMANDS[name],
            context_settings={**CONTEXT, **(settings or {})},
        )(function)
        # Their values are read from the arguments (console.Preferences): they hold for usage errors too.
        for declarations, text in _SHARED:
            made.params.append(click.Option(declarations, is_flag=True, expose_value=False, help=text))
        return made

    return decorate


def console() -> Console:
    """The console of the command that is running."""
    found = click.get_current_context().find_object(Console)
    if found is None:
        raise RuntimeError("a command runs only under the tam group, which opens the console")
    return found


class TamGroup(click.Group):
    """The group of all commands. A command's module is imported only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"tam.cli.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            nearest = nearest_names(args[0], COMMANDS, most=1)
            raise TamError(problem("unknown-command", command=args[0], nearest=nearest))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list for ``tam --help``, from the table of commands: nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def command_name(arguments: Sequence[str]) -> str:
    """The command that the arguments ask for, for the JSON answer to a mistake; empty when there is none."""
    return next((one for one in arguments if not one.startswith("-")), "")
