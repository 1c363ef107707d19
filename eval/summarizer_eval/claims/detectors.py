"""Detectors beside plain numbers and names: each sees one kind of wrong claim, and can be left out.

A detector takes a source that was read once and a claim, and gives findings; all of them say why.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from summarizer_eval.claims.alignment import AlignedSource
from summarizer_eval.claims.counted import classifiers, counted_things, measured, units
from summarizer_eval.claims.counts import (
    aligned_counts,
    counts,
    every,
    latin_counts,
    ordinals,
    small_counts,
)
from summarizer_eval.claims.dates import calendar, calendar_dates, relative_dates, tenses
from summarizer_eval.claims.entities import institutions, places, proper_names
from summarizer_eval.claims.exchange import exchanges
from summarizer_eval.claims.kinds import facts, kinds
from summarizer_eval.claims.lexicon import stem
from summarizer_eval.claims.places import Places
from summarizer_eval.claims.polarity import affirmations, denials, superlatives
from summarizer_eval.claims.scales import scales
from summarizer_eval.claims.units import unit_of
from summarizer_eval.claims.wording import antonyms, counted_nouns, directions, opposites, scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from summarizer_eval.claims.quantities import Quantity

__all__ = ["CONTRADICTING", "DETECTORS", "SENTENCE_DETECTORS", "Hit", "Source"]

Hit = tuple[str, str, str]
"""(kind, what the summary says, what the source says there or "")."""

_Made = TypeVar("_Made")
_SURELY = 0.6
"""Share of the best sentence's score from which on another is surely spoken of too."""
_HAN = re.compile("[\u4e00-\u9fff]")


class Source:
    """What detectors look at, read once for all claims.

    Args:
        text: source and title.
        numbers: the quantities of it.
    """

    def __init__(self, text: str, numbers: Sequence[Quantity]) -> None:
        self.text = text
        self.numbers = numbers
        self.units = [unit_of(number, text) for number in numbers]
        self.dates = calendar_dates(text)
        self.chinese = len(_HAN.findall(text[:2000])) > 20

        self.lowered = text.casefold()
        self._made: dict[str, Any] = {}

    def once(self, key: str, make: Callable[[str], _Made]) -> _Made:
        """What `make` gives for the text, made at the first call with this key."""
        if key not in self._made:
            self._made[key] = make(self.text)
        made: _Made = self._made[key]
        return made

    @cached_property
    def aligned(self) -> AlignedSource:
        """The sentences, to be found by what they speak of."""
        return AlignedSource(self.text, chinese=self.chinese)

    @cached_property
    def clauses(self) -> AlignedSource:
        """The clauses, likewise."""
        return AlignedSource(self.text, chinese=self.chinese, clauses=True)

    @cached_property
    def places(self) -> Places:
        """Where its words stand."""
        return Places(self.text, chinese=self.chinese)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Its English words without their endings."""
        return frozenset(stem(word) for word in re.findall("[A-Za-z]+", self.text))

    def spoken_of(self, claim: str, most: int = 3) -> str:
        """The sentences that a claim most likely speaks of, a line each."""
        aligned = self.aligned.align(claim, most)
        return "\n".join(sentence.text for _, sentence in aligned) or self.text

    def surely_spoken_of(self, claim: str) -> str:
        """As `spoken_of`, without sentences that match much worse than the best."""
        aligned = self.aligned.align(claim)
        near = _SURELY * aligned[0][0] if aligned else 0.0
        return "\n".join(item.text for score, item in aligned if score >= near) or self.text


DETECTORS: dict[str, Callable[[Source, str], Iterator[Hit]]] = {
    "unit": units,
    "measured": measured,
    "classifier": classifiers,
    "count": counts,
    "small-count": small_counts,
    "aligned-count": aligned_counts,
    "latin-count": latin_counts,
    "ordinal": ordinals,
    "every": every,
    "counted-noun": counted_nouns,
    "counted-thing": counted_things,
    "scale": scales,
    "relative-date": relative_dates,
    "calendar": calendar,
    "tense": tenses,
    "place": places,
    "institution": institutions,
    "proper-name": proper_names,
    "opposite": opposites,
    "denial": denials,
    "affirmation": affirmations,
    "superlative": superlatives,
    "kind": kinds,
    "fact": facts,
    "direction": directions,
    "antonym": antonyms,
    "score": scores,
}
"""Name to detector; `RulesChecker(without=...)` leaves some out."""

SENTENCE_DETECTORS: dict[str, Callable[[Places, str], Iterator[tuple[int, int, str, str]]]] = {
    "exchange": exchanges,
}
"""As `DETECTORS`, of what only a whole sentence shows: start, end, what it says, and the source."""

CONTRADICTING = frozenset(
    {"affirmation", "calendar", "classifier", "count", "direction", "measured", "opposite",
     "relative-date", "score", "unit"}
)  # fmt: skip
"""Detectors whose finding is a contradiction where the source has something else in that place."""
