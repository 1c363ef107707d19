"""Everybody can read it: keys, languages, themes, screens, paper, WCAG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.summarizer_eval.report.watching import document_view, until

HERE = Path(__file__).parent
pytestmark = pytest.mark.browser


def test_keyboard_reaches_everything(watched: Any, made: Any) -> None:
    """Arrows walk the rows, Enter opens one, brackets go on, slash searches."""
    page = watched().go(made.path, "documents")
    page.locator(".rows a").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    until(page, "document.activeElement.dataset.i === '3'")
    page.keyboard.press("Enter")
    page.wait_for_selector('main[data-ready="document"] a[rel="next"]')
    assert page.locator("h1").inner_text().startswith("第3号")
    page.keyboard.press("]")
    until(page, "document.querySelector('h1').textContent.startsWith('第4号')")
    page.go_back()
    page.goto(page.url.split("#")[0] + "#/documents")
    page.wait_for_selector("#search")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_both_languages_and_both_themes(watched: Any, made: Any) -> None:
    """The words change with the language, the ground with the theme."""
    page = watched(color_scheme="dark").go(made.path)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.select_option("#tools label:has-text('Language') select", "zh-CN")
    until(page, "document.documentElement.lang === 'zh-CN'")
    assert page.locator("#tabs a").all_inner_texts() == ["总览", "文档", "盲选"]
    page.select_option("#tools label:has-text('主题') select", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["", "documents", "document", "blind"])
def test_axe_finds_no_fault(watched: Any, made: Any, view: str, scheme: str) -> None:
    """axe-core finds nothing against WCAG 2.2 AA, in either theme."""
    row = list(made.store.rows())[3]
    address = document_view(row["id"]) if view == "document" else view
    page = watched(color_scheme=scheme).go(made.path, address)
    if view == "document":
        page.locator(".text .claim.contradicted").first.focus()
        page.select_option("#diff-by", "words")
        page.wait_for_selector("#diff .card")
    page.evaluate((HERE / "vendor" / "axe.min.js").read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags
    )
    found = [
        (fault["id"], node["target"], node.get("failureSummary"))
        for fault in result["violations"]
        for node in fault["nodes"][:3]
    ]
    assert found == []


def test_phone_needs_no_sideways_scrolling(watched: Any, made: Any) -> None:
    """At 390 px the page is as wide as the screen, on every view."""
    watch = watched(viewport={"width": 390, "height": 800})
    row = next(iter(made.store.rows()))
    for view in ("", "documents", document_view(row["id"]), "blind"):
        page = watch.go(made.path, view)
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_print_shows_everything_and_no_controls(watched: Any, made: Any) -> None:
    """On paper: dark on white, no bar, no filters, and no box that cuts its text off."""
    row = next(iter(made.store.rows()))
    view = document_view(row["id"])
    page = watched(color_scheme="dark").go(made.path, view)
    page.wait_for_selector(".source-box")
    page.emulate_media(media="print")
    assert not page.locator("#top").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    cut = page.evaluate(
        "[...document.querySelectorAll('.source-box')].filter("
        "(box) => box.scrollHeight > box.clientHeight + 1).length"
    )
    assert cut == 0


def test_filters_fold_away_on_a_phone(watched: Any, made: Any) -> None:
    """A small screen shows the rows first; one button brings the filters, and says that it did."""
    page = watched(viewport={"width": 390, "height": 800}).go(made.path, "documents")
    assert not page.locator("#change").is_visible()
    page.click(".fold")
    assert page.locator("#change").is_visible()
    assert page.locator(".fold").get_attribute("aria-expanded") == "true"


def test_single_keys_can_be_turned_off(watched: Any, made: Any) -> None:
    """WCAG 2.1.4: ? lists the keys and turns letters off; arrows and Tab go on working."""
    page = watched().go(made.path, "blind")
    page.keyboard.press("?")
    page.uncheck("dialog input")
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('dialog')")
    page.locator("h1").click()
    page.keyboard.press("1")
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('.count').textContent.startsWith('1 ')")
    page.click(".keys")
    page.check("dialog input")
    page.click("dialog button")
    page.keyboard.press("u")
    until(page, "document.querySelector('.count').textContent.startsWith('0 ')")


def test_paper_holds_every_row(watched: Any, made: Any, tmp_path: Path) -> None:
    """The printed table is as long as its rows, and none of them is left out."""
    page = watched().go(made.path, "documents")
    assert page.locator(".rows .trow").count() < 60
    page.evaluate(
        "printing = 0; addEventListener('beforeprint', () => printing++);"
        "addEventListener('afterprint', () => printing--)"
    )
    page.pdf(path=str(tmp_path / "table.pdf"), format="A4")
    until(page, "printing === 0")  # the end of that printing must not meet the next
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    until(page, "document.querySelectorAll('.rows .trow').length === 60")
    page.emulate_media(media="print")
    height = page.evaluate("document.querySelector('.rows').getBoundingClientRect().height")
    assert height == 60 * 58
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    until(page, "document.querySelectorAll('.rows .trow').length < 60")
