"""What one look at a claim finds, and the source as the embedded checker reads it once."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.sentences import sentence_spans
from summarizer_eval.claims.claim import Evidence
from summarizer_eval.claims.names import token_set
from summarizer_eval.claims.quantities import Quantity, quantities
from summarizer_eval.claims.source import Source

if TYPE_CHECKING:
    from summarizer_eval.claims.claim import SourceDocument, Verdict

__all__ = ["Finding", "Prepared", "prepare", "say"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on one number, name or word of a claim."""

    verdict: Verdict
    kind: str
    reason: str
    confidence: float
    detector: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A source, read once for all claims."""

    document: SourceDocument
    text: str
    """Source, title, URL and metadata, for names."""
    folded: str
    """The source's own text without case."""
    tokens: frozenset[str]
    numbers: tuple[Quantity, ...]
    other_numbers: tuple[Quantity, ...]
    """Of title, date and metadata."""
    sentences: tuple[tuple[int, int], ...]
    detected: Source

    def sentence_at(self, start: int, end: int) -> Evidence:
        """The sentence of the source that holds a place."""
        index = bisect_right(self.sentences, (start, len(self.document.text))) - 1
        if index >= 0 and start < self.sentences[index][1]:
            start, end = self.sentences[index]
        return Evidence(start, end, self.document.text[start:end])


def prepare(source: SourceDocument) -> Prepared:
    """Read a source."""
    extra = "\n".join([source.title, source.date, *source.metadata.values()])
    beside = "\n".join([source.url, *source.metadata.values(), *source.links])
    text = "\n".join([source.text, source.title, source.date, beside])
    spoken = f"{source.text}\n{source.title}\n{source.date}"
    numbers = quantities(spoken)
    return Prepared(
        source,
        text,
        source.text.casefold(),
        token_set(text),
        tuple(number for number in numbers if number.end <= len(source.text)),
        quantities(extra),
        tuple(sentence_spans(source.text)),
        Source(spoken, numbers, source.date, beside),
    )


_PHRASES = {
    "zh": {
        "found": "原文中有“{0}”。",
        "elsewhere": "标题或元数据中有“{0}”。",
        "instead": "摘要写“{0}”，原文相应处是“{1}”。",
        "missing": "原文中找不到“{0}”。",
        "derived": "“{0}”由原文算得：{1}。",
        "exchanged": "“{0}”处，原文说的是“{1}”。",
        "listed": "摘要写“{0}”，后面列出的是{1}个。",
    },
    "en": {
        "found": "The source has {0!r}.",
        "elsewhere": "The title or metadata have {0!r}.",
        "instead": "The summary says {0!r}; the source says {1!r} there.",
        "missing": "The source does not have {0!r}.",
        "derived": "{0!r} follows from the source: {1}.",
        "listed": "The summary says {0!r}, and lists {1}.",
        "exchanged": "Where the summary has {0!r}, the source speaks of {1!r}.",
    },
}


def say(language: str, phrase: str, *values: str) -> str:
    """A reason in the language of the summary."""
    return _PHRASES[language][phrase].format(*values)
