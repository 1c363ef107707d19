"""Other checkers than the embedded one, for code that was made for it.

Metrics and audits call a checker document by document, and on several processes; a judge waits for
a network on each, its connections survive no fork, and a request can fail. So its checks are made
before, as many at once as it may have in flight, and the `Remembered` checker hands out the reports
(`check_ahead`); or they are made on threads, and the `Tolerant` checker notes what failed.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from summarizer.errors import DocumentsFailed, ReplayMiss
from summarizer_eval.claims.claim import ClaimReport
from summarizer_eval.claims.many import checked, in_order, on_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from summarizer_eval.claims.claim import Checker, SourceDocument

__all__ = ["Remembered", "Tolerant", "check_ahead"]


class Tolerant:
    """A checker that never fails on one document: that report is empty, and `failed` names it.

    What no document can survive (a wrong key, the budget) is raised as ever.
    """

    def __init__(self, checker: Checker) -> None:
        self.name = checker.name
        self.version = checker.version
        self.failed: list[tuple[str, str]] = []
        """Title or address of the document, and why."""
        self._checker = checker

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        """The checker's report, or one that says that it failed."""
        try:
            return checked(self._checker, source, summary)
        except (DocumentsFailed, ReplayMiss) as error:
            self.failed.append((source.title or source.url or summary[:40], str(error)))
            return ClaimReport((), failed=True)


class Remembered:
    """A checker whose reports are there already; name and version are those of who made them.

    Picklable. A summary that was not checked ahead, or on which the checker failed, has a `failed`
    report: metrics leave it unscored.
    """

    def __init__(self, name: str, version: str) -> None:
        self.name = name
        self.version = version
        self.failed: list[tuple[str, str]] = []
        """Documents on which the checker failed, and why."""
        self._reports: dict[bytes, ClaimReport] = {}

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        """The report that was made ahead."""
        return self._reports.get(_key(source, summary), ClaimReport((), failed=True))

    def keep(self, source: SourceDocument, summary: str, report: ClaimReport) -> None:
        """Remember a report."""
        self._reports[_key(source, summary)] = report


def check_ahead(
    checker: Checker,
    pairs: Iterable[tuple[str, SourceDocument, str]],
    *,
    progress: Callable[[int], None] | None = None,
) -> Remembered:
    """Check all pairs, so many at once as the checker's ``concurrency`` says (else one).

    Args:
        checker: who checks.
        pairs: (name of the document for errors, source, summary).
        progress: called with the number of pairs done.

    Raises:
        EndpointUnusable, BudgetReached: nothing further can be asked; what came is in the response
            cache.
    """
    remembered = Remembered(checker.name, checker.version)
    threads = getattr(checker, "concurrency", 1)

    def work(
        pair: tuple[str, SourceDocument, str],
    ) -> tuple[tuple[str, SourceDocument, str], ClaimReport | str]:
        try:
            return pair, checked(checker, pair[1], pair[2])
        except (DocumentsFailed, ReplayMiss) as error:
            return pair, str(error)

    with on_threads(threads) as executor:
        results = in_order(pairs, work, executor, ahead=threads * 2)
        for done, ((name, source, summary), report) in enumerate(results, start=1):
            if isinstance(report, str):
                remembered.failed.append((name, report))
            else:
                remembered.keep(source, summary, report)
            if progress is not None:
                progress(done)
    return remembered


def _key(source: SourceDocument, summary: str) -> bytes:
    metadata = sorted((str(name), str(value)) for name, value in source.metadata.items())
    parts = [source.text, source.title, source.url, source.date, metadata, summary]
    return hashlib.sha256(json.dumps(parts).encode("ascii")).digest()
