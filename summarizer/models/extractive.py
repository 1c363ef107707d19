"""Embedded models: whole sentences of the source, no network, no downloads, no translation.

`LeadModel` takes the first sentences, which is hard to beat for news. `LexRankModel` takes the most
central ones: sentences are nodes, their tf-idf cosine similarities are edges, and the stationary
distribution of a damped walk ranks them (continuous LexRank; Erkan and Radev, "LexRank:
Graph-based Lexical Centrality as Salience in Text Summarization", JAIR 22, 2004).
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer.models.base import Length, Reply, Request
from summarizer.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LeadModel", "LexRankModel"]

DEFAULT_LENGTH = Length(150, "chars", 260)
MAX_SENTENCES = 400
"""Of a longer source only these first sentences are ranked: the work grows with their square."""
DAMPING = 0.85
REDUNDANT = 0.6
"""Cosine above which a sentence says again what was taken already."""
# One English word carries about what 1.7 Chinese characters do.
_CHARS_PER_WORD = 1.7
_SLACK = 1.25
"""A length without a maximum may be passed by a quarter."""

_TERM = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d.,]*%?|[\u3400-\u4dbf\u4e00-\u9fff]+")
_CLAUSE = re.compile(r"[，,；;、：:—]")


class _Extractive:
    """What both models share: the protocol, and how a length is kept."""

    spec: str
    name: str
    endpoint = "embedded"
    accepted: frozenset[str] | None = frozenset()

    def summarize(self, text: str, length: Length | None = None) -> str:
        """Sentences of `text` in their order, as many as `length` allows, one at least."""
        found = [part for part in sentences(text) if any(char.isalnum() for char in part)]
        found = found[:MAX_SENTENCES]
        chinese = main_language(text) != "en"
        target, maximum = _bounds(length or DEFAULT_LENGTH, chinese=chinese)
        taken: list[int] = []
        used = 0
        for index in self._order(found):
            size = _size(found[index], chinese=chinese)
            if taken and used + size > maximum:
                continue
            taken.append(index)
            used += size
            if used >= target:
                break
        parts = [found[index] for index in sorted(taken)]
        if len(parts) == 1:
            parts = [_shortened(parts[0], maximum, chinese=chinese)]
        return ("" if chinese else " ").join(parts)

    async def complete(self, request: Request) -> Reply:
        """Answer from the request's own source text; messages and parameters change nothing."""
        started = time.perf_counter()
        text = self.summarize(request.source_text, request.length)
        message = {"role": "assistant", "content": text}
        raw = {
            "model": self.spec,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
        latency = time.perf_counter() - started
        return Reply(text, raw, "stop", model=self.spec, latency_s=latency)

    async def aclose(self) -> None:
        """Nothing to release."""

    def _order(self, found: Sequence[str]) -> Iterable[int]:
        raise NotImplementedError


class LeadModel(_Extractive):
    """The first sentences."""

    spec = "extractive:lead"
    name = "extractive:lead"

    def _order(self, found: Sequence[str]) -> Iterable[int]:
        return range(len(found))


class LexRankModel(_Extractive):
    """The most central sentences, without those that repeat one already taken."""

    spec = "extractive:lexrank"
    name = "extractive:lexrank"

    def _order(self, found: Sequence[str]) -> Iterable[int]:
        if len(found) < 3:
            return range(len(found))
        similarity = _similarities(found)
        scores = _centrality(similarity)
        # Rounded: equal sentences keep the order of the text on every machine.
        order = sorted(range(len(found)), key=lambda index: (-round(scores[index], 9), index))
        kept: list[int] = []
        for index in order:
            if all(similarity[index, other] <= REDUNDANT for other in kept):
                kept.append(index)
        return kept


def _similarities(found: Sequence[str]) -> NDArray[np.float64]:
    """Cosines of tf-idf vectors over this text's sentences."""
    import numpy as np

    counts = [Counter(_terms(sentence)) for sentence in found]
    frequency = Counter(term for count in counts for term in count)
    column = {term: place for place, term in enumerate(frequency)}
    weight = {term: math.log(1 + len(found) / n) for term, n in frequency.items()}
    matrix = np.zeros((len(found), len(column)))
    for row, count in enumerate(counts):
        for term, times in count.items():
            matrix[row, column[term]] = times * weight[term]
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.where(norms > 0, norms, 1)
    product: NDArray[np.float64] = matrix @ matrix.T
    return product


def _centrality(similarity: NDArray[np.float64]) -> list[float]:
    """The stationary distribution of the damped walk over the similarities."""
    import numpy as np

    size = len(similarity)
    edges = similarity.copy()
    np.fill_diagonal(edges, 0)
    sums = edges.sum(axis=1, keepdims=True)
    walk = np.where(sums > 0, edges / np.where(sums > 0, sums, 1), 1 / size)
    rank = np.full(size, 1 / size)
    for _ in range(100):
        after = (1 - DAMPING) / size + DAMPING * (rank @ walk)
        if np.abs(after - rank).max() < 1e-9:
            break
        rank = after
    return [float(value) for value in rank]


def _terms(sentence: str) -> Iterable[str]:
    """Words and numbers, and the character pairs of Chinese."""
    for match in _TERM.finditer(sentence):
        run = match[0]
        if run[0] < "\u3400":
            yield run.lower()
        elif len(run) == 1:
            yield run
        else:
            for place in range(len(run) - 1):
                yield run[place : place + 2]


def _bounds(length: Length, *, chinese: bool) -> tuple[float, float]:
    """Target and maximum in the unit of the source: characters of Chinese, words of English."""
    factor = 1.0
    if chinese and length.unit == "words":
        factor = _CHARS_PER_WORD
    elif not chinese and length.unit == "chars":
        factor = 1 / _CHARS_PER_WORD
    maximum = length.target * _SLACK if length.maximum is None else length.maximum
    return length.target * factor, maximum * factor


def _size(text: str, *, chinese: bool) -> int:
    if chinese:
        return sum(not char.isspace() for char in text)
    return len(text.split())


def _shortened(text: str, maximum: float, *, chinese: bool) -> str:
    """One sentence that is too long by itself, cut at a clause's end where there is one."""
    if _size(text, chinese=chinese) <= maximum:
        return text
    if not chinese:
        return " ".join(text.split()[: max(1, int(maximum))]) + " …"
    head = text[: max(1, int(maximum) - 1)]
    clauses = [match.start() for match in _CLAUSE.finditer(head)]
    if clauses and clauses[-1] >= len(head) // 2:
        head = head[: clauses[-1]]
    return head + "…"
