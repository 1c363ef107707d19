"""The report: one self-contained page, served pages for large runs, and static pictures."""

from __future__ import annotations

from summarizer_eval.report.write import FORMATS, write_report

__all__ = ["FORMATS", "write_report"]
