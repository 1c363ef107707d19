"""Metrics of optional packages: chrF by sacrebleu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from summarizer.errors import MissingExtra
from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import (
    package_version,
    references_text,
    unscored,
    with_references,
)
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer_eval.metric import Item

__all__ = ["ChrfMetric"]


class ChrfMetric:
    """chrF (Popović 2015) against the stored summaries; 0 to 1, higher is better.

    Args:
        rule: ``mean`` or ``max`` over several references.
        references: where references come from, for the signature.

    Raises:
        MissingExtra: sacrebleu is not installed.
    """

    against = "stored"

    def __init__(self, *, rule: str = "mean", references: str = "stored") -> None:
        try:
            from sacrebleu.metrics.chrf import CHRF
        except ModuleNotFoundError as error:
            raise MissingExtra("sacrebleu", extra="chrf", purpose="the metric chrf") from error
        self._chrf: Any = CHRF()
        self._rule = rule
        self._references = references
        self.names: tuple[str, ...] = ("chrf",)
        self.directions: Mapping[str, Direction] = {"chrf": "higher"}

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature(
            {
                "metric": name,
                "nc": "6",
                "nw": "0",
                "refs": references_text(self._references, self._rule),
            },
            {"sacrebleu": package_version("sacrebleu")},
        )

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        pair = with_references(item)
        if isinstance(pair, str):
            return unscored(self.names, pair)
        summary, references = pair
        # One by one: sacrebleu's rule for several references is not that of the signature.
        scores = [self._chrf.sentence_score(summary, [text]).score / 100 for text in references]
        best = max(scores) if self._rule == "max" else sum(scores) / len(scores)
        return {"chrf": Value(float(best))}
