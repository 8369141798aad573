"""Results into words, tables, figures and files: selects, orders, formats and draws; computes nothing.

The package itself can be called: ``tam.report(analysis, "report.html", language="zh")``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tam.report.write import report_name, write_report

if TYPE_CHECKING:
    from tam.analysis.analysis import Analysis

__all__ = ["report_name", "write_report"]


class _CallableReport(ModuleType):
    """``tam.report`` is a package and, for people who write Python, also the verb."""

    def __call__(
        self,
        analysis: Analysis | Mapping[str, Any],
        path: str | Path,
        *,
        language: str = "en",
        audience: str = "academic",
    ) -> Path:
        """Write the report of an analysis, or of the content of a results.json, to one HTML file."""
        from tam.analysis.embedded import with_results
        from tam.writing import write_files

        results = analysis if isinstance(analysis, Mapping) else analysis.to_dict()
        page = write_report(results, language, audience=audience)
        page = with_results(page, results, language=language, audience=audience)
        return write_files({Path(path): page})[0]


sys.modules[__name__].__class__ = _CallableReport
