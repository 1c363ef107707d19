"""Where the words of a summary stand in its source, and how far two of them are apart there."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from summarizer_eval.claims.lexicon import english, stem, words
from summarizer_eval.claims.names import names

__all__ = ["Placed", "Places", "placed_words"]

_BREAK = re.compile(r"[，,。；;：:！!？?、\n（）()]|\s-\s|\b(?:and|while|but|whereas|which)\b")
_BREAK_COST = 18
"""Characters that a break between two words counts for."""
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
        self._breaks = [match.start() for match in _BREAK.finditer(text)]
        self._stems: dict[str, list[int]] = {}
        for match in re.finditer("[A-Za-z]+", text):
            self._stems.setdefault(stem(match[0]), []).append(match.start())

    def of_word(self, word: str) -> tuple[int, ...]:
        """Where a Chinese word stands, or its English terms do."""
        found = [match.start() for match in re.finditer(re.escape(word), self.text)]
        if not found and not self.chinese:
            found = [place for term in english(word) for place in self._of_term(term)]
        return tuple(sorted(set(found))[:_MOST_PLACES])

    def of_name(self, name: str) -> tuple[int, ...]:
        """Where a name in Latin letters stands."""
        pattern = rf"(?<![a-z0-9]){re.escape(name.casefold())}(?![a-z0-9])"
        return tuple(match.start() for match in re.finditer(pattern, self._folded))[:_MOST_PLACES]

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
