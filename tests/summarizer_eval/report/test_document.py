"""One document: claims and their evidence, differences, overlaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.summarizer_eval.report import making
from tests.summarizer_eval.report.watching import document_view

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_claim_lights_up_its_evidence(watched: Any, made: Any, how: str) -> None:
    """Pointing at a contradicted claim, or reaching it by key, marks the source and says why."""
    row = next(iter(made.store.rows()))
    page = watched().go(made.path, document_view(row["id"]))
    getattr(page.locator(".text .claim.contradicted").first, how)()
    page.wait_for_selector("#source-text mark")
    assert page.locator("#source-text mark").inner_text() == "总投资8.6亿元"
    assert "原文为8.6亿元" in page.locator(".reason:not(:empty)").inner_text()


def test_difference_between_two_summaries(watched: Any, made: Any) -> None:
    """Deleted and inserted runs rebuild both texts."""
    row = next(iter(made.store.rows()))
    page = watched().go(made.path, document_view(row["id"]))
    for unit in ("characters", "words"):
        page.select_option("#diff-by", unit)
        page.select_option(".tools-row label:has-text('and') select", "1.0")
        page.wait_for_selector("#diff .text ins")
        both = page.evaluate(
            """() => ["ins", "del"].map((gone) => {
                const text = document.querySelector("#diff .text").cloneNode(true);
                text.querySelectorAll(gone).forEach((node) => node.remove());
                return text.textContent;
            })"""
        )
        detail = made.store.detail(1)
        assert both == [detail["stored"], detail["v"][1][0]["summary"]]


def test_overlap_marks_what_the_reference_holds(watched: Any, made: Any) -> None:
    """Shared bigrams are marked on demand, with their share."""
    row = next(iter(made.store.rows()))
    page = watched().go(made.path, document_view(row["id"]))
    page.select_option("#overlap", "2")
    marked = "".join(page.locator(".card.v1 .overlap").all_inner_texts())
    assert marked.startswith("第三净水厂日处理12万吨")
    assert "全球" not in marked


def test_keys_go_from_doubt_to_doubt(watched: Any, made: Any) -> None:
    """n reaches the next contradicted or unsupported claim, p the one before, in a ring."""
    row = next(iter(made.store.rows()))
    page = watched().go(made.path, document_view(row["id"]))
    seen = []
    for key in ("n", "n", "n", "p"):
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.classList[1]"))
    assert seen == ["contradicted", "unsupported", "contradicted", "unsupported"]
    assert "原文没有这一说法" in page.locator(".reason:not(:empty)").inner_text()


def test_prompt_is_shown_as_it_was_sent(watched: Any, made: Any) -> None:
    """The messages hold the source's own words in its place."""
    row = next(iter(made.store.rows()))
    page = watched().go(made.path, document_view(row["id"]))
    sent = page.locator(".card.v1 .message .code")
    assert sent.text_content() == "请概括：" + made.store.detail(1)["source"]


def test_all_measurements_stand_side_by_side(watched: Any, made: Any) -> None:
    """A metric has a row and each summary a column; a missing figure says why."""
    row = made.store.row_by_id("weibo/2024-06/post-0005.md")
    page = watched().go(made.path, document_view(row["id"]))
    page.click(".measurements summary")
    cells = page.locator(".measurements tr", has_text="faithfulness").locator("td")
    assert cells.all_inner_texts() == [f"{row['v'][0]['m'][0]:.3f}", "no-summary"]


def test_lines_broken_at_a_fixed_width_flow(watched: Any, tmp_path: Path) -> None:
    """An abstract of arXiv is shown in paragraphs, and evidence stands where it stood."""
    lines = [
        "Sales of the lamp rose by 26 per cent in 2024 against the year before, says",
        "the company, which expects a rise to one and a half million lamps in 2025.",
        "The factory has worked in three shifts since May; a second one is planned",
        "for the north, where wages are lower and the power is said to be cheaper.",
    ]
    source = "\n".join(lines)
    report = making.make_report(tmp_path, documents=[making.document(1, source=source)])
    page = watched().go(report.path, document_view(making.document(1).id))
    assert page.locator("#source-text").text_content() == " ".join(lines)
