"""The first screen: what is better, by how much, and how sure that is."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_overview_shows_each_variant_and_metric(watched: Any, made: Any) -> None:
    """Every variant has its row, every metric its chart, and the band stands where it is known."""
    page = watched().go(made.path)
    assert page.locator("section:has(#s-variants) tbody tr").count() == 2
    names = [metric["name"] for metric in made.head["metrics"]]
    shown = page.locator("#s-measured ~ .plot .metric b, .more .metric b").all_text_contents()
    assert sorted(shown) == sorted(names)
    assert page.locator(".plot svg .band").count() == 1
    assert page.locator(".plot svg .band ~ .end").first.text_content() == "chance 0.04"
    assert "worse" in page.locator("section:has(#s-measured)").inner_text()


def test_overview_answers_in_short(watched: Any, made: Any) -> None:
    """A card for each candidate says what is better, what is worse and what cannot be told."""
    page = watched().go(made.path)
    card = page.locator(".answer")
    assert card.count() == 1
    assert "▼ Worse" in card.locator(".headline").inner_text()
    assert card.locator(".chip.verdict-bad").all_inner_texts() == ["▼ rougeL −0.031\nworse"]
    assert "≈ faithfulness" in card.locator(".chip.verdict-none").first.inner_text()
    card.locator("li a").first.click()
    page.wait_for_selector('main[data-ready="document"] .card')
