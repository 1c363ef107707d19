"""Where the words of a summary stand in its source, and how far two of them are apart there."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from summarizer_eval.claims.lexicon import english, stem, words
from summarizer_eval.claims.names import names

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Placed", "Places", "placed_words"]

_BREAK = re.compile(r"[，,。；;：:！!？?、\n（）()]|\s-\s|\b(?:and|while|but|whereas|which)\b")
_BREAK_COST = 18
"""Characters that a break between two words counts for."""
_LETTER = re.compile("[a-z0-9]")
_FAR = 70.0
"""Characters beyond which two words have nothing to do with each other."""
_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Placed:
    """A word of the summary and where the source has it."""

    start: int
    end: int
    text: str
    places: tuple[int, ...]


class Places:
    """A source as the places of its words.

    Args:
        text: source and title.
        chinese: whether it is in Chinese; else Chinese words are looked for by their English terms.
    """

    def __init__(self, text: str, *, chinese: bool) -> None:
        self.text, self.chinese = text, chinese
        self._folded = text.casefold()
        self._known: dict[str, tuple[int, ...]] = {}
        self._breaks = [match.start() for match in _BREAK.finditer(text)]
        self._stems: dict[str, list[int]] = {}
        for match in re.finditer("[A-Za-z]+", text):
            self._stems.setdefault(stem(match[0]), []).append(match.start())

    def of_word(self, word: str) -> tuple[int, ...]:
        """Where a Chinese word stands, or its English terms do."""
        if word not in self._known:
            found = list(_occurrences(word, self.text))
            if not found and not self.chinese:
                found = [place for term in english(word) for place in self._of_term(term)]
            self._known[word] = tuple(sorted(set(found))[:_MOST_PLACES])
        return self._known[word]

    def of_name(self, name: str) -> tuple[int, ...]:
        """Where a name in Latin letters stands."""
        wanted, text = name.casefold(), self._folded
        alone = (
            place
            for place in _occurrences(wanted, text)
            if not _LETTER.match(text, place - 1, place)
            and not _LETTER.match(text, place + len(wanted))
        )
        return tuple(islice(alone, _MOST_PLACES))

    def distance(self, first: Placed, second: Placed) -> float:
        """Characters between the nearest places of two words; breaks between them count more."""
        return min(
            (self._between(one, other) for one in first.places for other in second.places),
            default=_FAR,
        )

    def _of_term(self, term: tuple[str, ...]) -> list[int]:
        first = self._stems.get(term[0], [])
        return [
            place
            for place in first
            if all(
                any(abs(other - place) < 30 for other in self._stems.get(part, []))
                for part in term[1:]
            )
        ]

    def _between(self, one: int, other: int) -> float:
        low, high = min(one, other), max(one, other)
        if high - low >= _FAR:
            return _FAR
        breaks = bisect_left(self._breaks, high) - bisect_left(self._breaks, low)
        return min(_FAR, high - low + _BREAK_COST * breaks)


def _occurrences(part: str, text: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + len(part))


def placed_words(text: str, places: Places) -> list[Placed]:
    """The words and names of a text that the source has, in order."""
    found = [
        Placed(item.start, item.end, item.text, where)
        for item in names(text)
        if (where := places.of_name(item.text))
    ]
    found += [
        Placed(start, start + len(word), word, where)
        for start, word in words(text)
        if (where := places.of_word(word))
    ]
    return sorted(found, key=lambda item: item.start)
