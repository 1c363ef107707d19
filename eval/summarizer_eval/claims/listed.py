"""A count that the list behind it belies: 三个阶段：1)… 2)… 3)… 4)…, whatever the source says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.quantities import chinese_value

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["miscounted"]

_COUNT = (
    r"(?<![第\d.每一二三四五六七八九十至~-])(?P<count>[两二三四五六七八九十]|[2-9])"
    r"(?:个|种|大|项|类|款|层|级|步|点|条|方面|部分)"
)
_NUMBERED = re.compile(_COUNT + r"[^，,。；;：:（(\d\n]{0,14}(?=[：:，,]?\s*[（(]?1[)）.、])")
_MARKER = re.compile(r"(?<![\d.])[（(]?(\d{1,2})[)）.、](?!\d)")
_IN_BRACKETS = re.compile(_COUNT + r"[^，,。；;：:（(、\d]{1,12}?(?=（(?P<list>[^（）]{4,90})）)")
# What makes no list of it, or only the beginning of one.
_NO_LIST = re.compile(r"等|如|包括|其中|…|[/:：]|含|分别|每|共|由|\d[%.]")
_REACH = 2000
"""Characters behind a count in which its list ends."""
_COMMAS = re.compile("[、，,；]")
_LAST = re.compile(r"(?:和|及|与|以及)(?=[^、，,；]*$)")


def miscounted(summary: str) -> Iterator[tuple[int, int, str, int]]:
    """Start and end of a count, what it says, and how many things are listed behind it."""
    for match in _NUMBERED.finditer(summary):
        listed = _markers(summary[match.end() : match.end() + _REACH])
        if listed > 1 and listed != chinese_value(match["count"]):
            yield match.start(), match.end(), match[0], listed
    for match in _IN_BRACKETS.finditer(summary):
        items = len(_COMMAS.split(match["list"]))
        both = items + len(_LAST.findall(match["list"]))  # 甲、乙和丙, or 甲、乙和丙的关系
        if _NO_LIST.search(match["list"]) or items == 1:
            continue
        if chinese_value(match["count"]) not in (items, both):
            yield match.start(), match.end(), match[0], both


def _markers(text: str) -> int:
    """How far 1) 2) 3) goes on; another 1) begins another list."""
    reached = 0
    for match in _MARKER.finditer(text):
        number = int(match[1])
        if number == reached + 1:
            reached = number
        elif number == 1:
            break
    return reached
