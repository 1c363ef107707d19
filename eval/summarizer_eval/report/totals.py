"""Sums over a report: what one run did, and how its metrics are distributed."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from summarizer.document import Document
    from summarizer.generation import Generation
    from summarizer.jsonlines import Json
    from summarizer_eval.report.data import RunScores
    from summarizer_eval.report.store import Store

__all__ = ["BINS", "Tally", "Totals", "group_of"]

BINS = 24
"""Bars of a distribution."""

# fmt: off
MAIN = frozenset({
    "faithfulness", "contradicted", "unsupported", "fact_recall", "rouge1", "rouge2", "rougeL",
    "scored_share", "language_match", "format_match", "length_deviation",
})
# fmt: on
"""What people ask first: is it true, is it like the old one, is it what was asked for."""


_COUNTS = frozenset(("contradicted", "unsupported", "checkable_claims", "length"))


def group_of(name: str) -> tuple[str, str | None]:
    """What a metric is about, and what it is measured against."""
    if "rouge" in name or "chrf" in name or "bertscore" in name:
        return ("source", "source") if name.startswith("source_") else ("stored", "stored")
    if name in ("faithfulness", "contradicted", "unsupported", "fact_recall", "checkable_claims"):
        return "claims", "source"
    if name.startswith("facts_"):
        return "claims", "source"
    return ("source", "source") if name.startswith("source_") else ("form", None)


class Tally:
    """Counts over one run's generations."""

    def __init__(self) -> None:
        self.documents: set[str] = set()
        self.statuses: Counter[str] = Counter()
        self.costs: list[float] = []
        self.latencies: list[float] = []
        self.tokens: dict[str, int | None] = {"prompt_tokens": None, "completion_tokens": None}
        self.lengths: list[int] = []
        self.digest = hashlib.sha256()

    def add(self, document: Document, generation: Generation | None) -> None:
        self.documents.add(document.id)
        self.statuses["missing" if generation is None else generation.status] += 1
        if generation is None:
            return
        text = json.dumps([document.id, generation.sample, generation.summary])
        self.digest.update(text.encode("ascii"))
        if generation.cost_usd is not None:
            self.costs.append(generation.cost_usd)
        if generation.latency_s is not None:
            self.latencies.append(generation.latency_s)
        for name in self.tokens:
            count = getattr(generation.usage, name)
            if count is not None:
                self.tokens[name] = (self.tokens[name] or 0) + count
        if generation.summary:
            self.lengths.append(len(generation.summary))

    def to_json(self) -> Json:
        made = sum(self.statuses.values()) - self.statuses["missing"]
        return {
            "documents": len(self.documents),
            "generations": made,
            "digest": self.digest.hexdigest()[:16],
            "statuses": dict(self.statuses),
            "cost_usd": round(sum(self.costs), 6) if self.costs else None,
            "unpriced": made - len(self.costs),
            **self.tokens,
            "chars": round(statistics.mean(self.lengths)) if self.lengths else None,
            "latency": _quantiles(self.latencies),
        }


def _quantiles(values: list[float]) -> Json | None:
    """Median and 95th percentile by nearest rank; None where nothing was measured."""
    if not values:
        return None
    ordered = sorted(values)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3)
        for name, share in (("p50", 0.5), ("p95", 0.95))
    }


class Totals:
    """What the overview says of all documents together."""

    def __init__(self, variants: int, metrics: Sequence[str]) -> None:
        self.variants = variants
        self.names = list(metrics)
        self.documents = 0
        self.sources: set[str] = set()
        self.problems: Counter[str] = Counter()
        self.langs: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.dates: list[str] = []
        self.different: Counter[str] = Counter()
        self.stored: Json = {"documents": 0, "checked": 0, "verdicts": [0, 0, 0, 0]}

    def add(self, row: Json, detail: Json) -> None:
        self.documents += 1
        self._add_pairs([_first_summary(samples) for samples in detail["v"]])
        self.sources.add(row["key"])
        self.problems.update(row["problems"])
        self.langs[row["lang"]] += 1
        self.statuses.update({entry["status"] for entry in row["v"] if entry})
        if row["date"]:
            day = row["date"][:10]
            self.dates = [min([*self.dates, day]), max([*self.dates, day])]
        if row["s"]:
            self.stored["documents"] += 1
            if row["s"]["c"] is not None:
                self.stored["checked"] += 1
                pairs = zip(self.stored["verdicts"], row["s"]["c"], strict=True)
                self.stored["verdicts"] = [old + new for old, new in pairs]

    def _add_pairs(self, summaries: list[str | None]) -> None:
        """Counts the variants whose summaries of one document differ."""
        for (a, first), (b, second) in combinations(enumerate(summaries), 2):
            if first and second and first != second:
                self.different[f"{a}-{b}"] += 1

    def pairs(self) -> Json:
        return dict(sorted(self.different.items()))

    def facets(self) -> Json:
        return {
            "problems": dict(self.problems.most_common()),
            "langs": dict(self.langs.most_common()),
            "statuses": dict(self.statuses.most_common()),
            "dates": self.dates or None,
        }

    def metrics(self, store: Store, scores: Sequence[RunScores]) -> list[Json]:
        """Each metric with its figures and the distribution of its values."""
        result = []
        for index, name in enumerate(self.names):
            figures = [run.figures.get(name) for run in scores]
            known = next(figure for figure in figures if figure is not None)
            columns = [self._column(store, variant, index) for variant in range(self.variants)]
            low, high = _range([value for column in columns for value in column])
            group, against = group_of(name)
            result.append(
                {
                    "name": name,
                    "direction": known.direction,
                    "group": group,
                    "against": against,
                    "signature": known.signature,
                    "main": name in MAIN and any(f and f.mean is not None for f in figures),
                    "unit": "number" if high > 1 or name in _COUNTS else "share",
                    "low": low,
                    "high": high,
                    "figures": [None if figure is None else figure.to_json() for figure in figures],
                    "bins": [_histogram(column, low, high) for column in columns],
                }
            )
        if not any(metric["main"] for metric in result):
            result = [{**metric, "main": True} for metric in result]
        return result

    def _column(self, store: Store, variant: int, metric: int) -> list[float]:
        found = store.db.execute(
            "SELECT value FROM figures WHERE variant = ? AND metric = ?", (variant, metric)
        )
        return [value for (value,) in found]


def _first_summary(samples: list[Json]) -> str | None:
    """What a blind choice shows of a variant."""
    return next((entry["summary"] for entry in samples if entry["summary"]), None)


def _range(values: list[float]) -> tuple[float, float]:
    """The axis of a metric: 0..1 for shares, else what the values need."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return min(0.0, low), high


def _histogram(values: list[float], low: float, high: float) -> list[int] | None:
    """Counts in equal bins from low to high; the last bin includes its upper end."""
    if not values:
        return None
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int((value - low) / ((high - low) or 1) * BINS))] += 1
    return counts
