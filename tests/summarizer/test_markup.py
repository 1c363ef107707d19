"""Source HTML to text: what stays, what goes, and what is no HTML at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.document import Link
from summarizer.markup import extract_text, link_target, looks_like_html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("一<br>二<br/>三", "一\n二\n三"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ('<a href="x"><span class="surl-text">#话题#</span></a>正文', "#话题#正文"),
        ('<span class="url-icon"><img src="i.png"></span>网页', "网页"),
        ("【图2】<br>正文", "【图2】\n正文"),
        ("<script>alert(1)</script><style>p{}</style><b>x</b>", "x"),
        ("<p>a &amp;lt;b&amp;gt;</p>", "a &lt;b&gt;"),
        ("<p>&lt;circle&gt; &amp; more</p>", "<circle> & more"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a\n b<br>c", "a b\nc"),
    ],
)
def test_what_a_reader_would_see_stays(html: str, expected: str) -> None:
    """Breaks, blocks, hashtags, picture marks and entities come out as a reader sees them."""
    assert extract_text(html).text == expected


def test_a_video_and_its_fallback_sentence_go() -> None:
    """The sentence that a browser without video shows is no content."""
    fallback = '<p>视频无法显示，请前往<a href="u">微博视频</a>观看。</p>'
    html = f'正文<video src="v"><source src="v.mp4?Expires=1">{fallback}</video>'
    assert extract_text(html).text == "正文"
    assert extract_text(html).links == ()


def test_reposts_are_marked() -> None:
    """A quoted post is told apart from the post; a quote in a quote is marked twice."""
    html = "好<blockquote>甲<br>乙<blockquote>丙</blockquote></blockquote>完"
    lines = extract_text(html).text.split("\n")
    assert [line for line in lines if line.strip("> ")] == ["好", "> 甲", "> 乙", "> > 丙", "完"]


def test_links_are_kept_beside_the_text() -> None:
    """What a link says stays in the text; where it leads is data, redirects unwrapped."""
    html = '看<a href="https://weibo.cn/sinaurl?u=https%3A%2F%2Fexample.org%2Fa">网页链接</a>'
    extracted = extract_text(html)
    assert extracted.text == "看网页链接"
    assert extracted.links == (Link("网页链接", "https://example.org/a"),)


@pytest.mark.parametrize(
    "text",
    [
        "An <actor> meets a <prop> when x < y and y > z.",
        "R&D at AT&T; see <https://example.org>.",
        "f<T>(a) -> b",
    ],
)
def test_plain_text_is_not_parsed(text: str) -> None:
    """Words in angle brackets are words."""
    assert not looks_like_html(text)
    assert extract_text(text).text == text


@given(st.text(max_size=200))
def test_any_source_gives_text(text: str) -> None:
    """No text crashes, and the result never ends in white space."""
    for source in (text, f"<div>{text}<br>"):
        result = extract_text(source).text
        assert result == result.strip()


def test_hostile_nesting_is_no_catastrophe() -> None:
    """A thousand open quotes and ten thousand open divs are read."""
    assert extract_text("<blockquote>" * 300 + "x<br>y").text.endswith("y")
    assert extract_text("<div>" * 10_000 + "x").text == "x"


def test_a_broken_address_is_kept_as_it_is() -> None:
    """A link that is no URL is data all the same."""
    assert link_target("http://[broken/sinaurl") == "http://[broken/sinaurl"
