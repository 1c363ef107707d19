"""The embedded checker: no model, no network; each claim against the source, with evidence.

Numbers and names of a claim are looked for in source, title and metadata; then detectors look for
what is wrong although all of its numbers and names are there. `contradicted` is said where the
source says something else in that place, `unsupported` where it does not say it at all; a claim in
which nothing can be checked is `unchecked`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer.sentences import sentence_spans
from summarizer_eval.claims.claim import Claim, ClaimReport, Evidence
from summarizer_eval.claims.detectors import (
    CONTRADICTING,
    DETECTORS,
    SENTENCE_DETECTORS,
    SUMMARY_DETECTORS,
)
from summarizer_eval.claims.finding import Finding, prepare, say
from summarizer_eval.claims.name_check import check_names
from summarizer_eval.claims.number_check import check_number
from summarizer_eval.claims.quantities import quantities
from summarizer_eval.claims.split import claim_spans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from summarizer_eval.claims.claim import SourceDocument, Verdict
    from summarizer_eval.claims.finding import Prepared
    from summarizer_eval.claims.source import Hit

__all__ = ["RulesChecker"]


class RulesChecker:
    """Checks claims by quantities and names; see the module."""

    name = "rules"
    version = "5"

    def __init__(self, *, without: Iterable[str] = ()) -> None:
        """A checker without some of `DETECTORS`."""
        left_out = frozenset(without)
        self._detectors = {
            name: detect for name, detect in DETECTORS.items() if name not in left_out
        }
        self._sentence_detectors = {
            name: detect for name, detect in SENTENCE_DETECTORS.items() if name not in left_out
        }

        self._summary_detectors = {
            name: detect for name, detect in SUMMARY_DETECTORS.items() if name not in left_out
        }

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        """Split the summary into claims and judge each; any text is accepted."""
        prepared = prepare(source)
        language = "zh" if main_language(summary) == "zh" else "en"
        across = self._across(prepared, summary, language)
        return ClaimReport(
            tuple(
                self._claim(
                    prepared, summary, start, end, language,
                    [found for low, high, found in across if low < end and start < high],
                )
                for start, end in claim_spans(summary)
            )
        )  # fmt: skip

    def _across(
        self, source: Prepared, summary: str, language: str
    ) -> list[tuple[int, int, Finding]]:
        """What whole sentences, or the summary, show: places in the summary, and the finding."""
        listed = [
            (start, end, Finding("unsupported", "number", say(language, "listed", said, str(count)),
                                 0.7, name, _spoken_of(source, summary[start:end])))
            for name, detect in self._summary_detectors.items()
            for start, end, said, count in detect(summary)
        ]  # fmt: skip
        return listed + [
            (begin + start, begin + end,
             Finding("contradicted", "relation", say(language, "exchanged", said, other), 0.8, name,
                     _spoken_of(source, summary[begin:stop])))
            for begin, stop in sentence_spans(summary)
            for name, detect in self._sentence_detectors.items()
            for start, end, said, other in detect(source.detected.places, summary[begin:stop])
        ]  # fmt: skip

    def _claim(
        self, source: Prepared, summary: str, start: int, end: int, language: str,
        across: list[Finding],
    ) -> Claim:  # fmt: skip
        text = summary[start:end]
        findings = [
            *across,
            *(check_number(source, item, text, language) for item in quantities(text)),
            *check_names(source, text, language),
            *(
                _found_wrong(source, text, name, hit, language)
                for name, detect in self._detectors.items()
                for hit in detect(source.detected, text)
            ),
        ]
        findings = [item for item in findings if item.verdict != "unchecked"]
        worst = _worst(findings)
        if worst is None:
            reason = (
                "没有可核对的数字或名称。" if language == "zh" else "Nothing in it can be checked."
            )
            return Claim(
                start, end, text, "other", "unchecked", reason, 0.0, f"{self.name}.{self.version}"
            )
        # What is missing has no place; where it would have to stand is what a reader looks at.
        evidence = worst.evidence or _spoken_of(source, text)
        if worst.verdict == "supported":
            evidence = tuple(dict.fromkeys(e for item in findings for e in item.evidence))
        return Claim(
            start,
            end,
            text,
            worst.kind,
            worst.verdict,
            worst.reason,
            worst.confidence,
            f"{self.name}.{self.version}:{worst.detector}",
            evidence,
        )


def _worst(findings: list[Finding]) -> Finding | None:
    order = {"contradicted": 0, "unsupported": 1, "supported": 2}
    return min(findings, key=lambda item: (order[item.verdict], -item.confidence), default=None)


def _found_wrong(source: Prepared, claim: str, detector: str, hit: Hit, language: str) -> Finding:
    """What a detector found, with the sentence that the claim speaks of as evidence."""
    kind, said, there = hit
    reason = say(language, "instead" if there else "missing", said, there)
    verdict: Verdict = "contradicted" if there and detector in CONTRADICTING else "unsupported"
    confidence = 0.8 if verdict == "contradicted" else 0.6
    return Finding(verdict, kind, reason, confidence, detector, _spoken_of(source, claim))


def _spoken_of(source: Prepared, claim: str) -> tuple[Evidence, ...]:
    length = len(source.document.text)
    for _, sentence in source.detected.aligned.align(claim, 1):
        if sentence.start < length:  # behind it stand title and date
            return (source.sentence_at(sentence.start, sentence.start + 1),)
    return ()
