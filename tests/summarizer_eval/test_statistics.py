"""Statistics equal scipy's and published examples."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from summarizer_eval.statistics import (
    bootstrap_interval,
    cluster_interval,
    cluster_means,
    flag_lower_bound,
    holm,
    lower_bound,
    minimum_detectable_effect,
    needed_clusters,
    one_sided_p,
    paired_difference,
    permutation_p,
    sign_test_drop_p,
    sign_test_p,
    within_variance,
)

# Student (1908), "The probable error of a mean": hours of sleep gained by ten patients with two
# drugs; R has them as `sleep`.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
GAINED = [a - b for a, b in zip(FIRST, SECOND, strict=True)]


def named(values: list[float]) -> dict[str, float]:
    return {str(number): value for number, value in enumerate(values)}


def test_students_sleep_data() -> None:
    """R's t.test(extra ~ group, paired = TRUE): t = -4.0621, p = 0.002833."""
    found = paired_difference(named(SECOND), named(FIRST))
    assert found.difference == pytest.approx(-1.58)
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((-2.4598858, -0.7001142), abs=1e-7)
    assert (found.wins, found.ties, found.losses) == (0, 1, 9)


def test_permutations_of_students_data() -> None:
    """Against all 1,024 sign patterns, as scipy counts them."""
    exact = stats.permutation_test(
        (GAINED,), lambda values: sum(values) / len(values), permutation_type="samples",
        vectorized=False, n_resamples=2000,
    )  # fmt: skip
    assert permutation_p(GAINED) == pytest.approx(exact.pvalue, abs=0.003)


def test_the_bootstrap_is_scipys_percentile_interval() -> None:
    """Both resample the same ten values; what is left is Monte Carlo error."""
    expected = stats.bootstrap(
        (GAINED,), lambda values: sum(values) / len(values), vectorized=False, method="percentile",
        n_resamples=4000, rng=1,
    ).confidence_interval  # fmt: skip
    found = bootstrap_interval(GAINED, draws=4000)
    assert found == pytest.approx((expected.low, expected.high), abs=0.06)


def test_the_bound_of_flags_equals_the_textbook() -> None:
    """Agresti (2002), section 10.1: approval of a prime minister, 150 change one way and 86 the
    other of 1,600; 95% interval of the difference -.04 ± 1.96 × .0095."""
    values = [-1.0] * 150 + [1.0] * 86 + [0.0] * 1364
    assert flag_lower_bound(values, level=0.975) == pytest.approx(-0.04 - 1.96 * 0.0095, abs=3e-4)


def test_the_bound_of_few_flags_lies_below_that_of_t() -> None:
    """One of 30: a t bound would be too sure; none of 30 changed: nothing to bound."""
    one = [-1.0] + [0.0] * 29
    assert flag_lower_bound(one) < lower_bound(one)
    assert flag_lower_bound([0.0] * 30) == 0.0
    with pytest.raises(ValueError, match="two values"):
        flag_lower_bound([1.0])


@pytest.mark.slow
def test_the_bound_of_flags_covers() -> None:
    """Where 5 in 100 flags are new, 95% bounds of 60 sources lie below that 94% of the time."""
    generator = random.Random(2)
    below = 0
    for _ in range(2000):
        values = [-float(generator.random() < 0.05) for _ in range(60)]
        below += flag_lower_bound(values) <= -0.05
    # A draw of 60 without any flag, 4.6% of them, is called unchanged.
    assert 0.92 < below / 2000 < 0.98


