"""What a gate looks at beside likeness: is it still as long, does it hold numbers from nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer_eval.claims.quantities import agree, quantities
from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import NO_SUMMARY, unscored
from summarizer_eval.metrics.form import length_of
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer_eval.metric import Item

__all__ = ["KeptMetric"]


class KeptMetric:
    """Two cheap figures that fall where ROUGE and faithfulness are blind.

    ``length_ratio``: length over the stored summary's, at most 1, higher is better: faithfulness
    *rises* where summaries are cut short. ``unseen_number``: 1 where the summary holds a number
    that is in neither source, title nor stored summary, else 0; lower is better: ROUGE hardly sees
    one digit. Unscored without a reference and without a source, as they need them.
    """

    against = None

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ("length_ratio", "unseen_number")
        self.directions: Mapping[str, Direction] = {
            "length_ratio": "higher",
            "unseen_number": "lower",
        }

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature({"metric": name, "version": "1"})

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        if not item.summary:
            return unscored(self.names, NO_SUMMARY)
        return {"length_ratio": _length_ratio(item), "unseen_number": _unseen_number(item)}


def _length_ratio(item: Item) -> Value:
    if not item.references or not item.summary:
        return Value(None, "no-reference")
    stored = length_of(item.references[0])
    return Value(min(1.0, length_of(item.summary) / stored)) if stored else Value(None, "no-words")


def _unseen_number(item: Item) -> Value:
    document = item.document
    if not document.source_text.strip():
        return Value(None, "no-source")
    summary = item.summary or ""
    wanted = [number for number in quantities(summary) if not number.small]
    if not wanted:
        return Value(0.0)
    texts = (document.source_text, document.title, *item.references)
    seen = [number for text in texts for number in quantities(text)]
    unseen = [number for number in wanted if not any(agree(number, other) for other in seen)]
    return Value(float(bool(unseen)))
