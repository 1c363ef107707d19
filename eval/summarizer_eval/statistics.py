"""Statistics of paired scores. Pure functions over numbers; the unit of inference is the source.

Documents that share a source are one cluster: means are taken within clusters, then over them, and
intervals are over clusters (Miller 2024, "Adding Error Bars to Evals", section 2.2).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Interval",
    "Paired",
    "bootstrap_interval",
    "cluster_interval",
    "cluster_means",
    "flag_lower_bound",
    "holm",
    "lower_bound",
    "minimum_detectable_effect",
    "needed_clusters",
    "one_sided_p",
    "paired_difference",
    "permutation_p",
    "sign_test_drop_p",
    "sign_test_p",
    "within_variance",
]

# Within this of each other two scores are a tie: below what any of our metrics can resolve.
TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its confidence interval; the bounds are None for fewer than two clusters."""

    mean: float
    low: float | None
    high: float | None
    n: int
    """Values."""
    n_clusters: int


@dataclass(frozen=True, slots=True)
class Paired:
    """A paired comparison over clusters: candidate minus baseline."""

    difference: float
    low: float | None
    high: float | None
    p: float | None
    """Two-sided t test."""
    standard_error: float | None
    n_clusters: int
    wins: int
    """Clusters where the candidate is higher."""
    ties: int
    losses: int


def cluster_means(values: Sequence[float], clusters: Sequence[str]) -> dict[str, float]:
    """The mean of each cluster, in the order of the clusters' first values."""
    grouped: dict[str, list[float]] = defaultdict(list)
    for value, cluster in zip(values, clusters, strict=True):
        grouped[cluster].append(value)
    return {name: math.fsum(group) / len(group) for name, group in grouped.items()}


def cluster_interval(
    values: Sequence[float], clusters: Sequence[str], *, level: float = 0.95
) -> Interval:
    """Mean over clusters of the means within, with a t interval over clusters.

    Raises:
        ValueError: there are no values.
    """
    means = list(cluster_means(values, clusters).values())
    if not means:
        raise ValueError("no values")
    mean = math.fsum(means) / len(means)
    error = _standard_error(means)
    if error is None:
        return Interval(mean, None, None, len(values), len(means))
    half = _t_quantile(level, len(means) - 1) * error
    return Interval(mean, mean - half, mean + half, len(values), len(means))


def paired_difference(
    baseline: Mapping[str, float], candidate: Mapping[str, float], *, level: float = 0.95
) -> Paired:
    """Candidate minus baseline over the clusters that both have; t interval and test.

    Args:
        baseline, candidate: cluster to its mean.

    Raises:
        ValueError: they share no cluster.
    """
    shared = [name for name in baseline if name in candidate]
    if not shared:
        raise ValueError("no cluster in common")
    differences = [candidate[name] - baseline[name] for name in shared]
    mean = math.fsum(differences) / len(differences)
    error = _standard_error(differences)
    wins = int(sum(value > TIE for value in differences))
    losses = int(sum(value < -TIE for value in differences))
    ties = len(differences) - wins - losses
    if error is None:
        return Paired(mean, None, None, None, None, len(shared), wins, ties, losses)
    half = _t_quantile(level, len(shared) - 1) * error
    p = _t_p(mean, error, len(shared) - 1)
    return Paired(mean, mean - half, mean + half, p, error, len(shared), wins, ties, losses)


