"""Detectors beside plain numbers and names: each sees one kind of wrong claim, and can be left out.

A detector takes a source that was read once and a claim, and gives findings; all of them say why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer_eval.claims.bounds import upper_bounds
from summarizer_eval.claims.counted import classifiers, counted_things, measured, units
from summarizer_eval.claims.counts import (
    aligned_counts,
    counts,
    every,
    ordinals,
    small_counts,
)
from summarizer_eval.claims.dates import calendar, relative_dates, tenses
from summarizer_eval.claims.entities import institutions, places, proper_names
from summarizer_eval.claims.exchange import exchanges
from summarizer_eval.claims.kinds import facts, kinds
from summarizer_eval.claims.listed import miscounted
from summarizer_eval.claims.polarity import affirmations, denials
from summarizer_eval.claims.scales import scales
from summarizer_eval.claims.terms import counted_terms, terms
from summarizer_eval.claims.wording import antonyms, counted_nouns, directions, opposites, scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from summarizer_eval.claims.places import Places
    from summarizer_eval.claims.source import Hit, Source

__all__ = ["CONTRADICTING", "DETECTORS", "SENTENCE_DETECTORS", "SUMMARY_DETECTORS"]

DETECTORS: dict[str, Callable[[Source, str], Iterator[Hit]]] = {
    "unit": units,
    "measured": measured,
    "classifier": classifiers,
    "count": counts,
    "small-count": small_counts,
    "aligned-count": aligned_counts,
    "ordinal": ordinals,
    "every": every,
    "counted-noun": counted_nouns,
    "counted-thing": counted_things,
    "counted-term": counted_terms,
    "upper-bound": upper_bounds,
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
    "term": terms,
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

SUMMARY_DETECTORS: dict[str, Callable[[str], Iterator[tuple[int, int, str, int]]]] = {
    "listed": miscounted,
}
"""Of what a summary shows by itself: start, end, what it says, and how many it lists."""

CONTRADICTING = frozenset(
    {"affirmation", "calendar", "classifier", "count", "direction", "measured", "opposite",
     "relative-date", "score", "unit"}
)  # fmt: skip
"""Detectors whose finding is a contradiction where the source has something else in that place."""
