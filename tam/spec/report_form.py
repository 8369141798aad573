"""The table ``[report]`` of ``study.toml``."""

from __future__ import annotations

from pathlib import Path

from tam.errors import Problem, problem
from tam.spec.report_options import Audience, Format, Likert, ReportOptions
from tam.spec.validate import Locate, Strict


class ReportForm(Strict):
    audience: Audience | list[Audience] = ["academic"]
    to: Format | list[Format] = ["html"]
    likert: Likert = "stacked"
    theme: str | None = None
    templates: str | None = None

    def options(self, folder: Path) -> ReportOptions:
        """What was asked for, each once; paths are relative to the study file."""
        return ReportOptions(
            tuple(dict.fromkeys([self.audience] if isinstance(self.audience, str) else self.audience)),
            tuple(dict.fromkeys([self.to] if isinstance(self.to, str) else self.to)),
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
