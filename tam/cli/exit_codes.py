"""The exit codes, and the one place where anything that went wrong becomes one of them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any

import click

from tam.cli.answer import Answer
from tam.cli.usage import usage_problem
from tam.errors import Problem, TamError, Where, problem


class ExitCode(IntEnum):
    """What a script may rely on."""

    USABLE = 0
    """Done, and the results may be used."""
    NOT_TO_BE_TRUSTED = 1
    """Done, but not to be trusted: no convergence, an inadmissible solution, a failed check or verdict."""
    CHANGE_SOMETHING = 2
    """The person must change something; nothing was computed."""
    OUR_FAULT = 3
    """A fault of the program."""
    INTERRUPTED = 130
    """Stopped by the person; nothing is half-written."""


def exit_code_of(problems: Iterable[Problem | Mapping[str, Any]]) -> ExitCode:
    """The worst exit code among the problems; usable when there are none."""
    return max((_one(one) for one in problems), default=ExitCode.USABLE)


def outcome(action: Callable[[], Answer]) -> tuple[Answer, ExitCode]:
    """Run the action; whatever happens comes back as an answer and its exit code."""
    try:
        answer = action()
        return answer, max(ExitCode(answer.at_least), exit_code_of(answer.problems))
    except TamError as error:
        return Answer(problems=error.problems), ExitCode.CHANGE_SOMETHING
    except click.UsageError as error:
        return Answer(problems=(usage_problem(error),)), ExitCode.CHANGE_SOMETHING
    except (KeyboardInterrupt, click.Abort):
        return Answer(problems=(problem("interrupted"),)), ExitCode.INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        return _our_fault(error), ExitCode.OUR_FAULT


def _one(one: Problem | Mapping[str, Any]) -> ExitCode:
    if isinstance(one, Problem):
        return ExitCode(one.exit_code)
    return ExitCode(Problem(str(one["code"]), one["severity"]).exit_code)


def _our_fault(error: Exception) -> Answer:
    if os.environ.get("TAM_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    said = f"{type(error).__name__}: {error}"
    try:
        return Answer(problems=(problem("our-fault", _place(error), error=said),))
    except (OSError, ValueError, KeyError):
        # The catalogue itself cannot be read: say it without.
        plain = {"what": said, "why": "tam's own words cannot be read.", "mend": "Install tam again."}
        return Answer(problems=({"code": "our-fault", "severity": "error", "where": {}, **plain},))


def _place(error: Exception) -> Where:
    """The innermost line of ours that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if f"{os.sep}tam{os.sep}" in one.filename] or frames
    return Where(file=os.path.basename(ours[-1].filename), line=ours[-1].lineno)  # noqa: PTH119
