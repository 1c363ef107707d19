"""What a report gathers from runs and scores."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from summarizer_eval.report.store import Query


def test_head_counts_what_the_runs_hold(made: Any) -> None:
    """Statuses, money, tokens and latency are those of the generations; a failure is no zero."""
    new = made.head["variants"][1]
    assert new["statuses"] == {"ok": 59, "refused": 1}
    assert new["generations"] == 60
    assert new["cost_usd"] == pytest.approx(60 * 0.0003, rel=0.1)
    assert made.head["documents"] == made.head["sources"] == 60
    row = made.store.row_by_id("weibo/2024-06/post-0005.md")
    assert row is not None
    assert row["v"][1]["status"] == "refused"
    assert row["v"][1]["m"][0] is None


def test_metrics_come_in_the_order_of_the_questions(made: Any) -> None:
    """Truth first, then the source, then the stored summary."""
    names = [metric["name"] for metric in made.head["metrics"]]
    assert names == ["faithfulness", "contradicted", "source_rougeL", "rougeL"]
    assert [metric["group"] for metric in made.head["metrics"]] == [
        "claims",
        "claims",
        "source",
        "stored",
    ]


def test_histograms_count_every_scored_document(made: Any) -> None:
    """A distribution holds each value once."""
    for metric in made.head["metrics"]:
        counts = [sum(bins) for bins in metric["bins"]]
        assert counts == [figure["n_documents"] for figure in metric["figures"]]


def test_verdicts_of_claims_are_counted(made: Any) -> None:
    """The row counts supported, contradicted, unsupported and unchecked claims."""
    row = made.store.row_by_id("weibo/2024-01/post-0000.md")
    assert row is not None
    assert row["v"][1]["c"] == [2, 1, 1, 1]
    assert row["s"]["c"] == [1, 0, 0, 0]


@pytest.mark.parametrize(
    "query, count",
    [
        (Query(), 60),
        (Query(text="第17号"), 1),
        (Query(text="POST-0017"), 1),
        (Query(text="post nothing"), 0),
        (Query(problem="summary-length-note"), 9),
        (Query(status="refused"), 1),
        (Query(verdict="contradicted"), 59),
        (Query(lang="en"), 0),
        (Query(since="2024-09-01"), 6),
        (Query(until="2024-01-31"), 7),
    ],
)
def test_queries_find_what_they_say(made: Any, query: Query, count: int) -> None:
    """Each condition narrows the rows."""
    total, rows = made.store.find(query, limit=1000)
    assert (total, len(rows)) == (count, count)


def test_sorting_puts_the_unscored_last_in_both_directions(made: Any) -> None:
    """No value is neither the best nor the worst."""
    for descending in (False, True):
        _, rows = made.store.find(Query(sort="1.0", descending=descending), limit=100)
        values = [row["v"][1]["m"][0] for row in rows]
        assert values[-1] is None
        assert values[:-1] == sorted(values[:-1], reverse=descending)


def test_sorting_by_a_difference(made: Any) -> None:
    """`A-B.METRIC` sorts by the difference of two variants."""
    _, rows = made.store.find(Query(sort="0-1.3"), limit=100)
    gaps = [
        row["v"][0]["m"][3] - row["v"][1]["m"][3] for row in rows if row["v"][1]["m"][3] is not None
    ]
    assert gaps == sorted(gaps)


@pytest.mark.parametrize("sort", ["1; DROP TABLE rows", "0-x.1", "id) --", "٣.١", "1.1.1", "-1.0"])
def test_sort_is_never_sql(made: Any, sort: str) -> None:
    """What is no known order leaves the archive's; the tables stay."""
    total, rows = made.store.find(Query(sort=sort), limit=3)
    assert (total, [row["i"] for row in rows]) == (60, [1, 2, 3])
    assert made.store.db.execute("SELECT count(*) FROM rows").fetchone() == (60,)
    assert isinstance(made.store.db, sqlite3.Connection)


@pytest.mark.parametrize(
    "query, count",
    [
        (Query(verdict="contradicted", whose="1"), 59),
        (Query(verdict="contradicted", whose="0"), 0),
        (Query(verdict="supported", whose="s"), 60),
        (Query(status="refused", whose="0"), 0),
        (Query(status="refused", whose="1"), 1),
        (Query(change="gap:1-0.0"), 1),
        (Query(change="nothing:1-0.0"), 60),
        (Query(change="up:1-0.x"), 60),
        (Query(change="up:1-0.0; DROP TABLE rows"), 60),
    ],
)
def test_whose_claims_and_which_change(made: Any, query: Query, count: int) -> None:
    """Verdict and status can be asked of one variant, and what is no change asks for nothing."""
    assert made.store.find(query, limit=0)[0] == count


def test_every_document_changes_in_one_way(made: Any) -> None:
    """Up, down, same and one-sided documents are all of them, and each is what it says."""
    total = 0
    for kind in ("up", "down", "same", "gap"):
        count, rows = made.store.find(Query(change=f"{kind}:1-0.0"), limit=1000)
        total += count
        for row in rows:
            new, old = row["v"][1]["m"][0], row["v"][0]["m"][0]
            told = "gap" if new is None else "up" if new > old else "down" if new < old else "same"
            assert told == kind
    assert total == 60


def test_pairs_and_digests_follow_the_summaries(made: Any) -> None:
    """What can be chosen between is counted, and other summaries have another digest."""
    assert made.head["pairs"] == {"0-1": 59}
    assert len({variant["digest"] for variant in made.head["variants"]}) == 2
