"""Length and numbers from nowhere: what ROUGE and faithfulness do not see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from summarizer.document import Document
from summarizer_eval.metric import Item
from summarizer_eval.metrics.kept import KeptMetric

SOURCE = "In 2024 the bakery sold 1.2 million loaves, 26% more, at 3.50 euros in 4 towns."
REFERENCE = "面包房2024年售出120万个面包，增长26%。"
ITEM = Item(
    key="",
    document=Document(
        id="a.md", path="a.md", url=None, title="Bread", metadata={}, source=SOURCE,
        source_text=SOURCE, stored_summary=REFERENCE, source_sha256="", summary_sha256=None,
    ),
    summary=None,
    references=(REFERENCE,),
)  # fmt: skip


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (REFERENCE, 0.0),
        ("面包房售出1,200,000个面包。", 0.0),
        ("每个3.5欧元，4个镇。", 0.0),
        ("面包房售出130万个面包。", 1.0),
        ("增长27%。", 1.0),
        ("在5个镇出售。", 1.0),
        ("没有数字。", 0.0),
    ],
)
def test_a_number_from_nowhere_raises_the_flag(summary: str, expected: float) -> None:
    """A number must be in source or reference, in whatever way it is written."""
    values = KeptMetric().score(replace(ITEM, summary=summary))
    assert values["unseen_number"].value == expected


def test_length_is_held_against_the_stored_summary() -> None:
    """Half as long is one half; longer is no better than as long."""
    metric = KeptMetric()

    def ratio(summary: str) -> float | None:
        return metric.score(replace(ITEM, summary=summary))["length_ratio"].value

    assert ratio(REFERENCE) == 1.0
    assert ratio(REFERENCE * 2) == 1.0
    assert ratio(REFERENCE[: len(REFERENCE) // 2]) == pytest.approx(0.5, abs=0.03)


def test_nothing_to_hold_against_is_unscored() -> None:
    """Without summary, reference or source there is a reason instead of a value."""
    metric = KeptMetric()
    assert metric.score(ITEM)["length_ratio"].unscored == "no-summary"
    document = replace(ITEM.document, stored_summary=None)
    alone = replace(ITEM, summary="面包", references=(), document=document)
    assert metric.score(alone)["length_ratio"].unscored == "no-reference"
    empty = replace(ITEM, summary="面包", document=replace(ITEM.document, source_text=" "))
    assert metric.score(empty)["unseen_number"].unscored == "no-source"
