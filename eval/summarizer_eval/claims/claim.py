"""What a claim of a summary is, and what a checker says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer.jsonlines import Json

__all__ = ["Checker", "Claim", "ClaimReport", "Evidence", "SourceDocument", "Verdict"]

Verdict = Literal["supported", "contradicted", "unsupported", "unchecked"]
Place = Literal["source", "title", "url", "metadata"]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """What a summary's claims are checked against."""

    text: str
    title: str = ""
    url: str = ""
    date: str = ""
    """ISO date on which the document was saved; resolves 今年, next month."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    links: Sequence[str] = ()
    """Where the links of the source lead, which its text often leaves out."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a verdict comes from: code points, end exclusive, into exactly the string given."""

    start: int
    end: int
    text: str
    place: Place = "source"


@dataclass(frozen=True, slots=True)
class Claim:
    """One clause of a summary and what the checker says of it."""

    start: int
    end: int
    text: str
    kind: str
    """``number``, ``date``, ``entity``, ``relation`` or ``other``."""
    verdict: Verdict
    reason: str = ""
    """One sentence, in the user's language."""
    confidence: float = 0.0
    """0 to 1: how sure the checker is of the verdict."""
    checker: str = ""
    """Name and version of the checker, and the detector that decided."""
    evidence: tuple[Evidence, ...] = ()
    """All places, the most telling first."""

    def to_json(self) -> Json:
        """The claim as every output of ours has it."""
        first = next((item for item in self.evidence if item.place == "source"), None)
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "kind": self.kind,
            "verdict": self.verdict,
            "reason": self.reason,
            "confidence": round(self.confidence, 4),
            "checker": self.checker,
            "evidence": None
            if first is None
            else {"start": first.start, "end": first.end, "text": first.text},
            "evidence_all": [
                {"in": item.place, "start": item.start, "end": item.end, "text": item.text}
                for item in self.evidence
            ],
        }


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """All claims of one summary, in the order of the text."""

    claims: tuple[Claim, ...]
    failed: bool = False
    """Whether the checker could not judge the summary at all: then there are no claims."""

    def count(self, verdict: Verdict) -> int:
        """How many claims have this verdict."""
        return sum(claim.verdict == verdict for claim in self.claims)

    @property
    def faithfulness(self) -> float | None:
        """Supported / checkable claims, 0 to 1, higher is better; None where none is checkable."""
        checkable = len(self.claims) - self.count("unchecked")
        return self.count("supported") / checkable if checkable else None

    def to_json(self) -> Json:
        """As ``summarizer claims --json`` prints it."""
        return {
            "claims": [claim.to_json() for claim in self.claims],
            "supported": self.count("supported"),
            "contradicted": self.count("contradicted"),
            "unsupported": self.count("unsupported"),
            "unchecked": self.count("unchecked"),
        }


class Checker(Protocol):
    """Judges the claims of a summary against its source."""

    name: str
    version: str

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        """Split the summary into claims and judge each; any text is accepted."""
        ...
