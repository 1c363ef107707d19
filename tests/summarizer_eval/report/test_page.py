"""The file itself: its policy, its data, and that it asks nobody for anything."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from typing import Any

from summarizer_eval.report.page import CHUNK, render_shell


def block(text: str, name: str) -> Any:
    """The data of one block of a page."""
    found = re.search(rf'<script type="application/gzip" id="{name}">([^<]*)</script>', text)
    assert found
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def test_policy_names_exactly_the_script_and_style_of_the_file(made: Any) -> None:
    """The hashes of the policy are those of the text between the tags; no eval, no inline."""
    text = made.path.read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert script
    assert style
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"
        for part in (script[1], style[1])
    ]
    assert [rules["script-src"], rules["style-src"]] == hashes
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    assert "unsafe" not in policy[1]


def test_file_refers_to_nothing_outside(made: Any) -> None:
    """No address is loaded: no src, and no link but to the page's own icon and main part."""
    text = made.path.read_text("utf-8")
    assert re.findall(r'\ssrc="', text) == []
    assert set(re.findall(r'<(?:a|link)[^>]*\shref="([^"]*)"', text)) == {"data:,", "#main"}


def test_data_come_back_as_they_were(made: Any) -> None:
    """Head, rows and every document's detail are in the file, chunk by chunk."""
    text = made.path.read_text("utf-8")
    head = block(text, "head")
    assert head["rows"] == list(made.store.rows())
    assert {
        name: value for name, value in head.items() if name not in ("rows", "chunk")
    } == made.head
    details = [*block(text, "chunk-0"), *block(text, "chunk-1")]
    assert len(block(text, "chunk-0")) == CHUNK
    assert details == list(made.store.details())


def test_title_is_text() -> None:
    """A title of markup, marks of our own or controls stays a title."""
    page = render_shell(
        '</title><script>x</script>@@CSS@@<!--DATA-->\x00\u202e"\udc80', served=False
    )
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title
    assert title[1] == (
        "&lt;/title&gt;&lt;script&gt;x&lt;/script&gt;@@CSS@@&lt;!--DATA--&gt;\ufffd\ufffd&quot;\ufffd"
    )
    assert page.count("<!--DATA-->") == 1


def test_scripts_hold_no_end_tag_and_no_inner_html() -> None:
    """The page's own code writes text nodes only."""
    page = render_shell("x", served=False)
    script = re.findall(r"<script>(.*)</script>", page, re.DOTALL)
    assert len(script) == 1
    for word in (
        "innerHTML =",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "<!--D",
    ):
        assert word not in script[0]
