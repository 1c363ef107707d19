"""The gate: pass, regress, or honestly inconclusive.

With d = candidate - baseline per source, turned so that higher is better, and a margin δ a metric:

- **pass** where for every gated metric the one-sided 95% lower bound of mean d is above -δ;
- **regress** where not pass and a drop is significant (one-sided t, Holm over the gated metrics),
  or a limit is broken;
- **inconclusive** otherwise: too few sources to tell.

Non-inferiority as in Walker & Nowacki 2011. For a flag (0 or 1 a document) the bound is that of
Agresti & Min 2005 and the test the mid-p sign test. Limits (`summarizer_eval.limits`) stand beside
that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from summarizer.errors import InputError
from summarizer_eval.limits import beyond, collapsed, missing, unscored
from summarizer_eval.statistics import (
    flag_lower_bound,
    holm,
    lower_bound,
    needed_clusters,
    one_sided_p,
    sign_test_drop_p,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from summarizer.jsonlines import Json
    from summarizer.run import Run
    from summarizer_eval.metric import Figure

__all__ = ["DEFAULT_MARGINS", "Decision", "Gate", "Judged", "Outcome", "directed"]

Outcome = Literal["pass", "regress", "inconclusive"]

DEFAULT_MARGINS: Mapping[str, float] = {
    "rouge1": 0.03,
    "faithfulness": 0.05,
    "length_ratio": 0.04,
    "unseen_number": 0.05,
}
"""How much a mean may drop before it counts, in the metric's own unit: `benchmarks/gate.py` shows
what these find."""

DEFAULT_COLLAPSE: Mapping[str, float] = {"rouge1": 0.40}


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
    needed: int | None = None
    """Where inconclusive: sources with which it passes four times of five if nothing differs."""

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
    lower_is_better: frozenset[str] = frozenset(
        {"contradicted", "unsupported", "length_deviation", "repetition", "unseen_number"}
    )
    flags: frozenset[str] = frozenset({"unseen_number", "format_match", "language_match"})
    """Metrics that are 0 or 1 a document: they have a bound and a test of their own."""
    collapse: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_COLLAPSE))
    """Metric to the value that no document may fall below from well above it (`limits`)."""
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Metric to the least (``min``) and greatest (``max``) mean of the candidate."""
    min_scored_share: float = 0.98
    """Share of the planned documents that must have a summary."""
    max_lost: int = 0
    """Documents that may lose the summary that they have in the baseline."""
    max_unscored: float = 0.2
    """Share of the documents with a value in the baseline that may have none of a gated metric."""
    alpha: float = 0.05

    def to_json(self) -> Json:
        """As a baseline keeps it; what is the same for every gate is left out."""
        return {
            "margins": dict(sorted(self.margins.items())),
            "collapse": dict(sorted(self.collapse.items())),
            "limits": {name: dict(bounds) for name, bounds in sorted(self.limits.items())},
            "min_scored_share": self.min_scored_share,
            "max_lost": self.max_lost,
            "max_unscored": self.max_unscored,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any], *, where: object = "gate") -> Gate:
        """A gate from a suite or baseline; what is left out has its default.

        Raises:
            InputError: a name is unknown, or a value is no number.
        """
        known = (
            "margins", "collapse", "limits", "min_scored_share", "max_lost", "max_unscored",
        )  # fmt: skip
        for name in row:
            if name not in known:
                raise InputError(
                    f"there is no setting {name!r}", where=where, hint=f"one of {', '.join(known)}"
                )
        given: dict[str, Any] = {
            name: _numbers(row[name], f"{where}.{name}") for name in known[:3] if name in row
        }
        given |= {name: _number(row[name], f"{where}.{name}") for name in known[3:] if name in row}
        if "max_lost" in given:
            given["max_lost"] = int(given["max_lost"])
        return cls(**given)

    def looser_than(self, other: Gate) -> list[str]:
        """What this gate lets through that another does not; a sentence each."""
        found = [
            f"the margin of {name} grows from {margin:g} to {self.margins.get(name, math.inf):g}"
            for name, margin in sorted(other.margins.items())
            if self.margins.get(name, math.inf) > margin
        ]
        found += [
            f"the collapse limit of {name} falls below {limit:g}"
            for name, limit in sorted(other.collapse.items())
            if self.collapse.get(name, -math.inf) < limit
        ]
        for name, bounds in sorted(other.limits.items()):
            ours = self.limits.get(name, {})
            if ours.get("min", -math.inf) < bounds.get("min", -math.inf) or (
                ours.get("max", math.inf) > bounds.get("max", math.inf)
            ):
                found.append(f"the limit of {name} is loosened")
        if self.min_scored_share < other.min_scored_share:
            found.append("min_scored_share falls")
        if self.max_lost > other.max_lost:
            found.append("max_lost grows")
        if self.max_unscored > other.max_unscored:
            found.append("max_unscored grows")
        return found

    def decide(
        self,
        baseline: Mapping[str, Mapping[str, float]],
        candidate: Mapping[str, Mapping[str, float]],
        *,
        scored_share: float = 1.0,
        documents: Mapping[str, Mapping[str, float]] | None = None,
        baseline_documents: Mapping[str, Mapping[str, float]] | None = None,
        lost: Sequence[str] = (),
        means: Mapping[str, float | None] | None = None,
    ) -> Decision:
        """Judge a candidate.

        Args:
            baseline, candidate: metric to source to its mean.
            scored_share: of the candidate.
            documents: metric to document to its value, for the collapse limits.
            baseline_documents: the same of the baseline; a document that was as low there, or
                nearly, did not collapse. None: every document counts.
            lost: documents that have a summary in the baseline alone.
            means: of the candidate by metric, for the limits on means.

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
        broken = (
            *missing(lost, scored_share, self.max_lost, self.min_scored_share),
            *unscored(documents or {}, baseline_documents, self.margins, self.max_unscored),
            *collapsed(documents or {}, baseline_documents, self.collapse),
            *beyond(means or {}, self.limits),
        )
        return Decision(_overall(judged, broken), judged, broken)

    def _judge(self, drops: Mapping[str, Sequence[float]]) -> tuple[Judged, ...]:
        p_values = {metric: self._p_drop(metric, values) for metric, values in drops.items()}
        adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
        found = []
        for metric, values in drops.items():
            margin = self.margins[metric]
            bound_of = flag_lower_bound if metric in self.flags else lower_bound
            bound = bound_of(values, level=1 - self.alpha) if len(values) > 1 else None
            outcome: Outcome = "inconclusive"
            if bound is not None and bound > -margin:
                outcome = "pass"
            elif adjusted[metric] < self.alpha:
                outcome = "regress"
            mean = math.fsum(values) / len(values) if values else None
            needed = _needed(values, margin, self.alpha) if outcome == "inconclusive" else None
            found.append(
                Judged(metric, margin, len(values), mean, bound, adjusted[metric], outcome, needed)
            )
        return tuple(found)

    def _p_drop(self, metric: str, values: Sequence[float]) -> float:
        """One-sided, that there is no drop."""
        if len(values) < 2:
            return 1.0
        if metric in self.flags:
            return sign_test_drop_p(sum(v < 0 for v in values), sum(v > 0 for v in values))
        return one_sided_p(values)

    def compare_runs(self, baseline: Run | str | Path, candidate: Run | str | Path) -> Decision:
        """Score two runs where needed and judge the second against the first.

        Raises:
            InputError: they have nothing in common.
            SignatureMismatch: they were scored in unlike ways.
        """
        from summarizer_eval.score_tables import score_tables
        from summarizer_eval.scoring import score
        from summarizer_eval.signature import require_like

        first, second = score([baseline, candidate])
        gate = directed(directed(self, first.figures), second.figures)
        for metric in self.margins:
            ours, theirs = first.figures[metric].signature, second.figures[metric].signature
            require_like(ours, theirs, where=metric)
        share = second.figures["scored_share"].mean
        wanted = {*self.margins, *self.collapse, "scored_share"}
        ours_by_source, before = score_tables(first, wanted)
        theirs_by_source, documents = score_tables(second, wanted)
        had, has = before["scored_share"], documents["scored_share"]
        return gate.decide(
            ours_by_source,
            theirs_by_source,
            scored_share=1.0 if share is None else share,
            documents=documents,
            baseline_documents=before,
            lost=[name for name in has if has[name] < had.get(name, 0.0)],
            means={name: figure.mean for name, figure in second.figures.items()},
        )


def _overall(judged: Sequence[Judged], broken: Sequence[str]) -> Outcome:
    if broken or any(item.outcome == "regress" for item in judged):
        return "regress"
    return "pass" if all(item.outcome == "pass" for item in judged) else "inconclusive"


def _needed(values: Sequence[float], margin: float, alpha: float) -> int | None:
    if len(values) < 2 or margin <= 0:
        return None
    mean = math.fsum(values) / len(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    deviation = math.sqrt(squares / (len(values) - 1))
    return needed_clusters(deviation, margin, alpha=alpha, sides=1)


def directed(gate: Gate, figures: Mapping[str, Figure]) -> Gate:
    """A gate that knows which way each metric is better, those of users too.

    Raises:
        InputError: a gated metric does not exist, or has no better and worse.
    """
    for name in gate.margins:
        if name not in figures:
            raise InputError(f"no metric is called {name!r}", where="gate")
        if figures[name].direction == "neutral":
            raise InputError(
                f"{name!r} has no better and worse",
                where="gate",
                hint=f"bound it: [gate.limits] {name} = {{min = …, max = …}}",
            )
    lower = {name for name, figure in figures.items() if figure.direction == "lower"}
    return replace(gate, lower_is_better=frozenset(lower))


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError("is no number", where=where)
    return value


def _numbers(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("is no table of numbers", where=where)
    return {
        name: _numbers(entry, f"{where}.{name}")
        if where.endswith("limits")
        else _number(entry, f"{where}.{name}")
        for name, entry in value.items()
    }
