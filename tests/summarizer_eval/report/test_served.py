"""`view` in a browser: the same page, its rows from the server."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from summarizer_eval.report.server import ReportServer
from tests.summarizer_eval.report.watching import titles, until

pytestmark = pytest.mark.browser


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
