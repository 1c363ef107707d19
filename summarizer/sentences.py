"""Sentences of Chinese, English and mixed text, with their places; pure, no downloads.

A sentence ends at 。！？；… and their closing quotes, at a newline, and at . ! ? before white space
where that is no abbreviation, initial or number. Every character belongs to exactly one sentence or
to the white space between two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ABBREVIATIONS", "sentence_spans", "sentences"]

_END = re.compile(
    r"[。！？；!?…]+[”’」』）)\]】》\"']*"  # full-width ends, also ! and ?
    r"|\.+[”’)\]\"']*(?=\s|$)"  # an English full stop
    r"|\n+"
)
ABBREVIATIONS = frozenset(
    {"al", "approx", "cf", "ch", "co", "corp", "dept", "dr", "e.g", "ed", "eds", "eq", "eqs", "et",
     "etc", "fig", "figs", "i.e", "inc", "jr", "ltd", "mr", "mrs", "ms", "no", "nos", "p", "pp",
     "prof", "resp", "sec", "sr", "st", "tab", "u.k", "u.s", "vol", "vs", "w.r.t"}
)  # fmt: skip
_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)$")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end (code points, end exclusive) of each sentence, stripped, none empty."""
    start = 0
    for match in _END.finditer(text):
        if match[0].startswith(".") and _is_abbreviation(text, start, match):
            continue
        yield from _stripped(text, start, match.end())
        start = match.end()
    yield from _stripped(text, start, len(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text, stripped, in order.

    >>> sentences("精度达到3.5%。速度更快！ We ask, e.g. how. Then?")
    ['精度达到3.5%。', '速度更快！', 'We ask, e.g. how.', 'Then?']
    """
    return [text[start:end] for start, end in sentence_spans(text)]


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _is_abbreviation(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the full stop belongs to a word: ``et al.``, ``J. Smith``, ``e.g. this``."""
    if match[0] != ".":
        return False
    # No abbreviation is longer than 12 letters: bounded, so that a text of letters stays linear.
    word = _LAST_WORD.search(text, max(start, match.start() - 12), match.start())
    if word is None:
        return False
    rest = text[match.end() : match.end() + 3].lstrip()
    if not rest:
        return False
    if len(word[1]) == 1 and word[1].isupper():
        return word[1] != "I"
    return word[1].lower() in ABBREVIATIONS
