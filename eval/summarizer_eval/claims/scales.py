"""Orders of magnitude said in words (上百, 过亿), held against the numbers of the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.source import Hit, Source

__all__ = ["scales"]

_UNITS = {
    "十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8,
    "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12,
}  # fmt: skip
_SAID = re.compile(
    r"(?:上|数|几|过|近|成|超)(万亿|千亿|百亿|十亿|千万|百万|十万|[十百千万亿])(?![分一二三四五六七八九\d])"
    r"|(万亿|千亿|百亿|十亿|千万|百万|十万|[百千万亿])(?=级)"
)
_ENGLISH = {
    "dozens": 1e1, "tens of": 1e1, "hundreds": 1e2, "thousands": 1e3, "tens of thousands": 1e4,
    "hundreds of thousands": 1e5, "millions": 1e6, "tens of millions": 1e7, "billions": 1e9,
    "trillions": 1e12,
}  # fmt: skip


def scales(source: Source, claim: str) -> Iterator[Hit]:
    """上亿网友 where the source has 上百万, and no number of that order."""
    for match in _SAID.finditer(claim):
        scale = _UNITS[match[1] or match[2]]
        if any(0.8 * scale <= number.value < 100 * scale for number in source.numbers):
            continue
        there = [(_UNITS[found[1] or found[2]], found[0]) for found in _SAID.finditer(source.text)]
        lowered = source.lowered
        there += [(value, words) for words, value in _ENGLISH.items() if words in lowered]
        if all(value != scale for value, _ in there):
            yield "number", match[0], there[0][1] if there else ""
