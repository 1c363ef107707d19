"""A page in a real browser, opened from disk as a reader opens it, and all that it must not do."""

from __future__ import annotations

import importlib.util
import os
import time
import urllib.parse
from pathlib import Path
from typing import Any

CHROMIUM = Path(os.environ.get("SUMMARIZER_CHROMIUM", "/usr/bin/chromium"))
REQUIRED = os.environ.get("SUMMARIZER_REQUIRE_BROWSER") == "1"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def missing() -> str | None:
    """Why there is no browser here."""
    if not CHROMIUM.exists():
        return f"no {CHROMIUM}: `make browser` installs it"
    if importlib.util.find_spec("playwright") is None:
        return "the package playwright is not installed"
    return None


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


def until(page: Any, expression: str) -> None:
    """Wait for an expression of the page; its policy forbids the eval of playwright's own wait."""
    deadline = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(20)


def titles(page: Any) -> list[str]:
    page.wait_for_selector('.table[aria-busy="false"]')
    return [text.strip() for text in page.locator(".rows .c-doc a").all_inner_texts()]


def document_view(document_id: str) -> str:
    """The address of a document's own view."""
    return f"document/{urllib.parse.quote(document_id, safe='')}"
