"""ROUGE against the stored summaries or the source, as a metric (Lin 2004)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal

from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import (
    no_source,
    package_version,
    references_text,
    unscored,
    with_references,
)
from summarizer_eval.rouge import over_references
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer_eval.metric import Item
    from summarizer_eval.rouge import Rouge, Score

__all__ = ["RougeMetric"]

_STATS = (("", "f"), ("_precision", "p"), ("_recall", "r"))


class RougeMetric:
    """F-measure, precision and recall of some ROUGE types; each 0 to 1, higher is better.

    Args:
        rouge: scores the pairs; shared, so that a text is prepared once.
        types: ``rouge1`` … ``rouge9``, ``rougeL``, ``rougeLsum``.
        against: ``stored`` (the references) or ``source`` (names get the prefix ``source_``).
        rule: ``mean`` or ``max`` over several references.
        references: where references come from, for the signature.
    """

    def __init__(
        self,
        rouge: Rouge,
        types: Sequence[str],
        *,
        against: Literal["stored", "source"],
        rule: str = "mean",
        references: str = "stored",
    ) -> None:
        self._rouge = rouge
        self._types = tuple(types)
        self._rule = rule
        self._references = references
        self.against = against
        prefix = "source_" if against == "source" else ""
        self._parts = {
            f"{prefix}{kind}{suffix}": (kind, stat) for kind in types for suffix, stat in _STATS
        }
        self.names = tuple(self._parts)
        self.directions: Mapping[str, Direction] = dict.fromkeys(self.names, "higher")

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        kind, stat = self._parts[name]
        identity = {
            "metric": kind,
            "stat": stat,
            "against": self.against,
            "tok": self._rouge.tokenizer.name,
            "stem": self._rouge.tokenizer.stemmer,
        }
        if kind == "rougeLsum":
            identity["split"] = self._rouge.splitter
        if self.against == "stored":
            identity["refs"] = references_text(self._references, self._rule)
        return Signature(
            identity,
            {"summarizer": package_version(), "unicode": unicodedata.unidata_version},
        )

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        pairs = self._pairs(item)
        if isinstance(pairs, str):
            return unscored(self.names, pairs)
        return self._values([self._rouge.score(*pair, self._types) for pair in pairs])

    def score_many(self, items: Sequence[Item]) -> list[Mapping[str, Value]]:
        """The same of many items, all pairs in one batch."""
        asked = [self._pairs(item) for item in items]
        flat = [pair for pairs in asked if not isinstance(pairs, str) for pair in pairs]
        scores = iter(self._rouge.score_pairs(flat, self._types))
        return [
            unscored(self.names, pairs)
            if isinstance(pairs, str)
            else self._values([next(scores) for _ in pairs])
            for pairs in asked
        ]

    def _pairs(self, item: Item) -> list[tuple[str, str]] | str:
        """(Target, summary) for each target that can serve, or why there is none."""
        if self.against == "source":
            reason = no_source(item)
            if reason:
                return reason
            assert item.summary is not None
            return [(item.document.source_text, item.summary)]
        pair = with_references(item)
        if isinstance(pair, str):
            return pair
        summary, references = pair
        return [(reference, summary) for reference in references]

    def _values(self, scores: Sequence[Mapping[str, Score]]) -> dict[str, Value]:
        found = over_references(scores, self._rule)
        place = {"p": 0, "r": 1, "f": 2}
        return {name: Value(found[kind][place[stat]]) for name, (kind, stat) in self._parts.items()}
