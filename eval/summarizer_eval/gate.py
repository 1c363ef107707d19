"""The gate: pass, regress, or honestly inconclusive.

With d = candidate - baseline per source, turned so that higher is better, and a margin δ a metric:

- **pass** where for every gated metric the one-sided 95% lower bound of mean d is above -δ;
- **regress** where not pass and a drop is significant (one-sided t, Holm over the gated metrics),
  or a limit is broken;
- **inconclusive** otherwise: too few sources to tell.

Non-inferiority as in Walker & Nowacki 2011. Limits are on the candidate alone: the share of
documents that have a summary at all, and a collapse (a document far below anything natural).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from summarizer.errors import InputError
from summarizer_eval.statistics import holm, lower_bound, one_sided_p

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from summarizer.jsonlines import Json
    from summarizer.run import Run

__all__ = ["DEFAULT_MARGINS", "Decision", "Gate", "Judged", "Outcome"]

Outcome = Literal["pass", "regress", "inconclusive"]

DEFAULT_MARGINS: Mapping[str, float] = {
    "rouge1": 0.03,
    "faithfulness": 0.05,
    "fact_recall": 0.05,
}
"""How much a mean may drop before it counts, in the metric's own unit."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One gated metric."""

    metric: str
    margin: float
    n_clusters: int
    difference: float | None
    """Mean of candidate minus baseline over sources, higher is better; None: nothing paired."""
    lower_bound: float | None
    """One-sided 95%."""
    p_drop: float | None
    """One-sided, that there is no drop; adjusted by Holm."""
    outcome: Outcome

    def to_json(self) -> Json:
        """For ``check --json``."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, and why."""

    outcome: Outcome
    metrics: tuple[Judged, ...]
    broken_limits: tuple[str, ...] = ()
    """A sentence each."""

    def to_json(self) -> Json:
        """For ``check --json``."""
        return {
            "outcome": self.outcome,
            "metrics": [item.to_json() for item in self.metrics],
            "broken_limits": list(self.broken_limits),
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """A rule that says whether a candidate may replace a baseline.

    >>> gate = Gate(margins={"rouge1": 0.03})
    >>> same = {f"source {n}": 0.5 + n % 7 / 100 for n in range(60)}
    >>> gate.decide({"rouge1": same}, {"rouge1": same}).outcome
    'pass'
    >>> worse = {name: value - 0.2 for name, value in same.items()}
    >>> gate.decide({"rouge1": same}, {"rouge1": worse}).outcome
    'regress'
    """

    margins: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_MARGINS))
    lower_is_better: frozenset[str] = frozenset({"contradicted", "unsupported", "length_deviation"})
    collapse: Mapping[str, float] = field(default_factory=dict)
    """Metric to the value that no document may fall below, e.g. ``{"rouge1": 0.2}``."""
    min_scored_share: float = 0.98
    """Share of the planned documents that must have a summary."""
    alpha: float = 0.05

    def decide(
        self,
        baseline: Mapping[str, Mapping[str, float]],
        candidate: Mapping[str, Mapping[str, float]],
        *,
        scored_share: float = 1.0,
        documents: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Decision:
        """Judge a candidate.

        Args:
            baseline, candidate: metric to source to its mean.
            scored_share: of the candidate.
            documents: metric to document to its value, for the collapse limits.

        Raises:
            InputError: no gated metric has a source in common.
        """
        drops: dict[str, list[float]] = {}
        for metric in self.margins:
            ours, theirs = baseline.get(metric, {}), candidate.get(metric, {})
            sign = -1.0 if metric in self.lower_is_better else 1.0
            drops[metric] = [sign * (theirs[name] - ours[name]) for name in ours if name in theirs]
        if not any(drops.values()):
            raise InputError(
                "baseline and candidate have no scored source in common",
                hint="check that both hold the same documents",
            )
        judged = self._judge(drops)
        broken = tuple(self._broken(scored_share, documents or {}))
        return Decision(_overall(judged, broken), judged, broken)

    def _judge(self, drops: Mapping[str, Sequence[float]]) -> tuple[Judged, ...]:
        p_values = {
            metric: one_sided_p(values) if len(values) > 1 else 1.0
            for metric, values in drops.items()
        }
        adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
        found = []
        for metric, values in drops.items():
            margin = self.margins[metric]
            bound = lower_bound(values, level=1 - self.alpha) if len(values) > 1 else None
            outcome: Outcome = "inconclusive"
            if bound is not None and bound > -margin:
                outcome = "pass"
            elif adjusted[metric] < self.alpha:
                outcome = "regress"
            mean = math.fsum(values) / len(values) if values else None
            found.append(
                Judged(metric, margin, len(values), mean, bound, adjusted[metric], outcome)
            )
        return tuple(found)

    def _broken(
        self, scored_share: float, documents: Mapping[str, Mapping[str, float]]
    ) -> list[str]:
        broken = []
        if scored_share < self.min_scored_share:
            broken.append(
                f"only {scored_share:.1%} of the documents have a summary, "
                f"{self.min_scored_share:.1%} are required"
            )
        for metric, limit in self.collapse.items():
            for name, value in sorted(documents.get(metric, {}).items()):
                if value < limit:
                    broken.append(f"{name}: {metric} is {value:.3f}, below the limit {limit:g}")
        return broken

    def compare_runs(self, baseline: Run | str | Path, candidate: Run | str | Path) -> Decision:
        """Score two runs where needed and judge the second against the first.

        Raises:
            InputError: they have nothing in common.
            SignatureMismatch: they were scored in unlike ways.
        """
        from summarizer_eval.scoring import score
        from summarizer_eval.signature import require_like

        first, second = score([baseline, candidate])
        for metric in self.margins:
            if metric not in first.figures or metric not in second.figures:
                raise InputError(f"no metric is called {metric!r}", where="gate")
            ours, theirs = first.figures[metric].signature, second.figures[metric].signature
            require_like(ours, theirs, where=metric)
        share = second.figures["scored_share"].mean
        ours_by_source, _ = _tables(first, self.margins)
        theirs_by_source, documents = _tables(second, self.margins)
        return self.decide(
            ours_by_source,
            theirs_by_source,
            scored_share=1.0 if share is None else share,
            documents=documents,
        )


def _overall(judged: Sequence[Judged], broken: Sequence[str]) -> Outcome:
    if broken or any(item.outcome == "regress" for item in judged):
        return "regress"
    return "pass" if all(item.outcome == "pass" for item in judged) else "inconclusive"


def _tables(
    scored: object, metrics: Mapping[str, float]
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """(metric -> source -> mean, metric -> document -> mean over samples) of a scored run."""
    from collections import defaultdict

    from summarizer_eval.runscores import RunScores
    from summarizer_eval.statistics import cluster_means

    assert isinstance(scored, RunScores)
    values: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    for row in scored.rows():
        for metric in metrics:
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
