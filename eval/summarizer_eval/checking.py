"""Holds a scored run against a baseline: pairs documents, scores old summaries anew, decides."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean, variance
from typing import TYPE_CHECKING

from summarizer.errors import InputError, SignatureMismatch
from summarizer_eval.baseline import Baseline, identity_of_document, watched
from summarizer_eval.check_result import CheckResult, Noise, Worst
from summarizer_eval.gate import directed
from summarizer_eval.metrics.registry import Settings, build_metrics
from summarizer_eval.references import ItemSource
from summarizer_eval.score_tables import sample_values, score_tables
from summarizer_eval.signature import identity_of
from summarizer_eval.statistics import cluster_means, within_variance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer_eval.gate import Decision, Gate
    from summarizer_eval.runscores import RunScores

__all__ = ["MAX_CHANGED", "CheckResult", "check"]

MAX_CHANGED = 0.2
_WORST = 5

Table = dict[str, dict[str, float]]
"""Metric to document to value."""


def check(
    scored: RunScores,
    baseline: Baseline,
    *,
    anchor: Baseline | None = None,
    gate: Gate | None = None,
    max_changed: float = MAX_CHANGED,
) -> CheckResult:
    """Judge a scored run against a baseline.

    Args:
        scored: of the candidate; must hold every metric that the gate watches.
        baseline: what it is held against.
        anchor: the first baseline ever accepted.
        gate: the rule; None: the baseline's own.
        max_changed: share of the baseline's documents that may be gone or changed.

    Raises:
        InputError: nothing can be paired, or too much changed; says what.
        SignatureMismatch: the scores were measured otherwise and the summaries are not there to be
            scored anew.
    """
    gate = directed(gate or baseline.gate, scored.figures)
    # A document without a source has no request, and so no place in a baseline.
    now = {entry.document.id: entry.document for entry in scored.run.planned() if entry.keys}
    identities = {name: identity_of_document(document) for name, document in now.items()}
    same = [
        name
        for name, entry in baseline.entries.items()
        if identities.get(name) == (entry.text, entry.reference)
    ]
    removed = tuple(sorted(baseline.entries.keys() - now.keys()))
    changed = tuple(sorted((baseline.entries.keys() & now.keys()) - set(same)))
    texts = sum(identities[name][0] != baseline.entries[name].text for name in changed)
    _refuse(baseline, same, removed, changed, texts, max_changed)
    _, values = score_tables(scored, watched(gate))
    old, rescored = _old_values(scored, baseline, gate)
    sources = {name: now[name].key for name in now}
    decision, lost = _decide(gate, old, values, same, sources, scored)
    anchored = None
    if anchor is not None and anchor.digest + str(anchor.summaries) != baseline.digest + str(
        baseline.summaries
    ):
        first, _ = _old_values(scored, anchor, gate)
        common = [
            name
            for name, entry in anchor.entries.items()
            if identities.get(name) == (entry.text, entry.reference)
        ]
        if common:
            anchored, _ = _decide(gate, first, values, common, sources, scored)
    info = scored.run
    return CheckResult(
        name=baseline.name,
        decision=decision,
        anchor=anchored,
        matched=len(same),
        added=tuple(sorted(now.keys() - baseline.entries.keys())),
        removed=removed,
        changed=changed,
        lost=tuple(lost),
        worst=_worst(gate, old, values, same, baseline, scored),
        rescored=rescored,
        noise=_noise(gate, old, values, same, sources, baseline, scored),
        prompt=info.prompt,
        model=info.model,
    )


def _refuse(
    baseline: Baseline,
    same: Sequence[str],
    removed: Sequence[str],
    changed: Sequence[str],
    texts: int,
    max_changed: float,
) -> None:
    hint = "summarizer accept re-pins the baseline"
    what = (
        f"{len(changed)} documents changed (the text of {texts}, the stored summary alone of "
        f"{len(changed) - texts}) and {len(removed)} are gone"
    )
    if not same:
        raise InputError(
            f"no document is the same as in the baseline: {what}",
            where=baseline.name,
            hint=hint,
        )
    share = (len(changed) + len(removed)) / len(baseline.entries)
    if share > max_changed:
        named = ", ".join([*changed, *removed][:3])
        raise InputError(
            f"{what}, {share:.0%} of the baseline and more than {max_changed:.0%} ({named}, …)",
            where=baseline.name,
            hint=hint,
        )


def _old_values(scored: RunScores, baseline: Baseline, gate: Gate) -> tuple[Table, bool]:
    """The baseline's values; scored anew where they were measured otherwise."""
    unlike = [
        metric
        for metric in watched(gate)
        if metric in scored.figures
        and baseline.signatures.get(metric) != identity_of(scored.figures[metric].signature)
    ]
    if not unlike:
        table: Table = defaultdict(dict)
        for name, entry in baseline.entries.items():
            for metric, value in entry.scores.items():
                if value is not None:
                    table[metric][name] = value
        return table, False
    if not baseline.summaries:
        raise SignatureMismatch(
            f"{unlike[0]} was measured otherwise, and the baseline's summaries are not there",
            where=baseline.name,
            hint="summarizer accept re-pins it",
        )
    return _rescored(scored, baseline, gate), True


