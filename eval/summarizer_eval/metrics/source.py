"""How a summary uses the words of its source (Grusky et al. 2018, NAACL, "Newsroom")."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import no_source, unscored
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer_eval.metric import Item
    from summarizer_eval.rouge import Rouge

__all__ = ["ExtractiveMetric", "fragments"]


def fragments(source: Sequence[str], summary: Sequence[str]) -> list[int]:
    """Lengths of the extractive fragments: greedy longest matches, left to right (figure 3).

    The longest match at each place is found through the places of its first two tokens, so that
    long sources cost little.

    >>> fragments("a b c d".split(), "b c x a".split())
    [2, 1]
    """
    singles = set(source)
    pairs: dict[tuple[str, str], list[int]] = {}
    for place, pair in enumerate(pairwise(source)):
        pairs.setdefault(pair, []).append(place)
    lengths: list[int] = []
    i, size = 0, len(summary)
    while i < size:
        if summary[i] not in singles:
            i += 1
            continue
        best = 1
        if i + 1 < size:
            for place in pairs.get((summary[i], summary[i + 1]), ()):
                length = 2
                while (
                    i + length < size
                    and place + length < len(source)
                    and source[place + length] == summary[i + length]
                ):
                    length += 1
                best = max(best, length)
        lengths.append(best)
        i += best
    return lengths


class ExtractiveMetric:
    """Coverage, density, compression, and novel n-grams; all neutral: they describe a style.

    ``source_coverage``: share of summary tokens in fragments copied from the source, 0 to 1.
    ``source_density``: mean squared fragment length a token, 0 up. ``source_compression``: source
    tokens a summary token. ``source_novelty1`` … ``3``: share of summary n-grams that the source
    does not hold, 0 to 1 (See et al. 2017). Unscored across languages.
    """

    against = "source"

    def __init__(self, rouge: Rouge) -> None:
        self._rouge = rouge
        self.names: tuple[str, ...] = (
            "source_coverage",
            "source_density",
            "source_compression",
            "source_novelty1",
            "source_novelty2",
            "source_novelty3",
        )
        self.directions: Mapping[str, Direction] = dict.fromkeys(self.names, "neutral")

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature(
            {
                "metric": name,
                "version": "1",
                "tok": self._rouge.tokenizer.name,
                "stem": self._rouge.tokenizer.stemmer,
            }
        )

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        reason = no_source(item)
        if reason:
            return unscored(self.names, reason)
        assert item.summary is not None
        source = self._rouge.prepare(item.document.source_text)
        summary = self._rouge.prepare(item.summary)
        if not summary.tokens or not source.tokens:
            return unscored(self.names, "no-words")
        lengths = fragments(source.tokens, summary.tokens)
        size = len(summary.tokens)
        values = {
            "source_coverage": Value(sum(lengths) / size),
            "source_density": Value(sum(n * n for n in lengths) / size),
            "source_compression": Value(len(source.tokens) / size),
        }
        for n in (1, 2, 3):
            ours = summary.grams(n).distinct
            values[f"source_novelty{n}"] = (
                Value(len(ours - source.grams(n).distinct) / len(ours))
                if ours
                else Value(None, "too-short")
            )
        return values
