"""The scale of a figure: chance level and self-agreement, measured on the archive itself.

*Chance level* (floor): stored summaries of unrelated sources, in one language, against each other.
*Self-agreement* (ceiling): two stored summaries of one source text against each other, averaged by
source and then over sources; identical summaries and differing source texts are left out. A figure
means something only between the two.
"""

from __future__ import annotations

import hashlib
import random
from itertools import combinations
from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer_eval.metric import Item, score_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from summarizer.document import Document
    from summarizer.jsonlines import Json
    from summarizer_eval.metric import Metric

__all__ = ["CHANCE_PAIRS", "PAIRS_A_SOURCE", "Pool", "measure"]

CHANCE_PAIRS = 1000
"""Random pairs over all languages."""
PAIRS_A_SOURCE = 200
"""One source may have hundreds of files: a seeded sample of its pairs is enough."""

Pair = tuple["Document", "Document"]


class Pool:
    """The documents of an archive that can serve as references, and the pairs among them."""

    def __init__(self, documents: Iterable[Document], *, seed: int) -> None:
        self._documents = [document for document in documents if document.reference]
        self._seed = seed

    @property
    def digest(self) -> str:
        """Of everything that the levels depend on, 16 hex digits."""
        content = hashlib.sha256(f"{self._seed}|{CHANCE_PAIRS}|{PAIRS_A_SOURCE}".encode())
        for document in self._documents:
            line = f"{document.key} {document.text_sha256} {document.reference}\n"
            content.update(line.encode("utf-8", "surrogatepass"))
        return content.hexdigest()[:16]

    def twins(self) -> list[list[Pair]]:
        """Pairs of one source text with unlike summaries, by source."""
        sources: dict[str, list[Document]] = {}
        for document in self._documents:
            sources.setdefault(document.key, []).append(document)
        found = []
        for key in sorted(sources):
            pairs = [
                (one, two)
                for one, two in combinations(sources[key], 2)
                if one.text_sha256 == two.text_sha256 and one.reference != two.reference
            ]
            if len(pairs) > PAIRS_A_SOURCE:
                pairs = random.Random(f"{self._seed}|{key}").sample(pairs, PAIRS_A_SOURCE)  # noqa: S311
            if pairs:
                found.append(pairs)
        return found

    def strangers(self) -> list[Pair]:
        """Random pairs of unlike sources in one language; languages as often as they stand."""
        tongues: dict[str, list[Document]] = {}
        for document in self._documents:
            tongues.setdefault(main_language(document.reference or ""), []).append(document)
        rng = random.Random(self._seed)  # noqa: S311
        pairs: list[Pair] = []
        for tongue in sorted(tongues):
            documents = tongues[tongue]
            if len({document.key for document in documents}) < 2:
                continue
            wanted = max(1, round(CHANCE_PAIRS * len(documents) / len(self._documents)))
            for _ in range(10 * wanted):  # bounded: one source may hold nearly all files
                one, two = rng.choice(documents), rng.choice(documents)
                if one.key != two.key:
                    pairs.append((one, two))
                    wanted -= 1
                if not wanted:
                    break
        return pairs


def measure(pool: Pool, metric: Metric) -> Json:
    """The levels of each figure of a metric that compares with references.

    Returns:
        ``{figure: {floor, ceiling, n_chance_pairs, n_sources}}``; a level that the archive has no
        pairs for is None.
    """
    strangers, twins = pool.strangers(), pool.twins()
    chance = _both_ways(metric, strangers)
    agreement = [_both_ways(metric, pairs) for pairs in twins]
    levels: Json = {}
    for name in metric.names:
        floor = _mean([values[name] for values in chance])
        by_source = [_mean([values[name] for values in pairs]) for pairs in agreement]
        levels[name] = {
            "floor": floor,
            "ceiling": _mean(by_source),
            "n_chance_pairs": len(chance),
            "n_sources": sum(value is not None for value in by_source),
        }
    return levels


def _both_ways(metric: Metric, pairs: Sequence[Pair]) -> list[dict[str, float | None]]:
    """Each of two texts as the reference of the other: precision and recall meet in the middle."""
    items = [_against(*pair) for one, two in pairs for pair in ((one, two), (two, one))]
    values = score_items(metric, items)
    return [
        {name: _mean([first[name].value, second[name].value]) for name in metric.names}
        for first, second in zip(values[::2], values[1::2], strict=True)
    ]


def _against(one: Document, two: Document) -> Item:
    assert two.reference is not None
    return Item(key="", document=one, summary=one.reference, references=(two.reference,))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
