"""Two things of a sentence exchanged: each stands where the source has the other.

Either in what is said of them (华为专注底层技术，京东主攻推荐 where the source has it of the other
firm): what stands beside the first in the summary must be much nearer to the second in the source,
and the other way round. Or in a comparison, a contrast or a replacement (A优于B, A而非B, A转向B)
whose two sides the source has the other way.
"""

from __future__ import annotations

import re
from itertools import combinations, islice
from typing import TYPE_CHECKING

from summarizer_eval.claims.lexicon import is_name
from summarizer_eval.claims.neighbours import crossed
from summarizer_eval.claims.places import Placed, Places, placed_words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["exchanges"]

_LONGEST = 600
"""Characters of a sentence or clause above which it is none: a list, a table, a dump."""
_MOST_PIVOTS = 40
"""Comparisons of a source that are looked at."""
_GAIN = 8.0
"""How much nearer (characters, on the average) each context must be in the exchanged reading."""
_CLAUSE = re.compile(r"[^，,。；;：:！!？?\n]+")
_LISTS = re.compile(r"[、（）()]")
_PART = re.compile(r"[^，,。；;：:！!？?、\n（）()]+")


def exchanged(sentence: str, places: Places) -> Iterator[tuple[Placed, Placed]]:
    """Pairs of words of a sentence whose contexts both prefer the exchange."""
    if len(sentence) > _LONGEST:
        return
    found = placed_words(sentence, places)
    for pattern in (_CLAUSE, _PART) if _LISTS.search(sentence) else (_CLAUSE,):
        parts = [
            part
            for match in pattern.finditer(sentence)
            if (part := [word for word in found if match.start() <= word.start < match.end()])
        ]
        for one, other in combinations(parts, 2):
            # What a clause begins with is mostly what it speaks of; in lists only names are.
            heads = pattern is _CLAUSE
            for first, second in _candidates(one, other, heads=heads, chinese=places.chinese):
                if first.text in second.text or second.text in first.text:
                    continue
                if set(first.places) & set(second.places):
                    continue
                if min(len(one), len(other)) < 3:
                    continue
                if _prefers(first, second, one, places) and _prefers(second, first, other, places):
                    yield first, second


def _candidates(
    one: list[Placed], other: list[Placed], *, heads: bool, chinese: bool
) -> Iterator[tuple[Placed, Placed]]:
    if heads and _alike(one[0].text, other[0].text):
        yield one[0], other[0]
    if not chinese:
        return
    for first in one:
        for second in other:
            if first.text.isascii() and second.text.isascii():
                yield first, second


def _alike(first: str, second: str) -> bool:
    """支持者 and 反对者, 编码器 and 解码器, two names: things of one kind."""
    return first[-1] == second[-1] or (is_name(first) and is_name(second))


def _prefers(item: Placed, other: Placed, part: list[Placed], places: Places) -> bool:
    """Whether what stands beside `item` in the summary is nearer to `other` in the source."""
    gains = [
        gain
        for near in part
        if near is not item and not near.text.isascii() and near.text not in (item.text, other.text)
        if abs(gain := places.distance(item, near) - places.distance(other, near)) > _TELLING
    ]
    enough = 2 if item.text.isascii() else 1
    return len(gains) >= enough and sum(gains) / len(gains) > _GAIN


_TELLING = 3.0
"""Characters of difference below which a neighbour says nothing: it stands beside both."""
_Family = tuple[tuple[int, re.Pattern[str]], ...]
_MORE_THAN = (
    r"优于|超越|超过|领先于|胜过|击败|强于|高于|好于|赶超|碾压|outperform\w*|surpass\w*|exceed\w*|"
    r"\bbeats?\b|superior to|\b(?:more|better|higher|faster|greater|stronger|larger)\b[^.;,]{0,30}?"
    r"\bthan|比(?![如例较赛重分特方拟喻率])(?=[^，,。；;]{2,24}?(?:更|还|要|高|快|强|好|略))"
)
_LESS_THAN = (
    r"落后于|不如|不及|逊于|弱于|低于|不敌|underperform\w*|inferior to|lags? behind|"
    r"\b(?:less|worse|lower|slower|weaker|fewer)\b[^.;,]{0,30}?\bthan"
)
_BECOMES = (
    r"替换为|替换成|转向|转变为|变为|转换为|转化为|转换成|转成|转录为|过渡到|演变为|变成|(?<=[\u4e00-\u9fff])转(?=[图文视音语代字])|"
    r"\b(?:convert|transform|translat|turn|map)\w*\b[^.;]{3,80}?\b(?:in)?to\b|\w-to-\w|\breplac\w+\b[^.;]{3,80}?\b(?:with|by)\b|"
    r"\bfrom\b[^.;]{3,80}?\bto\b"
)


