"""Factual claims: split, checked against the source, with evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer_eval.claims.claim import (
    Checker,
    Claim,
    ClaimReport,
    Evidence,
    SourceDocument,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Checker",
    "Claim",
    "ClaimReport",
    "Evidence",
    "SourceDocument",
    "Verdict",
    "check_claims",
    "default_checker",
]


def default_checker() -> Checker:
    """The embedded checker; needs no model and no network."""
    from summarizer_eval.claims.rules import RulesChecker

    return RulesChecker()


def check_claims(
    source: str,
    summary: str,
    *,
    title: str = "",
    url: str = "",
    date: str = "",
    metadata: Mapping[str, str] | None = None,
    checker: Checker | None = None,
) -> ClaimReport:
    """Check the claims of a summary against its source.

    Args:
        source: plain text (`summarizer.markup.extract_text` makes it of HTML).
        summary: what is to be checked.
        title, url, metadata: evidence too.
        date: ISO date on which the document was saved.
        checker: another checker of the same protocol.

    >>> report = check_claims("Sales rose 26% to 1.2 million cars.", "销量增长36%，达120万辆。")
    >>> [claim.verdict for claim in report.claims]
    ['unsupported', 'supported']
    """
    document = SourceDocument(source, title, url, date, metadata or {})
    return (checker or default_checker()).check(document, summary)
