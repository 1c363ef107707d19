"""Compare runs: paired by document, one value a source, with intervals that can be trusted.

The first run is the baseline. For each metric, documents that both runs scored are paired, their
differences averaged within each source, and a t interval is put over sources. Beside it stand a
seeded paired bootstrap and a sign-flip permutation test. Adjusted values hold over the primary
metrics and all candidates together (Holm 1979 for p; Bonferroni's width for intervals, which
always covers Holm's decisions). A document that only one run scored is counted, not guessed.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from summarizer.errors import InputError
from summarizer_eval.differences import Candidate, Comparison, Difference
from summarizer_eval.ranking import ranks
from summarizer_eval.score_tables import sample_values
from summarizer_eval.signature import require_like
from summarizer_eval.statistics import (
    bootstrap_interval,
    cluster_means,
    holm,
    minimum_detectable_effect,
    needed_clusters,
    paired_difference,
    permutation_p,
    within_variance,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from summarizer.run import Run
    from summarizer_eval.metric import Figure
    from summarizer_eval.runscores import RunScores

__all__ = ["PRIMARY", "Candidate", "Comparison", "Difference", "compare", "compare_scores"]

# What a comparison is about unless told otherwise: one of each kind, so that few are adjusted for.
PRIMARY = ("faithfulness", "fact_recall", "rouge1", "rougeL")
_WORST = 5


@dataclass(slots=True)
class _Scores:
    """Of one run: metric -> document -> values of its samples, and each document's source."""

    name: str
    values: Mapping[str, Mapping[str, Sequence[float]]]
    sources: dict[str, str]
    figures: Mapping[str, Figure]


def compare(
    runs: Sequence[Run | str | Path],
    *,
    metrics: Sequence[str] | None = None,
    primary: Iterable[str] = PRIMARY,
    seed: int = 0,
    effects: Mapping[str, float] | None = None,
    **score_options: object,
) -> Comparison:
    """Compare runs with the first one; what was not scored yet is scored.

    Args:
        runs: run directories, matrices or open runs; two at least.
        metrics: names to compare; None: all that the runs have in common.
        primary: the metrics that are adjusted for together.
        seed: of bootstrap and permutations.
        effects: metric to a difference, to say how many sources would show it; ``""`` for all.
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
    return compare_scores(scored, metrics=metrics, primary=primary, seed=seed, effects=effects)


def compare_scores(
    scored: Sequence[RunScores],
    *,
    metrics: Sequence[str] | None = None,
    primary: Iterable[str] = PRIMARY,
    seed: int = 0,
    effects: Mapping[str, float] | None = None,
    resampled: bool = True,
) -> Comparison:
    """As `compare`, of runs that are scored already.

    Args:
        scored: what `summarizer_eval.scoring.score` gave; two at least.
        metrics, primary, seed, effects: as of `compare`.
        resampled: with bootstrap and permutation test, which take most of the time.

    Raises:
        InputError, SignatureMismatch: as `compare`.
    """
    if len(scored) < 2:
        raise InputError("a comparison needs two runs", hint="give another RUN, or a matrix")
    tables = [_gather(item) for item in scored]
    baseline = tables[0]
    wanted = list(metrics) if metrics else list(baseline.figures)
    for name in (*wanted, *filter(None, effects or {})):
        if name not in baseline.figures:
            raise InputError(
                f"no metric is called {name!r}", hint=f"there are {', '.join(baseline.figures)}"
            )
    chosen = set(primary)
    rows = [
        {
            name: _difference(
                baseline, table, name, name in chosen, seed if resampled else None, effects or {}
            )
            for name in wanted
        }
        for table in tables[1:]
    ]
    adjusted = _adjust(rows, baseline, tables[1:])
    if not any(item for row in adjusted for item in row.values()):
        raise InputError("the runs have no scored document in common")
    candidates = tuple(
        Candidate(
            table.name,
            {name: item for name, item in row.items() if item is not None},
            tuple(
                name
                for name, item in row.items()
                if item is None and (baseline.values.get(name) or table.values.get(name))
            ),
        )
        for table, row in zip(tables[1:], adjusted, strict=True)
    )
    return Comparison(
        baseline.name, candidates, _ranks(tables, [name for name in wanted if name in chosen])
    )


def _gather(scored: RunScores) -> _Scores:
    sources = {row.document_id: row.source_key for row in scored.rows()}
    values = sample_values(scored, scored.figures)
    return _Scores(str(scored.run.path), values, sources, scored.figures)


def _paired(first: _Scores, second: _Scores, name: str) -> dict[str, float]:
    """Document to difference, for documents that both scored."""
    ours, theirs = first.values.get(name, {}), second.values.get(name, {})
    return {
        document: statistics.fmean(theirs[document]) - statistics.fmean(found)
        for document, found in ours.items()
        if document in theirs
    }


def _difference(
    baseline: _Scores, candidate: _Scores, name: str, primary: bool, seed: int | None,
    effects: Mapping[str, float],
) -> Difference | None:  # fmt: skip
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
    low = high = p_permuted = None
    if seed is not None:
        low, high = bootstrap_interval(list(means.values()), seed=seed)
        p_permuted = permutation_p(list(means.values()), seed=seed, draws=2000)
    noise, share = _noise(baseline, candidate, name, means)
    effect = effects.get(name, effects.get(""))
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
        p_permutation=p_permuted,
        needed_clusters=_needed(paired.difference, error, paired.n_clusters),
        share_of_scale=scale,
        effect=effect,
        needed_for_effect=_needed(effect or 0.0, error, paired.n_clusters),
        sample_noise=noise,
        noise_share=share,
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


def _ranks(tables: Sequence[_Scores], names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Of every metric that has better and worse."""
    means: dict[str, dict[str, float]] = defaultdict(dict)
    p_values: dict[tuple[str, str, str], float] = {}
    for name in names:
        direction = tables[0].figures[name].direction
        if direction == "neutral":
            continue
        for table in tables:
            mean = table.figures[name].mean if name in table.figures else None
            if mean is not None:
                means[name][table.name] = mean if direction == "higher" else -mean
        for first, second in combinations(tables, 2):
            found = _cluster_differences(first, second, name)
            p = paired_difference(dict.fromkeys(found, 0.0), found).p if found else None
            if p is not None:
                p_values[name, first.name, second.name] = p
    return ranks(means, p_values)


def _noise(
    baseline: _Scores, candidate: _Scores, name: str, means: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """(deviation between samples of one document, its share of what varies over sources)."""
    ours, theirs = baseline.values.get(name, {}), candidate.values.get(name, {})
    within = within_variance((*ours.values(), *theirs.values()))
    if within is None:
        return None, None
    weights: dict[str, list[float]] = defaultdict(list)
    for document in _paired(baseline, candidate, name):
        weight = 1 / len(ours[document]) + 1 / len(theirs[document])
        weights[baseline.sources[document]].append(weight)
    noise = within * math.fsum(sum(w) / len(w) ** 2 for w in weights.values()) / len(weights)
    spread = statistics.variance(means.values()) if len(means) > 1 else 0.0
    return math.sqrt(within), min(1.0, noise / spread) if spread else None
