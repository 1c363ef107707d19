"""Embedded models: they choose sentences of the source. No network, no data, no translation.

``lead`` takes the first sentences, a baseline that is hard to beat on news (Nenkova 2005).
``lexrank`` takes the most central ones (Erkan & Radev 2004: cosine graph over TF-IDF, damped power
iteration), without near-repeats, in the order of the source.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer.models.base import Length, Reply
from summarizer.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from summarizer.models.base import Request

__all__ = ["EXTRACTIVE_VERSION", "ExtractiveModel", "lead", "lexrank", "measure"]

EXTRACTIVE_VERSION = "1"
_TOKEN = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*|[\u3400-\u9fff]")
_DAMPING = 0.85
_THRESHOLD = 0.1
_ITERATIONS = 50
_REPEAT = 0.8
# The graph is quadratic; a source with more sentences is summarized from its first ones.
_MOST_SENTENCES = 400
_DEFAULT = {"zh": Length(120, "chars"), "en": Length(70, "words")}


class ExtractiveModel:
    """A `Model` that answers from the source text alone; deterministic."""

    endpoint = "embedded"
    accepted: frozenset[str] | None = frozenset()

    def __init__(self, method: str) -> None:
        self._choose = {"lead": lead, "lexrank": lexrank}[method]
        self.spec = f"extractive:{method}"
        self.name = f"extractive-{method}.{EXTRACTIVE_VERSION}"

    def summarize(self, request: Request) -> Reply:
        """The reply, computed on the caller's thread; pure."""
        language = main_language(request.source_text)
        length = request.length or _DEFAULT["zh" if language == "zh" else "en"]
        text = self._choose(request.source_text, length)
        return Reply(text, {"text": text, "model": self.name}, "stop", model=self.name)

    async def complete(self, request: Request) -> Reply:
        """Answer one request; never fails."""
        return self.summarize(request)

    async def aclose(self) -> None:
        """Nothing to release."""


def measure(text: str, unit: str) -> int:
    """Length of a text: characters without white space, or words (a Han character is half one)."""
    if unit == "chars":
        return len("".join(text.split()))
    words = len(re.findall(r"[^\W\u3400-\u9fff_]+(?:['.-][^\W\u3400-\u9fff_]+)*", text))
    return words + math.ceil(len(re.findall(r"[\u3400-\u9fff]", text)) / 2)


def lead(text: str, length: Length) -> str:
    """The first sentences, up to the length that was asked for (at least one)."""
    found = _usable(sentences(text))
    return _join(_fill(found, range(len(found)), length))


def lexrank(text: str, length: Length) -> str:
    """The most central sentences, up to the length that was asked for, in the source's order."""
    found = _usable(sentences(text))[:_MOST_SENTENCES]
    if len(found) < 3:
        return _join(found)
    vectors = _tf_idf(found)
    scores = _centrality(vectors)
    order: list[int] = []
    for index in sorted(range(len(found)), key=lambda place: (-scores[place], place)):
        if all(_cosine(vectors[index], vectors[other]) < _REPEAT for other in order):
            order.append(index)
    return _join(_fill(found, order, length))


def _usable(found: list[str]) -> list[str]:
    """Sentences that say something: not a lone hashtag line, a picture mark or an address."""
    kept = []
    for sentence in found:
        bare = re.sub(r"#[^#\n]{1,60}#|【[图视频]+\d*】|https?://\S+|^[>\s*•·-]+", "", sentence)
        if len(_TOKEN.findall(bare.lower())) >= 4:
            kept.append(sentence)
    return kept or [sentence for sentence in found if sentence.strip()]


def _fill(found: Sequence[str], order: Sequence[int], length: Length) -> list[str]:
    """Sentences in the given order while they fit, returned in the text's order."""
    bound = length.maximum or round(length.target * 1.3)
    chosen: list[int] = []
    used = 0
    for index in order:
        size = measure(found[index], length.unit)
        if chosen and (used >= length.target or used + size > bound):
            continue
        chosen.append(index)
        used += size
        if used >= length.target:
            break
    return [found[index] for index in sorted(chosen)]


def _join(chosen: Sequence[str]) -> str:
    joined = ""
    for sentence in chosen:
        flat = " ".join(sentence.split())
        gap = " " if joined and joined[-1].isascii() and flat[:1].isascii() else ""
        joined += gap + flat
    return joined


def _tf_idf(found: Sequence[str]) -> list[dict[str, float]]:
    bags = [Counter(_TOKEN.findall(sentence.lower())) for sentence in found]
    spread = Counter(token for bag in bags for token in bag)
    total = len(bags)
    vectors = []
    for bag in bags:
        raw = {token: n * math.log(1 + total / spread[token]) for token, n in bag.items()}
        norm = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        vectors.append({token: value / norm for token, value in raw.items()})
    return vectors


def _cosine(first: dict[str, float], second: dict[str, float]) -> float:
    if len(second) < len(first):
        first, second = second, first
    return sum(value * second[token] for token, value in first.items() if token in second)


def _centrality(vectors: list[dict[str, float]]) -> list[float]:
    """Stationary distribution of the thresholded cosine graph."""
    import numpy as np

    size = len(vectors)
    matrix = np.zeros((size, size))
    for row in range(size):
        for column in range(row):
            value = _cosine(vectors[row], vectors[column])
            if value >= _THRESHOLD:
                matrix[row, column] = matrix[column, row] = value
    matrix += np.eye(size)
    matrix /= matrix.sum(axis=1, keepdims=True)
    scores = np.full(size, 1 / size)
    for _ in range(_ITERATIONS):
        scores = (1 - _DAMPING) / size + _DAMPING * (matrix.T @ scores)
    # Rounded: equal sentences must not be told apart by the last bit of a sum.
    return [round(float(score), 12) for score in scores]
