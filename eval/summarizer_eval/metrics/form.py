"""What a summary looks like by itself: length, repetition, language, format, and whether it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import NO_SUMMARY, unscored
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer_eval.metric import Item
    from summarizer_eval.rouge import Rouge

__all__ = ["FormMetric", "RepetitionMetric", "ScoredShareMetric", "keeps_format", "length_of"]

_BULLET = re.compile(r"\s*(?:[-*+•·▪◦●–—]|\(?\d{1,2}[.)、．）]|[①-⑳])\s*\S")
_HAN = re.compile("[\u3400-\u9fff]")


def length_of(text: str, language: str | None = None) -> int:
    """Length in the unit of the language: characters without white space for ``zh``, else words."""
    language = language or main_language(text)
    words = text.split()
    return sum(map(len, words)) if language == "zh" else len(words)


def keeps_format(text: str, form: str) -> bool | None:
    """Whether a text is of the form asked for; None for a form that is not known.

    ``bullets``: at least two lines, and every line begins as a list item does (one heading line
    that ends in a colon may stand before). ``paragraph``: one line that is no list item.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if form == "bullets":
        if lines and lines[0].rstrip().endswith((":", "：")):
            lines = lines[1:]
        return len(lines) >= 2 and all(_BULLET.match(line) for line in lines)
    if form == "paragraph":
        return len(lines) == 1 and not _BULLET.match(lines[0]) and not lines[0].startswith("#")
    return None


class FormMetric:
    """Length, and what the prompt asked for.

    ``length``: characters (Chinese) or words, neutral. ``length_deviation``: |length - target| /
    target in the prompt's own unit, 0 up, lower is better. ``language_match``, ``format_match``: 1
    where the summary is in the language and form asked for, else 0; higher is better. Unscored
    where nothing was asked.
    """

    against = None

    def __init__(self) -> None:
        self.names: tuple[str, ...] = (
            "length",
            "length_deviation",
            "language_match",
            "format_match",
        )
        self.directions: Mapping[str, Direction] = {
            "length": "neutral",
            "length_deviation": "lower",
            "language_match": "higher",
            "format_match": "higher",
        }

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature({"metric": name, "version": "2" if name == "length_deviation" else "1"})

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        if not item.summary:
            return unscored(self.names, NO_SUMMARY)
        asked = item.language
        length = length_of(item.summary, asked)
        values = {"length": Value(float(length)), **unscored(self.names[1:], "not-asked")}
        if item.target_length:
            language = {"chars": "zh", "words": "en"}.get(item.length_unit or "", asked)
            measured = length_of(item.summary, language)
            values["length_deviation"] = Value(
                abs(measured - item.target_length) / item.target_length
            )
        if asked:
            values["language_match"] = Value(float(main_language(item.summary) == asked))
        if item.prompt_format:
            kept = keeps_format(item.summary, item.prompt_format)
            if kept is not None:
                values["format_match"] = Value(float(kept))
        return values


class RepetitionMetric:
    """Share of a summary's 4-grams that stand in it before; 0 to 1, lower is better.

    seq-rep-4 of Welleck et al. 2020 (arXiv 1908.04319). Too short for a 4-gram: unscored.
    """

    against = None

    def __init__(self, rouge: Rouge) -> None:
        self._rouge = rouge
        self.names: tuple[str, ...] = ("repetition",)
        self.directions: Mapping[str, Direction] = {"repetition": "lower"}

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature({"metric": name, "version": "1", "tok": self._rouge.tokenizer.name})

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        if not item.summary:
            return unscored(self.names, NO_SUMMARY)
        grams = self._rouge.prepare(item.summary).grams(4)
        if not grams.total:
            return unscored(self.names, "too-short")
        return {"repetition": Value(1 - len(grams.distinct) / grams.total)}


class ScoredShareMetric:
    """1 where the document has a summary, 0 where it has none; higher is better, never unscored.

    The coverage that stands beside every mean: a run that fails on hard documents shows it here.
    """

    against = None

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ("scored_share",)
        self.directions: Mapping[str, Direction] = {"scored_share": "higher"}

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature({"metric": name, "version": "1"})

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        return {"scored_share": Value(float(bool(item.summary)))}
