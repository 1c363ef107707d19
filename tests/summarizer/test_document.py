"""Documents: canonical URLs, source keys, languages, and the row of a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.document import (
    Document,
    Link,
    Problem,
    canonical_url,
    main_language,
    sha256_text,
    source_key,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://arxiv.org/abs/2504.13171v1", "https://arxiv.org/abs/2504.13171"),
        ("https://arxiv.org/pdf/2504.13171v3.pdf", "https://arxiv.org/abs/2504.13171"),
        ("https://export.arxiv.org/abs/2504.13171", "https://arxiv.org/abs/2504.13171"),
        ("http://arxiv.org/abs/cs/0112017v2", "https://arxiv.org/abs/cs/0112017"),
        ("HTTPS://Weibo.com/6105753431/PohJo8l07#a", "https://weibo.com/6105753431/PohJo8l07"),
        ("https://m.weibo.cn/detail/5157", "https://weibo.com/detail/5157"),
        ("https://m.weibo.cn/status/5157", "https://weibo.com/detail/5157"),
        ("https://example.org/a/?utm_source=x&id=3", "https://example.org/a?id=3"),
        ("https://example.org:8080/a", "https://example.org:8080/a"),
        ("not a url", "not a url"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_copies_of_one_item_meet_under_one_address(url: str, expected: str) -> None:
    """Scheme, host, fragment, tracking and versions do not make another source."""
    assert canonical_url(url) == expected


@given(st.text(max_size=60))
def test_any_text_has_a_canonical_url_and_it_is_stable(text: str) -> None:
    """No text crashes, and folding twice changes nothing more."""
    once = canonical_url(text)
    assert canonical_url(once) == once


@given(st.text(max_size=30), st.text(max_size=30))
def test_without_a_url_the_text_is_the_source(first: str, second: str) -> None:
    """Two documents without address are one source exactly where their texts are equal."""
    assert (source_key(None, first) == source_key("", second)) == (first == second)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天发布了 GPT-4o 模型，支持语音。", "zh"),
        ("We introduce a new benchmark.", "en"),
        ("We study 你好 in large language models and beyond.", "en"),
        ("123 … !", "und"),
        ("", "und"),
    ],
)
def test_the_language_is_that_of_most_letters(text: str, expected: str) -> None:
    """Names in Latin letters do not make a Chinese text English."""
    assert main_language(text) == expected


def example(*problems: Problem) -> Document:
    return Document(
        id="a/b.md",
        path="a/b.md",
        url="https://example.org/1",
        title="标题 \udcff",
        metadata={"来源": "x"},
        source="<p>Text</p>",
        source_text="Text",
        stored_summary="摘要",
        source_sha256=sha256_text("<p>Text</p>"),
        summary_sha256=sha256_text("摘要"),
        problems=problems,
    )


def test_a_document_comes_back_from_its_row() -> None:
    """Everything but the raw source survives the row of `documents.jsonl`."""
    document = example(Problem("summary-html", "HTML is left in the summary.", 7))
    again = Document.from_json(document.to_json())
    assert again.to_json() == document.to_json()


def test_where_links_lead_comes_back_and_what_they_said_does_not() -> None:
    """Claims are checked against where they lead; rows of older runs have none."""
    row = {**example().to_json(), "links": ["https://example.org/code"]}
    assert Document.from_json(row).links == (Link("", "https://example.org/code"),)
    del row["links"]
    assert Document.from_json(row).links == ()


def test_a_faulty_stored_summary_is_no_reference() -> None:
    """Boilerplate, leaked HTML, conflicts and copies are not scored against."""
    assert example().reference == "摘要"
    assert example(Problem("summary-boilerplate", "…")).reference is None


def test_a_url_with_bytes_that_are_not_utf8_is_folded_too() -> None:
    """Lone surrogates in a query are quoted, not a crash."""
    assert canonical_url("https://a.b/c?q=\udcf5") == "https://a.b/c?q=%ED%B3%B5"
