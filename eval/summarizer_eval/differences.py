"""What a comparison says: a difference a metric, of each candidate against one baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.jsonlines import Json
    from summarizer_eval.metric import Direction

__all__ = ["Candidate", "Comparison", "Difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus baseline in one metric; its direction says which sign is better."""

    difference: float
    low: float | None
    high: float | None
    low_adjusted: float | None
    high_adjusted: float | None
    p: float | None
    p_adjusted: float | None
    wins: int
    """Sources where the candidate is better (for ``neutral`` metrics: higher)."""
    ties: int
    losses: int
    mde: float | None
    """Smallest true difference that so many sources would show, 80% power at 5%."""
    direction: Direction
    primary: bool
    n_documents: int
    n_clusters: int
    only_baseline: int
    """Documents that only the baseline scored."""
    only_candidate: int
    bootstrap_low: float | None
    bootstrap_high: float | None
    p_permutation: float | None
    needed_clusters: int | None
    """Sources that would show the difference seen, 80% power at 5%."""
    share_of_scale: float | None
    """The difference over ceiling minus floor, where both were measured."""
    effect: float | None = None
    """The difference that was asked about, in the metric's unit."""
    needed_for_effect: int | None = None
    """Sources that would show it, 80% power at 5%."""
    sample_noise: float | None = None
    """Standard deviation between samples of one document; None with one sample each."""
    noise_share: float | None = None
    """Share of the variance of the differences over sources that the model's own noise explains, 0
    to 1: near 1 more samples would help, near 0 more documents."""
    worst: tuple[tuple[str, float], ...] = ()
    """(document, difference), the worst for the candidate first."""
    best: tuple[tuple[str, float], ...] = ()

    def to_json(self) -> Json:
        """As ``compare --json`` prints it."""
        row = {name: getattr(self, name) for name in self.__slots__}
        row["worst"] = [{"document": name, "difference": value} for name, value in self.worst]
        row["best"] = [{"document": name, "difference": value} for name, value in self.best]
        return row

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``can't tell`` by the adjusted p; ``differs`` where neutral."""
        p = self.p if self.p_adjusted is None else self.p_adjusted
        if p is None or p >= 0.05:
            return "can't tell"
        if self.direction == "neutral":
            return "differs"
        return "better" if (self.difference > 0) == (self.direction == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One run against the baseline."""

    run: str
    metrics: Mapping[str, Difference]
    unpaired: tuple[str, ...] = ()
    """Metrics that one of the two runs has values for, and no document has in both."""

    def to_json(self) -> Json:
        """As ``compare --json`` prints it."""
        return {
            "run": self.run,
            "metrics": {name: value.to_json() for name, value in self.metrics.items()},
            "unpaired": list(self.unpaired),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All candidates against one baseline."""

    baseline: str
    candidates: tuple[Candidate, ...]
    ranks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Metric to run to rank, from 1; runs that cannot be told apart share one."""

    def to_json(self) -> Json:
        """As ``compare --json`` prints it."""
        return {
            "baseline": self.baseline,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "ranks": {metric: dict(ranks) for metric, ranks in self.ranks.items()},
        }
