"""Takes the README's picture of a report: `python scripts/screenshot.py demo/report.html`.

Needs Debian's chromium (`make browser`), the development requirements and a font with Chinese
letters (Debian's fonts-noto-cjk). The picture is of the document where the second variant lost
most by a contradicted claim, with that claim in focus; `--view overview` shows the first screen.
"""

from __future__ import annotations

import argparse
from pathlib import Path

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

LOST = "verdict=contradicted&whose=1&change=down:1-0.0&sort=1-0.0"


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/images/report.png"))
    parser.add_argument("--view", choices=("overview", "document"), default="document")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=860)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=ARGUMENTS)
        size = {"width": options.width, "height": options.height}
        page = browser.new_page(viewport=size, color_scheme="light", locale="en-US")
        address = options.report.resolve().as_uri()
        if options.view == "overview":
            page.goto(f"{address}#/")
            page.wait_for_selector('main[data-ready="overview"]')
        else:
            page.goto(f"{address}#/documents?{LOST}")
            page.wait_for_selector('main[data-ready="documents"]')
            page.locator(".rows a").first.click()
            page.wait_for_selector('main[data-ready="document"] .card')
            claim = page.locator(".card.v1 .text .claim.contradicted").first
            claim.focus()
            claim.evaluate("(node) => node.closest('.card').scrollIntoView({block: 'end'})")
        page.wait_for_timeout(600)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(options.out))
        browser.close()


if __name__ == "__main__":
    main()
