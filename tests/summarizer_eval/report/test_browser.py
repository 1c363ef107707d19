"""The page in a real browser, opened from disk as a reader opens it."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from summarizer_eval.report.server import ReportServer

CHROMIUM = Path(os.environ.get("SUMMARIZER_CHROMIUM", "/usr/bin/chromium"))
REQUIRED = os.environ.get("SUMMARIZER_REQUIRE_BROWSER") == "1"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
HERE = Path(__file__).parent

pytestmark = pytest.mark.browser


def missing() -> str | None:
    """Why there is no browser here."""
    if not CHROMIUM.exists():
        return f"no {CHROMIUM}: `make browser` installs it"
    if importlib.util.find_spec("playwright") is None:
        return "the package playwright is not installed"
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests; where it is required its absence is a failure."""
    reason = missing()
    if reason and REQUIRED:
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


class Watched:
    """A page and everything that it should not do."""

    def __init__(self, page: Any, *, allowed: str = "file://") -> None:
        self.page = page
        self.faults: list[str] = []
        page.set_default_timeout(10_000)
        page.on(
            "dialog",
            lambda dialog: (self.faults.append(f"dialog {dialog.message}"), dialog.dismiss()),
        )
        page.on("pageerror", lambda error: self.faults.append(f"error {error}"))
        page.on("console", self._console)
        page.on("request", lambda request: self._request(request.url, allowed))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.text}")

    def _request(self, url: str, allowed: str) -> None:
        if not url.startswith((allowed, "data:", "blob:")):
            self.faults.append(f"request {url}")

    def go(self, path: Path | str, view: str = "") -> Any:
        """Open one view of the page and wait until it is drawn."""
        address = path if isinstance(path, str) else path.as_uri()
        self.page.goto("about:blank")
        self.page.goto(f"{address}#/{view}")
        name = view.split("/")[0].split("?")[0] or "overview"
        self.page.wait_for_selector(f'main[data-ready="{name}"]')
        return self.page


@pytest.fixture
def watched(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Makes pages; at the end none of them may have done anything that it should not."""
    opened: list[tuple[Any, Watched]] = []

    def make(*, allowed: str = "file://", **options: Any) -> Watched:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        watch = Watched(context.new_page(), allowed=allowed)
        opened.append((context, watch))
        return watch

    yield make
    faults = [fault for _, watch in opened for fault in watch.faults]
    for context, _ in opened:
        context.close()
    assert faults == []


def until(page: Any, expression: str) -> None:
    """Wait for an expression of the page; its policy forbids the eval of playwright's own wait."""
    deadline = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(20)


def titles(page: Any) -> list[str]:
    page.wait_for_selector('.table[aria-busy="false"]')
    return [text.strip() for text in page.locator(".rows .c-doc a").all_inner_texts()]


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


def test_print_shows_everything_and_no_controls(watched: Any, made: Any) -> None:
    """On paper: dark on white, no bar, no filters, and no box that cuts its text off."""
    row = next(iter(made.store.rows()))
    view = f"document/{urllib.parse.quote(row['id'], safe='')}"
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


def test_deep_link_opens_the_document(watched: Any, made: Any) -> None:
    """An address with an id opens that document, and one of another report says so."""
    watch = watched()
    row = list(made.store.rows())[41]
    page = watch.go(made.path, f"document/{urllib.parse.quote(row['id'], safe='')}")
    assert page.locator("h1").inner_text() == row["title"]
    page = watch.go(made.path, "document/no-such")
    assert "not in the report" in page.locator("main").inner_text()


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_claim_lights_up_its_evidence(watched: Any, made: Any, how: str) -> None:
    """Pointing at a contradicted claim, or reaching it by key, marks the source and says why."""
    row = next(iter(made.store.rows()))
    page = watched().go(made.path, f"document/{urllib.parse.quote(row['id'], safe='')}")
    getattr(page.locator(".text .claim.contradicted").first, how)()
    page.wait_for_selector("#source-text mark")
    assert page.locator("#source-text mark").inner_text() == "总投资8.6亿元"
    assert "原文为8.6亿元" in page.locator(".reason:not(:empty)").inner_text()


def test_difference_between_two_summaries(watched: Any, made: Any) -> None:
    """Deleted and inserted runs rebuild both texts."""
    row = next(iter(made.store.rows()))
    page = watched().go(made.path, f"document/{urllib.parse.quote(row['id'], safe='')}")
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
    page = watched().go(made.path, f"document/{urllib.parse.quote(row['id'], safe='')}")
    page.select_option("#overlap", "2")
    marked = "".join(page.locator(".card.v1 .overlap").all_inner_texts())
    assert marked.startswith("第三净水厂日处理12万吨")
    assert "全球" not in marked


def test_blind_labels_are_downloaded(watched: Any, made: Any, tmp_path: Path) -> None:
    """Keys choose, undo takes back, and the file names the preferred run, not the side."""
    page = watched(accept_downloads=True).go(made.path, "blind")
    first = page.locator(".sides .text").nth(1).inner_text()
    assert page.locator(".count").inner_text().startswith("0 of 59 ")
    page.keyboard.press("1")
    until(page, "document.querySelector('.count').textContent.startsWith('1 ')")
    page.keyboard.press("0")
    until(page, "document.querySelector('.count').textContent.startsWith('2 ')")
    page.keyboard.press("2")
    until(page, "document.querySelector('.count').textContent.startsWith('3 ')")
    page.keyboard.press("u")
    until(page, "document.querySelector('.count').textContent.startsWith('2 ')")
    with page.expect_download() as download:
        page.click("#download")
    path = tmp_path / "labels.jsonl"
    download.value.save_as(path)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(rows) == 2
    assert sum(row["choice"] == "tie" for row in rows) == 1
    chosen = next(row for row in rows if row["choice"] != "tie")
    position = (
        made.store.position(chosen["document"]) or made.store.row_by_id(chosen["document"])["i"]
    )
    variant = {"a": 0, "b": 1}[chosen["choice"]]
    assert made.store.detail(position)["v"][variant][0]["summary"] == first


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
    address = f"document/{urllib.parse.quote(row['id'], safe='')}" if view == "document" else view
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
    for view in ("", "documents", f"document/{urllib.parse.quote(row['id'], safe='')}", "blind"):
        page = watch.go(made.path, view)
        assert page.evaluate("document.documentElement.scrollWidth") == 390


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    '" onmouseover="alert(3)" javascript:alert(4) {{7*7}} ${alert(5)} '
    "<!--\x00\u202egnp.exe\u2066\u200f http://127.0.0.1:9/beacon --> @@SCRIPT@@ ]]> "
    "\udc80 <svg onload=alert(6)><iframe src=//127.0.0.1:9/></iframe>"
)


