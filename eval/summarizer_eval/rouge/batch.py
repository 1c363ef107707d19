"""ROUGE-N and ROUGE-L of many pairs at once: the figures of one by one, in a third of the time.

A token is a number, an n-gram one number made of several. All pairs lie in one array, ordered by
pair and n-gram, so that one sort finds what the two texts of every pair have in common.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

__all__ = ["Counts", "PairBatch"]

_ROOM = 1 << 62
_FIRST_CHARACTER = 0xE000  # behind the surrogates, which no string may hold
_CHARACTERS = 0x110000 - _FIRST_CHARACTER


class Counts(NamedTuple):
    """What precision and recall are made of, one entry a pair."""

    hits: Numbers
    predicted: Numbers
    wanted: Numbers


class PairBatch:
    """The tokens of some texts, and the pairs of them that are to be compared.

    Args:
        texts: the tokens of each text.
        wanted: place in ``texts`` of each pair's target.
        predicted: the same of its prediction.
    """

    def __init__(
        self, texts: Iterable[Sequence[str]], wanted: Sequence[int], predicted: Sequence[int]
    ) -> None:
        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        number = numbers.__getitem__
        every: list[int] = []
        sizes: list[int] = []
        for tokens in texts:  # one after the other: strings that live briefly cost little
            every.extend(map(number, tokens))
            sizes.append(len(tokens))
        self._tokens = np.array(every, np.int64)
        self._words = len(numbers)
        self._sizes = np.array(sizes, np.int64)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._wanted, self._predicted = (
            np.asarray(wanted, np.int64),
            np.asarray(predicted, np.int64),
        )
        # Target and prediction of the first pair, of the second, … one after the other.
        texts_laid = np.column_stack([self._wanted, self._predicted]).ravel()
        counts = self._sizes[texts_laid]
        self._laid = self._tokens[_ranges(self._starts[texts_laid], counts)]
        self._side = np.repeat(np.arange(len(texts_laid)), counts)

    def ngrams(self, n: int) -> Counts:
        """Common n-grams of each pair: the size of the multiset intersection."""
        sizes = np.maximum(self._sizes - (n - 1), 0)
        predicted, wanted = sizes[self._predicted], sizes[self._wanted]
        pairs = len(wanted)
        grams, values = self._grams(n, pairs)
        sides = self._side[: len(grams)]
        # One number an n-gram: (pair, n-gram, side), in this order.
        keys = ((sides >> 1) * values + grams) * 2 + (sides & 1)
        if n > 1:  # those that run over the end of their text are none
            keys = keys[sides == self._side[n - 1 :]]
        if 2 * pairs * values < 1 << 32:
            keys = keys.astype(np.uint32)  # sorts in half the time
        keys.sort()
        return Counts(_common(keys, values, pairs), predicted, wanted)

    def lcs(self) -> Counts:
        """Length of the longest common subsequence of each pair."""
        from rapidfuzz.distance import LCSseq

        texts = self._as_strings()
        wanted, predicted = self._wanted, self._predicted
        similarity = LCSseq.similarity
        pairs = zip(wanted.tolist(), predicted.tolist(), strict=True)
        hits = np.array([similarity(texts[a], texts[b]) for a, b in pairs], np.int64)
        return Counts(hits, self._sizes[predicted], self._sizes[wanted])

    def _grams(self, n: int, pairs: int) -> tuple[Numbers, int]:
        """The n-gram that begins at each token laid out, as a number below the second value."""
        grams, values = self._laid, self._words
        for offset in range(1, n):
            if 2 * pairs * values * self._words >= _ROOM:
                grams, values = _ranked(grams)
            following = self._laid[offset:]
            grams, values = grams[: len(following)] * self._words + following, values * self._words
        return grams, values

    def _as_strings(self) -> list[str] | list[list[int]]:
        """One character a token, which rapidfuzz compares fastest, as long as there are enough."""
        ends = (self._starts + self._sizes).tolist()
        bounds = zip(self._starts.tolist(), ends, strict=True)
        if self._words > _CHARACTERS:
            numbers = self._tokens.tolist()
            return [numbers[a:b] for a, b in bounds]
        characters = (self._tokens + _FIRST_CHARACTER).astype("<u4").tobytes().decode("utf-32-le")
        return [characters[a:b] for a, b in bounds]


def _ranked(values: Numbers) -> tuple[Numbers, int]:
    distinct, ranks = np.unique(values, return_inverse=True)
    return ranks.astype(np.int64), len(distinct)


def _ranges(starts: Numbers, counts: Numbers) -> Numbers:
    """``starts[i] … starts[i] + counts[i] - 1`` for every i, one after the other."""
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


def _common(keys: NDArray[Any], values: int, pairs: int) -> Numbers:
    """Of sorted (pair, n-gram, side): for each pair the sum over n-grams of the lesser count."""
    grams = keys >> 1
    equal = np.flatnonzero(grams[1:] == grams[:-1])
    if not len(equal):
        return np.zeros(pairs, np.int64)
    # Most n-grams stand alone: only the runs of equal ones are looked at.
    fresh = np.flatnonzero(np.diff(equal, prepend=-2) > 1)
    first = equal[fresh]
    both = np.diff(fresh, append=len(equal)) + 1
    ones = np.concatenate([[0], np.cumsum(keys & 1)])
    theirs = ones[first + both] - ones[first]
    lesser = np.minimum(theirs, both - theirs)
    hits = np.bincount(grams[first] // values, weights=lesser, minlength=pairs)
    return hits.astype(np.int64)
