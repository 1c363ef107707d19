"""Compare runs: paired by document, one value a source, with intervals that can be trusted.

The first run is the baseline. For each metric, documents that both runs scored are paired, their
differences averaged within each source, and a t interval is put over sources. Beside it stand a
seeded paired bootstrap and a sign-flip permutation test. Adjusted values hold over the primary
metrics and all candidates together (Holm 1979 for p; Bonferroni's width for intervals, which
always covers Holm's decisions). A document that only one run scored is counted, not guessed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from summarizer.errors import InputError
from summarizer_eval.signature import require_like
from summarizer_eval.statistics import (
    bootstrap_interval,
    cluster_means,
    holm,
    minimum_detectable_effect,
    needed_clusters,
    paired_difference,
    permutation_p,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from summarizer.jsonlines import Json
    from summarizer.run import Run
    from summarizer_eval.metric import Direction, Figure
    from summarizer_eval.runscores import RunScores

__all__ = ["PRIMARY", "Candidate", "Comparison", "Difference", "compare"]

# What a comparison is about unless told otherwise: one of each kind, so that few are adjusted for.
PRIMARY = ("faithfulness", "fact_recall", "rouge1", "rougeL")
_WORST = 5


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

    def to_json(self) -> Json:
        """As ``compare --json`` prints it."""
        return {
            "run": self.run,
            "metrics": {name: value.to_json() for name, value in self.metrics.items()},
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


@dataclass(slots=True)
class _Scores:
    """Of one run: metric -> document -> value (mean over samples), and each document's source."""

    name: str
    values: dict[str, dict[str, float]]
    sources: dict[str, str]
    figures: Mapping[str, Figure]


def compare(
    runs: Sequence[Run | str | Path],
    *,
    metrics: Sequence[str] | None = None,
    primary: Iterable[str] = PRIMARY,
    seed: int = 0,
    **score_options: object,
) -> Comparison:
    """Compare runs with the first one; what was not scored yet is scored.

    Args:
        runs: run directories, matrices or open runs; two at least.
        metrics: names to compare; None: all that the runs have in common.
        primary: the metrics that are adjusted for together.
        seed: of bootstrap and permutations.
        score_options: passed to `summarizer_eval.scoring.score`.

    Raises:
        InputError: fewer than two runs, or no document in common.
        SignatureMismatch: the runs were scored in unlike ways.

    >>> import tempfile
    >>> from summarizer import compare, read_archive, regenerate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     outcomes = regenerate(
    ...         read_archive("examples/archive"), prompts=["brief_zh"],
    ...         models=["extractive:lead", "extractive:lexrank"], out=folder + "/matrix")
    ...     result = compare([folder + "/matrix"])
    >>> result.candidates[0].metrics["rouge1"].n_clusters > 5
    True
    """
    from summarizer_eval.scoring import score

    scored: list[RunScores] = score(runs, **score_options)  # type: ignore[arg-type]
    if len(scored) < 2:
        raise InputError("a comparison needs two runs", hint="give another RUN, or a matrix")
    tables = [_gather(item) for item in scored]
    baseline = tables[0]
    wanted = list(metrics) if metrics else list(baseline.figures)
    for name in wanted:
        if name not in baseline.figures:
            raise InputError(
                f"no metric is called {name!r}", hint=f"there are {', '.join(baseline.figures)}"
            )
    chosen = set(primary)
    rows = [
        {name: _difference(baseline, table, name, name in chosen, seed) for name in wanted}
        for table in tables[1:]
    ]
    adjusted = _adjust(rows, baseline, tables[1:])
    if not any(item for row in adjusted for item in row.values()):
        raise InputError("the runs have no scored document in common")
    candidates = tuple(
        Candidate(table.name, {name: item for name, item in row.items() if item is not None})
        for table, row in zip(tables[1:], adjusted, strict=True)
    )
    ranks = {name: _ranks(tables, name) for name in wanted if name in chosen}
    return Comparison(baseline.name, candidates, {name: row for name, row in ranks.items() if row})


def _gather(scored: RunScores) -> _Scores:
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    sources: dict[str, str] = {}
    for row in scored.rows():
        sources[row.document_id] = row.source_key
        for name, value in row.values.items():
            if value.value is not None:
                sums[name][row.document_id].append(value.value)
    values = {
        name: {document: math.fsum(found) / len(found) for document, found in by_document.items()}
        for name, by_document in sums.items()
    }
    return _Scores(str(scored.run.path), values, sources, scored.figures)


def _paired(first: _Scores, second: _Scores, name: str) -> dict[str, float]:
    """Document to difference, for documents that both scored."""
    ours, theirs = first.values.get(name, {}), second.values.get(name, {})
    return {
        document: theirs[document] - value for document, value in ours.items() if document in theirs
    }


