"""The quality of stored summaries without a reference: problems, claims, length, coverage.

``badness`` is 0 to 1, lower is better: each fault is taken as evidence, with a weight of its own,
that the summary must be made anew, and independent evidence adds up as 1 - Π(1 - weight)
("noisy or", Pearl 1988). It orders a work list; it is no measure to compare archives with.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer_eval.claims.metric import ClaimsMetric
from summarizer_eval.metric import Item
from summarizer_eval.metrics.form import FormMetric, RepetitionMetric
from summarizer_eval.metrics.source import ExtractiveMetric
from summarizer_eval.rouge import Rouge
from summarizer_eval.tokenizers import make_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from summarizer.document import Document
    from summarizer.jsonlines import Json
    from summarizer_eval.claims import Checker
    from summarizer_eval.metric import Metric

__all__ = ["Audited", "Auditor", "worst_first"]

# How likely a summary with this problem is to need making anew.
WEIGHTS = {
    "summary-missing": 1.0,
    "summary-empty": 1.0,
    "summary-boilerplate": 0.95,
    "summary-conflict": 0.9,
    "summary-html": 0.8,
    "summary-copy": 0.7,
    "summary-language": 0.6,
    "summary-doubled": 0.5,
    "conflict-markers": 0.4,
    "summary-length-note": 0.2,
}
OTHER_PROBLEM = 0.02
CONTRADICTED = 0.4
UNSUPPORTED = 0.12
# A summary that lies below the first is hardly one, above the second it copies (Grusky et al.
# 2018 find coverage of .8 to .9 in the most extractive news summaries).
SHORTEST = {"zh": 15, "en": 8, "und": 8}
LONGEST_COVERAGE = 0.95
SHAPE = 0.15

_METRICS = (
    "length",
    "source_coverage",
    "source_density",
    "source_compression",
    "repetition",
    "faithfulness",
    "contradicted",
    "unsupported",
    "checkable_claims",
)


@dataclass(frozen=True, slots=True)
class Audited:
    """What is wrong with one stored summary."""

    document: Document
    metrics: Mapping[str, float | None]
    claims: Mapping[str, int]
    """Verdict to number."""
    badness: float
    """0 to 1; lower is better."""
    reasons: tuple[str, ...]
    """The worst first."""

    def to_json(self) -> Json:
        """A line of ``audit --json``."""
        document = self.document
        return {
            "id": document.id,
            "path": document.path,
            "url": document.url,
            "source_key": document.key,
            "problems": [problem.to_json() for problem in document.problems],
            "metrics": dict(self.metrics),
            "claims": dict(self.claims),
            "badness": round(self.badness, 4),
            "reasons": list(self.reasons),
        }


class Auditor:
    """Judges stored summaries, one document at a time."""

    def __init__(self, checker: Checker | None = None) -> None:
        rouge = Rouge(make_tokenizer("cjk"))
        self._claims = ClaimsMetric(checker)
        self._metrics: tuple[Metric, ...] = (
            FormMetric(),
            ExtractiveMetric(rouge),
            RepetitionMetric(rouge),
        )

    def __call__(self, document: Document) -> Audited:
        """What is wrong with a document's stored summary."""
        item = Item(key="", document=document, summary=document.stored_summary or None)
        values = dict(self._claims.score(item))
        claims = dict.fromkeys(("supported", "contradicted", "unsupported", "unchecked"), 0)
        wrong: list[str] = []
        detail = values["faithfulness"].detail
        if detail is not None:
            claims = {verdict: detail[verdict] for verdict in claims}
            wrong = [
                f"{claim['verdict']}: {claim['text']}"
                for verdict in ("contradicted", "unsupported")
                for claim in detail["claims"]
                if claim["verdict"] == verdict
            ]
        for metric in self._metrics:
            values.update(metric.score(item))
        metrics = {name: values[name].value if name in values else None for name in _METRICS}
        evidence = sorted(self._evidence(document, metrics), reverse=True)
        good = 1.0
        for weight, _ in evidence:
            good *= 1 - weight
        for verdict, weight in (("contradicted", CONTRADICTED), ("unsupported", UNSUPPORTED)):
            good *= (1 - weight) ** claims[verdict]
        reasons = [text for weight, text in evidence if weight > OTHER_PROBLEM]
        reasons += wrong + [text for weight, text in evidence if weight <= OTHER_PROBLEM]
        return Audited(document, metrics, claims, 1 - good, tuple(reasons))

    def _evidence(
        self, document: Document, metrics: Mapping[str, float | None]
    ) -> Iterator[tuple[float, str]]:
        for code in dict.fromkeys(problem.code for problem in document.problems):
            yield WEIGHTS.get(code, OTHER_PROBLEM), code
        summary = document.stored_summary
        length, coverage = metrics["length"], metrics["source_coverage"]
        if summary and length is not None and length < SHORTEST[main_language(summary)]:
            yield SHAPE, f"only {length:.0f} characters or words"
        if coverage is not None and coverage > LONGEST_COVERAGE:
            yield SHAPE, f"{coverage:.0%} of it is copied from the source"


def worst_first(audited: Iterable[Audited]) -> Iterator[Json]:
    """The rows of an audit, worst first, then by id; they wait on disk, not in memory."""
    database = sqlite3.connect("")  # a temporary file that goes with the connection
    try:
        database.execute("CREATE TABLE row (badness REAL, id BLOB, line TEXT)")
        database.executemany(
            "INSERT INTO row VALUES (?, ?, ?)",
            (
                (entry.badness, entry.document.id.encode("utf-8", "surrogatepass"),
                 json.dumps(entry.to_json()))
                for entry in audited
            ),
        )  # fmt: skip
        for (line,) in database.execute("SELECT line FROM row ORDER BY badness DESC, id"):
            row: Json = json.loads(line)
            yield row
    finally:
        database.close()
