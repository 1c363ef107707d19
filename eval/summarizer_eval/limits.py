"""Limits beside the gate's tests: what is broken where one document is enough, a sentence each.

Documents that lost their summary, the share of documents that have one, metrics that summaries
escape, a collapse (a document that fell far below anything natural), and means that must stay above
or below a bound.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["COLLAPSE_FROM", "beyond", "collapsed", "missing", "unscored"]

COLLAPSE_FROM = 0.15
"""Of 794 natural pairs of summaries of one source none fell below ROUGE-1 .55."""
_FEW = 5
"""Documents: so many lose their value of a metric by chance in a small check."""


def missing(
    lost: Sequence[str], scored_share: float, max_lost: int, min_scored_share: float
) -> Iterator[str]:
    """Documents without a summary.

    Args:
        lost: documents that have one in the baseline alone.
        scored_share: share of the planned documents that have one, 0 to 1.
        max_lost, min_scored_share: what may be.
    """
    if len(lost) > max_lost:
        named = ", ".join(sorted(lost)[:3]) + (", …" if len(lost) > 3 else "")
        yield f"{len(lost)} documents lost their summary ({named}); {max_lost} may"
    if scored_share < min_scored_share:
        yield (
            f"only {scored_share:.1%} of the documents have a summary, "
            f"{min_scored_share:.1%} are required"
        )


def unscored(
    documents: Mapping[str, Mapping[str, float]],
    before: Mapping[str, Mapping[str, float]] | None,
    metrics: Iterable[str],
    max_share: float,
) -> Iterator[str]:
    """Metrics that summaries escape: a text that says nothing has no claim that could be wrong.

    Args:
        documents, before: metric to document to its value, of candidate and baseline;
            ``scored_share`` says which documents have a summary.
        metrics: the gated ones.
        max_share: of the documents with a value in the baseline, 0 to 1.
    """
    summarized = [name for name, share in documents.get("scored_share", {}).items() if share]
    for metric in metrics:
        had = [name for name in summarized if name in (before or {}).get(metric, {})]
        gone = [name for name in had if name not in documents.get(metric, {})]
        if len(gone) >= _FEW and len(gone) > max_share * len(had):
            yield (
                f"{metric}: {len(gone)} of {len(had)} documents have no value any more "
                f"({', '.join(sorted(gone)[:3])}, …); {max_share:.0%} may"
            )


def collapsed(
    documents: Mapping[str, Mapping[str, float]],
    before: Mapping[str, Mapping[str, float]] | None,
    limits: Mapping[str, float],
) -> Iterator[str]:
    """Documents that fell below a limit from well above it.

    Args:
        documents, before: metric to document to its value, of candidate and baseline; a document
            that was as low there, or nearly, did not collapse. None: every document counts.
        limits: metric to the value that no document may fall below.
    """
    for metric, limit in limits.items():
        for name, value in sorted(documents.get(metric, {}).items()):
            old = None if before is None else before.get(metric, {}).get(name)
            high = before is None or (old is not None and old >= limit + COLLAPSE_FROM)
            if value < limit and high:
                was = "" if old is None else f" (it was {old:.3f})"
                yield f"{metric} is {value:.3f}{was}, below the limit {limit:g}: {name}"


def beyond(
    means: Mapping[str, float | None], limits: Mapping[str, Mapping[str, float]]
) -> Iterator[str]:
    """Means of the candidate outside of their bounds (``min``, ``max``)."""
    for metric, bounds in limits.items():
        mean = means.get(metric)
        if mean is None:
            yield f"{metric} is unscored, so its limit cannot hold"
        elif mean < bounds.get("min", -math.inf):
            yield f"mean {metric} is {mean:.3f}, below the limit {bounds['min']:g}"
        elif mean > bounds.get("max", math.inf):
            yield f"mean {metric} is {mean:.3f}, above the limit {bounds['max']:g}"
