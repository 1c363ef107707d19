"""The gate decides as it says it does."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from summarizer.errors import InputError
from summarizer_eval.gate import Gate
from summarizer_eval.statistics import (
    bootstrap_interval,
    cluster_interval,
    cluster_means,
    holm,
    lower_bound,
    minimum_detectable_effect,
    needed_clusters,
    one_sided_p,
    paired_difference,
    permutation_p,
    sign_test_drop_p,
    sign_test_p,
)

Scores = dict[str, dict[str, float]]


def scores(values: list[float], metric: str = "rouge1") -> Scores:
    return {metric: {f"s{n}": value for n, value in enumerate(values)}}


GATE = Gate(margins={"rouge1": 0.03}, collapse={})


def test_the_same_scores_pass() -> None:
    """No difference, no noise: pass."""
    values = [0.5 + n / 100 for n in range(20)]
    assert GATE.decide(scores(values), scores(values)).outcome == "pass"


def test_a_clear_drop_regresses() -> None:
    """A drop far beyond the margin and its noise is a regression."""
    old = [0.5 + n / 100 for n in range(20)]
    new = [value - 0.2 + (n % 3) / 100 for n, value in enumerate(old)]
    [item] = GATE.decide(scores(old), scores(new)).metrics
    assert (item.outcome, item.n_clusters) == ("regress", 20)
    differences = [b - a for a, b in zip(old, new, strict=True)]
    test = stats.ttest_1samp(differences, 0, alternative="less")
    assert item.p_drop == pytest.approx(test.pvalue, rel=1e-9)


def test_few_noisy_sources_are_inconclusive() -> None:
    """Where the noise is wider than the margin the gate says that it cannot tell."""
    generator = random.Random(1)
    old = [0.5] * 8
    new = [0.5 + generator.gauss(0, 0.1) for _ in old]
    assert GATE.decide(scores(old), scores(new)).outcome == "inconclusive"


def test_a_small_significant_drop_within_the_margin_passes() -> None:
    """Non-inferiority asks whether the drop matters, not whether it is there."""
    old = [0.5 + n / 100 for n in range(50)]
    new = [value - 0.01 - (n % 2) / 1000 for n, value in enumerate(old)]
    assert GATE.decide(scores(old), scores(new)).outcome == "pass"


def test_lower_is_better_is_turned() -> None:
    """More contradicted claims are a drop."""
    gate = Gate(margins={"contradicted": 0.1}, collapse={})
    old, new = [0.0] * 30, [1.0 - n % 2 / 10 for n in range(30)]
    assert gate.decide(scores(old, "contradicted"), scores(new, "contradicted")).outcome == (
        "regress"
    )
    assert gate.decide(scores(new, "contradicted"), scores(old, "contradicted")).outcome == "pass"


def test_flags_are_judged_by_the_sign_test() -> None:
    """Of 40 sources 8 raise the flag anew: 2⁻⁸ by the sign test."""
    gate = Gate(margins={"unseen_number": 0.08}, collapse={})
    old = scores([0.0] * 40, "unseen_number")
    new = scores([1.0] * 8 + [0.0] * 32, "unseen_number")
    [item] = gate.decide(old, new).metrics
    assert item.p_drop == pytest.approx(2**-9)
    assert item.outcome == "regress"


def test_limits_break_what_would_pass() -> None:
    """Lost summaries, coverage, collapses and bounds on means are regressions with a sentence."""
    values = [0.6 + n / 100 for n in range(20)]
    gate = Gate(margins={"rouge1": 0.03}, limits={"format_match": {"min": 0.9}})
    fallen = {**scores(values)["rouge1"], "s0": 0.2}
    decision = gate.decide(
        scores(values),
        scores(values),
        scored_share=0.9,
        documents={"rouge1": fallen},
        baseline_documents=scores(values),
        lost=["a.md"],
        means={"format_match": 0.5},
    )
    assert decision.outcome == "regress"
    assert [text.split(":")[0].split(" (")[0] for text in decision.broken_limits] == [
        "1 documents lost their summary",
        "only 90.0% of the documents have a summary, 98.0% are required",
        "s0",
        "mean format_match is 0.500, below the limit 0.9",
    ]


def test_what_was_low_before_did_not_collapse() -> None:
    """A document just above the limit that falls just below it does not flap the gate."""
    values = [0.41 + n / 1000 for n in range(20)]
    gate = Gate(margins={"rouge1": 0.03})
    after = {"rouge1": dict.fromkeys(scores(values)["rouge1"], 0.39)}
    decision = gate.decide(
        scores(values), scores(values), documents=after, baseline_documents=scores(values)
    )
    assert decision.broken_limits == ()


def test_nothing_in_common_is_an_error() -> None:
    """A gate never passes on nothing."""
    with pytest.raises(InputError, match="no scored source in common"):
        GATE.decide(scores([0.5]), {"rouge1": {"other": 0.5}})


def test_settings_make_the_round_trip() -> None:
    """A gate read back is the same gate; looser ones say where."""
    gate = Gate(margins={"rouge1": 0.02}, limits={"length": {"max": 200}}, max_lost=1)
    assert Gate.from_json(gate.to_json()) == gate
    looser = Gate(margins={"rouge1": 0.05}, limits={}, max_lost=2)
    assert len(looser.looser_than(gate)) == 3
    assert gate.looser_than(gate) == []


@pytest.mark.parametrize(
    "row",
    [{"margin": {}}, {"margins": 3}, {"margins": {"a": "b"}}, {"limits": {"a": 1}},
     {"max_lost": "x"}, {"margins": {"a": True}}],
)  # fmt: skip
def test_broken_settings_are_named(row: Mapping[str, object]) -> None:
    """What is no setting or number is an error that says where."""
    with pytest.raises(InputError, match="gate"):
        Gate.from_json(row)


# --- statistics -----------------------------------------------------------------------------


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
