"""``--platform``: which survey platform wrote the data, said on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tam.spec.study import Study


def platform_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of every command that reads a study's data."""
    return click.option(
        "--platform",
        metavar="NAME",
        help="Which platform wrote the data, where it is recognised wrongly: plain, qualtrics, ...",
    )(command)


def with_platform(study: Study, platform: str | None) -> Study:
    """The study with the platform said on the command line in place of what its file says."""
    if platform is None:
        return study
    files = tuple(replace(one, platform=platform) for one in study.files)
    return replace(study, platform=platform, files=files)
