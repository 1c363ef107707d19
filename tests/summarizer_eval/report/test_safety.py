"""Nothing of a document comes alive in a browser."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tests.summarizer_eval.report import making

pytestmark = pytest.mark.browser


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    '" onmouseover="alert(3)" javascript:alert(4) {{7*7}} ${alert(5)} '
    "<!--\x00\u202egnp.exe\u2066\u200f\u200b\U000e0041 http://127.0.0.1:9/beacon --> "
    "@@SCRIPT@@ ]]> \udc80 <svg onload=alert(6)><iframe src=//127.0.0.1:9/></iframe>"
)


def test_hostile_content_is_inert(watched: Any, tmp_path: Path) -> None:
    """Markup in every field is shown as text: no dialog, no request, no console error."""
    plain = making.document(1)
    bad = dataclasses.replace(
        plain,
        id=f"evil/{HOSTILE.replace(chr(0), '')}.md",
        title=HOSTILE,
        url='javascript:alert("u")',
        metadata={HOSTILE: HOSTILE, "date": "2024-01-01"},
        source_text=HOSTILE * 2,
        stored_summary=HOSTILE,
        problems=(making.Problem(HOSTILE, HOSTILE),),
    )
    report = making.make_report(
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
    assert "\U000e0041" not in page.locator("body").inner_text()
    assert "U+202E" in page.locator(".card").first.inner_text()


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
