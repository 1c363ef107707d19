"""The scale of a figure: chance level and self-agreement, measured on the archive itself.

*Chance level* (floor): stored summaries of unrelated sources, in one language, against each other.
*Self-agreement* (ceiling): two stored summaries of one source text against each other, averaged by
source and then over sources; identical summaries and differing source texts are left out. A figure
means something only between the two.
"""

from __future__ import annotations

import hashlib
import random
import sys
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from summarizer.document import main_language
from summarizer_eval.metric import Item, score_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from summarizer.document import Document
    from summarizer.jsonlines import Json
    from summarizer_eval.metric import Metric

__all__ = ["CHANCE_PAIRS", "PAIRS_A_SOURCE", "SOURCES", "Pool", "measure"]

CHANCE_PAIRS = 1000
"""Random pairs over all languages."""
SOURCES = 1000
"""A seeded sample of the sources with several summaries: enough, however large the archive."""
PAIRS_A_SOURCE = 200
"""One source may have hundreds of files: a seeded sample of its pairs is enough."""

Pair = tuple["Document", "Document"]
_Places = tuple[int, int]


class _Entry(NamedTuple):
    """What is remembered of a document: enough to choose pairs, little enough for any archive."""

    key: str
    text: str
    reference: int
    tongue: str


class Pool:
    """The documents of an archive that can serve as references, and the pairs among them.

    Args:
        documents: reads the documents, the same ones whenever it is called: once to choose pairs,
            and once more for those that are in one.
        seed: of the random pairs.
    """

    def __init__(self, documents: Callable[[], Iterable[Document]], *, seed: int) -> None:
        self._read = documents
        self._seed = seed
        self._entries: list[_Entry] = []
        content = hashlib.sha256(f"{seed}|{CHANCE_PAIRS}|{SOURCES}|{PAIRS_A_SOURCE}".encode())
        for document, reference in self._usable():
            line = f"{document.key} {document.text_sha256} {reference}\n"
            content.update(line.encode("utf-8", "surrogatepass"))
            tongue = sys.intern(main_language(reference))
            self._entries.append(
                _Entry(sys.intern(document.key), document.text_sha256, hash(reference), tongue)
            )
        self.digest = content.hexdigest()[:16]
        """Of everything that the levels depend on, 16 hex digits."""

    def pairs(self) -> tuple[list[Pair], list[list[Pair]]]:
        """Random pairs of unlike sources in one language (languages as often as they stand), and
        pairs of one source text with unlike summaries, by source."""
        strangers, twins = self._strangers(), self._twins()
        wanted = {place for pairs in [strangers, *twins] for pair in pairs for place in pair}
        found = {
            place: document for place, (document, _) in enumerate(self._usable()) if place in wanted
        }
        return (
            [(found[one], found[two]) for one, two in strangers],
            [[(found[one], found[two]) for one, two in pairs] for pairs in twins],
        )

    def _usable(self) -> Iterator[tuple[Document, str]]:
        for document in self._read():
            if document.reference:
                yield document, document.reference

    def _twins(self) -> list[list[_Places]]:
        sources: dict[str, list[int]] = {}
        for place, entry in enumerate(self._entries):
            sources.setdefault(entry.key, []).append(place)
        found = []
        for key in sorted(sources):
            places = sources[key]
            rng = random.Random(f"{self._seed}|{key}")  # noqa: S311
            if len(places) > 2 * PAIRS_A_SOURCE:  # pairs of them all would be too many to look at
                places = sorted(rng.sample(places, 2 * PAIRS_A_SOURCE))
            pairs = [pair for pair in combinations(places, 2) if self._are_twins(*pair)]
            if len(pairs) > PAIRS_A_SOURCE:
                pairs = rng.sample(pairs, PAIRS_A_SOURCE)
            if pairs:
                found.append(pairs)
        if len(found) > SOURCES:
            found = random.Random(self._seed).sample(found, SOURCES)  # noqa: S311
        return found

    def _are_twins(self, one: int, two: int) -> bool:
        first, second = self._entries[one], self._entries[two]
        return first.text == second.text and first.reference != second.reference

    def _strangers(self) -> list[_Places]:
        tongues: dict[str, list[int]] = {}
        for place, entry in enumerate(self._entries):
            tongues.setdefault(entry.tongue, []).append(place)
        rng = random.Random(self._seed)  # noqa: S311
        pairs: list[_Places] = []
        for tongue in sorted(tongues):
            places = tongues[tongue]
            if len({self._entries[place].key for place in places}) < 2:
                continue
            wanted = max(1, round(CHANCE_PAIRS * len(places) / len(self._entries)))
            for _ in range(10 * wanted):  # bounded: one source may hold nearly all files
                one, two = rng.choice(places), rng.choice(places)
                if self._entries[one].key != self._entries[two].key:
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
    strangers, twins = pool.pairs()
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
