"""What the gate says of one variant, and on what it rests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.jsonlines import Json
    from summarizer_eval.gate import Decision, Judged, Outcome

__all__ = ["CheckResult", "Noise", "Refusal", "Worst"]


@dataclass(frozen=True, slots=True)
class Worst:
    """A document that got worse, with both summaries."""

    document: str
    metric: str
    difference: float
    """Higher is better."""
    baseline: str | None
    candidate: str | None

    def to_json(self) -> Json:
        """For ``check --json``."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Noise:
    """How much of a difference is the model's own noise, not the prompt's effect."""

    deviation: float
    """Standard deviation between samples of one document."""
    share: float | None
    """Of the variance of the differences over sources, 0 to 1: near 1 more samples would help,
    near 0 more documents."""

    def to_json(self) -> Json:
        """For ``check --json``."""
        return {"deviation": self.deviation, "share": self.share}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the gate says of one variant, and on what it rests."""

    name: str
    decision: Decision
    anchor: Decision | None
    """Against the first baseline ever accepted; None where that is the baseline itself."""
    matched: int
    """Documents that were paired."""
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    """Documents whose text or reference is another than the baseline's."""
    lost: tuple[str, ...]
    """Documents without a summary now that have one in the baseline."""
    worst: tuple[Worst, ...]
    rescored: bool
    """Whether the baseline's summaries were scored anew by a newer scorer."""
    noise: Mapping[str, Noise] = field(default_factory=dict)
    """Metric to the model's own noise; empty with one sample a document."""
    prompt: str = ""
    model: str = ""

    @property
    def outcome(self) -> Outcome:
        """``regress`` also where the anchor says so."""
        if self.anchor is not None and self.anchor.outcome == "regress":
            return "regress"
        return self.decision.outcome

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is no pass; a sentence each."""
        found = [_why(item, "the baseline") for item in self.decision.metrics
                 if item.outcome != "pass"]  # fmt: skip
        found += self.decision.broken_limits
        if self.anchor is not None and self.anchor.outcome == "regress":
            found += [f"against the anchor: {text}" for text in self.anchor.broken_limits]
            found += [_why(item, "the anchor") for item in self.anchor.metrics
                      if item.outcome == "regress"]  # fmt: skip
        return tuple(dict.fromkeys(found))

    def to_json(self) -> Json:
        """For ``check --json``."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "reasons": list(self.reasons),
            **{key: value for key, value in self.decision.to_json().items() if key != "outcome"},
            "anchor": None if self.anchor is None else self.anchor.to_json(),
            "matched": self.matched,
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": list(self.changed),
            "lost": list(self.lost),
            "rescored": self.rescored,
            "noise": {name: item.to_json() for name, item in self.noise.items()},
            "worst": [item.to_json() for item in self.worst],
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A variant that could not be judged; others still are."""

    name: str
    reason: str
    """One line: where, what is wrong, what to do."""

    def to_json(self) -> Json:
        """For ``check --json``."""
        return {"name": self.name, "reason": self.reason}


def _why(item: Judged, than: str) -> str:
    if item.difference is None:
        return f"{item.metric}: no document was scored on both sides"
    bound = "-" if item.lower_bound is None else f"{item.lower_bound:+.4f}"
    text = (
        f"{item.metric} changed by {item.difference:+.4f} from {than} over {item.n_clusters} "
        f"sources (95% above {bound}, margin {item.margin:g})"
    )
    if item.outcome == "regress":
        p = item.p_drop
        shown = "< 0.0001" if p is None or p < 0.0001 else f"= {p:.4f}"
        return f"{text}: a significant drop (p {shown})"
    needed = "" if item.needed is None else f", about {item.needed} would if nothing differs"
    return f"{text}: too few sources to tell{needed}"