def _rescored(scored: RunScores, baseline: Baseline, gate: Gate) -> Table:
    """The baseline's summaries, measured as the candidate was."""
    from dataclasses import replace

    metrics, _ = build_metrics(Settings(tuple(watched(gate))))
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    done: set[str] = set()
    for item, _ in ItemSource(scored.run, same_url=False):
        name = item.document.id
        if name in done:
            continue
        done.add(name)
        for summary in baseline.summaries.get(name, ()):
            again = replace(item, summary=summary)
            for metric in metrics:
                for label, value in metric.score(again).items():
                    if value.value is not None:
                        sums[label][name].append(value.value)
    return {
        label: {name: sum(found) / len(found) for name, found in rows.items()}
        for label, rows in sums.items()
    }


def _decide(
    gate: Gate,
    old: Mapping[str, Mapping[str, float]],
    new: Mapping[str, Mapping[str, float]],
    documents: Sequence[str],
    sources: Mapping[str, str],
    scored: RunScores,
) -> tuple[Decision, list[str]]:
    ours: Table = {}
    theirs: Table = {}
    for metric in gate.margins:
        both = [
            name
            for name in documents
            if name in old.get(metric, {}) and name in new.get(metric, {})
        ]
        clusters = [sources[name] for name in both]
        ours[metric] = cluster_means([old[metric][name] for name in both], clusters)
        theirs[metric] = cluster_means([new[metric][name] for name in both], clusters)
    had, has = old.get("scored_share", {}), new.get("scored_share", {})
    lost = sorted(name for name in documents if has.get(name, 0.0) < had.get(name, 0.0))
    share = scored.figures["scored_share"].mean
    kept = set(documents)
    decision = gate.decide(
        ours,
        theirs,
        scored_share=1.0 if share is None else share,
        documents={
            metric: {name: value for name, value in rows.items() if name in kept}
            for metric, rows in new.items()
        },
        baseline_documents=old,
        lost=lost,
        means={name: figure.mean for name, figure in scored.figures.items()},
    )
    return decision, lost


def _noise(
    gate: Gate,
    old: Mapping[str, Mapping[str, float]],
    new: Mapping[str, Mapping[str, float]],
    documents: Sequence[str],
    sources: Mapping[str, str],
    baseline: Baseline,
    scored: RunScores,
) -> dict[str, Noise]:
    """The model's own noise by metric, from the candidate's samples.

    A baseline keeps means over its samples: its noise is taken to be that of the candidate.
    """
    samples = sample_values(scored, gate.margins)
    before = max(1, int(baseline.made_by.get("samples", 1)))
    found = {}
    for metric in gate.margins:
        drawn = samples.get(metric, {})
        within = within_variance(drawn.values())
        if within is None:
            continue
        both = [
            name
            for name in documents
            if name in old.get(metric, {}) and name in new.get(metric, {})
        ]
        differences: dict[str, list[float]] = defaultdict(list)
        weights: dict[str, list[float]] = defaultdict(list)
        for name in both:
            differences[sources[name]].append(new[metric][name] - old[metric][name])
            weights[sources[name]].append(1 / before + 1 / len(drawn[name]))
        means = [fmean(values) for values in differences.values()]
        spread = variance(means) if len(means) > 1 else 0.0
        noise = within * fmean(sum(w) / len(w) ** 2 for w in weights.values()) if weights else 0.0
        found[metric] = Noise(within**0.5, min(1.0, noise / spread) if spread else None)
    return found


def _worst(
    gate: Gate,
    old: Mapping[str, Mapping[str, float]],
    new: Mapping[str, Mapping[str, float]],
    documents: Sequence[str],
    baseline: Baseline,
    scored: RunScores,
) -> tuple[Worst, ...]:
    """The documents that fell most, each by the metric that fell furthest beyond its margin."""
    found: dict[str, tuple[float, str, float]] = {}
    for metric, margin in gate.margins.items():
        sign = -1 if metric in gate.lower_is_better else 1
        for name in documents:
            if name in old.get(metric, {}) and name in new.get(metric, {}):
                difference = sign * (new[metric][name] - old[metric][name])
                ranked = (difference / margin if margin else difference, metric, difference)
                found[name] = min(found.get(name, ranked), ranked)
    chosen = sorted((entry, name) for name, entry in found.items() if entry[2] < -1e-9)[:_WORST]
    wanted = {name for _, name in chosen}
    summaries: dict[str, str | None] = {}
    for document, generation in scored.run.results():
        if document.id in wanted:
            summaries.setdefault(document.id, generation.summary if generation else None)
    return tuple(
        Worst(
            name, metric, difference,
            next(iter(baseline.summaries.get(name, ())), None), summaries.get(name),
        )
        for (_, metric, difference), name in chosen
    )  # fmt: skip
