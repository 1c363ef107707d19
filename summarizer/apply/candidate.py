"""What may be written, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer.document import Document
    from summarizer.errors import ArchiveError
    from summarizer.generation import Generation
    from summarizer.jsonlines import Json
    from summarizer.run import Run

__all__ = ["Applied", "Candidate", "candidates", "one_line"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A summary that may be written, and the document that it is of."""

    run: Run
    document: Document
    generation: Generation | None
    sample: int = 0
    unfit: str = ""
    """Why it was found unfit before; empty where it was not."""

    @property
    def summary(self) -> str:
        """The new text; empty where there is none."""
        return (self.generation.summary if self.generation else None) or ""


def candidates(run: Run, *, sample: int = 0) -> Iterator[Candidate]:
    """One candidate a document of a run: that of one sample, numbered from 0."""
    for _, group in groupby(run.results(), key=lambda pair: pair[0].id):
        pairs = list(group)
        document, generation = pairs[min(sample, len(pairs) - 1)]
        yield Candidate(run, document, generation if sample < len(pairs) else None, sample)


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one document."""

    candidate: Candidate
    action: str
    """``written``, ``unchanged`` (it holds the new text already), ``skipped`` (by a rule or a
    person) or ``refused`` (it cannot be written safely)."""
    reason: str = ""
    before: bytes | None = None
    after: bytes | None = None
    path: str = ""
    """The file written, relative to the archive or the target."""

    def to_json(self) -> Json:
        """A row of ``apply --json``."""
        return {
            "id": self.candidate.document.id,
            "path": self.path or self.candidate.document.path,
            "action": self.action,
            "reason": self.reason or None,
            "run": self.candidate.run.name,
            "sample": self.candidate.sample,
        }


def one_line(error: ArchiveError) -> str:
    """An error as the reason of a refusal."""
    return error.what if error.hint is None else f"{error.what}; {error.hint}"