def _family(*patterns: tuple[int, str]) -> _Family:
    return tuple((sign, re.compile(pattern, re.IGNORECASE)) for sign, pattern in patterns)


# 1 where the left side is more (is chosen, comes first), -1 where the right side is.
_FAMILIES = (
    _family((1, _MORE_THAN), (-1, _LESS_THAN)),
    _family((1, r"而非|而不是|rather than|instead of")),
    _family((1, _BECOMES), (-1, r"替代|取代|代替|in place of")),
    _family((1, r"以(?=[^，,。；;]{2,20}为(?:核心|基础|主))")),
)
_ANY_PIVOT = re.compile(
    "|".join(f"(?:{pattern.pattern})" for family in _FAMILIES for _, pattern in family),
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[。；;！!？?]|\n\n|\.\s")
_WIDEST = 160
"""Characters of the source before and behind the pivot that can belong to its sides."""


def turned_round(sentence: str, places: Places) -> Iterator[tuple[Placed, Placed]]:
    """Two sides of a comparison, contrast or replacement that the source has the other way."""
    if not _ANY_PIVOT.search(sentence):
        return
    for match in _CLAUSE.finditer(sentence):
        clause = match[0]
        if "被" in clause or len(clause) > _LONGEST:  # the passive turns the sides itself
            continue
        for family in _FAMILIES:
            for sign, pivot in _pivots(clause, family):
                before, behind = clause[: pivot.start()], clause[pivot.end() :]
                left, right = _own(before, behind, places), _own(behind, before, places)
                pair = left and right and _turned(left, right, sign, family, places.text)
                if pair:
                    yield (
                        _moved(pair[0], match.start() + (pivot.end() if pair[0] in right else 0)),
                        _moved(pair[1], match.start() + (pivot.end() if pair[1] in right else 0)),
                    )


def _moved(word: Placed, by: int) -> Placed:
    return Placed(word.start + by, word.end + by, word.text, word.places)


def _pivots(text: str, family: _Family) -> Iterator[tuple[int, re.Match[str]]]:
    for sign, pattern in family:
        for match in pattern.finditer(text):
            yield sign, match


def _own(text: str, other: str, places: Places) -> list[Placed]:
    """The placed words of a side that the other side does not have."""
    return [word for word in placed_words(text, places) if word.text not in other]


def _turned(
    left: list[Placed], right: list[Placed], sign: int, family: _Family, text: str
) -> tuple[Placed, Placed] | None:
    """A word of each side, where the source has them on the other sides and never on their own."""
    found: tuple[Placed, Placed] | None = None
    for there, pivot in islice(_pivots(text, family), _MOST_PIVOTS):
        low, high = _reach(text, pivot)
        middle = pivot.end()
        left_before, left_behind = _split(left, low, middle, high)
        right_before, right_behind = _split(right, low, middle, high)
        same, turned = (left_before, right_behind), (left_behind, right_before)
        if sign != there:
            same, turned = turned, same
        if all(same):
            return None
        if all(turned) and found is None:
            found = turned[0][0], turned[1][0]
    return found


def _reach(text: str, pivot: re.Match[str]) -> tuple[int, int]:
    """Where the sentence around a pivot begins and ends."""
    low = max(0, pivot.start() - _WIDEST)
    for match in _SENTENCE_END.finditer(text, low, pivot.start()):
        low = match.end()
    end = _SENTENCE_END.search(text, pivot.end(), pivot.end() + _WIDEST)
    return low, end.start() if end else pivot.end() + _WIDEST


def _split(
    words: list[Placed], low: int, middle: int, high: int
) -> tuple[list[Placed], list[Placed]]:
    """The words that stand only before, and only behind, the middle."""
    before = [word for word in words if any(low <= place < middle for place in word.places)]
    behind = [word for word in words if any(middle <= place < high for place in word.places)]
    return (
        [word for word in before if word not in behind],
        [word for word in behind if word not in before],
    )


def exchanges(places: Places, sentence: str) -> Iterator[tuple[int, int, str, str]]:
    """Start and end of a word that stands in another's place, the word, and the other."""
    for find in (exchanged, turned_round, crossed):
        for first, second in find(sentence, places):
            yield first.start, first.end, first.text, second.text
            yield second.start, second.end, second.text, first.text
