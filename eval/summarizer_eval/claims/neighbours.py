"""Neighbours exchanged: 数据集A和框架B, where the source has the names the other way round.

Two words of a summary that stand beside each other, and two more of the same sentence, one of each
pair a name: in the source the first stands beside the fourth and the third beside the second.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from summarizer_eval.claims.places import Placed, Places, placed_words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["crossed"]

_LONGEST = 600
"""Characters of a sentence above which it is a list or a dump."""
_GAP = 8
"""Characters of the summary between two neighbours."""
_NEAR_CHINESE, _NEAR_ENGLISH = 18, 50
"""Characters of the source up to which two words stand beside each other there."""
_MORE = 14
"""Characters by which the neighbours of the summary must be farther apart in the source."""
_PART_END = re.compile(r"[，,。；;、\n]")

_Pair = tuple[Placed, Placed]


def crossed(sentence: str, places: Places) -> Iterator[_Pair]:
    """Pairs of words that stand in each other's place."""
    if len(sentence) > _LONGEST:
        return
    near = _NEAR_CHINESE if places.chinese else _NEAR_ENGLISH
    for one, other in combinations(_neighbours(sentence, places), 2):
        named = _named(one)
        if not any(named) or named != _named(other) or _share(one, other):
            continue
        across = max(_apart(one[0], other[1]), _apart(other[0], one[1]))
        along = min(_apart(*one), _apart(*other))
        if across <= near and along >= across + _MORE:
            yield (one[0], other[0]) if named[0] else (one[1], other[1])


def _neighbours(sentence: str, places: Places) -> list[_Pair]:
    found: list[Placed] = []
    for word in placed_words(sentence, places):
        if not found or word.start >= found[-1].end:
            found.append(word)
    return [
        (first, second)
        for first, second in pairwise(found)
        if second.start - first.end <= _GAP
        and not _PART_END.search(sentence, first.end, second.start)
    ]


def _named(pair: _Pair) -> tuple[bool, bool]:
    """Which of the two are names in Latin letters."""
    return pair[0].text.isascii(), pair[1].text.isascii()


def _share(one: _Pair, other: _Pair) -> bool:
    return (
        len({word.text for word in (*one, *other)}) < 4
        or not set(one[0].places).isdisjoint(other[0].places)
        or not set(one[1].places).isdisjoint(other[1].places)
    )


def _apart(first: Placed, second: Placed) -> int:
    return min(abs(one - other) for one in first.places for other in second.places)
