"""One file of rows, copied with its new summaries as candidates and rows stream by."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.apply.candidate import Applied, Candidate, one_line
from summarizer.apply.rows import check_row, json_lines, parquet_copy
from summarizer.archive.markdown import encode
from summarizer.errors import ArchiveError
from summarizer.writeback import safe_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from summarizer.apply.applier import Applier

__all__ = ["RowWriter"]


class RowWriter:
    """Gives each row its new summary; candidates come in the order of the rows."""

    def __init__(
        self,
        applier: Applier,
        path: str,
        group: Iterator[Candidate],
        report: Callable[[Applied], None],
    ) -> None:
        self._applier, self._path, self._group, self._report = applier, path, group, report
        self._next = next(group, None)
        self.written = 0

    def copy(self, root: Path, target: Path | None) -> None:
        """Copy the file; None: only decide."""
        source = safe_path(root, self._path)
        if source.suffix.lower() == ".parquet":
            parquet_copy(source, target or Path(os.devnull), self._path, self._new)
        elif target is None:
            for _ in json_lines(source, self._path, self._new):
                pass
        else:
            with target.open("xb") as stream:
                stream.writelines(json_lines(source, self._path, self._new))
        while self._next is not None:
            self._done("refused", "the row is gone")

    def _new(self, name: str, row: Mapping[str, Any]) -> str | None:
        candidate = self._next
        if candidate is None or candidate.document.id != name:
            return None
        options = self._applier.options
        reason = self._applier.no_summary(candidate)
        if reason:
            self._done("skipped", reason)
            return None
        summary = candidate.summary.strip()
        try:
            if not options.force:
                check_row(row, candidate.document, summary)
        except ArchiveError as error:
            self._done("refused", one_line(error))
            return None
        if candidate.document.stored_summary == summary:
            self._done("unchanged", "")
            return None
        if reason := options.judge(candidate):
            self._done("skipped", reason)
            return None
        change = Applied(
            candidate, "written", path=self._path,
            before=encode((candidate.document.stored_summary or "") + "\n"),
            after=encode(summary + "\n"),
        )  # fmt: skip
        if not options.confirm(change):
            self._done("skipped", "not confirmed")
            return None
        self._report(change)
        self._next = next(self._group, None)
        self.written += 1
        return summary

    def _done(self, action: str, reason: str) -> None:
        assert self._next is not None
        self._report(Applied(self._next, action, reason, path=self._path))
        self._next = next(self._group, None)
