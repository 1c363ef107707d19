"""The scores of a run as tables: by source for inference, by document for what is shown."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from summarizer_eval.statistics import cluster_means

if TYPE_CHECKING:
    from collections.abc import Iterable

    from summarizer_eval.runscores import RunScores

__all__ = ["sample_values", "score_tables"]

Table = dict[str, dict[str, float]]


def score_tables(scored: RunScores, metrics: Iterable[str]) -> tuple[Table, Table]:
    """(metric -> source -> mean, metric -> document -> mean over samples) of a scored run."""
    wanted = list(metrics)
    values: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    for row in scored.rows():
        for metric in wanted:
            value = row.values.get(metric)
            if value is not None and value.value is not None:
                values[metric].append((row.source_key, row.document_id, value.value))
    sources = {
        metric: cluster_means([value for *_, value in rows], [source for source, *_ in rows])
        for metric, rows in values.items()
    }
    documents = {
        metric: cluster_means([value for *_, value in rows], [name for _, name, _ in rows])
        for metric, rows in values.items()
    }
    return sources, documents


def sample_values(scored: RunScores, metrics: Iterable[str]) -> dict[str, dict[str, list[float]]]:
    """Metric to document to the values of its samples."""
    wanted = list(metrics)
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in scored.rows():
        for metric in wanted:
            value = row.values.get(metric)
            if value is not None and value.value is not None:
                found[metric][row.document_id].append(value.value)
    return found
