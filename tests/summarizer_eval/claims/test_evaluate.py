"""A checker against labels: what counts as found, and what the figures are worth."""

from __future__ import annotations

from typing import Any

import pytest

from summarizer.errors import DocumentsFailed, InputError
from summarizer_eval.claims import Claim, ClaimReport, SourceDocument
from summarizer_eval.claims.evaluate import evaluate, evaluate_labels
from summarizer_eval.claims.split import claim_spans
from summarizer_eval.claims.table import Evaluation, clustered_interval, make_row, precision_at


class Words:
    """Says of a claim what stands in it: WRONG is contradicted, ODD is unsupported."""

    name, version = "words", "1"

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        if "CRASH" in summary:
            raise RuntimeError("crash")
        return ClaimReport(tuple(self._claim(summary, *span) for span in claim_spans(summary)))

    def _claim(self, summary: str, start: int, end: int) -> Claim:
        text = summary[start:end]
        verdict: Any = (
            "contradicted" if "WRONG" in text else "unsupported" if "ODD" in text else "supported"
        )
        detector = {"contradicted": ":rival", "unsupported": ":missing"}.get(verdict, "")
        return Claim(start, end, text, "other", verdict, checker=f"words.1{detector}")


def label(summary: str, *labels: str, **more: Any) -> dict[str, Any]:
    """A document whose claims, in order, have these labels."""
    spans = claim_spans(summary)
    claims = [
        {"start": start, "end": end, "label": name}
        for (start, end), name in zip(spans, labels, strict=True)
    ]
    return {"source": "s", "summary": summary, "claims": claims, **more}


LABELS = [
    label("It is WRONG here. It is fine here. It is ODD here.", "contradicted", "supported",
          "supported",
          planted=[{"start": 0, "end": 2, "replacement": "ODD", "type": "number"},
                   {"start": 18, "end": 20, "replacement": "This", "type": "date",
                    "clause": [18, 34]}],
          paraphrase=[{"start": 18, "end": 20, "replacement": "That"}]),
    label("All is well with it. Nothing else is said.", "supported", "supported",
          rewrite_a="It is well.", rewrite_b="It is ODD, they say."),
    label("It is ODD what they say here.", "supported"),
]  # fmt: skip


def evaluated() -> Evaluation:
    return evaluate(Words(), LABELS)


def test_flags_are_counted_by_what_they_overlap() -> None:
    """A span is flagged where a wrong verdict overlaps it; planted edits move the spans."""
    rows = {row.name: (row.flagged, row.contradicted, row.total) for row in evaluated().rows}
    assert rows == {
        "claims contradicted": (1, 1, 1),
        "claims wrong": (1, 1, 1),
        "claims supported": (2, 0, 5),
        "clean documents": (1, 0, 2),
        "planted number": (1, 1, 1),
        "planted date": (0, 0, 1),
        "planted, all types": (1, 1, 2),
        "paraphrases": (0, 0, 1),
        "rewrites": (1, 0, 2),
    }


def test_two_operating_points() -> None:
    """`contradicted` gates, `flagged` is worth a look; each with its own false alarms."""
    gate, look = evaluated().points
    assert (gate.name, look.name) == ("contradicted", "flagged")
    assert gate.false_alarms is not None
    assert look.false_alarms is not None
    assert (gate.false_alarms[0], look.false_alarms[0]) == (0.0, 0.4)
    assert look.clean_documents is not None
    assert look.clean_documents[0] == 0.5


def test_precision_follows_bayes() -> None:
    """At 1 wrong in 6, recall 1 and .4 false alarms: 1/6 / (1/6 + 5/6 · .4) = 1/3."""
    result = evaluated()
    assert result.prevalence == pytest.approx(1 / 6)
    look = result.points[1]
    assert look.precision is not None
    assert look.precision[0] == pytest.approx(1 / 3)
    assert look.precision[1] <= look.precision[0] <= look.precision[2]
    rare = evaluate(Words(), LABELS, prevalence=0.01).points[1]
    assert rare.precision is not None
    assert rare.precision[0] == pytest.approx(0.01 / (0.01 + 0.99 * 0.4))


def test_precision_of_silence_is_not_measured() -> None:
    """A checker that marks nothing has none; one that was never wrong is not surely perfect."""
    assert precision_at(0.1, (0, 0, 0.1), (0, 0, 0.1)) is None
    found = precision_at(0.1, (0.5, 0.4, 0.6), (0, 0, 0.01))
    assert found is not None
    assert (found[0], found[2]) == (1.0, 1.0)
    assert found[1] == pytest.approx(0.04 / (0.04 + 0.009))
    assert precision_at(None, (1, 1, 1), (0, 0, 0)) is None


def test_detectors_have_hits_and_false_alarms() -> None:
    """By the name behind the colon of `Claim.checker`; the most flags first."""
    table = {item.name: item for item in evaluated().detectors}
    assert (table["missing"].supported, table["missing"].planted, table["missing"].wrong) == (
        2,
        0,
        0,
    )
    assert (table["rival"].wrong, table["rival"].planted, table["rival"].contradicted) == (1, 1, 2)
    assert [item.name for item in evaluated().detectors] == ["missing", "rival"]


def test_documents_that_fail_are_left_out_whole() -> None:
    """A row that is no label and a checker's bug are named; neither counts as not flagged."""
    crash = label("It may CRASH.", "supported")
    result = evaluate(Words(), [*LABELS, {"summary": "x"}, crash, label("x 1", "supported")])
    assert [(row, why.checker) for row, why in result.failed] == [(4, False), (5, True)]
    assert result.documents == 4
    supported = result.row("claims supported")
    assert supported is not None
    assert supported.total == 6
    with pytest.raises(InputError, match="row 1"):
        evaluate_labels(Words(), [{"summary": "x"}])
    with pytest.raises(DocumentsFailed, match="crash"):
        evaluate_labels(Words(), [crash])
    with pytest.raises(InputError, match="no labelled"):
        evaluate(Words(), [])


def test_a_checker_on_threads_gives_the_same_table() -> None:
    """`concurrency` changes the time, not the figures."""

    class Many(Words):
        concurrency = 4

    assert evaluate(Many(), LABELS).rows == evaluated().rows


def test_clusters_widen_the_interval() -> None:
    """Hits that come together are worth less than as many that come apart (Kish 1965)."""
    together = clustered_interval([(10, 10), (0, 10), (0, 10), (0, 10)])
    apart = clustered_interval([(3, 10), (2, 10), (3, 10), (2, 10)])
    assert together[1] - together[0] > apart[1] - apart[0]
    # Wilson (1927) for 0 of 448: the upper bound is z²/(n + z²)
    assert make_row("x", [[0, 0, 448]]).high == pytest.approx(3.8416 / (448 + 3.8416))
