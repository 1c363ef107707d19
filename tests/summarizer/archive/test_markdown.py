"""Sections of a Markdown file, to the byte, and the splice that changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.archive.headings import DEFAULT_HEADINGS
from summarizer.archive.markdown import (
    decode,
    encode,
    ours_of_conflicts,
    parse_markdown,
    splice_summary,
)

PLAIN = """# #话题#标题

**URL**: https://weibo.com/1/A

## 原始摘要

原文<br>第二行

## AI 摘要

旧的摘要。

## 元数据

- **来源**: 微博
- **目录日期**: 2025-05-01
""".encode()


def test_sections_title_url_and_metadata_are_found() -> None:
    """A title may begin with a hash sign; the metadata become a mapping."""
    parsed = parse_markdown(PLAIN)
    assert parsed.source is not None
    assert parsed.summary is not None
    assert parsed.title == "#话题#标题"
    assert parsed.url == "https://weibo.com/1/A"
    assert parsed.text(parsed.source).strip() == "原文<br>第二行"
    assert parsed.text(parsed.summary).strip() == "旧的摘要。"
    assert parsed.metadata == {"来源": "微博", "目录日期": "2025-05-01"}
    assert parsed.line_of(parsed.summary.heading) == 9


def test_english_headings_are_built_in_and_own_ones_can_be_given() -> None:
    """Both heading sets work without an option; a user's own come before them."""
    data = b"# T\n\n**URL**: https://a.b/c\n\n## Source\n\nText\n\n## Summary\n\nOld\n"
    parsed = parse_markdown(data)
    assert parsed.summary is not None
    assert parsed.text(parsed.summary).strip() == "Old"
    own = DEFAULT_HEADINGS.extended(source="Body", summary="Gist")
    parsed = parse_markdown(data.replace(b"Source", b"Body").replace(b"Summary", b"Gist"), own)
    assert parsed.summary is not None
    assert parsed.text(parsed.summary).strip() == "Old"


@pytest.mark.parametrize(
    "intruder",
    [
        "\n```\n## AI 摘要\n```\n",
        "\n文中提到\n## AI 摘要\n这个标题\n",
        "\n\n## AI 摘要\n\n原文里的一节\n",
        "\n\n## 元数据\n\n不是元数据\n",
    ],
)
def test_headings_inside_the_source_are_text(intruder: str) -> None:
    """The summary section is the right one although the source holds such a heading."""
    data = PLAIN.replace("第二行".encode(), ("第二行" + intruder).encode())
    parsed = parse_markdown(data)
    assert parsed.summary is not None
    assert parsed.text(parsed.summary).strip() == "旧的摘要。"
    assert parsed.metadata["来源"] == "微博"


def test_a_metadata_heading_inside_the_summary_is_text() -> None:
    """Metadata are what only `- **key**: value` lines follow."""
    data = PLAIN.replace("旧的摘要。".encode(), "摘要\n\n## 元数据\n\n是一个词。".encode())
    parsed = parse_markdown(data)
    assert parsed.summary is not None
    assert parsed.text(parsed.summary).strip().endswith("是一个词。")


def test_of_a_conflict_our_side_is_read() -> None:
    """Text is taken from the first side; the file itself is not touched."""
    data = b"a\n<<<<<<< HEAD\nours\n||||||| base\nold\n=======\ntheirs\n>>>>>>> x\nb\n"
    assert ours_of_conflicts(data) == b"a\nours\nb\n"
    assert ours_of_conflicts(b"a\n=======\nb\n") == b"a\nb\n"


def test_a_new_summary_takes_the_files_line_ends() -> None:
    """CRLF files get CRLF; every other byte stays."""
    data = PLAIN.replace(b"\n", b"\r\n")
    parsed = parse_markdown(data)
    new = splice_summary(data, parsed, "新\n摘要")
    assert new == data.replace("旧的摘要。".encode(), "新\r\n摘要".encode())


def test_an_empty_section_gets_a_line_of_its_own() -> None:
    """The headings around stay headings."""
    data = PLAIN.replace("旧的摘要。\n".encode(), b"")
    parsed = parse_markdown(data)
    again = parse_markdown(splice_summary(data, parsed, "新摘要"))
    assert again.summary is not None
    assert again.text(again.summary).strip() == "新摘要"
    assert again.metadata == parsed.metadata


@pytest.mark.parametrize("hostile", ["一\n\n## AI 摘要\n\n二", "<<<<<<< HEAD", "a\n=======\nb"])
def test_a_summary_that_would_break_the_document_is_refused(hostile: str) -> None:
    """Headings and conflict markers in a summary cannot move the sections."""
    with pytest.raises(ValueError, match="would not be found again"):
        splice_summary(PLAIN, parse_markdown(PLAIN), hostile)


@given(st.binary(max_size=400))
def test_any_bytes_are_parsed(data: bytes) -> None:
    """No file crashes, and text turns back into the same bytes."""
    parse_markdown(data)
    assert encode(decode(data)) == data


ODD = st.text(
    alphabet=st.sampled_from(["字", "a", "\n", "\r", "#", " ", "<", "=", ">", "\udcff", "`", "🎉"]),
    max_size=60,
)


@given(ODD, ODD, ODD)
def test_splicing_the_stored_summary_back_changes_nothing(
    title: str, source: str, summary: str
) -> None:
    """parse ∘ splice is the identity, whatever stands around the summary."""
    data = encode(
        f"# {title}\n\n**URL**: u\n\n## 原始摘要\n\n{source}\n\n## AI 摘要\n\n{summary}\n\n"
        "## 元数据\n\n- **k**: v\n"
    )
    parsed = parse_markdown(data)
    if parsed.summary is None:
        return
    start, end = parsed.body(parsed.summary)
    if start != end:
        assert splice_summary(data, parsed, decode(data[start:end])) == data
    try:
        new = splice_summary(data, parsed, "新")
    except ValueError:  # the odd text around it would move the sections
        return
    assert new.startswith(data[:start])
    assert new.endswith(data[end:])


@pytest.mark.shared
def test_splicing_is_the_identity_on_every_real_file(shared: Path) -> None:
    """All files of the real archive come back byte for byte."""
    count = 0
    for path in (shared / "corpus" / "papers").rglob("*.md"):
        data = path.read_bytes()
        parsed = parse_markdown(data)
        assert parsed.summary is not None, path
        start, end = parsed.body(parsed.summary)
        assert splice_summary(data, parsed, decode(data[start:end])) == data, path
        count += 1
    assert count > 1000
