"""ROUGE against the stored summaries or the source, as a metric (Lin 2004)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal

from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import (
    CROSS_LANGUAGE,
    NO_REFERENCE,
    NO_SUMMARY,
    crosses,
    no_source,
    package_version,
    unscored,
)
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
            identity["refs"] = (
                self._references
                if self._references == "stored"
                else f"{self._references}-{self._rule}"
            )
        return Signature(
            identity,
            {"summarizer": package_version(), "unicode": unicodedata.unidata_version},
        )

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        if self.against == "source":
            reason = no_source(item)
            if reason:
                return unscored(self.names, reason)
            assert item.summary is not None
            return self._values(
                self._rouge.score(item.document.source_text, item.summary, self._types)
            )
        if not item.summary:
            return unscored(self.names, NO_SUMMARY)
        if not item.references:
            return unscored(self.names, NO_REFERENCE)
        usable = [text for text in item.references if not crosses(text, item.summary)]
        if not usable:
            return unscored(self.names, CROSS_LANGUAGE)
        return self._values(
            self._rouge.score_multi(usable, item.summary, self._types, rule=self._rule)
        )

    def _values(self, scores: Mapping[str, Score]) -> dict[str, Value]:
        place = {"p": 0, "r": 1, "f": 2}
        return {
            name: Value(scores[kind][place[stat]]) for name, (kind, stat) in self._parts.items()
        }
