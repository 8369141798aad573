"""The door: ``tam`` on the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from tam.cli.answer import Answer
from tam.cli.command import CONTEXT, TamGroup, command_name
from tam.cli.console import Console, open_console
from tam.cli.exit_codes import outcome

WELCOME = """\
tam - from the raw export of a purchase-intention survey to a checked model and a report

  tam demo                                an example study with its report, in a minute
  tam init my-study --instrument kol-tam  start your own
  tam run                                 in a folder with a study.toml: everything

tam --help lists the commands; tam COMMAND --help explains one."""


@click.group(cls=TamGroup, context_settings=dict(CONTEXT), invoke_without_command=True, no_args_is_help=False)
@click.version_option(package_name="tam-survey", prog_name="tam")
@click.option("--json", is_flag=True, expose_value=False, hidden=True)
@click.option("-q", "--quiet", is_flag=True, expose_value=False, hidden=True)
@click.option("--no-color", is_flag=True, expose_value=False, hidden=True)
@click.pass_context
def group(context: click.Context) -> Answer | None:
    """From the raw export of a purchase-intention survey to a checked structural equation model and a report.

    STUDY is the nearest study.toml upward unless named. Every command takes --json, -q and --no-color.
    """
    if context.invoked_subcommand is None:
        return Answer(result={"version": _version()}, blocks=(WELCOME,))
    return None


def run(arguments: Sequence[str], console: Console) -> int:
    """Answer one command line; the exit code."""
    help_exit: list[int] = []

    def act() -> Answer:
        answer = group.main(args=list(arguments), prog_name="tam", standalone_mode=False, obj=console)
        if isinstance(answer, Answer):
            return answer
        help_exit.append(int(answer or 0))
        return Answer()

    answer, code = outcome(act)
    if not help_exit:
        console.deliver(command_name(arguments), answer, code)
    return help_exit[0] if help_exit else int(code)


def main() -> None:
    """Entry point of the installed command."""
    arguments = sys.argv[1:]
    try:
        code = run(arguments, open_console(arguments, os.environ, sys.stdout, sys.stderr))
    except BrokenPipeError:
        # The reader has left (tam ... | head); what remains to be flushed goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _version() -> str:
    from importlib.metadata import version

    return version("tam-survey")
