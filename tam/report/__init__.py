"""Results into words, tables, figures and files: selects, orders, formats and draws; computes nothing.

The package itself can be called: ``tam.report(analysis, "report.html", language="zh")``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from tam.report.write import report_name, write_report

if TYPE_CHECKING:
    from tam.analysis.analysis import Analysis

__all__ = ["report_name", "write_report"]

_ENDINGS = {".docx": "docx", ".xlsx": "xlsx", ".md": "markdown", ".tex": "latex"}


class _CallableReport(ModuleType):
    """``tam.report`` is a package and, for people who write Python, also the verb."""

    def __call__(
        self,
        analysis: Analysis | Mapping[str, Any],
        path: str | Path,
        *,
        language: str = "en",
        audience: str = "academic",
        likert: Literal["stacked", "diverging"] = "stacked",
        theme: str | Path | None = None,
    ) -> Path:
        """Write the report of an analysis, or of the content of a results.json, to one file.

        The ending of ``path`` says what it is: ``.docx``, ``.xlsx``, ``.md``, ``.tex`` (pictures and tables
        of the last two stand in folders beside it), else HTML. ``theme``: the file of a brand's look.
        """
        from tam.report.files import look_of, report_files
        from tam.spec.report_options import ReportOptions
        from tam.writing import write_files

        results = analysis if isinstance(analysis, Mapping) else analysis.to_dict()
        target = Path(path)
        look = look_of(ReportOptions(likert=likert, theme=None if theme is None else Path(theme)))
        kind = _ENDINGS.get(target.suffix.lower(), "html")
        made = report_files(results, language, audience, formats=(kind,), look=look).contents
        places = {target if "/" not in name else target.parent / name: one for name, one in made.items()}
        write_files(places)
        return target


sys.modules[__name__].__class__ = _CallableReport
