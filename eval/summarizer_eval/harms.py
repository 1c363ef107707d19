"""Harms that a gate must find, planted in summaries that are otherwise as good as any.

Each is a function of a summary and a generator; a summary that it cannot harm comes back as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["PlantedHarm", "half", "standard_harms", "without_a_sentence", "wrong_digit"]

_DIGIT = re.compile(r"(?<![A-Za-z0-9])\d+(?:\.\d+)?")
_SENTENCE_END = re.compile(r"(?<=[。！？.!?])\s*")


@dataclass(frozen=True, slots=True)
class PlantedHarm:
    """A harm and the share of documents that it is planted in."""

    name: str
    plant: Callable[[str, random.Random], str]
    share: float


def standard_harms(summaries: Iterable[str | None]) -> list[PlantedHarm]:
    """The harms that `check --calibrate` and the gate's benchmark plant.

    Args:
        summaries: of the archive; what a swapped summary is taken from.
    """
    texts = [text for text in summaries if text]
    return [
        PlantedHarm("a wrong digit in 10%", wrong_digit, 0.1),
        PlantedHarm("10% cut to half", half, 0.1),
        PlantedHarm("30% cut to half", half, 0.3),
        PlantedHarm("5% swapped", _swapped(texts), 0.05),
        PlantedHarm("one sentence dropped everywhere", without_a_sentence, 1.0),
    ]


def wrong_digit(text: str, generator: random.Random) -> str:
    """One digit of one number becomes another."""
    found = list(_DIGIT.finditer(text))
    if not found:
        return text
    match = generator.choice(found)
    place = generator.choice([i for i in range(match.start(), match.end()) if text[i] != "."])
    other = generator.choice([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + other + text[place + 1 :]


def half(text: str, generator: random.Random) -> str:
    """The second half is gone."""
    return text[: max(1, len(text) // 2)]


def without_a_sentence(text: str, generator: random.Random) -> str:
    """One sentence is gone, where there are several."""
    parts = [part for part in _SENTENCE_END.split(text) if part]
    if len(parts) < 2:
        return text
    gone = generator.randrange(len(parts))
    return "".join(part for index, part in enumerate(parts) if index != gone)


def _swapped(texts: Sequence[str]) -> Callable[[str, random.Random], str]:
    """The summary of any other source."""

    def swap(text: str, generator: random.Random) -> str:
        return generator.choice(texts)

    return swap