def test_hostile_content_is_inert(watched: Any, tmp_path: Path) -> None:
    """Markup in every field is shown as text: no dialog, no request, no console error."""
    import dataclasses

    conftest = _conftest()
    plain = conftest.document(1)
    bad = dataclasses.replace(
        plain,
        id=f"evil/{HOSTILE.replace(chr(0), '')}.md",
        title=HOSTILE,
        url='javascript:alert("u")',
        metadata={HOSTILE: HOSTILE, "date": "2024-01-01"},
        source_text=HOSTILE * 2,
        stored_summary=HOSTILE,
        problems=(conftest.Problem(HOSTILE, HOSTILE),),
    )
    report = conftest.make_report(
        tmp_path,
        documents=[bad, plain],
        title=HOSTILE,
        summary=lambda entry: HOSTILE + "!",
        models=[HOSTILE],
    )
    watch = watched()
    page = watch.go(report.path)
    assert "<script>alert(1)</script>" in page.locator("#title").inner_text()
    for view in ("documents", "blind"):
        watch.go(report.path, view)
    page = watch.go(report.path, "documents")
    page.locator(".rows a").first.click()
    page.wait_for_selector('main[data-ready="document"] .card')
    page.select_option("#diff-by", "words")
    page.select_option("#overlap", "1")
    for details in page.locator("details").all():
        details.evaluate("(node) => { node.open = true; }")
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("main script, main img, main iframe").count() == 0
    assert "\u202e" not in page.locator("body").inner_text()
    assert "U+202E" in page.locator(".card").first.inner_text()


def _conftest() -> Any:
    """This folder's makers (pytest imports conftest files under names of its own)."""
    return next(
        module
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None) == str(HERE / "conftest.py")
    )


def test_policy_stops_what_is_not_ours(browser: Any, made: Any) -> None:
    """A script put into the page by force does not run, and a connection is refused."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(made.path.as_uri())
    page.wait_for_selector("main[data-ready]")
    ran = page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const image = document.createElement("img");
            image.setAttribute("onerror", "window.ran = true");
            image.src = "data:,";
            document.body.append(image);
            let asked = false;
            try { await fetch("http://127.0.0.1:9/"); asked = true; } catch {}
            await new Promise((done) => setTimeout(done, 100));
            return [window.ran === true, asked];
        }"""
    )
    context.close()
    assert ran == [False, False]


@pytest.mark.slow
def test_served_page_does_the_same(watched: Any, made: Any) -> None:
    """`view` serves the same page: table, sorting, a document and its claims."""
    server = ReportServer(made.head, made.store)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        origin = server.url.split("?")[0]
        watch = watched(allowed=origin)
        page = watch.go(server.url, "documents")
        page.locator('[data-sort="0.0"]').click()
        page.wait_for_selector('[role=columnheader][aria-sort="ascending"]')
        expected = sorted(
            (row["v"][0]["m"][0], row["i"], row["title"]) for row in made.store.rows()
        )
        assert titles(page)[:5] == [title for *_, title in expected[:5]]
        page.fill("#search", "官员称全球领先")
        until(page, "document.querySelector('.table').ariaBusy === 'false' && "
              "document.querySelectorAll('.rows .trow').length === 0")  # fmt: skip
        page.check(".check input")
        until(page, "document.querySelector('.count').textContent.startsWith('59 ')")
        page.fill("#search", "")
        until(page, "document.querySelector('.count').textContent.startsWith('60 ')")
        titles(page)
        page.locator(".rows a").first.click()
        page.wait_for_selector('main[data-ready="document"] .claim.contradicted')
        page.wait_for_selector('a[rel="next"]')
    finally:
        server.shutdown()
        server.server_close()
