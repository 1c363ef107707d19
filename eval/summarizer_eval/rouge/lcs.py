"""Longest common subsequences with bits (Hyyrö 2004), and the union LCS of ROUGE-Lsum.

A row of the LCS table is one integer: bit ``j`` is set where the length grows at column ``j``. All
candidate sentences share one integer, a zero bit apart, so that one pass over a reference sentence
serves them all. The traceback follows ``rouge-score``'s tie rule: a match is taken; else it goes
left where ``t[i][j-1] > t[i-1][j]``, else up.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Candidate", "union_hits"]


class Candidate:
    """The sentences of one side, laid out in one integer."""

    __slots__ = ("counts", "fields", "mask", "matches")

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        self.matches: dict[str, int] = {}
        self.fields: list[tuple[int, int]] = []
        self.mask = 0
        self.counts: Counter[str] = Counter()
        start = 0
        for sentence in sentences:
            bit = 1 << start
            for token in sentence:
                self.matches[token] = self.matches.get(token, 0) | bit
                bit <<= 1
            size = len(sentence)
            if size:
                self.fields.append((start, size))
                self.mask |= ((1 << size) - 1) << start
                self.counts.update(sentence)
            start += size + 1  # the zero bit that stops a carry


def union_hits(references: Sequence[Sequence[str]], candidate: Candidate) -> int:
    """Tokens of the union LCS over all reference sentences, each token counted as often as the
    candidate holds it at the most (section 3.2 of Lin 2004, as ROUGE-1.5.5 counts)."""
    union: Counter[str] = Counter()
    for reference in references:
        union.update(_union(reference, candidate))
    counts = candidate.counts
    return sum(min(count, counts[token]) for token, count in union.items())


def _union(reference: Sequence[str], candidate: Candidate) -> list[str]:
    """The tokens of one reference sentence that are in an LCS with any candidate sentence."""
    # Rows without any match repeat the one before: they can neither grow nor be in an LCS.
    tokens = [token for token in reference if token in candidate.matches]
    if not tokens:
        return []
    matches = [candidate.matches[token] for token in tokens]
    mask = candidate.mask
    row = mask
    grown = [0]  # bits where the length grows, row by row
    for match in matches:
        common = row & match
        row = ((row + common) | (row - common)) & mask
        grown.append(row ^ mask)
    found = 0
    for start, size in candidate.fields:
        found |= _trace(matches, grown, start, size)
    return [token for index, token in enumerate(tokens) if found >> index & 1]


def _trace(matches: list[int], grown: list[int], start: int, size: int) -> int:
    """Bits of the reference tokens on the path that the tie rule takes in one sentence."""
    low = (1 << start) - 1
    window = ((1 << size) - 1) << start
    i = len(matches)
    here = (grown[i] & window).bit_count()  # t[i][j]
    found = 0
    while i and here:
        i -= 1
        match = matches[i] & window
        above = -1
        if match:
            last = match.bit_length()
            take = last == window.bit_length()
            if not take:
                above = (grown[i] & window).bit_count()
                take = above < here
            if take:
                found |= 1 << i
                window = ((1 << (last - 1)) - 1) & ~low if last - 1 > start else 0
                here = (grown[i] & window).bit_count()
                continue
            here = above
    return found
