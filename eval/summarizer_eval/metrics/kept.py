"""What a gate looks at beside likeness: is it still as long, does it hold numbers from nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.quantities import agree, quantities
from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import NO_SUMMARY, unscored
from summarizer_eval.metrics.form import length_of
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer_eval.claims.quantities import Quantity
    from summarizer_eval.metric import Item

__all__ = ["KeptMetric"]

_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", re.ASCII)


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
        return Signature({"metric": name, "version": "2"})

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        if not item.summary:
            return unscored(self.names, NO_SUMMARY)
        return {"length_ratio": _length_ratio(item), "unseen_number": _unseen_number(item)}


def _length_ratio(item: Item) -> Value:
    reference = item.document.reference  # its own, whatever other references ROUGE is given
    if not reference or not item.summary:
        return Value(None, "no-reference")
    stored = length_of(reference)
    return Value(min(1.0, length_of(item.summary) / stored)) if stored else Value(None, "no-words")


def _unseen_number(item: Item) -> Value:
    document = item.document
    if not document.source_text.strip():
        return Value(None, "no-source")
    texts = (document.source_text, document.title, document.url or "", document.reference or "")
    written = {digits for text in texts for _, digits in _digit_runs(text)}
    summary = item.summary or ""
    unknown = [place for place, digits in _digit_runs(summary) if digits not in written]
    if not unknown:
        return Value(0.0)
    # The same number may be written otherwise: 1.2 million is 120万.
    seen = [number for text in texts for number in quantities(text)]
    ours = quantities(summary)
    return Value(float(any(not _explained(place, ours, seen) for place in unknown)))


def _digit_runs(text: str) -> list[tuple[int, str]]:
    """Numbers as they are written, with their places; no thousands separators or final zeros."""
    found = []
    for match in _DIGITS.finditer(text):
        digits = match[0].replace(",", "")
        if "." in digits:
            digits = digits.rstrip("0").rstrip(".")
        found.append((match.start(), digits))
    return found


def _explained(place: int, ours: Sequence[Quantity], seen: Sequence[Quantity]) -> bool:
    mine = [number for number in ours if number.start <= place < number.end]
    return any(agree(number, other) for number in mine for other in seen)
