"""The gate decides as it says it does."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from scipy import stats

from summarizer.errors import InputError
from summarizer_eval.gate import Gate, directed
from summarizer_eval.metric import Figure

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
        "rouge1 is 0.200",
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


def test_few_flags_in_few_sources_do_not_pass() -> None:
    """One new flag in 30 is no proof of fewer than 5 in 100, though its t bound says so in 100."""
    gate = Gate(margins={"unseen_number": 0.05}, collapse={})
    for size, expected in ((30, "inconclusive"), (200, "pass")):
        old = scores([0.0] * size, "unseen_number")
        new = scores([1.0] + [0.0] * (size - 1), "unseen_number")
        assert gate.decide(old, new).outcome == expected


def test_inconclusive_names_how_many_would_tell() -> None:
    """As many sources as are named pass four times of five where nothing differs."""
    generator = random.Random(5)
    old = [0.5] * 10
    [item] = GATE.decide(scores(old), scores([0.5 + generator.gauss(0, 0.1) for _ in old])).metrics
    assert item.outcome == "inconclusive"
    assert item.needed is not None
    passed = 0
    for _ in range(200):
        old = [0.5] * item.needed
        new = [0.5 + generator.gauss(0, 0.1) for _ in old]
        passed += GATE.decide(scores(old), scores(new)).outcome == "pass"
    assert 0.6 < passed / 200 <= 1


def figure(direction: str) -> Figure:
    return Figure(0.5, None, None, 1, 1, {}, direction, "")  # type: ignore[arg-type]


def test_a_gate_learns_directions_from_the_figures() -> None:
    """A user's own metric is turned the way it says; one without a better side is refused."""
    gate = Gate(margins={"mine:typos": 0.1})
    known = directed(gate, {"mine:typos": figure("lower"), "rouge1": figure("higher")})
    assert known.lower_is_better == {"mine:typos"}
    with pytest.raises(InputError, match="no metric is called 'mine:typos'"):
        directed(gate, {"rouge1": figure("higher")})
    with pytest.raises(InputError, match="has no better and worse"):
        directed(Gate(margins={"length": 1.0}), {"length": figure("neutral")})


def test_summaries_do_not_escape_a_metric() -> None:
    """Texts without a checkable claim leave faithfulness nothing to see: that is a limit."""
    names = [f"{n}.md" for n in range(40)]
    before = {"faithfulness": dict.fromkeys(names, 1.0), "scored_share": dict.fromkeys(names, 1.0)}
    gate = Gate(margins={"faithfulness": 0.05}, collapse={})

    def decide(gone: int) -> tuple[str, ...]:
        after = {**before, "faithfulness": dict.fromkeys(names[gone:], 1.0)}
        return gate.decide(before, after, documents=after, baseline_documents=before).broken_limits

    assert decide(8) == ()
    assert decide(9) == (
        "faithfulness: 9 of 40 documents have no value any more (0.md, 1.md, 2.md, …); 20% may",
    )
