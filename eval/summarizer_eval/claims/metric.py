"""Faithfulness and its kin: the claims of a summary against its source, and kept facts.

``faithfulness`` = supported / (supported + contradicted + unsupported), as SummaC and FActScore
(Min et al. 2023) count atomic facts; a summary without a checkable claim is unscored.
``fact_recall`` is the share of the stored summary's supported facts (numbers and names) that the
new one keeps: it falls where summaries are cut short, which faithfulness rewards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer_eval.claims.claim import SourceDocument
from summarizer_eval.claims.names import fold, names
from summarizer_eval.claims.quantities import agree, quantities
from summarizer_eval.metric import CHECK_FAILED, Direction, Value
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.document import Document
    from summarizer_eval.claims.claim import Checker
    from summarizer_eval.metric import Item

__all__ = ["ClaimsMetric", "source_of"]

_DIRECTIONS: dict[str, Direction] = {
    "faithfulness": "higher",
    "contradicted": "lower",
    "unsupported": "lower",
    "checkable_claims": "neutral",
    "fact_recall": "higher",
}


def source_of(document: Document) -> SourceDocument:
    """What a document's summaries are checked against."""
    from summarizer.selection import document_date

    return SourceDocument(
        document.source_text,
        document.title,
        document.url or "",
        document_date(document) or "",
        document.metadata,
        tuple(link.url for link in document.links),
    )


class ClaimsMetric:
    """Claims by verdict a document; the claims themselves are kept as detail of faithfulness."""

    names = tuple(_DIRECTIONS)
    directions: Mapping[str, Direction] = _DIRECTIONS

    def __init__(self, checker: Checker | None = None) -> None:
        if checker is None:
            from summarizer_eval.claims import default_checker

            checker = default_checker()
        self._checker = checker

    def signature(self, name: str) -> Signature:
        """Metric and checker with its version; no checker decides what `fact_recall` is."""
        if name == "fact_recall":
            return Signature({"metric": name, "version": "1"})
        checker = f"{self._checker.name}.{self._checker.version}"
        return Signature({"metric": name, "checker": checker})

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each name."""
        if not item.summary:
            return dict.fromkeys(self.names, Value(None, "no-summary"))
        if not item.document.source_text.strip():
            return dict.fromkeys(self.names, Value(None, "no-source"))
        report = self._checker.check(source_of(item.document), item.summary)
        if report.failed:
            return dict.fromkeys(self.names, Value(None, CHECK_FAILED))
        counts = {verdict: report.count(verdict) for verdict in ("contradicted", "unsupported")}
        checkable = len(report.claims) - report.count("unchecked")
        detail = report.to_json()
        faithfulness = report.faithfulness
        return {
            "faithfulness": Value(
                faithfulness, None if faithfulness is not None else "no-claims", detail
            ),
            "contradicted": Value(float(counts["contradicted"])),
            "unsupported": Value(float(counts["unsupported"])),
            "checkable_claims": Value(float(checkable)),
            "fact_recall": _fact_recall(item),
        }


def _fact_recall(item: Item) -> Value:
    """Of the facts of the reference that the source has, the share that the summary has too."""
    if not item.references:
        return Value(None, "no-reference")
    reference, summary, source = item.references[0], item.summary or "", item.document.source_text
    in_source, in_summary = quantities(source), quantities(summary)
    wanted = [
        number
        for number in quantities(reference)
        if not number.small and any(agree(number, other) for other in in_source)
    ]
    kept = [any(agree(other, number) for other in in_summary) for number in wanted]
    own = {fold(name.text) for name in names(summary)}
    there = {fold(name.text) for name in names(source)}
    kept.extend(name in own for name in {fold(name.text) for name in names(reference)} & there)
    if not kept:
        return Value(None, "no-facts")
    return Value(sum(kept) / len(kept))
