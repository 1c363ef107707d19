"""The table of documents: sorting, filters, search, and addresses that keep them."""

from __future__ import annotations

import urllib.parse
from typing import Any

import pytest

from summarizer_eval.report.store import Query
from tests.summarizer_eval.report.watching import document_view, titles, until

pytestmark = pytest.mark.browser


def test_sorting_by_a_figure_orders_the_rows(watched: Any, made: Any) -> None:
    """A click on a column sorts up, the next down, and the third gives the old order back."""
    page = watched().go(made.path, "documents")
    before = titles(page)[:5]
    head = page.locator('[data-sort="0.0"]')
    head.click()
    page.wait_for_selector('[role=columnheader][aria-sort="ascending"]')
    expected = sorted((row["v"][0]["m"][0], row["i"], row["title"]) for row in made.store.rows())
    assert titles(page)[:5] == [title for *_, title in expected[:5]]
    page.locator('[data-sort="0.0"]').click()
    page.wait_for_selector('[role=columnheader][aria-sort="descending"]')
    highest = sorted((-value, i, title) for value, i, title in expected)
    assert titles(page)[:5] == [title for *_, title in highest[:5]]
    page.locator('[data-sort="0.0"]').click()
    until(page, "!document.querySelector('[aria-sort=descending]')")
    assert titles(page)[:5] == before


def test_filters_narrow_the_table_and_stay_in_the_address(watched: Any, made: Any) -> None:
    """Search and a problem code narrow the rows; the address alone brings the same view back."""
    watch = watched()
    page = watch.go(made.path, "documents")
    page.fill("#search", "第17号")
    until(page, "document.querySelectorAll('.rows .trow').length === 1")
    page.fill("#search", "")
    page.select_option(".filters label:has-text('Problem') select", "summary-length-note")
    expected = [row["title"] for row in made.store.rows() if row["problems"]]
    until(page, f"document.querySelector('.count').textContent.startsWith('{len(expected)} ')")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector('main[data-ready="documents"]')
    assert titles(page) == expected


def test_search_in_texts_finds_what_only_a_summary_says(watched: Any, made: Any) -> None:
    """With the box ticked, words of sources and summaries are found too."""
    page = watched().go(made.path, "documents")
    page.fill("#search", "官员称全球领先")
    until(page, "document.querySelectorAll('.rows .trow').length === 0")
    page.check(".check input")
    until(page, "document.querySelector('.count').textContent.startsWith('59 ')")


def test_deep_link_opens_the_document(watched: Any, made: Any) -> None:
    """An address with an id opens that document, and one of another report says so."""
    watch = watched()
    row = list(made.store.rows())[41]
    page = watch.go(made.path, document_view(row["id"]))
    assert page.locator("h1").inner_text() == row["title"]
    page = watch.go(made.path, "document/no-such")
    assert "not in the report" in page.locator("main").inner_text()


@pytest.mark.parametrize(
    "asked",
    [
        {"change": "down:1-0.0"},
        {"change": "up:1-0.2", "sort": "1-0.2", "descending": "true"},
        {"change": "gap:1-0.0"},
        {"verdict": "contradicted", "whose": "1", "problem": "summary-length-note"},
        {"verdict": "supported", "whose": "s", "since": "2024-08-01"},
        {"status": "refused", "whose": "1"},
        {"status": "refused", "whose": "0"},
        {"text": "POST-001", "sort": "title", "descending": "true"},
    ],
)
def test_page_and_server_answer_alike(watched: Any, made: Any, asked: dict[str, str]) -> None:
    """The page's own filters and those of `view` in SQL find the same rows in the same order."""
    page = watched(viewport={"width": 1280, "height": 5000}).go(
        made.path, f"documents?{urllib.parse.urlencode(asked)}"
    )
    given: Any = {**asked, "descending": asked.get("descending") == "true"}
    _, rows = made.store.find(Query(**given), limit=100)
    assert titles(page) == [row["title"] for row in rows]


def test_change_keeps_its_word_when_the_metric_changes(watched: Any, made: Any) -> None:
    """ "Worse" means lower where higher is better, and higher where lower is."""
    page = watched().go(made.path, "documents")
    page.select_option("#change", label="worse")
    until(page, "location.hash.includes('change=down%3A1-0.0')")
    page.select_option(".filters label:has-text('Metric') select", label="contradicted")
    until(page, "location.hash.includes('change=up%3A1-0.1')")
    assert page.locator("#change option:checked").inner_text() == "worse"
