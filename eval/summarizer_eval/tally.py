"""From the lines of `scores.jsonl` to figures: the means of a run, with their intervals."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from typing import TYPE_CHECKING

from summarizer_eval.metric import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.jsonlines import Json
    from summarizer_eval.metric import Metric
    from summarizer_eval.scorefile import Block
    from summarizer_eval.workers import Workshop

__all__ = ["Tally"]


_SHARE = re.compile(
    r"(?:source_)?rouge|faithfulness|fact_recall|scored_share|\w+_match|length_ratio|unseen_number|"
    r"repetition|source_coverage|source_novelty"
)
"""Our own figures that are shares, 0 to 1; the others are 0 up."""


def _possible(
    low: float | None, high: float | None, name: str, metric: Metric
) -> tuple[float | None, float | None]:
    """An interval without what the mean cannot be: t intervals of small samples know no bounds."""
    if low is None or high is None or not type(metric).__module__.startswith("summarizer_eval."):
        return low, high
    return max(low, 0.0), min(high, 1.0) if _SHARE.match(name) else high


class _Column:
    """The values of one figure: 12 bytes each, so that an archive of any size fits."""

    def __init__(self) -> None:
        self.values = array("d")
        self.clusters = array("L")
        self.documents = 0
        self.unscored: Counter[str] = Counter()
        self._last: str | None = None

    def add(self, value: float, document: str, cluster: int) -> None:
        self.values.append(value)
        self.clusters.append(cluster)
        if document != self._last:  # the samples of one document follow each other
            self.documents += 1
            self._last = document


class Tally:
    """Values by figure, as the rows go by."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._columns: dict[str, _Column] = {}
        self._sources: dict[str, int] = {}

    def add(self, block: Block) -> None:
        """The lines of one generation."""
        for group in self._workshop.groups:
            row = block[group]
            cluster = self._sources.setdefault(row["source_key"], len(self._sources))
            for name, value in row["values"].items():
                column = self._columns.get(name)
                if column is None:
                    column = self._columns[name] = _Column()
                if value is None:
                    column.unscored[row["unscored"].get(name) or "unscored"] += 1
                else:
                    column.add(value, row["document"], cluster)

    def figures(self, levels: Mapping[str, Json]) -> dict[str, Figure]:
        """The figures that were asked for, in the order of the metrics."""
        wanted = self._workshop.wanted
        return {
            name: self._figure(name, metric, levels.get(name) or {})
            for metric in self._workshop.metrics
            for name in metric.names
            if wanted is None or name in wanted
        }

    def _figure(self, name: str, metric: Metric, level: Json) -> Figure:
        from summarizer_eval.statistics import cluster_interval

        mean = low = high = None
        clusters = 0
        column = self._columns.get(name) or _Column()
        if column.values:
            sources = list(self._sources)
            interval = cluster_interval(column.values, [sources[n] for n in column.clusters])
            mean = interval.mean
            low, high = _possible(interval.low, interval.high, name, metric)
            clusters = interval.n_clusters
        return Figure(
            mean=mean,
            low=low,
            high=high,
            n_documents=column.documents,
            n_clusters=clusters,
            unscored=dict(sorted(column.unscored.items())),
            direction=metric.directions[name],
            signature=str(metric.signature(name)),
            floor=level.get("floor"),
            ceiling=level.get("ceiling"),
        )
