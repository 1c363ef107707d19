"""Fixtures of the report: a made one, a browser, and pages that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.summarizer_eval.report.making import NEW, Made, document, make_report
from tests.summarizer_eval.report.watching import ARGUMENTS, CHROMIUM, REQUIRED, Watched, missing


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A report of 60 documents and two variants; one summary of the second run is missing."""
    return make_report(
        tmp_path_factory.mktemp("report"),
        documents=[document(number) for number in range(60)],
        summary=lambda entry: None if entry.id.endswith("0005.md") else NEW,
    )


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
