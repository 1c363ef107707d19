"""Ranks say no more than the tests behind them."""

from __future__ import annotations

from summarizer_eval.ranking import ranks


def test_runs_that_cannot_be_told_apart_share_a_rank() -> None:
    """b is as good as a for all we know, c is worse than a; d shares the rank of c."""
    means = {"rouge1": {"a": 0.6, "b": 0.59, "c": 0.4, "d": 0.39}}
    p_values = {
        ("rouge1", "a", "b"): 0.5,
        ("rouge1", "a", "c"): 0.0001,
        ("rouge1", "b", "c"): 0.0001,
        ("rouge1", "d", "a"): 0.0001,
        ("rouge1", "d", "b"): 0.0001,
        ("rouge1", "c", "d"): 0.6,
    }
    assert ranks(means, p_values) == {"rouge1": {"a": 1, "b": 1, "c": 3, "d": 3}}


def test_ranks_are_adjusted_over_metrics() -> None:
    """A raw p of .03 in one metric of four is no difference: so says the table above it too."""
    names = ("faithfulness", "fact_recall", "rouge1", "rougeL")
    means = {name: {"a": 0.6, "b": 0.5} for name in names}
    p_values = {(name, "a", "b"): 0.9 for name in names} | {("rouge1", "a", "b"): 0.03}
    assert ranks(means, p_values)["rouge1"] == {"a": 1, "b": 1}
    alone = ranks({"rouge1": means["rouge1"]}, {("rouge1", "a", "b"): 0.03})
    assert alone["rouge1"] == {"a": 1, "b": 2}


def test_one_run_has_no_rank() -> None:
    """A metric that one run alone has is left out; a pair without a test shares its rank."""
    assert ranks({"rouge1": {"a": 0.5}}, {}) == {}
    assert ranks({"rouge1": {"a": 0.5, "b": 0.6}}, {}) == {"rouge1": {"b": 1, "a": 1}}
