"""Text of documents inside Markdown that GitHub or GitLab shows: nothing in it comes alive."""

from __future__ import annotations

import re

__all__ = ["inert", "row"]

_SYNTAX = re.compile(r"([\\`*_{}\[\]()#!|~:])")
# Linked after Markdown was rendered, so that no backslash helps: mentions, addresses without a
# scheme, numbers of issues. A zero-width space ends the word.
_LINKED = re.compile(r"@|(?i:www)(?=\.)|(?<=#)(?=\d)|(?i:\bGH)(?=-\d)")
_ZERO_WIDTH_SPACE = "\u200b"


def inert(text: str) -> str:
    """One line without live HTML, images, links, mentions or the end of a table cell."""
    text = " ".join(text.split())
    text = _LINKED.sub(lambda match: match[0] + _ZERO_WIDTH_SPACE, text)
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return _SYNTAX.sub(r"\\\1", text)


def row(cells: list[str]) -> str:
    """A table row of cells that are Markdown already."""
    return "| " + " | ".join(cells) + " |"
