"""A number given to another name than the source gives it to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer_eval.claims.names import Name, fold, names
from summarizer_eval.claims.quantities import Quantity, agree, quantities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.detectors import Hit, Source

__all__ = ["attributions"]

_BEFORE, _BEHIND = 60, 40
"""Characters around a number in which the name that it belongs to stands."""
_NEIGHBOURHOOD = 120
_SMALLEST = 12


def attributions(source: Source, claim: str) -> Iterator[Hit]:
    """A number that stands beside other names only, in a claim of one name that is elsewhere."""
    own = [name for name in names(claim) if telling(name.text)]
    if len({fold(name.text) for name in own}) != 1:
        return
    wanted = fold(own[0].text)
    if not any(fold(name.text) == wanted for name in source.names):
        return
    for number in quantities(claim):
        if number.small or number.kind == "year" or _proves_little(number):
            continue
        if any(name.start <= number.start < name.end for name in own):
            continue
        there = [other for other in source.numbers if agree(number, other)]
        others = [_other_name(source, other, wanted) for other in there]
        if others and all(others) and _has_its_own(source, number, wanted):
            first = next(name for name in others if name)
            end = max(there[0].end, first.end)
            yield (
                "relation",
                f"{own[0].text} {claim[number.start : number.end]}",
                source.text[min(first.start, there[0].start) : end],
            )


def _has_its_own(source: Source, number: Quantity, wanted: str) -> bool:
    """Whether another number of the kind stands beside the name: the one that was meant."""
    places = [name.end for name in source.names if fold(name.text) == wanted]
    return any(
        other.kind == number.kind
        and not agree(number, other)
        and 0 <= other.start - place < _BEFORE
        for other in source.numbers
        for place in places
    )


def telling(name: str) -> bool:
    """Whether a name has a capital or a digit."""
    return any(char.isupper() or char.isdigit() for char in name)


def _proves_little(number: Quantity) -> bool:
    return number.kind == "plain" and number.value <= _SMALLEST


def _other_name(source: Source, number: Quantity, wanted: str) -> Name | None:
    """The name before a number, where only other names than the wanted one are near it."""
    text = source.text
    low = max(
        [text.rfind(end, 0, number.start) for end in "。；;！？\n"] + [number.start - _BEFORE]
    )
    ends = [place for end in "。；;！？\n" if (place := text.find(end, number.end)) >= 0]
    high = min([*ends, number.end + _BEHIND])
    near = [name for name in source.names if low <= name.start < high]
    for name in near:
        folded = fold(name.text)
        if folded in wanted or wanted in folded:
            return None
    if any(
        abs(name.start - number.start) < _NEIGHBOURHOOD and fold(name.text) == wanted
        for name in source.names
    ):
        return None
    before = [name for name in near if name.end <= number.start]
    return before[-1] if before else None
