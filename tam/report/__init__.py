"""Results into words, tables, figures and files. Presentation selects, orders, formats and draws; it computes nothing."""

from __future__ import annotations

from tam.report.write import report_name, write_report, write_reports

__all__ = ["report_name", "write_report", "write_reports"]