def test_the_noise_of_samples_is_the_mean_square_within() -> None:
    """R's PlantGrowth: anova(lm(weight ~ group)) has a residual mean square of 0.3886."""
    groups = [
        [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14],
        [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
        [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26],
    ]
    assert within_variance(groups) == pytest.approx(0.3886, abs=5e-5)
    assert within_variance([[1.0], [2.0]]) is None


@pytest.mark.parametrize(("sides", "expected"), [(2, 34), (1, 27)])
def test_sample_sizes_are_those_of_the_tables(sides: int, expected: int) -> None:
    """A paired difference of half a standard deviation, 80% power at 5% (Cohen 1988; G*Power)."""
    assert needed_clusters(1.0, 0.5, sides=sides) == expected


def test_holm_equals_the_textbook() -> None:
    """Holm (1979), the worked example of R's p.adjust: sorted, multiplied, made monotone."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers(p_values: list[float]) -> None:
    """Adjusted values are at least the raw ones, at most 1, in the same order."""
    adjusted = holm(p_values)
    assert all(raw - 1e-12 <= ours <= 1 for raw, ours in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)


values_strategy = st.lists(
    st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 3)), min_size=3, max_size=30
).filter(lambda values: len(set(values)) > 1)


@settings(max_examples=50)
@given(values_strategy)
def test_intervals_equal_scipys_t(values: list[float]) -> None:
    """The t interval, one-sided bound and p of scipy.stats over one value a source."""
    names = [str(n) for n in range(len(values))]
    interval = cluster_interval(values, names)
    test = stats.ttest_1samp(values, 0)
    expected = test.confidence_interval(0.95)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    less = stats.ttest_1samp(values, 0, alternative="less")
    assert one_sided_p(values) == pytest.approx(less.pvalue, abs=1e-9)
    greater = stats.ttest_1samp(values, 0, alternative="greater")
    bound = greater.confidence_interval(0.95).low
    assert lower_bound(values) == pytest.approx(bound, abs=1e-9)
    zero = dict.fromkeys(names, 0.0)
    paired = paired_difference(zero, dict(zip(names, values, strict=True)))
    assert paired.p == pytest.approx(test.pvalue, abs=1e-9)


def test_one_source_is_one_value() -> None:
    """Duplicates of a source are averaged before anything is inferred."""
    assert cluster_means([1.0, 3.0, 5.0], ["a", "a", "b"]) == {"a": 2.0, "b": 5.0}
    assert cluster_interval([1.0, 3.0, 5.0, 5.0], ["a", "a", "b", "c"]).mean == pytest.approx(4.0)


def test_the_sign_tests_are_those_of_the_binomial() -> None:
    """scipy's exact two-sided test; one-sided the mid-p: half of what was seen counts."""
    for drops, rises in ((8, 0), (7, 3), (5, 5), (0, 4)):
        two = stats.binomtest(drops, drops + rises).pvalue
        one = stats.binomtest(drops, drops + rises, alternative="greater").pvalue
        assert sign_test_p(drops, rises) == pytest.approx(two)
        seen = stats.binom.pmf(drops, drops + rises, 0.5)
        assert sign_test_drop_p(drops, rises) == pytest.approx(one - seen / 2)
    assert sign_test_drop_p(0, 0) == 1.0


def test_permutations_of_few_are_all_counted() -> None:
    """Five differences of one sign: 2 of 32 sign patterns are as far from zero."""
    assert permutation_p([0.1, 0.2, 0.3, 0.4, 0.5]) == pytest.approx(2 / 32, abs=0.01)


def test_the_bootstrap_is_seeded_and_near_the_t_interval() -> None:
    """The same seed gives the same interval; on smooth data it agrees with t."""
    generator = random.Random(3)
    values = [generator.gauss(0.1, 0.2) for _ in range(200)]
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    low, high = bootstrap_interval(values, seed=1)
    t = cluster_interval(values, [str(n) for n in range(200)])
    assert low is not None
    assert high is not None
    assert (low, high) == pytest.approx((t.low, t.high), abs=0.01)


def test_the_detectable_effect_is_that_of_the_power_formula() -> None:
    """80% power at 5%: about 2.8 standard errors for many sources (Cohen 1988)."""
    error = 0.2 / math.sqrt(400)
    assert minimum_detectable_effect(error, 400) == pytest.approx(2.8 * error, rel=0.01)
    assert needed_clusters(0.2, minimum_detectable_effect(error, 400)) == pytest.approx(400, abs=4)
