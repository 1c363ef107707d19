"""Metrics of optional packages: chrF (sacrebleu) and BERTScore (bert-score)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from summarizer.document import main_language
from summarizer.errors import MissingExtra
from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import (
    CROSS_LANGUAGE,
    NO_REFERENCE,
    NO_SUMMARY,
    crosses,
    package_version,
    unscored,
)
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer_eval.metric import Item

__all__ = ["BertScoreMetric", "ChrfMetric"]


def _pair(item: Item) -> tuple[str, list[str]] | str:
    """The summary and its references, or why there are none."""
    if not item.summary:
        return NO_SUMMARY
    if not item.references:
        return NO_REFERENCE
    usable = [text for text in item.references if not crosses(text, item.summary)]
    return (item.summary, usable) if usable else CROSS_LANGUAGE


class ChrfMetric:
    """chrF (Popović 2015) against the stored summaries; 0 to 1, higher is better.

    Raises:
        MissingExtra: sacrebleu is not installed.
    """

    against = "stored"

    def __init__(self, references: str = "stored") -> None:
        try:
            from sacrebleu.metrics.chrf import CHRF
        except ModuleNotFoundError as error:
            raise MissingExtra("sacrebleu", extra="chrf", purpose="the metric chrf") from error
        self._chrf: Any = CHRF()
        self._references = references
        self.names: tuple[str, ...] = ("chrf",)
        self.directions: Mapping[str, Direction] = {"chrf": "higher"}

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature(
            {"metric": name, "nc": "6", "nw": "0", "refs": self._references},
            {"sacrebleu": package_version("sacrebleu")},
        )

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        pair = _pair(item)
        if isinstance(pair, str):
            return unscored(self.names, pair)
        summary, references = pair
        return {"chrf": Value(float(self._chrf.sentence_score(summary, references).score) / 100)}


class BertScoreMetric:
    """BERTScore F (Zhang et al. 2020) against the stored summaries; about 0 to 1, higher is better.

    It loads the model that bert-score names for the language, which bert-score downloads at first.

    Raises:
        MissingExtra: bert-score (and PyTorch with it) is not installed.
    """

    against = "stored"

    def __init__(self, references: str = "stored") -> None:
        try:
            from bert_score import BERTScorer
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "bert-score", extra="bertscore", purpose="the metric bertscore"
            ) from error
        self._make: Any = BERTScorer
        self._scorers: dict[str, Any] = {}
        self._references = references
        self.names: tuple[str, ...] = ("bertscore",)
        self.directions: Mapping[str, Direction] = {"bertscore": "higher"}

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature(
            {"metric": name, "models": "default", "refs": self._references},
            {"bert-score": package_version("bert-score")},
        )

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        pair = _pair(item)
        if isinstance(pair, str):
            return unscored(self.names, pair)
        summary, references = pair
        language = "zh" if main_language(summary) == "zh" else "en"
        if language not in self._scorers:
            self._scorers[language] = self._make(lang=language)
        _, _, f = self._scorers[language].score([summary], [references])
        return {"bertscore": Value(float(f[0]))}
