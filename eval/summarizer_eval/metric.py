"""What a metric is: one value a document, or a reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from summarizer.errors import InputError, SummarizerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer.document import Document
    from summarizer.jsonlines import Json
    from summarizer_eval.signature import Signature

__all__ = [
    "CHECK_FAILED", "BatchMetric", "Direction", "Figure", "Item", "Metric", "Value", "score_items",
]  # fmt: skip

Direction = Literal["higher", "lower", "neutral"]

CHECK_FAILED = "check-failed"
"""Why a value is missing that another try may bring: `score` measures it anew each time."""


@dataclass(frozen=True, slots=True)
class Item:
    """One summary to be scored, and what it may be scored against."""

    key: str
    """Of the generation."""
    document: Document
    summary: str | None
    """None where the generation failed: every metric leaves it unscored."""
    references: tuple[str, ...] = ()
    """Stored summaries that can serve; empty where there is none."""
    target_length: int | None = None
    """What the prompt asked for."""
    prompt_format: str | None = None
    """``paragraph`` or ``bullets``, where the prompt says."""
    language: str | None = None
    """What the prompt asked for: ``zh`` or ``en``."""
    length_unit: str | None = None
    """``chars`` or ``words``, as the prompt says; None: that of the language."""


@dataclass(frozen=True, slots=True)
class Value:
    """A score, or None with the reason why the document is unscored (never zero instead)."""

    value: float | None
    unscored: str | None = None
    """Short, stable: ``no-summary``, ``no-reference``, ``cross-language``, ``no-claims``,
    ``check-failed``."""
    detail: Json | None = None
    """What ``scores.jsonl`` keeps beside the value, e.g. the claims."""


@runtime_checkable
class Metric(Protocol):
    """Scores one summary under one or several metric names at once.

    Metrics that share work (precision, recall and F of one pair) are one Metric with several
    names. Pure: the same item gives the same values.
    """

    names: tuple[str, ...]
    directions: Mapping[str, Direction]

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        ...

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`."""
        ...


@runtime_checkable
class BatchMetric(Metric, Protocol):
    """A metric that is faster on many items at once; optional: `score_items` asks for it."""

    def score_many(self, items: Sequence[Item]) -> Sequence[Mapping[str, Value]]:
        """What `score` says of each item, to the last digit."""
        ...


def score_items(metric: Metric, items: Sequence[Item]) -> Sequence[Mapping[str, Value]]:
    """The values of some items, at once where the metric can.

    Raises:
        InputError: a user's metric fails, leaves out a name or gives what is no number.
    """
    if isinstance(metric, BatchMetric):
        return metric.score_many(items)
    if type(metric).__module__.startswith("summarizer_eval."):
        return [metric.score(item) for item in items]
    return [_checked(metric, item) for item in items]


def _checked(metric: Metric, item: Item) -> Mapping[str, Value]:
    """One score of a metric that is not ours: its faults are named, with the document."""
    where = f"metric {metric.names[0]}, {item.document.id}"
    try:
        values = metric.score(item)
        missing = set(metric.names) - set(values)
        numbers = [value.value for value in values.values() if value.value is not None]
        strange = [number for number in numbers if not math.isfinite(number)]
    except SummarizerError:
        raise
    except Exception as error:
        raise InputError(f"{type(error).__name__}: {error}", where=where) from error
    if missing:
        raise InputError(f"no value for {', '.join(sorted(missing))}", where=where)
    if strange:
        raise InputError(
            f"{strange[0]} is no score", where=where, hint="Value(None, reason) leaves it unscored"
        )
    return values


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over a run: means within sources, then over them."""

    mean: float | None
    low: float | None
    """95% interval."""
    high: float | None
    n_documents: int
    n_clusters: int
    """Distinct sources: the unit of inference."""
    unscored: Mapping[str, int]
    """Reason to number of documents."""
    direction: Direction
    signature: str
    floor: float | None = None
    """Chance level, where measured."""
    ceiling: float | None = None
    """Self-agreement, where measured."""

    def to_json(self) -> Json:
        """As ``scores.json`` and ``score --json`` have it."""
        return {
            "mean": self.mean,
            "low": self.low,
            "high": self.high,
            "n_documents": self.n_documents,
            "n_clusters": self.n_clusters,
            "unscored": dict(self.unscored),
            "direction": self.direction,
            "signature": self.signature,
            "floor": self.floor,
            "ceiling": self.ceiling,
        }
