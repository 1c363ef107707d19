"""Which sentences of the source a claim speaks of, within a language and across the two.

Within Chinese by shared pairs of characters, across languages by what the words of the claim are
called in English, and in both by names and numbers; rare pairs and words weigh more (inverse
sentence frequency, Spärck Jones 1972).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING

from summarizer.sentences import sentence_spans
from summarizer_eval.claims.lexicon import english, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AlignedSource", "Sentence"]

_TOKEN = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]+|\d+(?:\.\d+)?")
_WRAPPED = re.compile(r"(?<=[A-Za-z,;0-9\-)])\n(?=[A-Za-z(0-9])")
_CLAUSE = re.compile(r"[^，,。；;：:！!？?…\n]*[^，,。；;：:！!？?…\n\s][^，,。；;：:！!？?…\n]*")
_LATIN = re.compile("[A-Za-z]+")


_MOST = 3
"""Sentences that are ever asked for."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the source."""

    start: int
    text: str
    grams: frozenset[str]
    stems: frozenset[str]


class AlignedSource:
    """A source whose sentences can be found by what they speak of.

    Args:
        text: source and title.
        chinese: whether the source is in Chinese; else claims are translated word by word.
        clauses: cut at commas too.
    """

    def __init__(self, text: str, *, chinese: bool, clauses: bool = False) -> None:
        self.chinese = chinese
        # Lines of abstracts are wrapped in the middle of a sentence.
        flat = _WRAPPED.sub(" ", text)
        self.sentences = tuple(
            Sentence(
                start,
                flat[start:end],
                grams(flat[start:end]),
                frozenset() if chinese else _stems(flat[start:end]),
            )
            for start, end in (_clause_spans(flat) if clauses else sentence_spans(flat))
        )
        count = Counter(
            key for sentence in self.sentences for key in sentence.grams | sentence.stems
        )
        self._ranked: dict[str, list[tuple[float, int]]] = {}
        self._weights = {
            key: math.log(1 + len(self.sentences) / (number + 0.5)) for key, number in count.items()
        }

    def align(self, claim: str, most: int = _MOST) -> list[tuple[float, Sentence]]:
        """The sentences that a claim most likely speaks of, best first, with their scores (> 0)."""
        if claim not in self._ranked:  # many detectors ask for the same claim
            self._ranked[claim] = self._rank(claim)
        return [(score, self.sentences[place]) for score, place in self._ranked[claim][:most]]

    def _rank(self, claim: str) -> list[tuple[float, int]]:
        wanted = grams(claim)
        terms = () if self.chinese else tuple(english(word) for _, word in words(claim))
        parts = frozenset(part for word in terms for term in word for part in term)
        scored = (
            (self._score(sentence, wanted, terms, parts), place)
            for place, sentence in enumerate(self.sentences)
        )
        return nlargest(_MOST, (item for item in scored if item[0] > 0))

    def before(self, sentence: Sentence) -> str:
        """The text of the sentence before one of these; "" before the first."""
        place = self.sentences.index(sentence)
        return self.sentences[place - 1].text if place else ""

    def _score(
        self,
        sentence: Sentence,
        wanted: frozenset[str],
        terms: tuple[tuple[tuple[str, ...], ...], ...],
        parts: frozenset[str],
    ) -> float:
        weights = self._weights
        score: float = sum(weights[gram] for gram in wanted & sentence.grams)
        for translations in () if parts.isdisjoint(sentence.stems) else terms:
            score += max(
                (
                    len(hits) / len(term) * max(weights[part] for part in hits)
                    for term in translations
                    if (hits := [part for part in term if part in sentence.stems])
                ),
                default=0.0,
            )
        return score / math.pow(10 + len(sentence.text), 0.15)


@lru_cache(maxsize=4096)
def grams(text: str) -> frozenset[str]:
    """Pairs of Han characters, and Latin words and numbers, lower-cased."""
    found: set[str] = set()
    for match in _TOKEN.finditer(text.lower()):
        token = match[0]
        if token.isascii():
            found.add(token)
        else:
            found.update(token[place : place + 2] for place in range(len(token) - 1))
    return frozenset(found)


def _clause_spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _CLAUSE.finditer(text):
        yield match.span()


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _LATIN.findall(text))
