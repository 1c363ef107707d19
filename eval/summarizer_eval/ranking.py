"""Ranks of many runs, with ties where they cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer_eval.statistics import holm

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ranks"]

Pair = tuple[str, str, str]
"""Metric, run, run."""


def ranks(
    means: Mapping[str, Mapping[str, float]], p_values: Mapping[Pair, float], *, alpha: float = 0.05
) -> dict[str, dict[str, int]]:
    """Best first; a run shares the rank of the best one that it cannot be told apart from.

    A run is told apart where the p of its pair with the first run of a rank, adjusted by Holm over
    all pairs and metrics together, is below alpha. With two runs these are the comparison's own
    verdicts.

    Args:
        means: metric to run to its mean, higher is better.
        p_values: of each pair of runs, two-sided; a missing one cannot be told apart.

    Returns:
        Metric to run to rank, from 1; metrics with fewer than two runs are left out.
    """
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    found: dict[str, dict[str, int]] = {}
    for metric, by_run in means.items():
        if len(by_run) < 2:
            continue
        ordered = sorted(by_run, key=lambda run: (-by_run[run], run))
        leader = ordered[0]
        row = {leader: 1}
        for place, run in enumerate(ordered[1:], start=2):
            pair, turned = (metric, leader, run), (metric, run, leader)
            p = adjusted.get(pair, adjusted.get(turned, 1.0))
            if p < alpha:
                leader = run
                row[run] = place
            else:
                row[run] = row[leader]
        found[metric] = row
    return found
