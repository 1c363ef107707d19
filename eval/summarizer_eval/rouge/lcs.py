"""Longest common subsequences with bits (Hyyrö 2004), and the union LCS of ROUGE-Lsum.

A row of the LCS table is one integer: bit ``j`` is set where the length grows at column ``j``. All
candidate sentences share one integer, a zero bit apart, so that one pass over a reference sentence
serves them all. The traceback follows ``rouge-score``'s tie rule: a match is taken; else it goes
left where ``t[i][j-1] > t[i-1][j]``, else up.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Candidate", "union_hits"]


class Candidate:
    """The sentences of one side, laid out in one integer."""

    __slots__ = ("counts", "fields", "mask", "matches")

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        self.counts = Counter(chain.from_iterable(sentences))
        """How often each token stands in all sentences."""
        self.matches = matches = dict.fromkeys(self.counts, 0)
        """The bits of each token."""
        self.fields: list[tuple[int, int]] = []
        """The lowest bit and the window of each sentence that is not empty."""
        self.mask = 0
        bit = 1
        for sentence in sentences:
            low = bit
            for token in sentence:
                matches[token] |= bit
                bit <<= 1
            if bit != low:
                self.fields.append((low, bit - low))
                self.mask |= bit - low
            bit <<= 1  # the zero bit that stops a carry


def union_hits(references: Sequence[Sequence[str]], candidate: Candidate) -> int:
    """Tokens of the union LCS over all reference sentences, each token counted as often as the
    candidate holds it at the most (section 3.2 of Lin 2004, as ROUGE-1.5.5 counts)."""
    union: list[str] = []
    for reference in references:
        union += _union(reference, candidate)
    counts = candidate.counts
    return sum([min(count, counts[token]) for token, count in Counter(union).items()])


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
    last = grown[-1]
    found = 0
    for low, window in candidate.fields:
        if last & window:
            found |= _trace(matches, grown, low, window)
    return [token for index, token in enumerate(tokens) if found >> index & 1]


def _trace(matches: list[int], grown: list[int], low: int, window: int) -> int:
    """Bits of the reference tokens on the path that the tie rule takes in one sentence."""
    i = len(matches)
    here = (grown[i] & window).bit_count()  # t[i][j], where j is the width of the window
    found = 0
    while here:
        i -= 1
        match = matches[i] & window
        if not match:
            continue
        if match << 1 <= window:  # the last token of the window is another one
            above = (grown[i] & window).bit_count()
            if above == here:
                continue
        found |= 1 << i
        # What remains is left of the last match.
        window = (1 << (match.bit_length() - 1)) - low
        here = (grown[i] & window).bit_count()
    return found
