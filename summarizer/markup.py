"""Source HTML to plain text. Pure: a string in, text and links out.

``<br>`` and blocks become newlines, entities are decoded once, scripts, styles, icons and videos
with their fallback sentence go, hashtags and picture marks stay, reposts (``<blockquote>``) are
marked with ``> `` at the start of each line. What is not HTML is not parsed: an abstract may hold
``<actor>`` as a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from summarizer.document import Link

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["Extracted", "extract_text", "looks_like_html"]

_TAG = re.compile(
    r"</?(?:a|abbr|article|b|blockquote|body|br|center|code|dd|div|dl|dt|em|figure|font|footer|"
    r"h[1-6]|head|header|hr|html|i|iframe|img|li|main|nav|ol|p|pre|script|section|small|source|"
    r"span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul|video)"
    r"(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*\s*/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});", re.IGNORECASE)
_BREAKS = (
    "br, hr, address, article, aside, blockquote, center, dd, details, div, dl, dt, fieldset, "
    "figcaption, figure, footer, form, h1, h2, h3, h4, h5, h6, header, li, main, nav, ol, p, pre, "
    "section, summary, table, tfoot, thead, tr, ul"
)
_DROPPED = (
    *("audio", "button", "canvas", "head", "iframe", "noscript", "object", "script", "style"),
    *("svg", "template", "video"),
)
# White space that is not one plain space already.
_SPACES = re.compile(r" *[\t\r\n\f\v\u00a0\u200b\ufeff][ \t\r\n\f\v\u00a0\u200b\ufeff]*|  +")
_MANY_NEWLINES = re.compile(r"\n{3,}")
# A longer source is no post; it bounds the work on hostile input.
_LARGEST_INPUT = 5_000_000


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a source says."""

    text: str
    links: tuple[Link, ...]
    is_html: bool


def looks_like_html(source: str) -> bool:
    """Whether a source is to be parsed: it holds a known tag that is well formed.

    A lone ``<actor>`` or ``a < b`` is text; ``<br>`` or ``<a href="…">`` is not.
    """
    return _TAG.search(source) is not None


def extract_text(source: str) -> Extracted:
    """The text of a source, HTML or plain, with the links that stood in it."""
    if not looks_like_html(source):
        text = source
        if _ENTITY.search(source) and "<" not in source:
            from html import unescape

            text = unescape(source)
        return Extracted(_tidy(text, keep_spaces=True), (), is_html=False)
    from selectolax.lexbor import LexborHTMLParser

    # lexbor takes UTF-8; lone surrogates become U+FFFD in the text only, never in the file.
    safe = source[:_LARGEST_INPUT].encode("utf-8", "replace").decode("utf-8")
    # In HTML a line end is white space; only tags break lines.
    flat = _SPACES.sub(" ", safe.replace("\x00", "\ufffd"))
    body = LexborHTMLParser(flat).body
    text, links = ("", []) if body is None else _text_of(body, flat.lower())
    return Extracted(_tidy(text), tuple(links), is_html=True)


def _text_of(body: LexborNode, lower: str) -> tuple[str, list[Link]]:
    """Text and links of a tree; the tree is changed in place, by lexbor's own code for speed.

    `lower` is its HTML in lower case: what cannot be in the tree is not searched for.
    """
    links: list[Link] = []
    dropped = [name for name in _DROPPED if "<" + name in lower]
    if "url-icon" in lower:
        dropped.append("span.url-icon")
    for node in body.css(", ".join(dropped)) if dropped else ():
        node.decompose()
    for node in body.css("a[href]"):
        href = node.attributes.get("href")
        if href:
            links.append(Link((node.text() or "").strip(), link_target(href)))
    for node in body.css(_BREAKS):
        node.insert_before("\n")
        if node.tag not in ("br", "hr"):
            node.insert_after("\n")
    for node in body.css("td, th") if "<t" in lower else ():
        node.insert_before(" ")
    # Innermost first, so that a repost of a repost is marked twice.
    for node in reversed(body.css("blockquote") if "<blockquote" in lower else ()):
        quoted = _tidy(node.text())
        lines = ["> " + line if line else ">" for line in quoted.split("\n")]
        node.replace_with("\n" + "\n".join(lines) + "\n" if quoted else "")
    return body.text(), links


def link_target(href: str) -> str:
    """Where a link leads: redirect pages such as ``weibo.cn/sinaurl?u=…`` are unwrapped."""
    if "sinaurl" not in href:
        return href
    try:
        parts = urlsplit(href)
        if parts.path.rstrip("/").endswith("/sinaurl"):
            return parse_qs(parts.query).get("u", [href])[0]
    except ValueError:
        pass
    return href


def _tidy(text: str, *, keep_spaces: bool = False) -> str:
    """No trailing spaces, at most one blank line in a row, no blank ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    lines = [line.rstrip() if keep_spaces else line.strip() for line in lines]
    return _MANY_NEWLINES.sub("\n\n", "\n".join(lines)).strip()
