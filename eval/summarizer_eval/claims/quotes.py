"""Where a quotation stands in a text, also where it was copied with other spaces or punctuation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Quoted"]

_GAP = re.compile(r"…+|\.{3,}|\[[.…]+\]|⋯+")
_SHORTEST = 2
"""Letters and digits below which a quotation proves nothing."""
_LIKE = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "「": '"', "」": '"', "—": "-",
                       "–": "-", "、": ",", "。": "."})  # fmt: skip


@dataclass(frozen=True)
class Quoted:
    """A text that quotations are looked for in; its folded form is made once, when needed."""

    text: str

    def find(self, quote: str) -> list[tuple[int, int]]:
        """(start, end) of each part of a quotation, parts being what stands between ellipses.

        Code points, end exclusive. Empty where one part is not in the text: a quotation is
        evidence whole or not at all.

        >>> Quoted("Sales rose 26%, to  1.2 million cars.").find("sales rose 26% … 1.2 million")
        [(0, 14), (20, 31)]
        """
        quote = quote.strip().strip("\"'“”‘’「」").strip()
        places: list[tuple[int, int]] = []
        parts = [quote] if quote and quote in self.text else _GAP.split(quote)
        for part in parts:
            if not any(char.isalnum() for char in part):
                continue
            place = self._find(part.strip())
            if place is None:
                return []
            places.append(place)
        return places

    def _find(self, part: str) -> tuple[int, int] | None:
        if sum(char.isalnum() for char in part) < _SHORTEST:
            return None
        start = self.text.find(part)
        if start >= 0:
            return start, start + len(part)
        wanted, _ = _folded(part)
        folded, places = self._folded
        start = folded.find(wanted)
        if start < 0 or not wanted:
            return None
        return places[start], places[start + len(wanted) - 1] + 1

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        return _folded(self.text)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without spaces, case and width; and for each character where it comes from."""
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char.translate(_LIKE)).casefold():
            if not folded.isspace():
                chars.append(folded)
                places.append(place)
    return "".join(chars), places