def bootstrap_interval(
    differences: Sequence[float], *, seed: int = 0, draws: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the mean by resampling clusters (Efron 1979); seeded.

    Raises:
        ValueError: there are no differences.
    """
    import numpy as np

    if not differences:
        raise ValueError("no differences")
    values = np.asarray(differences, dtype=float)
    generator = np.random.default_rng(seed)
    means = _resampled_means(values, generator, draws)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _resampled_means(
    values: NDArray[np.float64], generator: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    """Means of resamples, in blocks so that memory does not grow with draws × clusters."""
    import numpy as np

    block = max(1, 4_000_000 // max(1, len(values)))
    parts = []
    for start in range(0, draws, block):
        picked = generator.integers(0, len(values), size=(min(block, draws - start), len(values)))
        parts.append(values[picked].mean(axis=1))
    return np.concatenate(parts)


def permutation_p(differences: Sequence[float], *, seed: int = 0, draws: int = 10_000) -> float:
    """Two-sided sign-flip permutation test of a mean difference of zero; seeded.

    The observed arrangement counts as one of the draws, so p is never 0 (Phipson & Smyth 2010).
    """
    import numpy as np

    values = np.asarray(differences, dtype=float)
    if not len(values) or not values.any():
        return 1.0
    generator = np.random.default_rng(seed)
    observed = abs(values.mean()) - 1e-12
    block = max(1, 4_000_000 // len(values))
    extreme = 0
    for start in range(0, draws, block):
        count = min(block, draws - start)
        signs = generator.integers(0, 2, size=(count, len(values)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ values / len(values)) >= observed).sum())
    return float((extreme + 1) / (draws + 1))


def sign_test_p(wins: int, losses: int) -> float:
    """Two-sided exact sign test; ties are left out."""
    total = wins + losses
    if total == 0:
        return 1.0
    tail: float = sum(math.comb(total, k) for k in range(min(wins, losses) + 1)) / 2**total
    return min(1.0, 2 * tail)


def sign_test_drop_p(drops: int, rises: int) -> float:
    """One-sided mid-p sign test: that as many would drop were both ways as likely.

    The exact test (Dixon & Mood 1946) with half the probability of what was seen, as Fagerland,
    Lydersen & Laake (2013) recommend for paired flags: the exact one keeps far below its level.

    Args:
        drops, rises: sources that changed, each way; ties are left out.
    """
    from scipy.special import bdtrc  # scipy.stats takes a second to import

    changed = drops + rises
    if not changed:
        return 1.0
    more = float(bdtrc(drops, changed, 0.5)) if drops < changed else 0.0
    seen: float = math.comb(changed, drops) / 2**changed
    return more + seen / 2


def holm(p_values: Sequence[float]) -> list[float]:
    """p values adjusted for how many there are (Holm 1979); in the order given."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def minimum_detectable_effect(
    standard_error: float, n_clusters: int, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """The smallest true difference that so many sources would show with this power.

    (t of 1 - alpha/2 plus t of the power) standard errors (Bloom 1995).
    """
    degrees = max(1, n_clusters - 1)
    return (_t_quantile(1 - alpha, degrees) + _one_sided_t(power, degrees)) * standard_error


def needed_clusters(
    deviation: float, effect: float, *, alpha: float = 0.05, power: float = 0.8, sides: int = 2
) -> int:
    """How many sources would show a difference of `effect` with this power.

    With one side and a margin as the effect: how many would show that there is no such drop, where
    nothing differs (Julious 2004, "Sample sizes for clinical trials", section 6).

    Args:
        deviation: standard deviation of the paired differences over sources.
        sides: 1 or 2, of the test.

    Raises:
        ValueError: the effect is zero.
    """
    if effect == 0:
        raise ValueError("an effect of zero is never shown")
    count = 2
    for _ in range(100):
        degrees = max(1, count - 1)
        factor = _one_sided_t(1 - alpha / sides, degrees) + _one_sided_t(power, degrees)
        needed = max(2, math.ceil((factor * deviation / abs(effect)) ** 2))
        if needed == count:
            break
        count = needed
    return count


def lower_bound(values: Sequence[float], *, level: float = 0.95) -> float:
    """One-sided lower confidence bound of a mean, by t.

    Raises:
        ValueError: fewer than two values.
    """
    error = _standard_error(values)
    if error is None:
        raise ValueError("a bound needs two values")
    mean = math.fsum(values) / len(values)
    return mean - _one_sided_t(level, len(values) - 1) * error


def flag_lower_bound(values: Sequence[float], *, level: float = 0.95) -> float:
    """One-sided lower confidence bound of a mean difference of flags, each -1, 0 or 1.

    Wald's with half a pair added to each of the four cells (Agresti & Min 2005): where few flags
    change, a t bound lies too high. Where none changed at all there is nothing to bound: 0.

    Raises:
        ValueError: fewer than two values.
    """
    from scipy.special import ndtri

    if len(values) < 2:
        raise ValueError("a bound needs two values")
    squares = math.fsum(value * value for value in values)
    if squares <= TIE:
        return 0.0
    count = len(values) + 2  # one pair more that ties, half a pair each that drops and rises
    mean = math.fsum(values) / count
    variance = (squares + 1) / count - mean * mean
    return mean - float(ndtri(level)) * math.sqrt(variance / count)


def within_variance(groups: Iterable[Sequence[float]]) -> float | None:
    """Variance between the samples of one document, pooled: the model's own noise.

    The mean square within groups of a one-way analysis of variance (Searle, Casella & McCulloch
    1992). None where no document has two samples.
    """
    squares, degrees = 0.0, 0
    for values in groups:
        mean = math.fsum(values) / max(1, len(values))
        squares += math.fsum((value - mean) ** 2 for value in values)
        degrees += max(0, len(values) - 1)
    return squares / degrees if degrees else None


def one_sided_p(values: Sequence[float]) -> float:
    """p of a one-sided t test that the mean is not below zero; small where it is.

    Raises:
        ValueError: fewer than two values.
    """
    error = _standard_error(values)
    if error is None:
        raise ValueError("a test needs two values")
    mean = math.fsum(values) / len(values)
    if error == 0:
        return 0.0 if mean < -TIE else 1.0
    from scipy.special import stdtr

    return float(stdtr(len(values) - 1, mean / error))


def _standard_error(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return math.sqrt(variance / len(values))


def _t_quantile(level: float, degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))


def _one_sided_t(level: float, degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, level))


def _t_p(mean: float, error: float, degrees: int) -> float:
    from scipy.special import stdtr

    if error == 0:
        return 1.0 if abs(mean) <= TIE else 0.0
    return min(1.0, 2 * float(stdtr(degrees, -abs(mean / error))))