def _difference(
    baseline: _Scores, candidate: _Scores, name: str, primary: bool, seed: int
) -> Difference | None:
    if name not in candidate.figures:
        return None
    ours, theirs = baseline.figures[name], candidate.figures[name]
    require_like(ours.signature, theirs.signature, where=name)
    differences = _paired(baseline, candidate, name)
    if not differences:
        return None
    clusters = [baseline.sources[document] for document in differences]
    means = cluster_means(list(differences.values()), clusters)
    paired = paired_difference(dict.fromkeys(means, 0.0), means)
    sign = -1 if ours.direction == "lower" else 1
    wins, losses = (paired.wins, paired.losses)[::sign]
    ranked = sorted(differences.items(), key=lambda item: (sign * item[1], item[0]))
    error = paired.standard_error
    low, high = bootstrap_interval(list(means.values()), seed=seed)
    scale = None
    if ours.floor is not None and ours.ceiling is not None and ours.ceiling > ours.floor:
        scale = paired.difference / (ours.ceiling - ours.floor)
    return Difference(
        difference=paired.difference,
        low=paired.low,
        high=paired.high,
        low_adjusted=paired.low,
        high_adjusted=paired.high,
        p=paired.p,
        p_adjusted=None,
        wins=wins,
        ties=paired.ties,
        losses=losses,
        mde=None if error is None else minimum_detectable_effect(error, paired.n_clusters),
        direction=ours.direction,
        primary=primary,
        n_documents=len(differences),
        n_clusters=paired.n_clusters,
        only_baseline=len(baseline.values.get(name, {})) - len(differences),
        only_candidate=len(candidate.values.get(name, {})) - len(differences),
        bootstrap_low=low,
        bootstrap_high=high,
        p_permutation=permutation_p(list(means.values()), seed=seed, draws=2000),
        needed_clusters=_needed(paired.difference, error, paired.n_clusters),
        share_of_scale=scale,
        worst=tuple(item for item in ranked[:_WORST] if sign * item[1] < 0),
        best=tuple(item for item in ranked[::-1][:_WORST] if sign * item[1] > 0),
    )


def _needed(difference: float, error: float | None, clusters: int) -> int | None:
    if not error or abs(difference) < 1e-9:
        return None
    return needed_clusters(error * math.sqrt(clusters), difference)


def _adjust(
    rows: list[dict[str, Difference | None]], baseline: _Scores, tables: Sequence[_Scores]
) -> list[dict[str, Difference | None]]:
    """Adjust the primary metrics of all candidates for how many they are."""
    from dataclasses import replace

    family = [
        (index, name, item)
        for index, row in enumerate(rows)
        for name, item in row.items()
        if item is not None and item.primary and item.p is not None
    ]
    adjusted = holm([item.p or 0.0 for _, _, item in family])
    level = 1 - 0.05 / max(1, len(family))
    result = [dict(row) for row in rows]
    for (index, name, item), p in zip(family, adjusted, strict=True):
        means = _cluster_differences(baseline, tables[index], name)
        wide = paired_difference(dict.fromkeys(means, 0.0), means, level=level)
        result[index][name] = replace(
            item, p_adjusted=p, low_adjusted=wide.low, high_adjusted=wide.high
        )
    for row in result:
        for name, other in row.items():
            if other is not None and other.p_adjusted is None:
                row[name] = replace(other, p_adjusted=other.p)
    return result


def _cluster_differences(baseline: _Scores, candidate: _Scores, name: str) -> dict[str, float]:
    differences = _paired(baseline, candidate, name)
    clusters = [baseline.sources[document] for document in differences]
    return cluster_means(list(differences.values()), clusters)


def _ranks(tables: Sequence[_Scores], name: str) -> dict[str, int]:
    """Best first; a run shares the rank of a better one while they can't be told apart."""
    direction = tables[0].figures[name].direction
    present = [table for table in tables if table.values.get(name)]
    if direction == "neutral" or len(present) < 2:
        return {}
    sign = -1 if direction == "higher" else 1

    def mean(table: _Scores) -> float:
        figure = table.figures[name]
        return sign * (figure.mean if figure.mean is not None else math.inf)

    ordered = sorted(present, key=lambda table: (mean(table), table.name))
    pairs = len(ordered) * (len(ordered) - 1) / 2
    ranks: dict[str, int] = {ordered[0].name: 1}
    leader = ordered[0]
    for place, table in enumerate(ordered[1:], start=2):
        means = _cluster_differences(leader, table, name)
        p = paired_difference(dict.fromkeys(means, 0.0), means).p if means else None
        if p is not None and p * pairs < 0.05:
            leader = table
            ranks[table.name] = place
        else:
            ranks[table.name] = ranks[leader.name]
    return ranks
