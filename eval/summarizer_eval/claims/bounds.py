"""A bound that a claim has lost: 减少60% where the source has up to 60%."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.quantities import agree, quantities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.quantities import Quantity
    from summarizer_eval.claims.source import Hit, Source

__all__ = ["upper_bounds"]

# 高达 and 多达 only stress how much it is; a claim may leave them out.
_AT_MOST = re.compile(
    r"(?:\bup to|\bas (?:much|many|high) as|\bat most|\bno more than|"
    r"(?:最高|最多|至多)[可能]?(?:达|提升|提高|降低|减少|节省|缩短|增加|下降)?|不超过)"
    r"\s*(?:an average of|about|approximately|an?|约|到)?\s*\$?$",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    r"最|高达|可达|多达|达|至多|不超过|上限|以内|以下|近|"
    r"up to|at most|as (?:much|many|high)|maximum|no more than",
    re.IGNORECASE,
)
_BEFORE, _BEHIND = 24, 4
"""Characters beside a number in which its bound stands."""


def upper_bounds(source: Source, claim: str) -> Iterator[Hit]:
    """A share, a factor or an amount that the source gives as the most, and only so."""
    for number in quantities(claim):
        if number.small or number.kind == "year":
            continue
        around = claim[max(0, number.start - _BEFORE // 2) : number.end + _BEHIND]
        if _BOUNDED.search(around):
            continue
        there = [other for other in source.numbers if agree(number, other)]
        if there and all(_bound(other, source.text) for other in there):
            bound = _bound(there[0], source.text)
            said = claim[number.start : number.end]
            yield "number", said, f"{bound}{source.text[there[0].start : there[0].end]}"


def _bound(number: Quantity, text: str) -> str:
    match = _AT_MOST.search(text[max(0, number.start - _BEFORE) : number.start].replace("\n", " "))
    return "" if match is None else match[0]
