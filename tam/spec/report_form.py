"""The table ``[report]`` of ``study.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from tam.errors import Problem, problem
from tam.spec.report_options import Audience, Format, Likert, ReportOptions
from tam.spec.validate import Locate, Strict


def _one_as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class ReportForm(Strict):
    audience: Annotated[list[Audience], BeforeValidator(_one_as_list)] = ["academic"]
    to: Annotated[list[Format], BeforeValidator(_one_as_list)] = ["html"]
    likert: Likert = "stacked"
    theme: str | None = None
    templates: str | None = None

    def options(self, folder: Path) -> ReportOptions:
        """What was asked for, each once; paths are relative to the study file."""
        return ReportOptions(
            tuple(dict.fromkeys(self.audience)),
            tuple(dict.fromkeys(self.to)),
            self.likert,
            None if self.theme is None else folder / self.theme,
            None if self.templates is None else folder / self.templates,
        )


def report_problems(form: ReportForm, where: Locate) -> list[Problem]:
    """What asks for nothing at all."""
    return [
        problem(
            "bad-value", where(("report", key)), key=f"report.{key}", value="[]", reason="name at least one"
        )
        for key in ("audience", "to")
        if getattr(form, key) == []
    ]
