"""A source as the detectors look at it: read once, for all claims of a summary."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from summarizer_eval.claims.alignment import AlignedSource
from summarizer_eval.claims.glossary import Licences
from summarizer_eval.claims.lexicon import stem
from summarizer_eval.claims.places import Places
from summarizer_eval.claims.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from summarizer_eval.claims.quantities import Quantity

__all__ = ["Hit", "Source"]

Hit = tuple[str, str, str]
"""(kind, what the summary says, what the source says there or "")."""

_Made = TypeVar("_Made")
_SURELY = 0.6
"""Share of the best sentence's score from which on another is surely spoken of too."""
_HAN = re.compile("[\u4e00-\u9fff]")


class Source:
    """What detectors look at, read once for all claims.

    Args:
        text: source and title, and the date behind them.
        numbers: the quantities of it.
        date: ISO date on which the document was saved, or "".
        beside: address, metadata and links, which are evidence for words but no sentences.
    """

    def __init__(
        self, text: str, numbers: Sequence[Quantity], date: str = "", beside: str = ""
    ) -> None:
        self.text = text
        self._beside = beside
        self.date = date
        self.numbers = numbers
        self.units = [unit_of(number, text) for number in numbers]
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
    def undated(self) -> str:
        """The text without case, and without the date on which it was saved."""
        return self.lowered.removesuffix(self.date.casefold())

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
    def licences(self) -> Licences:
        """The text and what stands beside it, to be asked what licenses a word of a claim."""
        return Licences(f"{self.text}\n{self._beside}")

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
