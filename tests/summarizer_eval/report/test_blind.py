"""Choosing between two summaries without knowing whose they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from summarizer_eval.labels import read_labels, win_share
from summarizer_eval.report.page import write_page
from tests.summarizer_eval.report import making
from tests.summarizer_eval.report.watching import until

pytestmark = pytest.mark.browser


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


def test_labels_are_what_the_command_reads(watched: Any, made: Any, tmp_path: Path) -> None:
    """`read_labels`, which `label` and `compare --labels` use, takes the file as it is."""
    page = watched(accept_downloads=True).go(made.path, "blind")
    for number, key in enumerate(("ArrowLeft", "ArrowRight", "ArrowDown", "s"), start=1):
        page.keyboard.press(key)
        until(page, f"document.querySelector('progress').value === {number}")
    with page.expect_download() as download:
        page.click("#download")
    path = tmp_path / "labels.jsonl"
    download.value.save_as(path)
    labels = read_labels(path)
    assert {(label.a, label.b) for label in labels} == {("old", "new")}
    assert sorted(label.choice == "tie" for label in labels) == [False, False, True]
    assert win_share(labels, "old")[1] == 1


def test_progress_outlives_the_page(watched: Any, made: Any, tmp_path: Path) -> None:
    """A report that is written anew about the same summaries goes on where the old one stopped."""
    watch = watched()
    page = watch.go(made.path, "blind")
    page.keyboard.press("1")
    until(page, "document.querySelector('.count').textContent.startsWith('1 of 59 ')")
    again = tmp_path / "again.html"
    write_page({**made.head, "created_at": "2027-01-01T00:00:00Z"}, made.store, again)
    page = watch.go(again, "blind")
    assert page.locator(".count").inner_text().startswith("1 of 59 ")
    other = {**made.head["variants"][1], "digest": "0" * 16}
    write_page({**made.head, "variants": [made.head["variants"][0], other]}, made.store, again)
    page = watch.go(again, "blind")
    assert page.locator(".count").inner_text().startswith("0 of 59 ")


def test_focus_stays_on_the_button(watched: Any, made: Any) -> None:
    """Who chooses with Tab and Enter need not find the button again for every pair."""
    page = watched().go(made.path, "blind")
    page.locator('[data-choice="tie"]').focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.count').textContent.startsWith('1 ')")
    assert page.evaluate("document.activeElement.dataset.choice") == "tie"


def test_skipped_pairs_can_be_brought_back(watched: Any, tmp_path: Path) -> None:
    """After the last pair, what was skipped is offered again."""
    report = making.make_report(tmp_path, documents=[making.document(n) for n in range(2)])
    page = watched().go(report.path, "blind")
    for number in (1, 2):
        page.keyboard.press("s")
        until(page, f"document.querySelector('progress').value === {number}")
    page.click(".choices button")
    page.wait_for_selector(".sides")
    assert page.locator(".count").inner_text() == "0 of 2 pairs labelled"
